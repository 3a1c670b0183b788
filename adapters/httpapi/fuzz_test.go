package httpapi

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/session"
)

// FuzzDecode: any body is read, or refused with a code; what is read can be
// written again.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{`{"accepted":true,"profile":{"given":"A","birth_date":"1990-01-31","identifiers":[{"kind":"imm"}],"has_email":null}}`,
		`{"hours":1,"clients":[{"client":"01890a5d-ac96-774b-bcce-b302099a8057","forms":[{"kind":"io","answers":{"a":[1,{"b":"\ud800"}]}}]}]}`, `{"hours":1e3}`, `[]`, `null`, `{"hours":9999999999999999999999}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, v := range []any{&casemgmt.RegisterClient{}, &session.Start{}, &casemgmt.Agency{}} {
			if err := decodeJSON(raw, reflect.ValueOf(v).Elem()); err != nil {
				if _, unreadable := err.(*readError); !unreadable && len(fault.IssuesOf(err)) == 0 {
					t.Errorf("refused without an issue: %v", err)
				}
				continue
			}
			if _, err := json.Marshal(v); err != nil {
				t.Error(err)
			}
		}
	})
}
