package export

import (
	"errors"
	"io"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/id"
	"github.com/opencasework/casework/session"
)

func drawID[T any](t *rapid.T, label string) id.Of[T] {
	if rapid.Bool().Draw(t, label+"?") {
		return id.Of[T]{}
	}
	return id.Of[T](rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, label))
}

func drawEntry(t *rapid.T) (entry, []byte) {
	text, n := rapid.String(), rapid.Int64()
	r := Row{Ref: Ref{Subject: Subject{SubjectKind(text.Draw(t, "kind")), drawID[Subject](t, "subject")}, Client: drawID[casemgmt.Client](t, "client"), Number: n.Draw(t, "number"),
		Session: drawID[session.Session](t, "session"), Form: drawID[session.Form](t, "form"), Kind: text.Draw(t, "form kind"),
		Date:   civil.Date{Year: rapid.IntRange(0, 9999).Draw(t, "year"), Month: 7, Day: 31},
		Worker: drawID[casemgmt.Staff](t, "worker"), Case: Numbered{drawID[Subject](t, "case"), text.Draw(t, "case ID")},
		CaseSession: Numbered{drawID[Subject](t, "case session"), text.Draw(t, "session ID")}, Program: drawID[casemgmt.Program](t, "program"), Site: drawID[casemgmt.Site](t, "site")},
		Amends: text.Draw(t, "amends"), Print: text.Draw(t, "print"), Core: text.Draw(t, "core"), MadeOf: Versions{n.Draw(t, "form version"), n.Draw(t, "session version"), n.Draw(t, "client version")}}
	if rapid.Bool().Draw(t, "replaces") {
		r.Replaces = &Replaced{drawID[File](t, "file"), 7, session.Accepted}
	}
	e := entry{row: r}
	for range rapid.IntRange(0, 3).Draw(t, "others") {
		e.others = append(e.others, drawID[casemgmt.Client](t, "other"))
	}
	if r.Replaces != nil && *r.Replaces == (Replaced{}) {
		e.row.Replaces = nil
	}
	return e, rapid.SliceOfN(rapid.Byte(), 0, 40_000).Draw(t, "body")
}

// What is put into a spool comes out of it as it was, in its order.
func TestSpool(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var p press
		s := newSpool(&p)
		var want []entry
		var bodies [][]byte
		for range rapid.IntRange(0, 8).Draw(t, "records") {
			e, body := drawEntry(t)
			if err := s.add(&e, body); err != nil {
				t.Fatal(err)
			}
			want, bodies = append(want, e), append(bodies, body)
		}
		if err := s.end(); err != nil {
			t.Fatal(err)
		}
		r := newReading([]*spool{s}, true)
		for i := range want {
			if !r.more() {
				t.Fatalf("%d of %d records: %v", i, len(want), r.err)
			}
			if diff := cmp.Diff(want[i], r.head, cmp.AllowUnexported(entry{})); diff != "" {
				t.Error(diff)
			}
			if body := r.take(); !slices.Equal(body, bodies[i]) {
				t.Errorf("record %d has another body", i)
			}
		}
		if r.more() || r.err != nil {
			t.Errorf("there is more: %v", r.err)
		}
	})
}

// A record that was cut off is an error, and no record.
func TestCutSpool(t *testing.T) {
	var b packer
	e := entry{row: Row{Print: "print", Replaces: &Replaced{Row: 3, State: session.Pending}}}
	e.pack(&b)
	for n := range len(b) {
		var got entry
		if err := got.unpack(b[:n]); err == nil || errors.Is(err, io.EOF) {
			t.Errorf("%d of %d bytes: %v", n, len(b), err)
		}
	}
}
