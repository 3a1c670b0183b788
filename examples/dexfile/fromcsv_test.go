package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opencasework/casework/dex"
	"github.com/opencasework/casework/examples/internal/cli"
)

// sheets are tables that break no rule, with each of their kinds.
var sheets = map[string]string{
	"clients.csv": "ClientId,Slk,ConsentToProvideDetails,ConsentedForFutureContacts,GivenName,FamilyName,IsUsingPsuedonym,BirthDate,IsBirthDateAnEstimate,GenderCode,CountryOfBirthCode,LanguageSpokenAtHomeCode,AboriginalOrTorresStraitIslanderOriginCode,HasDisabilities,Disabilities,AddressLine1,Suburb,StateCode,Postcode\n" +
		"K1,,true,false,Zara,Quillfeather,false,1987-05-14,false,FEMALE,1101,1201,NO,true,SENSORY; PHYSICAL,\"1, Test Street\",Hobart,TAS,7000\n" +
		"K2,XAPGN010119521,false,false,,,false,1952-01-01,true,MALE,0003,0002,NOTSTATED,false,,,Darwin,NT,0800\n",
	"cases.csv": "CaseId,OutletActivityId,TotalNumberOfUnidentifiedClients,EndDate,Section60ICertificateTypeCode,DateIssued\n" +
		"F1,45012,2,2026-06-30,GENUINE,2026-04-04\n",
	"case_clients.csv": "CaseId,ClientId,ReferralSourceCode,PrimaryReason,OtherReasons,ExitReasonCode\n" +
		"F1,K1,CENTRELINK,FAMILY,HOUSING,MOVED\nF1,K2,,,,\n",
	"sessions.csv": "CaseId,SessionId,SessionDate,ServiceTypeId,TotalNumberOfUnidentifiedClients,InterpreterPresent,TimeMinutes,ExtraItems\n" +
		"F1,S1,2026-03-03,5,2,true,60,\nF1,S2,2026-03-04,5,0,,,OTHER\n",
	"session_clients.csv": "CaseId,SessionId,ClientId,ParticipationCode\nF1,S1,K1,CLIENT\nF1,S1,K2,SUPPORT\nF1,S2,K1,CLIENT\n",
	"referrals.csv":       "CaseId,SessionId,ClientId,TypeCode,PurposeCodes\nF1,S1,K1,INTERNAL,PERSONAL;MENTAL\nF1,S1,K1,EXTERNAL,HOUSING\n",
	"assessments.csv": "CaseId,SessionId,ClientId,ScoreTypeCode,AssessmentPhaseCode,Scores\n" +
		"F1,S1,K1,CIRCUMSTANCES,PRE,FAMILY2;HOUSING3\nF1,S1,,GROUP,POST,GROUPSKILLS3\nF1,S1,K1,GOALS,PRE,KNOWLEDGE2\n",
}

// desk writes the tables, changed, into a folder.
func desk(t *testing.T, change map[string][]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range sheets {
		text = strings.NewReplacer(change[name]...).Replace(text)
		if text == "" {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func recordsOf(t *testing.T, file string) []dex.Record {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	r := dex.NewReader(bytes.NewReader(text), dex.ReaderOptions{})
	var out []dex.Record
	for {
		rec, err := r.Read()
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, rec)
	}
}

func TestFromCSV(t *testing.T) {
	want := []dex.Record{
		&dex.Client{ClientID: "K1", ConsentToProvideDetails: true, GivenName: dex.Some("Zara"), FamilyName: dex.Some("Quillfeather"), BirthDate: dex.NewDate(1987, 5, 14),
			Gender: "FEMALE", CountryOfBirth: "1101", LanguageSpokenAtHome: "1201", Origin: "NO", HasDisabilities: true, Disabilities: dex.Of("SENSORY", "PHYSICAL"),
			ResidentialAddress: dex.Address{AddressLine1: dex.Some("1, Test Street"), Suburb: "Hobart", State: "TAS", Postcode: "7000"}},
		&dex.Client{ClientID: "K2", Slk: dex.Some("XAPGN010119521"), BirthDate: dex.NewDate(1952, 1, 1), IsBirthDateAnEstimate: true, Gender: "MALE",
			CountryOfBirth: "0003", LanguageSpokenAtHome: "0002", Origin: "NOTSTATED", ResidentialAddress: dex.Address{Suburb: "Darwin", State: "NT", Postcode: "0800"}},
		&dex.Case{CaseID: "F1", OutletActivityID: 45012, UnidentifiedClients: 2, EndDate: dex.Some(dex.NewDate(2026, 6, 30)),
			Clients: dex.Of(dex.CaseClient{ClientID: "K1", ReferralSource: dex.Some("CENTRELINK"), ExitReason: dex.Some("MOVED"),
				Reasons: dex.Of(dex.Reason{Code: "FAMILY", IsPrimary: true}, dex.Reason{Code: "HOUSING"})}, dex.CaseClient{ClientID: "K2"}),
			Section60I: dex.Some(dex.Section60I{CertificateType: "GENUINE", DateIssued: dex.NewDate(2026, 4, 4)})},
		&dex.Session{SessionID: "S1", CaseID: "F1", Date: dex.NewDate(2026, 3, 3), ServiceTypeID: 5, UnidentifiedClients: 2, InterpreterPresent: dex.Some(true), TimeMinutes: dex.Some(60),
			Clients: dex.Of(dex.SessionClient{ClientID: "K1", Participation: "CLIENT", Referrals: dex.Of(
				dex.Referral{Type: "INTERNAL", Purposes: dex.Of("PERSONAL", "MENTAL")}, dex.Referral{Type: "EXTERNAL", Purposes: dex.Of("HOUSING")})},
				dex.SessionClient{ClientID: "K2", Participation: "SUPPORT"})},
		&dex.Session{SessionID: "S2", CaseID: "F1", Date: dex.NewDate(2026, 3, 4), ServiceTypeID: 5, ExtraItems: dex.Of("OTHER"),
			Clients: dex.Of(dex.SessionClient{ClientID: "K1", Participation: "CLIENT"})},
		&dex.SessionAssessment{CaseID: "F1", SessionID: "S1", Assessments: dex.Of(dex.Assessment{ScoreType: "GROUP", Phase: "POST", Scores: dex.Of("GROUPSKILLS3")})},
		&dex.ClientAssessment{ClientID: "K1", CaseID: "F1", SessionID: "S1", Assessments: dex.Of(
			dex.Assessment{ScoreType: "CIRCUMSTANCES", Phase: "PRE", Scores: dex.Of("FAMILY2", "HOUSING3")},
			dex.Assessment{ScoreType: "GOALS", Phase: "PRE", Scores: dex.Of("KNOWLEDGE2")})},
	}
	spreadsheet := map[string][]string{} // as a spreadsheet may write them
	for name := range sheets {
		spreadsheet[name] = []string{"\n", "\r\n", "CaseId,", "\uFEFFcaseid,"}
	}
	spreadsheet["clients.csv"] = []string{",true", ",TRUE", "false", "False"}
	spreadsheet["referrals.csv"] = []string{",", "\t"}
	spreadsheet["cases.csv"] = []string{",", ";", "\n", "\r\n", "GENUINE", " GENUINE "}
	spreadsheet["sessions.csv"] = []string{"OTHER\n", "OTHER\n,,,,,,,\n"}
	for name, change := range map[string]map[string][]string{"plain": nil, "of a spreadsheet": spreadsheet} {
		t.Run(name, func(t *testing.T) {
			dir, out := desk(t, change), t.TempDir()+"/new"
			code, text, errs := do(t, "", "fromcsv", dir, "-o", out, "-today", "2026-07-20", "-complete")
			file := filepath.Join(out, "dex-0001.xml")
			if code != cli.Good || !strings.HasPrefix(text, file) || !strings.Contains(errs, "2 clients, 1 case, 2 sessions, 1 session assessment, 1 client assessment") {
				t.Fatalf("%d %s %s", code, text, errs)
			}
			if diff := cmp.Diff(want, recordsOf(t, file)); diff != "" {
				t.Error(diff)
			}
			entries, err := os.ReadDir(out)
			if err != nil || len(entries) != 1 {
				t.Error(entries, err)
			}
			if code, _, errs := do(t, "", "fromcsv", dir, "-o", out); code != cli.Unknown || !strings.Contains(errs, "earlier run") {
				t.Errorf("written over: %d %s", code, errs)
			}
		})
	}
}

// TestFromCSVErrors: file, line and column of each kind of error; nothing is written.
func TestFromCSVErrors(t *testing.T) {
	for _, tt := range []struct {
		name, table string
		change      []string
		want        string
	}{
		{"a date", "clients.csv", []string{"1987-05-14", "14/05/1987"}, "clients.csv:2: BirthDate: error F-4 is not a date of the form 2006-01-02"},
		{"a code", "clients.csv", []string{"MALE,0003", "MAL,0003"}, "clients.csv:3: GenderCode: error CODE-1 is not a code of the list Gender; did you mean MALE?"},
		{"a lost zero", "clients.csv", []string{"0800", "800"}, "clients.csv:3: Postcode: error AD-1 is not 4 digits; correct it"},
		{"an empty cell", "clients.csv", []string{"Hobart", ""}, "clients.csv:2: Suburb: error AD-1 is mandatory and not there; add it"},
		{"one of a list", "clients.csv", []string{"PHYSICAL", "PHYSICS"}, "clients.csv:2: Disabilities: error CODE-1 is not a code of the list Disability; did you mean PHYSICAL?"},
		{"a line break", "clients.csv", []string{"1, Test Street", "1\nTest Street"}, "clients.csv:2: AddressLine1: error F-5 has a line break; write it in one line"},
		{"behind a line break", "clients.csv", []string{"1, Test Street", "1\nTest Street", "Darwin", ""}, "clients.csv:4: Suburb: error AD-1 is mandatory and not there; add it"},
		{"names without consent", "clients.csv", []string{"K2,XAPGN010119521,false,false,,", "K2,XAPGN010119521,false,false,Ann,"}, "clients.csv:3: GivenName: error CL-2 is not allowed without consent; leave the names out and send the linkage key"},
		{"a group", "cases.csv", []string{",2026-04-04", ","}, "cases.csv:2: DateIssued: error F-4 is mandatory and not there; add it"},
		{"a case's client", "case_clients.csv", []string{"K2", "K3"}, "case_clients.csv:3: ClientId: error REF-1 is not known; send the client before the case, or correct the id"},
		{"a reason", "case_clients.csv", []string{"HOUSING", "HOUSES"}, "case_clients.csv:2: OtherReasons: error CODE-1 is not a code of the list ReasonForAssistance"},
		{"the primary reason", "case_clients.csv", []string{"FAMILY", "FAMILE"}, "case_clients.csv:2: PrimaryReason: error CODE-1 is"},
		{"no primary reason", "case_clients.csv", []string{"FAMILY,HOUSING", ",HOUSING"}, "case_clients.csv:2: PrimaryReason: error CA-3 have not exactly one primary reason; set IsPrimary to true for one of them"},
		{"an orphan", "case_clients.csv", []string{"F1,K2", "F2,K2"}, "case_clients.csv:3: CaseId: error names what cases.csv does not have"},
		{"a session", "sessions.csv", []string{",60,", ",-60,"}, "sessions.csv:2: TimeMinutes: error SE-6 is negative; correct it"},
		{"a session twice", "sessions.csv", []string{"F1,S2", "F1,S1"}, "sessions.csv:3: SessionId: error ID-2 is in this case twice; number the sessions of a case differently"},
		{"an attendee", "session_clients.csv", []string{"SUPPORT", "SUPORT"}, "session_clients.csv:3: ParticipationCode: error CODE-1 is not a code of the list ParticipationType; did you mean SUPPORT?"},
		{"who is not in the case", "session_clients.csv", []string{"S2,K1", "S2,K4"}, "session_clients.csv:4: ClientId: error REF-3 is not attached to the case; add the client to it"},
		{"a referral", "referrals.csv", []string{"EXTERNAL", "INTERNAL"}, "referrals.csv:3: error SE-8"},
		{"a purpose", "referrals.csv", []string{"HOUSING", "HOUSE"}, "referrals.csv:3: PurposeCodes: error CODE-1 is not a code of the list ReferralPurpose"},
		{"a score", "assessments.csv", []string{"KNOWLEDGE2", "KNOWLEDGE6"}, "assessments.csv:4: Scores: error CODE-1 is not a code of the list ScoreCode"},
		{"a group's score", "assessments.csv", []string{"GROUP,POST", "GOALS,POST"}, "assessments.csv:3: ScoreTypeCode: error AS-1 is for the assessment of a client; a session takes a type for groups"},
		{"an assessment of nobody", "assessments.csv", []string{"F1,S1,K1,GOALS", "F1,S1,K9,GOALS"}, "assessments.csv:4: ClientId: error REF-4 did not attend the session; correct one of them"},
		{"no header", "cases.csv", []string{sheets["cases.csv"], "\n"}, "cases.csv:1: error the table is empty; its first row names the columns"},
		{"a missing column", "cases.csv", []string{"OutletActivityId", "EndDate", "EndDate", "Section60ICertificateTypeCode", "Section60ICertificateTypeCode", "AgBusinessTypeCode"}, "cases.csv:1: OutletActivityId: error is a column that the table must have"},
		{"an unknown column", "cases.csv", []string{"EndDate", "Ended"}, "cases.csv:1: error the 4th column is not one of this table"},
		{"a column twice", "cases.csv", []string{"EndDate", "DateIssued"}, "cases.csv:1: DateIssued: error is there twice"},
		{"too few cells", "cases.csv", []string{"F1,", ""}, "cases.csv:2: error has more or fewer cells than the first row"},
		{"a quotation mark", "cases.csv", []string{"GENUINE", `GEN"UINE`}, "cases.csv:2: error has a quotation mark that does not belong"},
		{"a quotation mark in the first cell", "cases.csv", []string{"F1", `F"1`}, "cases.csv:2: error has a quotation mark that does not belong"},
		{"a quotation mark without an end", "clients.csv", []string{"K2", `"K2`}, "clients.csv:3: error has a quotation mark that does not belong"},
		{"a control character", "clients.csv", []string{"Zara", "Za\x01ra"}, "clients.csv:2: GivenName: error has a character that a file cannot hold"},
		{"UTF-16", "clients.csv", []string{"ClientId", "\xFF\xFEC\x00l\x00"}, "clients.csv:1: error the table is UTF-16; save it as CSV UTF-8"},
		{"not UTF-8", "clients.csv", []string{"Zara", "Zo\xeb"}, "clients.csv:2: GivenName: error is not UTF-8; save the table as CSV UTF-8"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir, out := desk(t, map[string][]string{tt.table: tt.change}), t.TempDir()+"/new"
			code, text, errs := do(t, "", "fromcsv", dir, "-o", out, "-today", "2026-07-20", "-complete")
			if strings.Count(text, "\n") > 2 {
				t.Errorf("one mistake, and this follows: %s", text)
			}
			if code != cli.Faulty || !strings.Contains("\n"+text, "\n"+tt.want) || !strings.Contains(errs, "nothing was written") {
				t.Errorf("%d\n%s%s\nwant %s", code, text, errs, tt.want)
			}
			if _, err := os.Stat(out); err == nil {
				t.Error("something was written")
			}
		})
	}
}

func TestHeaders(t *testing.T) {
	dir := t.TempDir() + "/tables"
	code, out, _ := do(t, "", "fromcsv", "-headers", dir)
	if code != cli.Good || strings.Count(out, "\n") != 7 {
		t.Fatal(code, out)
	}
	// what was written can be read: it has no row yet
	if code, _, errs := do(t, "", "fromcsv", dir, "-o", dir+"/out"); code != cli.Faulty || !strings.Contains(errs, "nothing was written") {
		t.Error(code, errs)
	}
	if code, _, errs := do(t, "", "fromcsv", "-headers", dir); code != cli.Unknown || !strings.Contains(errs, "there already") {
		t.Errorf("written over: %d %s", code, errs)
	}
}

func TestSplit(t *testing.T) {
	// more records than one file takes
	dir := t.TempDir()
	in := filepath.Join(dir, "in.xml")
	f, err := os.Create(in)
	if err != nil {
		t.Fatal(err)
	}
	w := dex.NewWriter(f, dex.WriterOptions{})
	for range 40_000 {
		err := w.Write(&dex.Session{SessionID: "S1", CaseID: "F1", Date: dex.NewDate(2026, 3, 3), ServiceTypeID: 5, UnidentifiedClients: 2, InterpreterPresent: dex.Some(true)})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	f.Close()
	code, out, errs := do(t, "", "split", in, "-o", dir)
	files, err := filepath.Glob(dir + "/dex-*.xml")
	if code != cli.Good || err != nil || len(files) != 2 {
		t.Fatalf("%d %s %s: %v", code, out, errs, files)
	}
	n := 0
	for _, name := range files {
		info, err := os.Stat(name)
		if err != nil || info.Size() >= dex.MaxFile {
			t.Error(info.Size(), err)
		}
		n += len(recordsOf(t, name))
	}
	if n != 40_000 {
		t.Errorf("%d records", n)
	}
	// sections in another order are put into that of uploading
	family := sample(t, "02-individual-cases-sessions.xml")
	from, to := strings.Index(family, "  <Clients>"), strings.Index(family, "  <Cases>")
	moved := filepath.Join(dir, "moved.xml")
	if err := os.WriteFile(moved, []byte(strings.Replace(family[:from]+family[to:], "</DEXFileUpload>", family[from:to]+"</DEXFileUpload>", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	to2 := t.TempDir()
	if code, out, errs := do(t, "", "split", moved, "-o", to2); code != cli.Good {
		t.Fatal(code, out, errs)
	}
	if diff := cmp.Diff(recordsOf(t, samplesDir+"02-individual-cases-sessions.xml"), recordsOf(t, to2+"/dex-0001.xml")); diff != "" {
		t.Error(diff)
	}
	// what would be lost, or cannot be read, ends it, and leaves nothing
	for _, change := range [][]string{{"<Postcode>7000", "<Kettle/><Postcode>7000"}, {"1987-05-14", "14 May"}, {"</DEXFileUpload>", ""}} {
		bad := filepath.Join(dir, "bad.xml")
		if err := os.WriteFile(bad, []byte(strings.NewReplacer(change...).Replace(sample(t, "01-clients-only.xml"))), 0o600); err != nil {
			t.Fatal(err)
		}
		to := t.TempDir()
		if code, out, errs := do(t, "", "split", bad, "-o", to); code != cli.Faulty || out != "" || !strings.Contains(errs, "line ") {
			t.Errorf("%d %s %s", code, out, errs)
		}
		if left, err := os.ReadDir(to); err != nil || len(left) != 0 {
			t.Errorf("left: %v %v", left, err)
		}
	}
}

// TestTablesOfASchema: a loaded schema rules the nested tables too.
func TestTablesOfASchema(t *testing.T) {
	text, err := os.ReadFile("../../dex/testdata/dex-extended.xsd")
	if err != nil {
		t.Fatal(err)
	}
	const exit, source = `<xs:element name="ExitReasonCode" type="NonEmptyString" nillable="true" minOccurs="0"/>`, `<xs:element name="ReferralSourceCode" type="NonEmptyString" nillable="true" minOccurs="0"/>`
	xsd := filepath.Join(t.TempDir(), "moved.xsd")
	if err := os.WriteFile(xsd, []byte(strings.NewReplacer(exit, source, source, exit).Replace(string(text))), 0o600); err != nil {
		t.Fatal(err)
	}
	out := t.TempDir() + "/new"
	code, said, errs := do(t, "", "fromcsv", desk(t, nil), "-o", out, "-today", "2026-07-20", "-xsd", xsd)
	written, err := os.ReadFile(filepath.Join(out, "dex-0001.xml"))
	if code != cli.Good || err != nil {
		t.Fatal(code, said, errs, err)
	}
	if s := string(written); strings.Index(s, "<ExitReasonCode>") > strings.Index(s, "<ReferralSourceCode>") {
		t.Error("the order is not that of the schema")
	}
}
