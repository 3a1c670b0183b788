package httpapi_test

import (
	"context"
	"errors"
	"testing"

	"github.com/opencasework/casework/adapters/httpapi"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
)

// What a host's hook refuses is 422 with its reason in the caller's language; any other
// error of a hook is the host's 500, whatever it is.
func TestHooksOverHTTP(t *testing.T) {
	var says error
	w := newWorldWith(t, httpapi.Limits{}, func(_ context.Context, c casemgmt.HookCall) error {
		if c.Type == event.ClientRegistered {
			return says
		}
		return nil
	})
	for name, tt := range map[string]struct {
		err     error
		status  int
		message string
	}{
		"a refusal":    {fault.Refuse("desk.closed", i18n.T("The desk is closed.", "Le bureau est fermé.")), 422, "Le bureau est fermé."},
		"a failure":    {errors.New("the printer is out of paper"), 500, ""},
		"a look-alike": {fault.ErrForbidden, 500, ""},
	} {
		says = tt.err
		got := w.send(t, "worker", call{method: "POST", path: "/clients/anonymous", body: obj{}, header: map[string]string{"Accept-Language": "fr"}})
		if got.status != tt.status {
			t.Errorf("%s: %d", name, got.status)
		}
		issues := got.problem(t).Issues
		if tt.message == "" != (len(issues) == 0) || len(issues) > 0 && (issues[0].Text != tt.message || issues[0].Code != "desk.closed") {
			t.Errorf("%s: %+v", name, issues)
		}
	}
}
