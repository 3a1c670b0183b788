package httpapi_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/opencasework/casework/adapters/httpapi"
	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/adapters/storetest/databases"
	"github.com/opencasework/casework/session"
	"github.com/opencasework/casework/session/export"
)

// A month from the sessions to the funder and back, over HTTP: ten sessions,
// two problems with their workers, both mended; the files, a returned workbook
// with one rejection, read back and mended; and a second run with only that one.
func TestAMonthWithTheFunder(t *testing.T) {
	for _, d := range databases.Databases() {
		t.Run("XPT-01 XPT-02 XPT-05 XPT-06 XPT-07 XPT-08 XPT-12 "+d.Name, func(t *testing.T) {
			db, prefix := d.Open(t)
			w := newWorldOn(t, db, prefix, httpapi.Limits{})
			funder := w.Agreement()
			form := func(user string, missing string) session.SessionID {
				answers := w.FunderAnswers("io")
				delete(answers, missing)
				x := into[session.Session](t, w.send(t, user, call{method: "POST", path: "/sessions", body: obj{"service_date": storetest.Today, "site": w.Site.ID,
					"minutes": 45, "languages": []string{"english"}, "clients": []any{obj{"client": w.Client().ID, "forms": []any{
						obj{"kind": "io", "funder": funder.ID, "answers": answers}}}}}}), 201)
				return x.ID
			}
			var sessions []session.SessionID
			for range 8 {
				sessions = append(sessions, form("worker", ""))
			}
			sessions = append(sessions, form("worker", "end"), form("colleague", "referred_by"))

			criteria := "?funder=" + funder.ID.String() + june
			check := into[export.Report](t, w.send(t, "uploader", call{method: "GET", path: "/export-check" + criteria}), 200)
			if check.Valid || check.Good != 18 || check.Bad != 2 {
				t.Errorf("valid %t, %d good, %d bad", check.Valid, check.Good, check.Bad)
			}
			seen := map[string]string{} // fields of problems by e-mail
			for _, by := range check.Workers {
				for _, p := range by.Problems {
					if p.Severity == "error" {
						seen[by.Email] += p.Field
						if p.Session != sessions[8] && p.Session != sessions[9] || p.Number == 0 || p.Rule != "R008" {
							t.Errorf("%+v", p)
						}
					}
				}
			}
			if fmt.Sprint(seen) != "map[colleague@metro.example:/answers/referred_by worker@metro.example:/answers/end]" {
				t.Errorf("%v", seen)
			}
			make := call{method: "POST", path: "/exports", body: obj{"funder": funder.ID, "from": "2025-06-01", "to": "2025-06-30"}}
			if p := w.send(t, "uploader", make).problem(t); p.Status != 422 || p.Issues[0].Code != "bad_records" {
				t.Errorf("%+v", p)
			}
			mend := func(user string, s session.SessionID, change func(answers obj)) {
				x := into[session.Session](t, w.send(t, user, call{method: "GET", path: "/sessions/" + s.String()}), 200)
				f := x.Participants[0].Forms[0]
				change(f.Answers)
				into[session.Form](t, w.send(t, user, call{method: "PUT", path: "/forms/" + f.ID.String(), version: fmt.Sprint(f.Version),
					body: obj{"program": f.Program, "funder": f.Funder, "answers": f.Answers}}), 200)
			}
			mend("worker", sessions[8], func(a obj) { a["end"] = "2025-06-15" })
			mend("colleague", sessions[9], func(a obj) { a["referred_by"] = "not_referred" })

			run := into[export.Run](t, w.send(t, "uploader", make), 201)
			if len(run.Files) != 2 || run.Files[0].Kind != "client_profile" || run.Files[1].Records != 10 {
				t.Fatalf("%+v", run.Files)
			}
			for i, f := range run.Files {
				sent := into[export.File](t, w.send(t, "uploader", call{method: "POST", path: filePath(f) + "/sending", version: fmt.Sprint(f.Version), body: obj{}}), 200)
				run.Files[i] = &sent
			}
			profiles, services := run.Files[0], run.Files[1]
			into[export.File](t, w.send(t, "uploader", call{method: "POST", path: filePath(profiles) + "/acceptance", version: fmt.Sprint(profiles.Version), body: obj{"accepted": 10}}), 200)
			if p := w.send(t, "uploader", make).problem(t); p.Issues[0].Code != "nothing_to_export" {
				t.Errorf("what is pending was exported again: %+v", p)
			}

			const row = 7 // the fourth record
			read := into[export.Read](t, w.send(t, "uploader", call{method: "POST", path: filePath(services) + "/answer", header: workbook,
				body: w.Returned(services, map[int]string{row: "[BUID:305939,RID:,ORP:7/13,DTS:2025-07-03 10:05:04][1] (Service) The end date is wrong. / (Service) La date de fin est erronée."})}), 200)
			if read.Rejected != 1 || read.Rows[0].Row != row {
				t.Fatalf("%+v", read)
			}
			services = read.File
			into[export.File](t, w.send(t, "uploader", call{method: "POST", path: filePath(services) + "/acceptance", version: fmt.Sprint(services.Version), body: obj{"accepted": 9}}), 200)

			list := into[struct{ Items []export.ToFix }](t, w.send(t, "worker", call{method: "GET", path: "/rejections"}), 200)
			if len(list.Items) == 0 {
				t.Fatal("nobody has to fix anything")
			}
			fix := list.Items[0]
			if fix.Messages[0].En != "The end date is wrong." || fix.Messages[0].Fr != "La date de fin est erronée." || fix.Corrected || !slices.Contains(sessions, fix.Session) {
				t.Errorf("%+v", fix)
			}
			if p := w.send(t, "uploader", make).problem(t); p.Issues[0].Code != "bad_records" {
				t.Errorf("a rejection that nobody mended was exported again: %+v", p)
			}
			mend("worker", fix.Session, func(a obj) { a["end"] = "2025-06-14"; a["start"] = "2025-06-14" })

			again := into[export.Run](t, w.send(t, "uploader", make), 201)
			if again.Good != 1 || len(again.Files) != 1 || again.Files[0].Kind != "information_orientation" || again.Files[0].Records != 1 {
				t.Errorf("%d good in %d files", again.Good, len(again.Files))
			}
			rows := into[struct{ Items []*export.Row }](t, w.send(t, "uploader", call{method: "GET", path: "/exports/" + again.ID.String() + "/rows"}), 200)
			if len(rows.Items) != 1 || rows.Items[0].Form != fix.Form {
				t.Errorf("%+v", rows.Items)
			}
			last := into[export.Run](t, w.send(t, "uploader", call{method: "GET", path: "/exports/" + run.ID.String()}), 200)
			if got := fmt.Sprint(last.Files[1].States); got != "map[accepted:9 superseded:1]" {
				t.Errorf("the first run has %s", got)
			}
		})
	}
}

// into reads an answer of a status.
func into[T any](t *testing.T, a answer, status int) T {
	t.Helper()
	var out T
	if a.status != status {
		t.Fatalf("status %d, want %d: %s", a.status, status, a.body)
	}
	if err := json.Unmarshal(a.body, &out); err != nil {
		t.Fatal(err)
	}
	return out
}
