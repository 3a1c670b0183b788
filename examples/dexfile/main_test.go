package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opencasework/casework/examples/internal/cli"
)

const samplesDir = "../../dex/testdata/samples/"

// do runs the program.
func do(t *testing.T, in string, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	code = program.Run(cli.Streams{In: strings.NewReader(in), Out: &o, Err: &e}, args)
	return code, o.String(), e.String()
}

func sample(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(samplesDir + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestCheck(t *testing.T) {
	files, err := filepath.Glob(samplesDir + "0*.xml")
	if err != nil || len(files) < 4 {
		t.Fatal(err, files)
	}
	code, out, errs := do(t, "", append([]string{"check", "-today", "2026-07-20"}, files...)...)
	if code != cli.Good || out != "" || strings.Count(errs, "0 errors, 0 warnings") != len(files) || !strings.Contains(errs, "not checked without the reporting period: SE-2") {
		t.Errorf("%d %s %s", code, out, errs)
	}
	wrong := samplesDir + "90-schema-valid-but-wrong.xml"
	code, out, errs = do(t, "", "check", wrong, "-today=2026-07-20")
	first, _, _ := strings.Cut(out, "\n")
	if code != cli.Faulty || strings.Count(out, "\n") != 22 || !strings.Contains(errs, "19 errors, 3 warnings") ||
		first != wrong+":7:7: warning ID-4 Client Mocksworth-Bertrand: ClientId holds a name of a client; take an id that says nothing about the person" {
		t.Errorf("%d %s %s", code, out, errs)
	}
	code, out, _ = do(t, sample(t, "90-schema-valid-but-wrong.xml"), "check", "-format", "json", "-")
	if code != cli.Faulty {
		t.Error(code)
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	var got map[string]any
	if err := json.Unmarshal([]byte(lines[1]), &got); err != nil || len(lines) != 22 {
		t.Fatal(err, len(lines))
	}
	want := map[string]any{"file": "-", "line": 8.0, "column": 7.0, "severity": "error", "rule": "SLK-4", "section": "Client", "record": "Mocksworth-Bertrand",
		"path": "Slk", "message": "Slk ends with another digit than the gender gives; make the key again"}
	for k, v := range want {
		if got[k] != v || len(got) != len(want) {
			t.Errorf("%s is %v, want %v", k, got[k], v)
		}
	}
}

// TestCheckIsTold: each flag reaches the check.
func TestCheckIsTold(t *testing.T) {
	dir := t.TempDir()
	put := func(name, text string) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	family := sample(t, "02-individual-cases-sessions.xml")
	sessions := family[:strings.Index(family, "  <Clients>")] + family[strings.Index(family, "  <Sessions>"):]
	gender := put("ref.xml", `<DEXReferenceData><ReferenceDataItems CodeType="Gender"><Item><CodeValue>OTHER</CodeValue></Item></ReferenceDataItems></DEXReferenceData>`)
	for _, tt := range []struct {
		name, in string
		args     []string
		rules    string
	}{
		{"profile", sample(t, "04-extended-elements.xml"), []string{"-profile", "2015"}, "F-4"},
		{"today", family, []string{"-today", "2016-03-20"}, "CA-5 SE-2"},
		{"period", family, []string{"-period", "2016-01-01..2016-02-28"}, "SE-2"},
		{"period of a day", family, []string{"-period", "2016-07-01"}, "SE-2"},
		{"period that fits", family, []string{"-period", "2016-06-30", "-today", "2016-07-30"}, ""},
		{"assessed", strings.ReplaceAll(family, ">PRE<", ">POST<"), []string{"-assessed", put("assessed.csv", "CaseId,ClientId\nFAM-2016-0042,C-200009\n")}, "AS-6"},
		{"program", family, []string{"-program", "chsp"}, "CA-6 CL-10"},
		{"org", family, []string{"-org", put("org.csv", "outlet_activity_id,program,service_types\n45012,FAMILYLAW,5 7\n")}, "SE-3"},
		{"another org", family, []string{"-org", put("other.csv", "\uFEFFoutlet_activity_id,program,service_types\n45013,OTHER,\n")}, "CA-1"},
		{"ref", family, []string{"-ref", gender}, "CODE-1"},
		{"xsd", family, []string{"-xsd", "../../dex/testdata/dex-extended.xsd"}, ""},
		{"complete", sessions, []string{"-complete"}, "SE-1"},
		{"nothing known", sessions, nil, ""},
		{"cases", sessions, []string{"-cases", put("cases.txt", "FAM-2016-0041\n")}, "SE-1"},
		{"cases that are known", sessions, []string{"-cases", put("known.txt", "\uFEFFFAM-2016-0042\r\n\n")}, ""},
		{"clients", family[:strings.Index(family, "  <Clients>")] + family[strings.Index(family, "  <Cases>"):], []string{"-clients", put("clients.txt", "C-200001\n")}, "REF-1"},
		{"sessions", family[:strings.Index(family, "  <Clients>")] + family[strings.Index(family, "  <ClientAssessments>"):],
			[]string{"-sessions", put("sessions.csv", "CaseId,SessionId\nFAM-2016-0042,S-0001\n")}, "REF-2"},
		{"webservice", family, []string{"-webservice"}, "CA-3"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			code, out, errs := do(t, tt.in, append([]string{"check", "-format", "json", "-"}, tt.args...)...)
			var rules []string
			errors := false
			for line := range strings.Lines(out) {
				var f struct{ Rule, Severity string }
				if err := json.Unmarshal([]byte(line), &f); err != nil {
					t.Fatal(err)
				}
				rules = append(rules, f.Rule)
				errors = errors || f.Severity == "error"
			}
			slices.Sort(rules)
			if got := strings.Join(slices.Compact(rules), " "); got != tt.rules || (code == cli.Faulty) != errors || code == cli.Unknown {
				t.Errorf("%d found %q, want %q: %s %s", code, got, tt.rules, out, errs)
			}
		})
	}
}

// TestCannot: what cannot be done ends with 2, says why in a line, and writes nothing.
func TestCannot(t *testing.T) {
	dir := t.TempDir()
	org := filepath.Join(dir, "org.csv")
	if err := os.WriteFile(org, []byte("a,b\n1,2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ok := samplesDir + "01-clients-only.xml"
	for _, args := range [][]string{{}, {"chek"}, {"check"}, {"check", dir + "/none.xml"}, {"check", dir}, {"check", "-format", "csv", ok}, {"check", "-profile", "2014", ok},
		{"check", "-today", "20.7.2026", ok}, {"check", "-period", "2026-06-30..2026-01-01", ok}, {"check", "-program", "NDIS", ok}, {"check", "-org", org, ok},
		{"check", "-ref", ok, ok}, {"check", "-xsd", ok, ok}, {"check", "-nosuch", ok}, {"check", "-cases", dir + "/none", ok},
		{"slk"}, {"slk", "-birth", "1990-01-01"}, {"slk", "-birth", "1990-01-01", "-gender", "M"}, {"slk", "Ana", "-birth", "1990-01-01", "-gender", "MALE"},
		{"show"}, {"show", ok, ok}, {"show", dir + "/none.xml"}, {"split", ok}, {"split", "-o", dir}, {"split", ok, "-o", ok},
		{"fromcsv"}, {"fromcsv", dir, "-o", dir + "/out"}, {"fromcsv", dir + "/none", "-o", dir + "/out"}, {"fromcsv", ok, "-o", dir + "/out"}} {
		code, out, errs := do(t, "", args...)
		if code != cli.Unknown || out != "" || errs == "" {
			t.Errorf("%q: %d %q %q", args, code, out, errs)
		}
	}
	if _, err := os.Stat(dir + "/out"); err == nil {
		t.Error("a folder was made")
	}
	// the other files are checked all the same
	if code, _, errs := do(t, "", "check", dir+"/none.xml", ok); code != cli.Unknown || !strings.Contains(errs, "3 clients") {
		t.Error(code, errs)
	}
	for _, args := range [][]string{{"help"}, {"-help"}, {"check", "-help"}} {
		if code, out, errs := do(t, "", args...); code != cli.Good || !strings.Contains(out+errs, "Usage") {
			t.Errorf("%q: %d", args, code)
		}
	}
}

// TestNoDEXFile: one clear error, and quickly.
func TestNoDEXFile(t *testing.T) {
	for name, text := range map[string]string{
		"cut off":        sample(t, "01-clients-only.xml")[:900],
		"UTF-16":         "\xFF\xFE<\x00",
		"zip":            "PK\x03\x04",
		"page":           "<!DOCTYPE html><html></html>",
		"billion laughs": `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbb"><!ENTITY c "&b;&b;">]><DEXFileUpload>&c;</DEXFileUpload>`,
		"wrong root":     "<DexFileUpload/>",
		"nothing":        "",
	} {
		code, out, errs := do(t, text, "check", "-")
		if code != cli.Faulty || strings.Count(out, "\n") != 1 || !strings.Contains(errs, "1 error, 0 warnings; it could not be read to its end") {
			t.Errorf("%s: %d %s %s", name, code, out, errs)
		}
	}
	// a file with more findings than anybody reads
	code, out, errs := do(t, "<DEXFileUpload><Clients>"+strings.Repeat("<Client/>", 20_000)+"</Clients></DEXFileUpload>", "check", "-")
	if code != cli.Faulty || strings.Count(out, "\n") != mostListed || !strings.Contains(errs, "more are not listed") {
		t.Errorf("%d, %d lines, %s", code, strings.Count(out, "\n"), errs)
	}
	// a file of 2 GB, of which hardly anything is there
	large := filepath.Join(t.TempDir(), "large.xml")
	f, err := os.Create(large)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString("<DEXFileUpload><Clients>"); err != nil {
		t.Fatal(err)
	}
	if err := f.Truncate(2 << 30); err != nil {
		t.Fatal(err)
	}
	code, out, _ = do(t, "", "check", large)
	if code != cli.Faulty || strings.Count(out, "\n") != 1 {
		t.Errorf("%d %s", code, out)
	}
}

func TestSLK(t *testing.T) {
	code, out, errs := do(t, "", "slk", "-family", "De La Cruz", "-given", "Ana", "-birth", "1999-11-05", "-gender", "FEMALE")
	if code != cli.Good || out != "ELCNA051119992\n" || errs != "" {
		t.Error(code, out, errs)
	}
}

func TestShow(t *testing.T) {
	_, out, _ := do(t, "", "show", samplesDir+"02-individual-cases-sessions.xml")
	want := `2 clients, 1 case, 2 sessions, 2 client assessments
sessions from 2016-02-02 to 2016-03-21, attended 3 times by clients and 0 times by others
1 client without consent
outlet activity 45012: 1 case
`
	if out != want {
		t.Errorf("%s, want %s", out, want)
	}
	text := strings.Replace(sample(t, "03-community-group.xml"), "<SessionDate>2016-03-19</SessionDate>", "<SessionDate>19 March</SessionDate>", 1)
	text = strings.Replace(text, "<InterpreterPresent>", "<Colour>blue</Colour><InterpreterPresent>", 1)
	code, out, _ := do(t, text, "show", "-")
	want = `1 case, 1 session, 2 session assessments
sessions from 2016-03-20 to 2016-03-20, attended 0 times by clients and 85 times by others
outlet activity 45077: 1 case
1 record could not be read; dexfile check says why
an element that is not known, first at line 19, column 7: Session/Colour
`
	if code != cli.Good || out != want {
		t.Errorf("%d %s, want %s", code, out, want)
	}
}
