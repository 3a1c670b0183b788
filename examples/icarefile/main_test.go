package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/opencasework/casework/examples/internal/cli"
)

const samplesDir = "../../icare/testdata/samples/"

func do(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	code = program.Run(cli.Streams{In: strings.NewReader(""), Out: &o, Err: &e}, args)
	return code, o.String(), e.String()
}

// changed is a sample with some texts replaced.
func changed(t *testing.T, sample string, change ...string) string {
	t.Helper()
	text, err := os.ReadFile(samplesDir + sample)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), sample)
	if err := os.WriteFile(name, []byte(strings.NewReplacer(change...).Replace(string(text))), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestCheck(t *testing.T) {
	samples, err := filepath.Glob(samplesDir + "*.csv")
	if err != nil || len(samples) != 8 {
		t.Fatal(err, samples)
	}
	code, out, errs := do(t, append([]string{"check", "-today", "2026-07-20"}, samples...)...)
	if code != cli.Good || out != "" || !strings.Contains(errs, "0 errors, 0 warnings") {
		t.Errorf("%d %s %s", code, out, errs)
	}
	bad := changed(t, "client_profile.csv", ",English,Yes", ",english,Yes", "416-555-0101", "4165550101")
	code, out, errs = do(t, "check", bad, "-today", "2026-07-20")
	want := bad + ": E4 warning R013 phone_no: write the telephone number as 000-000-0000\n" +
		bad + ": P4 error R009 official_language_id: this is not a label of the list of “Official Language of Preference”; choose one of the list; did you mean “English”?\n"
	if code != cli.Faulty || out != want || !strings.Contains(errs, "1 error, 1 warning") {
		t.Errorf("%d %s %s, want %s", code, out, errs, want)
	}
	code, out, _ = do(t, "check", "-format", "json", "-fr", bad)
	var got map[string]any
	if err := json.Unmarshal([]byte(strings.Split(out, "\n")[1]), &got); err != nil || code != cli.Faulty {
		t.Fatal(err, out)
	}
	for k, v := range map[string]any{"file": bad, "row": 4.0, "column": "official_language_id", "cell": "P4", "severity": "error", "rule": "R009", "suggestion": "English",
		"message": "ce n’est pas un libellé de la liste de « Official Language of Preference »; choisissez-en un de la liste"} {
		if got[k] != v || len(got) != 8 {
			t.Errorf("%s is %v, want %v", k, got[k], v)
		}
	}
	// files that are sent together know of each other
	code, out, _ = do(t, "check", samplesDir+"client_profile.csv", changed(t, "employment.csv", "10101010", "30303030"))
	if code != cli.Good || !strings.Contains(out, "R005 client_validation_id") {
		t.Errorf("%d %s", code, out)
	}
	if _, out, _ = do(t, "check", samplesDir+"information_orientation.csv", "-month", "2001-01"); !strings.Contains(out, "R146") {
		t.Error(out)
	}
}

// TestBooks: tables to workbooks and back, and into a workbook that was there.
func TestBooks(t *testing.T) {
	dir := t.TempDir()
	book, empty, filled := filepath.Join(dir, "book.xlsx"), filepath.Join(dir, "empty.xlsx"), filepath.Join(dir, "filled.xlsx")
	table := samplesDir + "employment.csv"
	if code, out, errs := do(t, "fromcsv", table, "-o", book); code != cli.Good {
		t.Fatal(out, errs)
	}
	if code, out, errs := do(t, "new", "employment", "-o", empty); code != cli.Good {
		t.Fatal(out, errs)
	}
	if code, out, errs := do(t, "fill", "-base", empty, "-in", table, "-o", filled); code != cli.Good {
		t.Fatal(out, errs)
	}
	_, want, _ := do(t, "tocsv", book)
	original, err := os.ReadFile(table)
	if err != nil || strings.TrimSpace(strings.ReplaceAll(string(original), "\r", "")) != strings.TrimSpace(want) {
		t.Errorf("%v: %s is not %s", err, want, original)
	}
	for _, file := range []string{book, filled} {
		code, out, errs := do(t, "check", "-template", "employment", "-today", "2026-07-20", file)
		if code != cli.Good || out != "" {
			t.Errorf("%d %s %s", code, out, errs)
		}
		if _, got, _ := do(t, "tocsv", file); got != want {
			t.Errorf("%s has other records", file)
		}
	}
	// nothing is written over, and nothing half
	if code, _, _ := do(t, "fromcsv", table, "-o", book); code != cli.Unknown {
		t.Error("a file was written over")
	}
	if code, _, errs := do(t, "fill", "-base", filled, "-in", table, "-o", filepath.Join(dir, "again.xlsx")); code != cli.Unknown || !strings.Contains(errs, "records already") {
		t.Error(errs)
	}
	if _, err := os.Stat(filepath.Join(dir, "again.xlsx")); err == nil {
		t.Error("a file was left")
	}
	// more than one workbook takes
	lines := strings.SplitN(strings.TrimSpace(string(original)), "\n", 2)
	many := filepath.Join(dir, "many.csv")
	if err := os.WriteFile(many, []byte(lines[0]+"\n"+strings.Repeat(strings.SplitN(lines[1], "\n", 2)[0]+"\n", 2501)), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := do(t, "fromcsv", many, "-o", filepath.Join(dir, "m.xlsx")); code != cli.Good || !strings.Contains(errs, "m-2.xlsx: 1 record\n") {
		t.Error(errs)
	}
}

func TestReturned(t *testing.T) {
	dir := t.TempDir()
	sent, back := filepath.Join(dir, "sent.xlsx"), filepath.Join(dir, "back.xlsx")
	if code, _, errs := do(t, "fromcsv", samplesDir+"client_profile.csv", "-o", sent); code != cli.Good {
		t.Fatal(errs)
	}
	if code, out, errs := do(t, "returned", sent); code != cli.Good || out != "" {
		t.Error(out, errs)
	}
	x, err := excelize.OpenFile(sent)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	if err := x.SetCellStr("iCARE Template", "A5", "[BUID:1,RID:,ORP:5/5,DTS:2018-08-07 10:05:04][1] (Client) Unable to validate. / (Client) Impossible de valider."); err != nil {
		t.Fatal(err)
	}
	if err := x.SaveAs(back); err != nil {
		t.Fatal(err)
	}
	code, out, errs := do(t, "returned", "-sent", sent, back)
	if want := back + ": row 5 (row 5 as sent): Client: Unable to validate.\n"; code != cli.Faulty || out != want || !strings.Contains(errs, "1 record of 2 records") {
		t.Errorf("%d %s %s, want %s", code, out, errs, want)
	}
}

func TestTemplates(t *testing.T) {
	if code, out, _ := do(t, "templates"); code != cli.Good || strings.Count(out, "\n") != 8 || !strings.Contains(out, "employment                   Employment Related Services: 69 columns, 9 mandatory\n") {
		t.Error(out)
	}
	if code, out, _ := do(t, "templates", "client_profile"); code != cli.Good || !strings.Contains(out, "D   client_birth_dt (date, mandatory) Date of Birth (YYYY-MM-DD)\n") {
		t.Error(out)
	}
	if code, out, _ := do(t, "templates", "-list", "yes_no"); code != cli.Good || out != "Yes\nNo\n" {
		t.Errorf("%q", out)
	}
	if code, _, errs := do(t, "templates", "-list", "nothing"); code != 2 || !strings.Contains(errs, "yes_no") {
		t.Error(code, errs)
	}
}

// TestNothingIsLostUnseen: what a command does not carry over it says, and ends with 1.
func TestNothingIsLostUnseen(t *testing.T) {
	dir := t.TempDir()
	whole := filepath.Join(dir, "whole.xlsx")
	if code, _, errs := do(t, "fromcsv", samplesDir+"client_profile.csv", "-o", whole); code != cli.Good {
		t.Fatal(errs)
	}
	x, err := excelize.OpenFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	if err := x.SetCellStr("iCARE Template", "E2", "phone"); err != nil {
		t.Fatal(err)
	}
	if err := x.SetCellInt("iCARE Template", "C4", 10101010); err != nil {
		t.Fatal(err)
	}
	renamed := filepath.Join(dir, "renamed.xlsx")
	if err := x.SaveAs(renamed); err != nil {
		t.Fatal(err)
	}
	code, out, errs := do(t, "tocsv", renamed)
	if code != cli.Faulty || !strings.Contains(out, "10101010") || !strings.Contains(errs, "E2 error R002") || !strings.Contains(errs, "C4 error R004") {
		t.Errorf("%d %s %s", code, out, errs)
	}
	returned := changed(t, "client_profile.csv", "\n,FOSS", "\nReturned.,FOSS")
	to := filepath.Join(dir, "again.xlsx")
	if code, _, errs = do(t, "fromcsv", returned, "-o", to); code != cli.Good || !strings.Contains(errs, "processing_details was left out") {
		t.Errorf("%d %s", code, errs)
	}
	many := filepath.Join(dir, "many.csv")
	if err := os.WriteFile(many, []byte("phone_no,city_txt,email_txt\n"+strings.Repeat("416-555-0101,Toronto,\n", 2600)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "m-2.xlsx"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, _ = do(t, "fromcsv", many, "-o", filepath.Join(dir, "m.xlsx")); code != cli.Unknown {
		t.Errorf("%d", code)
	}
	if _, err := os.Stat(filepath.Join(dir, "m.xlsx")); err == nil {
		t.Error("half of the files were written")
	}
}

// TestNewerEdition: a workbook that was downloaded tells the columns.
func TestNewerEdition(t *testing.T) {
	dir := t.TempDir()
	base, table, out := filepath.Join(dir, "base.xlsx"), filepath.Join(dir, "rows.csv"), filepath.Join(dir, "out.xlsx")
	if code, _, errs := do(t, "new", "client_profile", "-o", base); code != cli.Good {
		t.Fatal(errs)
	}
	x, err := excelize.OpenFile(base)
	if err != nil {
		t.Fatal(err)
	}
	for cell, v := range map[string]string{"R2": "gender_id", "R3": "Gender"} {
		if err := x.SetCellStr("iCARE Template", cell, v); err != nil {
			t.Fatal(err)
		}
	}
	if err := x.SetCellStr("LOV", "R3", "Female"); err != nil {
		t.Fatal(err)
	}
	if err := x.Save(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(table, []byte("client_validation_id,gender_id\n10101010,Femal\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := do(t, "fill", "-base", base, "-in", table, "-o", out); code != cli.Good {
		t.Fatalf("%d %s", code, errs)
	}
	if code, report, _ := do(t, "check", "-edition", base, out); code != cli.Faulty || !strings.Contains(report, "R4 error R009 gender_id: this is not a label of the list of “Gender”; choose one of the list; did you mean “Female”?") {
		t.Errorf("%d %s", code, report)
	}
	if code, report, _ := do(t, "templates", "-edition", base, "client_profile"); code != cli.Good || !strings.Contains(report, "R   gender_id (list client_profile.gender_id) Gender") {
		t.Errorf("%d %s", code, report)
	}
	if code, _, errs := do(t, "check", "-edition", table, out); code != cli.Unknown || errs == "" {
		t.Errorf("%d %s", code, errs)
	}
}

// TestCannot: what cannot be done ends with 2, says why, and writes nothing.
func TestCannot(t *testing.T) {
	ok, dir := samplesDir+"client_profile.csv", t.TempDir()
	other := filepath.Join(dir, "other.csv")
	if err := os.WriteFile(other, []byte("a,b\n1,2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	old := filepath.Join(dir, "old.xlsx")
	if err := os.WriteFile(old, []byte("\xD0\xCF\x11\xE0"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{}, {"nosuch"}, {"check"}, {"check", dir + "/none.xlsx"}, {"check", dir}, {"check", old}, {"check", other}, {"check", "-format", "xml", ok},
		{"check", "-today", "x", ok}, {"check", "-month", "June", ok}, {"check", "-template", "employment", ok}, {"check", "-template", "nosuch", ok}, {"new"}, {"new", "nosuch", "-o", dir + "/a.xlsx"},
		{"new", "employment"}, {"fill", "-in", ok, "-o", dir + "/a.xlsx"}, {"fill", "-base", old, "-in", ok, "-o", dir + "/a.xlsx"}, {"fromcsv"}, {"fromcsv", other, "-o", dir + "/a.xlsx"}, {"tocsv"}, {"tocsv", old},
		{"new", "employment", "-o", dir + "/a.txt"}, {"returned"}, {"returned", old}, {"templates", "nosuch"}, {"templates", "a", "b"}} {
		if code, out, errs := do(t, args...); code != cli.Unknown || out != "" || errs == "" {
			t.Errorf("%q: %d %q %q", args, code, out, errs)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 2 {
		t.Error(left, err)
	}
}
