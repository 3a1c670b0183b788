package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/dex"
)

// answered is as much of an answer as the test goes on with.
type answered struct {
	ID          string `json:"id"`
	Version     int64  `json:"version"`
	CaseID      string `json:"case_id"`
	SessionID   string `json:"session_id"`
	ReportingID string `json:"reporting_id"`
	Number      int64  `json:"number"`
	Code        string `json:"code"`
	Issues      []struct {
		Path, Code, Rule string
	} `json:"issues"`
	Items []answered `json:"items"`
	Files []answered `json:"files"`
	Good  int        `json:"good"`
	Bad   int        `json:"bad"`
	Kind  string     `json:"form_kind"`

	Records int `json:"records"`
	Workers []struct {
		Name     string
		Problems []struct {
			Kind        string   `json:"form_kind"`
			Number      int64    `json:"client_number"`
			Case        numbered `json:"case"`
			CaseSession numbered `json:"case_session"`
			Rule, Field string
		}
	}
}

type numbered struct{ Number string }

// A worker follows the steps of the department's guide (founding document 004) from the
// client's name to the corrected session, over HTTP.
func TestCaseReport(t *testing.T) {
	for name, args := range map[string][]string{
		"sqlite": {"-data", filepath.Join(t.TempDir(), "casework.db")}, "postgres": {"-dsn", "own schema"},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "postgres" {
				args[1] = ownSchema(t)
			}
			s := startServer(t, args...)
			do := func(want int, method, path string, body any, header ...string) answered {
				t.Helper()
				var out answered
				if got, _ := s.send("au-worker", method, path, body, &out, header...); got != want {
					t.Fatalf("%s %s: %d %+v", method, path, got, out)
				}
				return out
			}
			match := func(r answered) []string { return []string{"If-Match", fmt.Sprintf(`"%d"`, r.Version)} }

			// a case file is there, and is found by a client's name
			activity := do(200, "GET", "/outlet-activities", nil).Items[0]
			var clients []answered
			for i, p := range [][2]string{{"Wren", "Quokka"}, {"Banjo", "Quokka"}, {"Matilda", "Bilby"}} {
				clients = append(clients, do(201, "POST", "/clients", obj{"accepted": true, "profile": obj{"given": p[0], "family": p[1], "gender": "female",
					"birth_date": fmt.Sprintf("19%d-05-06", 70+9*i), "address": obj{"street": "2 Sample Street", "city": "Hamilton", "region": "nsw", "postal_code": "2303"}}}))
			}
			file := do(201, "POST", "/case-files", obj{"activity": activity.ID, "attendance_profile": "FAMILY", "name": "Household in Hamilton", "unidentified": 4})
			add := func(c answered, joining obj) {
				t.Helper()
				joining["client"] = c.ID
				file = do(200, "POST", "/case-files/"+file.ID+"/clients", joining, match(file)...)
			}
			add(clients[0], obj{"referral_source": "SELF", "primary_reason": "FAMILY"})
			found := do(200, "POST", "/case-files/search", obj{"client": "quokka wren"})
			if len(found.Items) != 1 || found.Items[0].ID != file.ID {
				t.Fatalf("%d case files are found", len(found.Items))
			}
			// clients are added, with the source and the reasons
			add(clients[1], obj{"referral_source": "GP", "primary_reason": "MONEY", "other_reasons": []string{"FAMILY", "HOUSING"}})

			// a session with people whose details are not collected, without a service type yet
			today := civil.DateOf(time.Now(), wattle.Location())
			x := do(201, "POST", "/case-files/"+file.ID+"/sessions", obj{"date": today, "time": "00:05", "minutes": 50, "unidentified": 3})
			// participants, as client and support person, with referrals
			x = do(200, "POST", "/case-sessions/"+x.ID+"/participants", obj{"participants": []obj{
				{"client": clients[0].ID, "type": "client", "internal_referral": obj{"purposes": []string{"FAMILY"}}},
				{"client": clients[1].ID, "type": "support_person", "external_referral": obj{"purposes": []string{"HOUSING", "MONEY"}}}}}, match(x)...)
			refused := do(422, "POST", "/case-sessions/"+x.ID+"/participants", obj{"participants": []obj{{"client": clients[2].ID, "type": "client"}}}, match(x)...)
			if len(refused.Issues) != 1 || refused.Issues[0].Rule != "PRT-01" {
				t.Errorf("%+v", refused.Issues)
			}
			// the details are edited
			details := obj{"date": today, "minutes": 55, "unidentified": 3, "interpreter_present": true, "service_setting": "CLRES", "quantity": 2}
			x = do(200, "PUT", "/case-sessions/"+x.ID, details, match(x)...)

			// circumstances before and after; the community needs two who are not support persons alone
			scored := func(want int, kind, phase string, client any, scores ...obj) answered {
				t.Helper()
				body := obj{"assessment": obj{"type": kind, "phase": phase, "assessed_by": "joint", "scores": scores}}
				if client != nil {
					body["client"] = client
				}
				return do(want, "POST", "/case-sessions/"+x.ID+"/assessments", body, match(x)...)
			}
			x = scored(200, "circumstances", "pre", clients[0].ID, obj{"domain": "FAMILY", "value": 2}, obj{"domain": "MONEY", "value": 3})
			x = scored(200, "circumstances", "post", clients[0].ID, obj{"domain": "FAMILY", "value": 4}, obj{"domain": "MONEY", "value": 3})
			refused = scored(422, "community", "pre", nil, obj{"domain": "GROUPNETWORKS", "value": 3})
			if len(refused.Issues) != 1 || refused.Issues[0].Code != "community_of_one" {
				t.Errorf("%+v", refused.Issues)
			}
			add(clients[2], obj{"referral_source": "FRIENDS", "primary_reason": "COMMUNITY"})
			x = scored(200, "community", "pre", nil, obj{"domain": "GROUPNETWORKS", "value": 3})

			// the period is checked: what is missing is found, with its worker
			funder := do(200, "GET", "/funders", nil).Items[0]
			period := dex.PeriodOf(dex.Date{Year: today.Year, Month: today.Month, Day: today.Day})
			query := fmt.Sprintf("funder=%s&from=%s&to=%s", funder.ID, period.From, period.To)
			check := do(200, "GET", "/export-check?"+query, nil)
			var problems []string
			for _, w := range check.Workers {
				for _, p := range w.Problems {
					problems = append(problems, fmt.Sprintf("%s: %s of client %d, case %s, session %s: %s at %s", w.Name, p.Kind, p.Number, p.Case.Number, p.CaseSession.Number, p.Rule, p.Field))
				}
			}
			slices.Sort(problems)
			of := func(kind string, c answered, session, rule string) string {
				number := file.CaseID
				if kind == "client_profile" {
					number = ""
				}
				return fmt.Sprintf("Sasha Support: %s of client %d, case %s, session %s: %s", kind, c.Number, number, session, rule)
			}
			want := []string{of("case", answered{}, "", "XPT-05 at "), of("case_session", answered{}, x.SessionID, "DEX-08 at /service_type"),
				of("session_assessment", answered{}, x.SessionID, "XPT-05 at "), of("client_assessment", clients[0], x.SessionID, "XPT-05 at ")}
			for _, c := range clients {
				want = append(want, of("client_profile", c, "", "DEX-04 at /reporting/reporting_id"))
			}
			slices.Sort(want)
			if diff := cmp.Diff(want, problems); diff != "" {
				t.Error(diff)
			}
			// mended
			for i, c := range clients {
				do(201, "POST", "/clients/"+c.ID+"/reporting", obj{"consent_to_details": i != 1, "consent_to_contact": true, "birth_country": "1101", "home_language": "1201",
					"indigenous_origin": "NO", "has_disability": false})
			}
			details["service_type"] = "1"
			x = do(200, "PUT", "/case-sessions/"+x.ID, details, match(x)...)
			if check = do(200, "GET", "/export-check?"+query, nil); check.Bad != 0 {
				t.Fatalf("still bad: %+v", check.Workers)
			}
			// extracted
			order := obj{"funder": funder.ID, "from": period.From.String(), "to": period.To.String()}
			run := do(201, "POST", "/exports", order)
			content := s.download(t, run)
			for _, id := range []string{file.CaseID, x.SessionID} {
				if !bytes.Contains(content, []byte(">"+id+"</")) {
					t.Errorf("%s is not in the file", id)
				}
			}
			passes(t, content, today)
			xmllint(t, content)
			// uploaded; a second run sends nothing
			accept := func(run answered) {
				t.Helper()
				do(200, "POST", "/exports/"+run.ID+"/files/"+run.Files[0].ID+"/acceptance", obj{"accepted": run.Files[0].Records}, match(run.Files[0])...)
			}
			accept(run)
			if again := do(422, "POST", "/exports", order); again.Issues[0].Code != "nothing_to_export" {
				t.Errorf("%+v", again.Issues)
			}
			// a correction sends that session alone
			details["minutes"] = 65
			x = do(200, "PUT", "/case-sessions/"+x.ID, details, match(x)...)
			run = do(201, "POST", "/exports", order)
			content = s.download(t, run)
			if n := bytes.Count(content, []byte("<TimeMinutes>65</TimeMinutes>")); n != 1 || run.Good != 1 || bytes.Contains(content, []byte("<Client>")) {
				t.Errorf("%d records:\n%s", run.Good, content)
			}
			accept(run)
		})
	}
}

// download is the only file of a run.
func (s *server) download(t *testing.T, run answered) []byte {
	t.Helper()
	if len(run.Files) != 1 {
		t.Fatalf("%d files", len(run.Files))
	}
	req, _ := http.NewRequest("GET", s.url+"/api/exports/"+run.ID+"/files/"+run.Files[0].ID, nil)
	req.Header.Set("Authorization", "Bearer "+s.tokens["au-worker"])
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "application/xml" || !strings.HasSuffix(resp.Header.Get("Content-Disposition"), ".xml") {
		t.Fatalf("%v %d %v", err, resp.StatusCode, resp.Header)
	}
	return content
}

// passes: dexfile check has nothing to say of a file.
func passes(t *testing.T, content []byte, today civil.Date) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "upload.xml")
	if err := os.WriteFile(name, content, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", "run", "./examples/dexfile", "check", "-complete", "-today", today.String(), name)
	cmd.Dir = "../.."
	if out, err := cmd.Output(); err != nil || len(out) > 0 {
		t.Errorf("%v\n%s\n%s", err, out, content)
	}
}

func xmllint(t *testing.T, content []byte) {
	t.Helper()
	if _, err := exec.LookPath("xmllint"); err != nil {
		t.Skip("no xmllint: install libxml2-utils")
	}
	cmd := exec.Command("xmllint", "--noout", "--schema", "../../dex/testdata/dex-extended.xsd", "-")
	cmd.Stdin = bytes.NewReader(content)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v %s", err, out)
	}
}
