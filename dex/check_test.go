package dex_test

import (
	stdcmp "cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/opencasework/casework/dex"
)

var today = dex.NewDate(2026, 7, 20)

// findings are what a check has found, in the order of the file.
func findings(t testing.TB, text string, opt dex.Options) []dex.Finding {
	t.Helper()
	var out []dex.Finding
	sum, err := dex.Check(strings.NewReader(text), opt, func(f dex.Finding) { out = append(out, f) })
	if err != nil {
		t.Fatal(err)
	}
	if sum.Errors+sum.Warnings != len(out) {
		t.Errorf("%d errors and %d warnings of %d findings", sum.Errors, sum.Warnings, len(out))
	}
	slices.SortStableFunc(out, func(a, b dex.Finding) int {
		return stdcmp.Or(stdcmp.Compare(a.Line, b.Line), stdcmp.Compare(a.Column, b.Column))
	})
	return out
}

type noted struct {
	line int
	rule string
}

// notes are the rules that the comments of a sample name, with their lines. A
// comment that names what else is wrong behind a semicolon stands for two.
func notes(text string) []noted {
	var out []noted
	pattern := regexp.MustCompile(`<!-- ([A-Z]+-[0-9]+) ([^>]*) -->`)
	for i, line := range strings.Split(text, "\n") {
		for _, m := range pattern.FindAllStringSubmatch(line, -1) {
			out = append(out, noted{i + 1, m[1]})
			if strings.Contains(m[2], ";") {
				out = append(out, noted{i + 1, m[1]})
			}
		}
	}
	return out
}

// TestSamples compares each sample with the findings that are noted in it.
func TestSamples(t *testing.T) {
	files, err := filepath.Glob("testdata/samples/*.xml")
	if err != nil || len(files) < 5 {
		t.Fatal("samples are missing", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			want := notes(string(text))
			var got []noted
			for _, f := range findings(t, string(text), dex.Options{Today: today}) {
				got = append(got, noted{f.Line, f.Rule})
				if f.Message == "" || f.Column < 1 || f.Section != "" && f.ID == "" {
					t.Errorf("incomplete finding %+v", f)
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("found %v, noted are %v", got, want)
			}
		})
	}
}

// TestFileRules are the rules about a file as a whole.
func TestFileRules(t *testing.T) {
	one := func(text, rule string) dex.Finding {
		t.Helper()
		got := findings(t, text, dex.Options{})
		if len(got) != 1 || got[0].Rule != rule || got[0].Severity != dex.Error {
			t.Fatalf("found %v, want one error %s", got, rule)
		}
		return got[0]
	}
	good := file(t, dex.WriterOptions{}, client(1))
	pad := func(n int) string {
		n -= len(good)
		return strings.Replace(good, "</Clients>", strings.Repeat("<!-- padding -->", n/16)+strings.Repeat(" ", n%16)+"</Clients>", 1)
	}
	one(pad(dex.MaxFile+1), "F-1")
	if got := findings(t, pad(dex.MaxFile), dex.Options{}); len(got) > 0 {
		t.Error(got)
	}
	one("\xFF\xFE<\x00", "F-3")
	one("<DEXFileUpload></DEXFileUpload>", "F-2")
	one(good[:300], "F-2")
	six := "<DEXFileUpload>"
	for _, s := range []string{"Clients", "Cases", "Sessions", "SessionAssessments", "ClientAssessments", "Outlets"} {
		six += "<" + s + "></" + s + ">"
	}
	rules := map[string]int{}
	for _, f := range findings(t, six+"</DEXFileUpload>", dex.Options{}) {
		rules[f.Rule]++
	}
	if rules["F-2"] != 1 || rules["F-4"] != 6 || len(rules) != 2 { // a sixth section, and none with a record
		t.Error(rules)
	}
	one("<DEXFileUpload><Clients></Clients></DEXFileUpload>", "F-4")
	one("<DEXFileUpload"+xsi+"><Clients xsi:nil='true'/></DEXFileUpload>", "F-4")
	if _, err := dex.Check(iotest.ErrReader(os.ErrPermission), dex.Options{}, func(dex.Finding) { t.Error("a finding of what cannot be read") }); err != os.ErrPermission {
		t.Error(err)
	}
	n := 0
	sum, err := dex.Check(&endless{}, dex.Options{MaxBytes: 12_000_000}, func(f dex.Finding) {
		if f.Rule == "F-1" {
			n++
		}
	})
	if err != nil || !sum.Stopped || n != 1 {
		t.Errorf("%+v %v: %d findings of the size", sum.Stopped, err, n)
	}
}

// TestNotRun: rules that need to be told something say so when they are not.
func TestNotRun(t *testing.T) {
	needs := func(opt dex.Options) map[string]int {
		sum, err := dex.Check(strings.NewReader(file(t, dex.WriterOptions{}, valid()...)), opt, func(f dex.Finding) { t.Error(f) })
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]int{}
		for _, n := range sum.NotRun {
			out[n.Rule]++
		}
		return out
	}
	all := needs(dex.Options{})
	for _, r := range dex.Rules() {
		if all[r.ID] != len(r.Needs) {
			t.Errorf("%s was %d times not run, and needs %v", r.ID, all[r.ID], r.Needs)
		}
	}
	rest := needs(dex.Options{Today: today, Period: dex.PeriodOf(dex.NewDate(2026, 6, 30)), Program: dex.OtherProgram, Complete: true, Activities: own.Activities,
		Uploaded: dex.Uploaded{Assessed: map[dex.CaseClientRef]bool{}}})
	if len(rest) > 0 {
		t.Errorf("not run, though told: %v", rest)
	}
}

// TestSectionsInAnyOrder: what is referred to may come later in the file.
func TestSectionsInAnyOrder(t *testing.T) {
	text := file(t, dex.WriterOptions{}, valid()...)
	from, to := strings.Index(text, "<Clients>"), strings.Index(text, "<Sessions>")
	text = text[:from] + text[to:strings.Index(text, "</DEXFile")] + text[from:to] + "</DEXFileUpload>"
	if got := findings(t, text, complete); len(got) > 0 {
		t.Error(got)
	}
}

// TestMessagesHoldNoValues: a finding names a record by its id, and says nothing
// else that the record holds.
func TestMessagesHoldNoValues(t *testing.T) {
	for _, tt := range ruleCases {
		p := newPack()
		tt.bad(p)
		for _, f := range findings(t, p.text(t), tt.opt) {
			for _, value := range []string{"Zara", "Quill", "1987", "UILAR", "Hobart", "9999", "2026", "Agender"} {
				if strings.Contains(f.Message+f.Path, value) {
					t.Errorf("%s says %q", f.Rule, f.Message)
				}
			}
		}
	}
}

// TestReadErrors matches lines of a report, here of an invented form, with what was sent.
func TestReadErrors(t *testing.T) {
	lines := report{{Severity: dex.Error, Section: "Client", ClientID: "K7001", CaseID: "F1", Message: "m"},
		{Severity: dex.Warning, CaseID: "F1", SessionID: "S1"}, {Severity: dex.Error, Message: "the file"}}
	got, err := dex.ReadErrors(&lines)
	if err != nil {
		t.Fatal(err)
	}
	v := valid()
	if len(got[dex.KeyOf(v[0])]) != 1 || len(got[dex.KeyOf(v[3])]) != 1 || len(got[dex.RecordKey{}]) != 1 || len(got) != 3 {
		t.Errorf("%+v", got)
	}
}

type report []dex.ErrorLine

func (r *report) Read() (dex.ErrorLine, error) {
	if len(*r) == 0 {
		return dex.ErrorLine{}, io.EOF
	}
	line := (*r)[0]
	*r = (*r)[1:]
	return line, nil
}

// texts checks files one after the other, and gives what is found in each.
func texts(t *testing.T, opt dex.Options, list ...string) [][]string {
	t.Helper()
	c := dex.NewChecker(opt)
	out := make([][]string, len(list))
	for i, text := range list {
		if _, err := c.Check(strings.NewReader(text), func(f dex.Finding) { out[i] = append(out[i], f.Rule+" "+f.Path) }); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// TestFilesInOrder: what one file brings is known to the next, and what is wrong
// between them is found where the second is.
func TestFilesInOrder(t *testing.T) {
	v := valid()
	one := func(r ...dex.Record) string { return file(t, dex.WriterOptions{}, r...) }
	c := v[2].(*dex.Case)
	opt := dex.Options{Today: today, Complete: true, Activities: []dex.Activity{{OutletActivityID: 45012, Program: dex.CHSP}}}
	got := texts(t, complete, one(v[:2]...), one(c), one(v[3:]...))
	if diff := cmp.Diff([][]string{nil, nil, nil}, got); diff != "" {
		t.Error(diff)
	}
	c.EndDate = dex.Some(dex.NewDate(2026, 1, 1))
	want := [][]string{nil, {}, {"CA-7 SessionDate"}}
	for _, client := range []string{"1", "2"} {
		for range 3 {
			want[1] = append(want[1], "CL-10 CaseClients/CaseClient["+client+"]/ClientId")
		}
	}
	if diff := cmp.Diff(want, texts(t, opt, one(v[:2]...), one(c), one(v[3]))); diff != "" {
		t.Error(diff)
	}
	// a file that was cut off leaves nothing behind that is said of the next one
	wrong := one(kase(1, "K7001"), meeting(1, "F1", "K7009"))
	got = texts(t, plainOptions, wrong[:len(wrong)-20], one(client(4)))
	if diff := cmp.Diff([][]string{{"F-2 "}, nil}, got); diff != "" {
		t.Error(diff)
	}
	// what was uploaded before is known, also when the files are complete otherwise
	known := dex.Options{Today: today, Complete: true, Uploaded: dex.Uploaded{Cases: map[string]bool{"F1": true}}}
	if diff := cmp.Diff([][]string{nil}, texts(t, known, one(v[3]))); diff != "" {
		t.Error(diff)
	}
	sum, err := dex.Check(strings.NewReader(one(v[3:]...)), known, func(dex.Finding) {})
	if err != nil || !slices.Contains(sum.NotRun, dex.NotRun{Rule: "REF-3", Needs: dex.NeedsRecords}) {
		t.Error(sum.NotRun, err)
	}
}

// TestOneMistakeOneFinding: a value that cannot be read is not judged further.
func TestOneMistakeOneFinding(t *testing.T) {
	for _, tt := range []struct {
		name   string
		opt    dex.Options
		change func(*pack)
		want   string
	}{
		{"year", plainOptions, func(p *pack) { arrived(2012, "May")(p); p.edit(">2012<", ">20x2<") }, "F-4"},
		{"primary", plainOptions, func(p *pack) {
			p.reasons("FAMILY", true, "HOUSING", false)
			p.edit("<IsPrimary>true", "<IsPrimary>Yes")
		}, "F-4"},
		{"score type", plainOptions, func(p *pack) { p.edit(">CIRCUMSTANCES<", ">CIRCUMSTANCE<") }, "CODE-1"},
		{"two empty codes", plainOptions, func(p *pack) {
			p.reasons("FAMILY", true, "HOUSING", false)
			p.edit(">FAMILY<", "><")
			p.edit(">HOUSING<", "><")
		}, "F-4 F-4"},
		{"name", plainOptions, func(p *pack) { p.a.Slk = dex.Some("UILAR140519872"); p.edit("<FamilyName>Q", "<FamilyName>\nQ") }, "F-5 F-5"}, // of both clients
		{"number", plainOptions, func(p *pack) { p.edit(">2</TotalNumber", ">two</TotalNumber") }, "F-4"},
		{"service type", own, func(p *pack) { p.s.ServiceTypeID = 99999 }, "SE-3"},
		{"consent", plainOptions, func(p *pack) { p.edit("<ConsentToProvideDetails>true", "<ConsentToProvideDetails>yes") }, "F-4 F-4"},
		{"long id", plainOptions, func(p *pack) {
			p.c.CaseID = strings.Repeat("F", 31)
			p.s.CaseID, p.group.CaseID, p.scores.CaseID = p.c.CaseID, p.c.CaseID, p.c.CaseID
		}, "ID-1"},
		{"satisfaction after", dex.Options{Today: today, Uploaded: dex.Uploaded{Assessed: map[dex.CaseClientRef]bool{}}}, scored("SATISFACTION POST SERVICELISTENED5"), ""},
		{"a period that has closed", dex.Options{Today: dex.NewDate(2026, 7, 31), Period: period.Period}, func(*pack) {}, "SE-2"},
		{"a period that is open", dex.Options{Today: dex.NewDate(2026, 7, 30), Period: period.Period}, func(*pack) {}, ""},
		{"sign", plainOptions, func(p *pack) { p.edit("<ServiceTypeId>5", "<ServiceTypeId>++5") }, "F-4"},
		{"attribute", plainOptions, func(p *pack) { p.edit("<CaseClients>", "<CaseClients id=\"1\">") }, "F-4"},
		{"attribute of a section", plainOptions, func(p *pack) { p.edit("<Cases>", "<Cases id=\"1\">") }, "F-4"},
		{"type", plainOptions, func(p *pack) { p.edit("<DEXFileUpload", "<DEXFileUpload xsi:type=\"a\"") }, "F-4"},
		{"place of a schema", plainOptions, func(p *pack) {
			p.edit("<DEXFileUpload", "<DEXFileUpload xsi:noNamespaceSchemaLocation=\"http://x/?a=1&amp;b=2\"")
		}, ""},
		{"text in a section", plainOptions, func(p *pack) { p.edit("<Cases>", "<Cases>oops") }, "F-4"},
		{"case with a name", plainOptions, func(p *pack) { x := kase(2, "K7001"); x.CaseID = "QUILLFEATHER-1"; p.more = append(p.more, x) }, "ID-4"},
		{"session with a birth date", plainOptions, func(p *pack) { x := meeting(2, "F1", "K7001"); x.SessionID = "S-14051987"; p.more = append(p.more, x) }, "ID-4"},
		{"a name within another word", plainOptions, func(p *pack) {
			x := client(3)
			x.ClientID, x.GivenName = "CLIENT-17", dex.Some("Lien")
			p.more = append(p.more, x)
		}, ""},
		{"a name with marks", plainOptions, func(p *pack) {
			x := client(3)
			x.ClientID, x.FamilyName = "Núñez7", dex.Some("Núñez")
			p.more = append(p.more, x)
		}, "ID-4"},
		{"home support, three missing", chsp, func(p *pack) { supported(p); x := client(1); x.ClientID = "K7003"; p.more = append(p.more, x) }, "CL-10 CL-10 CL-10"},
		{"advocacy in 2015", dex.Options{Today: today, Program: dex.NDAP, Schema: dex.Schema2015()}, func(*pack) {}, ""},
		{"an element of another name in a list", plainOptions, func(p *pack) {
			p.c.Clients.Items[1].Reasons = dex.Of(dex.Reason{Code: "FAMILY", IsPrimary: true}, dex.Reason{Code: "FAMILY"})
			p.edit("<CaseClients>", "<CaseClients><Foo/>")
		}, "F-4 CA-3"},
		{"of another name in assessments", plainOptions, func(p *pack) {
			scored("CIRCUMSTANCES PRE HOUSING2", "CIRCUMSTANCES POST HOUSING2 KNOWLEDGE2")(p)
			p.edit("<Assessments>", "<Assessments><Foo/>")
		}, "F-4 F-4 AS-3"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newPack()
			tt.change(p)
			var rules []string
			got := findings(t, p.text(t), tt.opt)
			for _, f := range got {
				rules = append(rules, f.Rule)
			}
			if s := strings.Join(rules, " "); s != tt.want {
				t.Errorf("found %q, want %q: %v", s, tt.want, got)
			}
		})
	}
}

// TestManyMistakes: a record with very many is checked at once, and says that
// there are more.
func TestManyMistakes(t *testing.T) {
	text := "<DEXFileUpload><Cases><Case>" + strings.Repeat("<a/>", 150_000) + "</Case></Cases></DEXFileUpload>"
	n := 0
	sum, err := dex.Check(strings.NewReader(text), dex.Options{}, func(dex.Finding) { n++ })
	if err != nil || n != 100 || sum.Unreported < 149_000 {
		t.Errorf("%d findings, %d more: %v", n, sum.Unreported, err)
	}
	big := kase(1)
	big.Clients.State = dex.Given
	for i := range 20_000 {
		big.Clients.Items = append(big.Clients.Items, dex.CaseClient{ClientID: fmt.Sprint("K", i), Reasons: dex.Of(dex.Reason{Code: "FAMILY", IsPrimary: true})})
	}
	if sum, err = dex.Check(strings.NewReader(file(t, dex.WriterOptions{}, big)), dex.Options{}, func(dex.Finding) {}); err != nil || sum.Errors > 0 || sum.Warnings != 20_000 {
		t.Errorf("%+v %v", sum, err)
	}
}
