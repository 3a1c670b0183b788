package httpapi_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/opencasework/casework/adapters/httpapi"
	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt"
)

func scanLine(number, card string) string {
	return fmt.Sprintf(`{"scan":%q,"card":%q,"at":"2025-06-16T02:31:00Z"}`+"\n", number, card)
}

// stream sends lines and gives the outcomes of the answers, in order.
func (w *world) stream(t *testing.T, r *batch.Run, body string) []batch.Outcome {
	t.Helper()
	a := w.send(t, "worker", call{method: "POST", path: "/runs/" + r.ID.String() + "/scans", body: []byte(body), header: map[string]string{"Content-Type": "application/x-ndjson"}})
	if a.status != 200 {
		t.Fatalf("status %d: %.200s", a.status, a.body)
	}
	var out []batch.Outcome
	for line := range strings.Lines(string(a.body)) {
		var got batch.Result
		if err := json.Unmarshal([]byte(line), &got); err != nil || got.Text == "" {
			t.Fatalf("%s: %v", line, err)
		}
		out = append(out, got.Outcome)
	}
	return out
}

// BAT-17, BAT-22, SCN-05: a broken line in the middle is answered as such, and
// the rest goes on, in order.
func TestScanStream(t *testing.T) {
	w := newWorld(t)
	r := w.Use(w.DropIn(true), storetest.Today)
	card, other := w.Card(w.Enrolled().ID).Value, w.Card(w.Client().ID).Value
	got := w.stream(t, r, scanLine("s1", card)+"{broken\n\n"+`{"scan":"s2","card":3}`+"\n"+`{"scan":"s3","card":"`+strings.Repeat("X", 9000)+`"}`+"\n"+
		scanLine("s4", other)+scanLine("s1", card)+scanLine("s5", "UNKNOWN-1")+strings.TrimSuffix(scanLine("s6", card), "\n"))
	want := []batch.Outcome{batch.IsPosted, batch.Unreadable, batch.Unreadable, batch.Unreadable, batch.NoEnrollment, batch.IsPosted, batch.UnknownCard, batch.AlreadyAdded}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v, want %v", got, want)
	}
	if got := w.stream(t, r, ""); len(got) != 0 {
		t.Errorf("an empty stream answers %v", got)
	}
	a := w.send(t, "worker", call{method: "POST", path: "/runs/" + r.ID.String() + "/scans", body: obj{}})
	if a.status != http.StatusUnsupportedMediaType {
		t.Errorf("JSON: status %d", a.status)
	}
}

// One scan too many is answered as such, and the others are applied.
func TestTooManyScans(t *testing.T) {
	w := newWorld(t)
	r := w.Use(w.DropIn(true), storetest.Today)
	card := w.Card(w.Enrolled().ID).Value
	var body strings.Builder
	for i := range httpapi.MaxScans + 1 {
		body.WriteString(scanLine(fmt.Sprint("m", i), card))
	}
	got := w.stream(t, r, body.String())
	n := map[batch.Outcome]int{}
	for _, o := range got {
		n[o]++
	}
	if n[batch.IsPosted] != 1 || n[batch.AlreadyAdded] != httpapi.MaxScans-1 || got[len(got)-1] != batch.TooMany {
		t.Errorf("%v", n)
	}
}

// A scanner at the door keeps the stream open: each scan is answered before the
// next one comes.
func TestScansAreAnsweredAtOnce(t *testing.T) {
	w := newWorld(t)
	r := w.Use(w.DropIn(true), storetest.Today)
	in, out := io.Pipe()
	req, err := http.NewRequest("POST", w.url+"/runs/"+r.ID.String()+"/scans", in)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-User", "worker")
	req.Header.Set("Content-Type", "application/x-ndjson")
	answers := make(chan string)
	go func() {
		defer close(answers)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return
		}
		defer resp.Body.Close()
		for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
			answers <- lines.Text()
		}
	}()
	for i := range 3 {
		fmt.Fprint(out, scanLine(fmt.Sprint("d", i), w.Card(w.Enrolled().ID).Value))
		select {
		case got := <-answers:
			if !strings.Contains(got, `"posted"`) {
				t.Errorf("scan %d: %s", i, got)
			}
		case <-time.After(30 * time.Second):
			t.Fatal("no answer while the stream is open")
		}
	}
	out.Close()
	if got, more := <-answers; more {
		t.Errorf("one more answer: %s", got)
	}
	run := storetest.Must(w.Batches.Run(w.Worker, r.ID))(t)
	if run.Counts.Posted != 3 {
		t.Errorf("%+v", run.Counts)
	}
	list := storetest.Must(w.Batches.Entries(w.Worker, r.ID, "", casemgmt.PageRequest{}))(t)
	if list.Items[0].Scan != "d0" {
		t.Errorf("%+v", list.Items[0])
	}
}
