package httpapi

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http/httptest"
	"reflect"
	"slices"
	"testing"
	"testing/iotest"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/session"
)

// arriving is the body of a request.
func arriving(in io.Reader) *incoming {
	return &incoming{in: in, limit: MaxBody, visit: newDoors(Limits{}).enter(httptest.NewRecorder(), httptest.NewRequest("POST", "/", nil))}
}

// FuzzDecode: any body is read as json.Unmarshal reads it, or refused with a code;
// what is read can be written again.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{`{"accepted":true,"profile":{"given":"A","birth_date":"1990-01-31","identifiers":[{"kind":"imm"}],"has_email":null}}`,
		`{"hours":1,"clients":[{"client":"01890a5d-ac96-774b-bcce-b302099a8057","forms":[{"kind":"io","answers":{"a":[1,{"b":"\ud800"}]}}]}]}`, `{"hours":1e3}`, `[]`, `null`, `{"name":"a","content":"QUJD\nRA=="}`, `{"content":"QUJDRA==","name":"a"}`, `{"content":"","name":"a"}`, `{"hours":9999999999999999999999}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, v := range []any{&casemgmt.RegisterClient{}, &session.Start{}, &casemgmt.Agency{}, &session.AddDocument{}} {
			if err := decodeJSON(arriving(bytes.NewReader(raw)), reflect.ValueOf(v).Elem()); err != nil {
				if _, unreadable := err.(*readError); !unreadable && len(fault.IssuesOf(err)) == 0 {
					t.Errorf("refused without an issue: %v", err)
				}
				continue
			}
			again := reflect.New(reflect.TypeOf(v).Elem()).Interface()
			if err := json.Unmarshal(raw, again); err != nil || !reflect.DeepEqual(v, again) {
				t.Errorf("%v: %+v, want %+v", err, v, again)
			}
			if _, err := json.Marshal(v); err != nil {
				t.Error(err)
			}
		}
	})
}

// FuzzScanner: what the scanner lets pass is JSON, and what it does not is none, or
// says one name twice, a number too large or too much. It makes no difference in
// which pieces it comes.
func FuzzScanner(f *testing.F) {
	for _, s := range []string{`{"a":{"a":[1,-0.5e+3,"\u00e9\/\n",true,false,null,{}]},"b":[]}`, `{"a":1,"\u0061":2}`, `[1,]`, `"\ud800"`, `1e999`, `01`, `-`, ` {} x`, `nul`, "\"\x01\"", "\"\xff\""} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var whole, pieces any
		err := decodeJSON(arriving(bytes.NewReader(raw)), reflect.ValueOf(&whole).Elem())
		again := decodeJSON(arriving(iotest.OneByteReader(bytes.NewReader(raw))), reflect.ValueOf(&pieces).Elem())
		if (err == nil) != (again == nil) || !reflect.DeepEqual(whole, pieces) {
			t.Errorf("whole: %v, in pieces: %v", err, again)
		}
		if codes := fault.Codes(err); json.Valid(raw) && err != nil && !slices.Contains(codes, "repeated_key") && !slices.Contains(codes, "malformed") {
			if read, ok := err.(*readError); !ok || len(read.issues) != 1 || read.issues[0].Code == "not_json" {
				t.Errorf("JSON is refused: %v", err)
			}
		}
		if !json.Valid(raw) && err == nil {
			t.Error("what is no JSON is let pass")
		}
	})
}
