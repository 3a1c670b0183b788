package dexexport_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/opencasework/casework/adapters/dexexport"
	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/adapters/storetest/databases"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/casefile"
	"github.com/opencasework/casework/casemgmt/casefile/score"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/session/export"
)

func TestRunRules(t *testing.T) {
	databases.Show(t, map[string]storetest.Rules{"runs": runRules})
}

var runRules = storetest.Rules{
	"DEX-04 DEX-14 XPT-02 XPT-06 a check names record, field, rule and worker; a client without a number for the funder is not in the extract": func(t *testing.T, w *storetest.World) {
		a := newAgency(t, w)
		c := a.client()
		f := a.open(0, c)
		f = storetest.Must(a.CaseFiles.UpdateFile(a.worker, casefile.UpdateFile{ID: f.ID, Version: f.Version, Details: casefile.Details{Activity: f.Activity,
			AttendanceProfile: "FAMILY"}}))(t) // nobody but the client: that the client waits is all that is said of the case
		x := a.session(f, func(s *casefile.AddSession) { s.ServiceType = "" })
		y := a.session(f)
		fine := a.open(0, a.reported(true))
		a.session(fine)
		got := a.check()
		want := []string{
			fmt.Sprintf("worker@wattle.example case client %d case %s session  XPT-05  error", c.Number, f.CaseID),
			fmt.Sprintf("worker@wattle.example client_profile client %d case  session  DEX-04 /reporting/reporting_id error", c.Number),
			fmt.Sprintf("worker@wattle.example case_session client %d case %s session %s DEX-08 /service_type error", c.Number, f.CaseID, x.SessionID),
			fmt.Sprintf("worker@wattle.example case_session client %d case %s session %s XPT-05  error", c.Number, f.CaseID, y.SessionID),
		}
		storetest.Diff(t, sorted(want), sorted(problems(got)))
		storetest.Equal(t, "good and bad", [2]int{got.Good, got.Bad}, [2]int{3, 4})
		_, err := a.Exports.Make(a.uploader, export.Make{Criteria: a.half()})
		storetest.Refused(t, err, "/good_only", "bad_records", "XPT-06")
		run := storetest.Must(a.Exports.Make(a.uploader, export.Make{Criteria: a.half(), GoodOnly: true}))(t)
		content := a.content(run, 0)
		storetest.Diff(t, map[string]int{"Client": 1, "Case": 1, "Session": 1}, elements(content))
		if strings.Contains(content, f.CaseID) {
			t.Error("a case is in the file whose client is not")
		}
		// mended
		storetest.Must(a.CaseFiles.AddPerson(a.worker, casefile.AddPerson{Client: c.ID, PersonDetails: answers(true)}))(t)
		details := x.SessionDetails
		details.ServiceType = "2"
		storetest.Must(a.CaseFiles.UpdateSession(a.worker, casefile.UpdateSession{ID: x.ID, Version: x.Version, SessionDetails: details}))(t)
		run = a.make()
		content = a.content(run, 0)
		storetest.Diff(t, map[string]int{"Client": 1, "Case": 1, "Session": 2}, elements(content))
		if !strings.Contains(content, a.number(c)) || !strings.Contains(content, f.CaseID) {
			t.Error("what was mended is not in the file")
		}
	},
	"DEX-05 DEX-08 DEX-10 (part) a file is XML with up to five sections, in their order": func(t *testing.T, w *storetest.World) {
		a := newAgency(t, w)
		one, two := a.reported(true), a.reported(false)
		yes, minutes, fees, cost, quantity := true, 45, 1250, 8000, 3
		f := a.open(0, one, two)
		x := a.session(f, func(s *casefile.AddSession) {
			s.Unidentified, s.InterpreterPresent, s.Minutes, s.Fees, s.Cost, s.Quantity = 3, &yes, &minutes, &fees, &cost, &quantity
		})
		x = storetest.Must(a.CaseFiles.Assess(a.worker, casefile.Assess{ID: x.ID, Version: x.Version, Assessment: storetest.Assessed(score.Community, score.Pre, 3)}))(t)
		storetest.Must(a.CaseFiles.Assess(a.worker, casefile.Assess{ID: x.ID, Version: x.Version, Client: one.ID, Assessment: storetest.Assessed(score.Circumstances, score.Pre, 2)}))(t)
		run := a.make()
		storetest.Equal(t, "files", len(run.Files), 1)
		storetest.Equal(t, "media", run.Files[0].Media, "application/xml")
		content := a.content(run, 0)
		last := -1
		for _, section := range []string{"Clients", "Cases", "Sessions", "SessionAssessments", "ClientAssessments"} {
			at := strings.Index(content, "\n<"+section+">\n")
			if at < last {
				t.Errorf("%s stands at %d, after %d", section, at, last)
			}
			last = at
		}
		_, session, _ := strings.Cut(content, "<Session>\n")
		session, _, _ = strings.Cut(session, "<SessionClients>")
		storetest.Diff(t, fmt.Sprintf("<SessionId>%s</SessionId>\n<CaseId>%s</CaseId>\n<SessionDate>%s</SessionDate>\n<ServiceTypeId>1</ServiceTypeId>\n"+
			"<TotalNumberOfUnidentifiedClients>3</TotalNumberOfUnidentifiedClients>\n<FeesCharged>12.50</FeesCharged>\n<InterpreterPresent>true</InterpreterPresent>\n",
			x.SessionID, f.CaseID, storetest.Today), session)
		for _, element := range []string{"<TimeMinutes>45</TimeMinutes>", "<TotalCost>80</TotalCost>", "<Quantity>3</Quantity>"} {
			if !strings.Contains(content, element) {
				t.Errorf("no %s", element)
			}
		}
		if strings.Contains(content, "></") || strings.Contains(content, "nil") {
			t.Error("an element has no value")
		}
	},
	"DEX-07 without consent to provide details there are no names and no street address, and the linkage key stays": func(t *testing.T, w *storetest.World) {
		a := newAgency(t, w)
		no, yes := a.reported(false), a.reported(true)
		a.session(a.open(0, no, yes))
		content := a.content(a.make(), 0)
		for c, want := range map[*casemgmt.Client]bool{no: false, yes: true} {
			_, own, _ := strings.Cut(content, "<ClientId>"+a.number(c)+"</ClientId>")
			own, _, _ = strings.Cut(own, "</Client>")
			for _, element := range []string{"<GivenName>", "<FamilyName>", "<AddressLine1>"} {
				storetest.Equal(t, element, strings.Contains(own, element), want)
			}
			storetest.Equal(t, "linkage key", strings.Contains(own, "<Slk>"), true)
			storetest.Equal(t, "suburb", strings.Contains(own, "<Suburb>Hamilton</Suburb>"), true)
		}
	},
	"DEX-09 what a client's record cannot be without is asked for": func(t *testing.T, w *storetest.World) {
		a := newAgency(t, w)
		c := storetest.Must(a.Cases.RegisterClient(a.worker, casemgmt.RegisterClient{Accepted: true, Profile: casemgmt.Profile{Given: "Bao", Family: "Nguyen", BirthDate: storetest.Today.AddDays(-9000), Gender: "male"}}))(t)
		storetest.Must(a.CaseFiles.AddPerson(a.worker, casefile.AddPerson{Client: c.ID}))(t)
		a.session(a.open(0, c))
		var fields []string
		for _, by := range a.check().Workers {
			for _, p := range by.Problems {
				if p.Rule == "DEX-09" {
					fields = append(fields, p.Field)
				}
			}
		}
		storetest.Diff(t, []string{"/profile/address/city", "/profile/address/postal_code", "/profile/address/region", "/reporting/birth_country", "/reporting/consent_to_contact",
			"/reporting/consent_to_details", "/reporting/has_disability", "/reporting/home_language", "/reporting/indigenous_origin"}, sorted(fields))
	},
	"DEX-11 workshop codes are WRK01 to WRK09 and OTHER": func(t *testing.T, w *storetest.World) {
		a := newAgency(t, w)
		f := a.open(0, a.reported(true))
		codes := []string{"WRK01", "WRK02", "WRK03", "WRK04", "WRK05", "WRK06", "WRK07", "WRK08", "WRK09", "OTHER"}
		for _, code := range codes {
			a.session(f, func(s *casefile.AddSession) { s.WorkshopCode = code })
		}
		for _, code := range []string{"WRK00", "WRK10", "other", "WRK1"} {
			_, err := a.CaseFiles.AddSession(a.worker, casefile.AddSession{Case: f.ID, SessionDetails: casefile.SessionDetails{Date: storetest.Today, WorkshopCode: code, Unidentified: 1}})
			storetest.Refused(t, err, "/workshop_code", "unknown_value", "DEX-12")
		}
		content := a.content(a.make(), 0)
		for _, code := range codes {
			storetest.Equal(t, code, strings.Count(content, ">"+code+"</MoneyBusinessCommunityEducationWorkshopCode>"), 1)
		}
	},
	"DEX-12 the lists are loaded from the funder's file, with the days on which codes are valid; none is there without": func(t *testing.T, w *storetest.World) {
		a := newAgency(t, w)
		type field struct {
			list, path string
			put        func(*casefile.SessionDetails, string)
		}
		fields := []field{
			{"HardshipType", "/hardship_type", func(d *casefile.SessionDetails, c string) { d.HardshipType = c }},
			{"Topic", "/topic", func(d *casefile.SessionDetails, c string) { d.Topic = c }},
			{"ServiceType", "/service_type", func(d *casefile.SessionDetails, c string) { d.ServiceType = c }},
			{"ServiceSetting", "/service_setting", func(d *casefile.SessionDetails, c string) { d.ServiceSetting = c }},
			{"ExternalReferralDestination", "/referral_destination", func(d *casefile.SessionDetails, c string) { d.ReferralDestination = c }},
		}
		file := func(codes ...string) []casefile.LoadReference {
			text := "<DEXReferenceData>"
			for _, f := range fields {
				text += `<ReferenceDataItems CodeType="` + f.list + `">`
				for _, c := range codes {
					text += "<Item><CodeValue>" + c + "</CodeValue><CodeDescription>Of the test " + c + "</CodeDescription></Item>"
				}
				text += "</ReferenceDataItems>"
			}
			return storetest.Must(dexexport.ReadReferenceData(strings.NewReader(text + "</DEXReferenceData>")))(t)
		}
		f := a.open(0, a.reported(true))
		change := storetest.Today.AddDays(-10)
		loaded := storetest.Must(a.CaseFiles.LoadReferences(a.setup, casefile.LoadReferences{From: change, Lists: file("9001", "9002")}))(t)
		storetest.Equal(t, "lists", len(loaded.Lists), len(fields))
		for _, l := range loaded.Lists {
			storetest.Equal(t, "codes", [2]int{l.Codes, l.New}, [2]int{2, 2})
		}
		storetest.Must(a.CaseFiles.LoadReferences(a.setup, casefile.LoadReferences{From: storetest.Today, Lists: file("9002")}))(t)
		for _, x := range fields {
			add := func(day civil.Date, code string) error {
				d := casefile.SessionDetails{Date: day, Unidentified: 1}
				x.put(&d, code)
				_, err := a.CaseFiles.AddSession(a.worker, casefile.AddSession{Case: f.ID, SessionDetails: d})
				return err
			}
			storetest.Refused(t, add(change.AddDays(-1), "9001"), x.path, "not_in_use", "DEX-12")
			w.NoError(add(change, "9001"))
			storetest.Refused(t, add(storetest.Today, "9001"), x.path, "not_in_use", "DEX-12")
			w.NoError(add(storetest.Today, "9002"))
		}
		// an agency of whom no list was loaded has none
		bare := *a
		key := fmt.Sprintf("bare%d", w.Next())
		bare.setup = access.With(a.setup, access.System("setup", key))
		storetest.Must(w.Cases.CreateAgency(bare.setup, casemgmt.Agency{Key: key, Name: "Bare", Country: "AU", Zone: "Australia/Sydney"}))(t)
		storetest.Equal(t, "lists of an agency that loaded none", len(storetest.Must(a.CaseFiles.References(bare.setup, casemgmt.PageRequest{}))(t).Items), 0)
		// a list with a fault leaves all as they were
		broken := file("9003")
		broken[2].Codes[0].Label = ""
		_, err := a.CaseFiles.LoadReferences(a.setup, casefile.LoadReferences{From: storetest.Today.AddDays(5), Lists: broken})
		storetest.Refused(t, err, "/lists/2/codes/0/label", "required", "DEX-12")
		_, err = dexexport.ReadReferenceData(strings.NewReader("<html>"))
		storetest.Refused(t, err, "/content", "not_reference_data", "DEX-12")
	},
	"DEX-13 without reporting set up a run is refused, and nothing else changes": func(t *testing.T, w *storetest.World) {
		a := newAgency(t, w)
		f := a.open(0, a.reported(true))
		a.session(f)
		agency := *storetest.Must(a.Cases.Agency(a.setup))(t)
		agency.Settings.CaseReporting = false
		storetest.Must(a.Cases.UpdateAgency(a.setup, agency))(t)
		_, err := a.Exports.Check(a.uploader, a.half())
		storetest.Refused(t, err, "/funder", "reporting_not_set_up", "DEX-13")
		_, err = a.Exports.Make(a.uploader, export.Make{Criteria: a.half()})
		storetest.Refused(t, err, "/funder", "reporting_not_set_up", "DEX-13")
		a.session(f)
		a.open(0)
	},
	"XPT-07 XPT-10 (part) XPT-11 (part) what was uploaded does not go again; a correction goes alone, under the same ids, and a removed record is to be deleted": func(t *testing.T, w *storetest.World) {
		a := newAgency(t, w)
		c := a.reported(true)
		f := a.open(0, c)
		x := a.session(f)
		y := a.session(f)
		y = storetest.Must(a.CaseFiles.Assess(a.worker, casefile.Assess{ID: y.ID, Version: y.Version, Client: c.ID, Assessment: storetest.Assessed(score.Goals, score.Pre, 2)}))(t)
		first := a.make()
		_, err := a.Exports.Make(a.uploader, export.Make{Criteria: a.half()})
		storetest.Refused(t, err, "/from", "nothing_to_export", "XPT-07")
		a.accept(first)
		_, err = a.Exports.Make(a.uploader, export.Make{Criteria: a.half()})
		storetest.Refused(t, err, "/from", "nothing_to_export", "XPT-07")

		details := x.SessionDetails
		details.ServiceType = "2"
		storetest.Must(a.CaseFiles.UpdateSession(a.worker, casefile.UpdateSession{ID: x.ID, Version: x.Version, SessionDetails: details}))(t)
		report := a.check()
		storetest.Equal(t, "good", report.Good, 1)
		storetest.Equal(t, "amendments", report.Kinds[0].Amendments, 1)
		second := a.make()
		content := a.content(second, 0)
		storetest.Diff(t, map[string]int{"Session": 1}, elements(content))
		if !strings.Contains(content, "<SessionId>"+x.SessionID+"</SessionId>") || !strings.Contains(content, "<ServiceTypeId>2</ServiceTypeId>") {
			t.Error("the correction is not in the file")
		}
		a.accept(second)

		storetest.Must(a.CaseFiles.RemoveSession(a.worker, casefile.RemoveSession{ID: y.ID, Version: y.Version, Reason: "entered twice"}))(t)
		report = a.check()
		storetest.Diff(t, []string{
			fmt.Sprintf("worker@wattle.example case_session client %d case %s session %s XPT-10  warning", c.Number, f.CaseID, y.SessionID),
			fmt.Sprintf("worker@wattle.example client_assessment client %d case %s session %s XPT-10  warning", c.Number, f.CaseID, y.SessionID)}, sorted(problems(report)))
		var deleted int
		for _, l := range report.LeftOut {
			if l.Reason == export.Deleted {
				deleted = l.Count
			}
		}
		storetest.Equal(t, "to be deleted", deleted, 2)
	},
	"XPT-11 (part) a run is of a program or an outlet": func(t *testing.T, w *storetest.World) {
		a := newAgency(t, w)
		here, there := a.open(0, a.reported(true)), a.open(1, a.reported(true))
		a.session(here)
		a.session(there)
		for i, f := range []*casefile.File{here, there} {
			c := a.half()
			c.Site, c.Program = a.activities[i].Site, a.program.ID
			run := storetest.Must(a.Exports.Make(a.uploader, export.Make{Criteria: c}))(t)
			storetest.Diff(t, map[string]int{"Client": 1, "Case": 1, "Session": 1}, elements(a.content(run, 0)))
			if !strings.Contains(a.content(run, 0), "<CaseId>"+f.CaseID) {
				t.Errorf("outlet %d", i)
			}
		}
		c := a.half()
		c.Program = w.Program.ID // of another agency
		_, err := a.Exports.Check(a.uploader, c)
		storetest.Refused(t, err, "/program", "no_such_record", "XPT-11")
	},
	"ANO-09 (part) who has withdrawn the consent is in no file, and a file that tells of them is not sent": func(t *testing.T, w *storetest.World) {
		a := newAgency(t, w)
		gone, stays, alone := a.reported(true), a.reported(true), a.reported(true)
		f, single := a.open(0, gone, stays), a.open(0, alone)
		a.session(f)
		a.session(single)
		run := a.make()
		withdraw := func(c *casemgmt.Client) {
			now := storetest.Must(a.Cases.Client(a.worker, c.ID))(t)
			storetest.Must(a.Cases.WithdrawConsent(a.worker, casemgmt.WithdrawConsent{ID: c.ID, Version: now.Version}))(t)
		}
		withdraw(gone)
		_, err := a.Exports.Download(a.uploader, export.FileKey{Run: run.ID, ID: run.Files[0].ID})
		storetest.Refused(t, err, "/id", "withdrawn_in_file", "ANO-09")
		storetest.Must(a.Exports.Discard(a.uploader, export.Discard{Run: run.ID, ID: run.Files[0].ID, Version: run.Files[0].Version}))(t)
		withdraw(alone)
		run = a.make()
		content := a.content(run, 0)
		storetest.Diff(t, map[string]int{"Client": 1, "Case": 2, "Session": 1}, elements(content))
		for _, c := range []*casemgmt.Client{gone, alone} {
			if strings.Contains(content, c.Profile.Family) {
				t.Error("who has withdrawn the consent is in the file")
			}
		}
	},
	"XPT-05 (part) XPT-08 (part) what the portal refuses is entered by hand, is on the worker's list, and goes again when it was mended": func(t *testing.T, w *storetest.World) {
		a := newAgency(t, w)
		c := a.reported(true)
		f := a.open(0, c)
		a.session(f)
		run := a.make()
		rows := storetest.Must(a.Exports.Rows(a.uploader, run.ID, "", casemgmt.PageRequest{}))(t)
		storetest.Equal(t, "rows", len(rows.Items), 3)
		for _, r := range rows.Items { // a refused client takes case and session along
			storetest.Must(a.Exports.Reject(a.uploader, export.Reject{Run: run.ID, ID: r.File, Row: r.Row, Message: "The postcode is not one of the state's."}))(t)
		}
		list := storetest.Must(a.Exports.MyRejections(a.worker, casemgmt.PageRequest{}))(t)
		storetest.Equal(t, "on the list", len(list.Items), 3)
		for _, r := range list.Items {
			storetest.Equal(t, "message", r.Messages[0].En, "The postcode is not one of the state's.")
			storetest.Equal(t, "corrected", r.Corrected, false)
		}
		storetest.Equal(t, "bad", a.check().Bad, 3)
		now := storetest.Must(a.Cases.Client(a.worker, c.ID))(t)
		profile := now.Profile
		profile.Address.PostalCode = "2304"
		storetest.Must(a.Cases.UpdateClient(a.worker, casemgmt.UpdateClient{ID: c.ID, Version: now.Version, Profile: &profile}))(t)
		list = storetest.Must(a.Exports.MyRejections(a.worker, casemgmt.PageRequest{}))(t)
		for _, r := range list.Items {
			storetest.Equal(t, "corrected", r.Corrected, r.Kind == "client_profile")
		}
		storetest.Diff(t, map[string]int{"Client": 1, "Case": 1, "Session": 1}, elements(a.content(a.make(), 0)))
		_, err := a.Exports.Reject(a.uploader, export.Reject{Run: run.ID, ID: run.Files[0].ID, Row: 1, Message: "again"})
		storetest.Refused(t, err, "/row", "sent_again", "XPT-08")
		_, err = a.Exports.Reject(a.uploader, export.Reject{Run: run.ID, ID: run.Files[0].ID, Row: 4, Message: "no row"})
		storetest.Is(t, err, fault.ErrNotFound)
		_, err = a.Exports.Reject(a.uploader, export.Reject{Run: run.ID, ID: run.Files[0].ID, Row: 1})
		storetest.Refused(t, err, "/message", "required", "XPT-08")
	},
}
