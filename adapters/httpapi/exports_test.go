package httpapi_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/icare"
	"github.com/opencasework/casework/session"
	"github.com/opencasework/casework/session/export"
)

const june = "&from=2025-06-01&to=2025-06-30"

// agreement is a new agreement with a complete service, and another one that
// lacks an answer when bad.
func (w *world) agreement(bad bool) (*casemgmt.Funder, *session.Session) {
	f := w.Agreement()
	x := w.Serve(f, w.Client().ID, "io")
	if bad {
		w.Serve(f, w.Client().ID, "io", func(s *session.Start) { delete(s.Clients[0].Forms[0].Answers, "end") })
	}
	return f, x
}

func (w *world) criteria(f *casemgmt.Funder) export.Criteria {
	return export.Criteria{Funder: f.ID, From: storetest.Today.AddDays(-14), To: storetest.Today.AddDays(15), Program: w.Program.ID}
}

// exported is a new file of services.
func (w *world) exported() *export.File {
	f, _ := w.agreement(false)
	r := storetest.Must(w.Exports.Make(w.Uploader, export.Make{Criteria: w.criteria(f)}))(w.T)
	return r.Files[len(r.Files)-1]
}

func filePath(f *export.File) string {
	return "/exports/" + f.Run.String() + "/files/" + f.ID.String()
}

var workbook = map[string]string{"Content-Type": "application/octet-stream"}

// emptyWorkbook is a workbook as it is downloaded from the funder.
func emptyWorkbook(t testing.TB, template string) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := icare.Builtin().WriteWorkbook(&b, &icare.File{Template: icare.Builtin().Template(template)}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// exportExamples are those of the funder's files; see world.examples.
func (w *world) exportExamples() map[string]example {
	manages := who{403, 403, 200, 200, 404}
	query := func(path string) func() call {
		return func() call {
			f, _ := w.agreement(true)
			return call{method: "GET", path: path + "?funder=" + f.ID.String() + june + "&program=" + w.Program.ID.String() + "&site=" + w.Site.ID.String()}
		}
	}
	post := func(suffix string, body any) func() call {
		return func() call {
			f := w.exported()
			return call{method: "POST", path: filePath(f) + suffix, version: v(f.Version), body: body}
		}
	}
	file := func(suffix string) func() call {
		return func() call {
			f := w.exported()
			return call{method: "POST", path: filePath(f) + suffix, header: workbook, body: w.Returned(f, map[int]string{4: "[BUID:1,RID:,ORP:4/4,DTS:2025-07-03 10:05:04][1] (Client) A / (Client) B"})}
		}
	}
	return map[string]example{
		"checkExport":      {query("/export-check"), who{403, 403, 200, 200, 422}},
		"checkExportTable": {query("/export-check.csv"), who{403, 403, 200, 200, 422}},
		"makeExport": {func() call {
			f, _ := w.agreement(true)
			c := w.criteria(f)
			return call{method: "POST", path: "/exports", body: obj{"funder": f.ID, "from": c.From, "to": c.To, "program": c.Program, "site": w.Site.ID, "good_only": true, "resend": false}}
		}, who{403, 403, 201, 201, 422}},
		"listExports": {func() call { return call{method: "GET", path: "/exports?limit=3&program=" + w.Program.ID.String()} }, who{403, 403, 200, 200, 422}},
		"getExport":   {func() call { return call{method: "GET", path: "/exports/" + w.exported().Run.String()} }, manages},
		"listExportRows": {func() call {
			return call{method: "GET", path: "/exports/" + w.exported().Run.String() + "/rows?state=exported"}
		}, manages},
		"getExportFile": {func() call { return call{method: "GET", path: filePath(w.exported())} }, manages},
		"fillExportFile": {func() call {
			c := file("/filled")()
			c.body = emptyWorkbook(w.T, "information_orientation")
			return c
		}, manages},
		"sendExportFile":    {post("/sending", obj{}), who{403, 403, 200, 200, 404}},
		"discardExportFile": {post("/discarding", obj{}), who{403, 403, 200, 200, 404}},
		"acceptExportFile":  {post("/acceptance", obj{"accepted": 1}), who{403, 403, 200, 200, 404}},
		"answerExportFile":  {file("/answer"), manages},
		"numberExportRow": {func() call {
			f := w.exported()
			storetest.Must(w.Exports.Accept(w.Uploader, export.Accept{Run: f.Run, ID: f.ID, Version: f.Version, Accepted: 1}))(w.T)
			return call{method: "PUT", path: filePath(f) + "/rows/4", body: obj{"record_id": fmt.Sprint(w.Next())}}
		}, manages},
		"rejectExportRow": {func() call {
			return call{method: "POST", path: filePath(w.exported()) + "/rows/4/rejection", body: obj{"message": "The postcode is not one of the province's."}}
		}, manages},
		"listMyRejections": {func() call { return call{method: "GET", path: "/rejections?limit=3"} }, who{200, 200, 200, 200, 200}},
		"listClientExports": {func() call {
			f, x := w.agreement(false)
			storetest.Must(w.Exports.Make(w.Uploader, export.Make{Criteria: w.criteria(f)}))(w.T)
			return call{method: "GET", path: "/clients/" + x.Participants[0].Client.String() + "/exports"}
		}, who{200, 200, 200, 200, 404}},
		"checkSessionExport": {func() call {
			_, x := w.agreement(false)
			return call{method: "GET", path: "/sessions/" + x.ID.String() + "/export-check"}
		}, who{200, 403, 200, 200, 404}},
	}
}

func TestProblemTable(t *testing.T) {
	w := newWorld(t)
	f, _ := w.agreement(true)
	a := w.send(t, "manager", call{method: "GET", path: "/export-check.csv?funder=" + f.ID.String() + june + "&program=" + w.Program.ID.String(), header: map[string]string{"Accept-Language": "fr"}})
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(a.body), "\ufeff"))).ReadAll()
	if err != nil || len(rows) < 2 {
		t.Fatal(err, rows)
	}
	at := slices.Index(rows[0], "courriel")
	if at < 0 || rows[1][at] != "worker@metro.example" {
		t.Errorf("XPT-06: %q", rows[:2])
	}
	if !strings.Contains(rows[1][slices.Index(rows[0], "message")], "obligatoire") {
		t.Errorf("XPT-06: the message is not French: %q", rows[1])
	}
}

func TestUploadsAreFiles(t *testing.T) {
	w := newWorld(t)
	f := w.exported()
	for name, tt := range map[string]struct {
		header map[string]string
		body   []byte
		status int
		code   string
	}{
		"a form of a browser": {map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, []byte("x"), http.StatusUnsupportedMediaType, ""},
		"nothing":             {workbook, []byte{}, http.StatusUnprocessableEntity, "required"},
		"no workbook":         {workbook, []byte("PK\x03\x04 but no more"), http.StatusUnprocessableEntity, "not_a_workbook"},
		"another workbook":    {workbook, emptyWorkbook(t, "employment"), http.StatusUnprocessableEntity, "not_this_file"},
		"far too much":        {workbook, make([]byte, export.MaxAnswer+2), http.StatusRequestEntityTooLarge, ""},
	} {
		t.Run("XPT-08 "+name, func(t *testing.T) {
			a := w.send(t, "manager", call{method: "POST", path: filePath(f) + "/answer", header: tt.header, body: tt.body})
			if a.status != tt.status {
				t.Fatalf("%d %s", a.status, a.body)
			}
			if p := a.problem(t); tt.code != "" && (len(p.Issues) != 1 || p.Issues[0].Code != tt.code || p.Issues[0].Path != "/content") {
				t.Errorf("%s", a.body)
			}
		})
	}
}

func TestDownloadedFileIsTheOneThatWasMade(t *testing.T) {
	w := newWorld(t)
	f := w.exported()
	a := w.send(t, "manager", call{method: "GET", path: filePath(f)})
	if got := fmt.Sprintf("%x", sha256.Sum256(a.body)); got != f.Checksum {
		t.Errorf("XPT-12: checksum %s, want %s", got, f.Checksum)
	}
	if d := a.header.Get("Content-Disposition"); !strings.HasSuffix(d, f.Name) {
		t.Errorf("%s", d)
	}
}
