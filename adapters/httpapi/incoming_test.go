package httpapi

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/session"
)

// It makes no difference where a chunk ends: within a name, a text, an escape, a
// number, a word or a document.
func TestChunkEnds(t *testing.T) {
	for name, tt := range map[string]struct {
		begin, end string
		into       any
	}{
		"a command": {`{"language":"`, `","accepted":true,"profile":{"giv\u0065n":"Am\u00eena \"A\"\n","birth_date":"1990-01-31","birth_date_estimated":false,"has_email":null,"phones":["416 555 0000"]}}`,
			&casemgmt.RegisterClient{}},
		"numbers":          {`{"notes":"`, `","minutes":12345678,"interpreters":-1,"clients":[{"forms":[{"answers":{"a":-1.25e-3,"b":[12.5,"\\"]}}]}]}`, &session.Start{}},
		"a document":       {`{"name":"`, `","content":"Y2FzZXdvcmsgY2FzZXdvcms="}`, &session.AddDocument{}},
		"a document first": {`{"content":"Y2FzZXdvcmsgY2FzZXdvcms=","name":"`, `"}`, &session.AddDocument{}},
	} {
		t.Run(name, func(t *testing.T) {
			for pad := chunkSize - len(tt.begin) - len(tt.end) - 4; pad < chunkSize-len(tt.begin)+4; pad++ {
				raw := []byte(tt.begin + strings.Repeat("x", pad) + tt.end)
				want := reflect.New(reflect.TypeOf(tt.into).Elem())
				if err := json.Unmarshal(raw, want.Interface()); err != nil {
					t.Fatal(err)
				}
				got := reflect.New(want.Type().Elem())
				body := arriving(iotest.HalfReader(bytes.NewReader(raw)))
				if err := decodeJSON(body, got.Elem()); err != nil || !reflect.DeepEqual(got.Interface(), want.Interface()) {
					t.Fatalf("with %d more: %v", pad, err)
				}
				if again, err := arriving(bytes.NewReader(raw)).all(); err != nil || !bytes.Equal(again, raw) {
					t.Fatalf("with %d more: %d of %d bytes, %v", pad, len(again), len(raw), err)
				}
				body.visit.leave()
				if body.visit.taken != 0 {
					t.Fatalf("%d bytes were not given back", body.visit.taken)
				}
			}
		})
	}
}
