package attach_test

import (
	"strings"
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/adapters/storetest/databases"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/attach"
	"github.com/opencasework/casework/casemgmt/fault"
)

// The rules of attachments, on every database.
func TestRules(t *testing.T) {
	databases.Show(t, map[string]storetest.Rules{"attachments": {
		"ATT-01 (part) ATT-05 (part) a client's files have their name, size and checksum": func(t *testing.T, w *storetest.World) {
			c := w.Client()
			a := storetest.Must(w.Attachments.Add(w.Worker, attach.Attachment{Client: c.ID, Name: "lease.pdf", Size: 12, Sum: strings.Repeat("0a", 32)}))(t)
			storetest.Diff(t, []*attach.Attachment{a}, storetest.Must(w.Attachments.Of(w.Colleague, c.ID))(t))
			_, err := w.Attachments.Of(w.OtherWorker, c.ID)
			storetest.Is(t, err, fault.ErrNotFound)
			_, err = w.Attachments.Add(w.Worker, attach.Attachment{Client: c.ID, Name: "lease.pdf", Size: attach.MaxSize + 1, Sum: "x"})
			storetest.Refused(t, err, "/size", "out_of_range", "ATT-05")
			storetest.Refused(t, err, "/sum", "malformed", "ATT-05")
			nobody := storetest.Must(w.Cases.RegisterAnonymous(w.Worker, casemgmt.RegisterAnonymous{}))(t)
			a.Client = nobody.ID
			_, err = w.Attachments.Add(w.Worker, *a)
			storetest.Refused(t, err, "/client", "anonymous_not_tracked", "ANO-06")
		},
	}})
}
