package icare_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/opencasework/casework/icare"
)

// sheets is a workbook with several sheets: name, state and rows of each.
func sheets(t *testing.T, of ...[3]string) []byte {
	t.Helper()
	list, targets := "", ""
	var parts []string
	for i, s := range of {
		list += fmt.Sprintf(`<sheet name="%s" state="%s" r:id="r%d"/>`, s[0], s[1], i)
		targets += fmt.Sprintf(`<Relationship Id="r%d" Target="worksheets/s%d.xml"/>`, i, i)
		parts = append(parts, fmt.Sprintf("xl/worksheets/s%d.xml", i), "<worksheet><sheetData>"+s[2]+"</sheetData></worksheet>")
	}
	return zipped(t, append(parts, "xl/workbook.xml", `<workbook xmlns:r="r"><sheets>`+list+"</sheets></workbook>",
		"xl/_rels/workbook.xml.rels", "<Relationships>"+targets+"</Relationships>"))
}

func rulesOf(list []icare.Finding) string {
	var out []string
	for _, f := range list {
		out = append(out, strings.TrimSpace(f.Rule+" "+f.Cell))
	}
	return strings.Join(out, ", ")
}

// TestSheets: the sheets that are shown come first, and records in another one
// are not overlooked.
func TestSheets(t *testing.T) {
	record := `<row r="4">` + inline("B4", "x") + "</row>"
	f, found, err := readBook(sheets(t, [3]string{"old", "hidden", heading("Client Profile")}, [3]string{"notes", "visible", ""}, [3]string{"new", "visible", heading("Client Profile") + record}))
	if err != nil || len(f.Records) != 1 || len(found) > 0 {
		t.Error(err, f, found)
	}
	f, found, err = readBook(sheets(t, [3]string{"one", "visible", heading("Client Profile") + record}, [3]string{"two", "visible", heading("Client Profile") + record}))
	if err != nil || len(f.Records) != 1 || rulesOf(found) != "R001" {
		t.Error(err, found)
	}
}

// TestCells: what cells hold is told apart, whichever way it is written.
func TestCells(t *testing.T) {
	styles := `<styleSheet><numFmts><numFmt numFmtId="170" formatCode="yyyy\-mm\-dd;@"/><numFmt numFmtId="171" formatCode="[Red]0&quot; days&quot;"/></numFmts>
		<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/><xf numFmtId="171"/></cellXfs></styleSheet>`
	row := `<row r="4"><c r="C4" t="s"><v>0</v></c><c r="D4" s="1"><v>32888</v></c><c r="E4" s="2"><v>59</v></c><c r="F4" s="3"><v>45000</v></c>` +
		`<c r="G4" t="b"><v>1</v></c><c r="H4" t="e"><v>#N/A</v></c><c r="I4" t="str"><v>a_x000D_b_x005F_x0041_</v></c><c r="J4" t="inlineStr"><is><r><t>ri</t></r><rPh><t>no</t></rPh><r><t>ch</t></r></is></c>` +
		`<c r="K4" t="inlineStr"><is><t>  </t></is></c><c r="L4"><f>A1</f><v></v></c><c r="M4" t="inlineStr"><is><t><![CDATA[<&]]>&#233;&#xE9;&amp;lt;</t></is></c></row>`
	f, found, err := readBook(book(t, heading("Client Profile")+row, "xl/styles.xml", styles, "xl/sharedStrings.xml", "<sst><si><t>shared</t></si></sst>"))
	if err != nil || len(found) > 0 || len(f.Records) != 1 {
		t.Fatal(err, found)
	}
	want := icare.Record{Row: 4, Values: []string{"", "", "shared", "1990-01-15", "1900-02-28", "45000", "TRUE", "#N/A", "a\rb_x0041_", "rich", "", "", "<&éé&lt;", "", "", "", ""},
		NotText: []icare.NotText{{3, icare.DateCell}, {4, icare.DateCell}, {5, icare.NumberCell}, {6, icare.BoolCell}, {7, icare.ErrorCell}, {11, icare.FormulaCell}}}
	if diff := cmp.Diff(want, f.Records[0]); diff != "" {
		t.Error(diff)
	}
	n := map[string]int{}
	icare.Check([]*icare.File{f}, icare.Options{}, func(x icare.Finding) { n[x.Column]++ })
	if n["client_birth_dt"] != 1 || n["street_nme"] != 0 {
		t.Errorf("findings by column %v", n) // one for each cell that is no text
	}
}

// TestNothingIsLostUnseen: values where the template has no column, and cells
// that moved, are told where they stand.
func TestNothingIsLostUnseen(t *testing.T) {
	_, found, err := readBook(book(t, heading("Client Profile")+`<row r="5">`+inline("R5", "lost")+inline("ZZ5", "lost")+"</row>"+`<row r="6">`+inline("R6", "lost")+"</row>"))
	if err != nil || rulesOf(found) != "R002 R5, R002 ZZ5" {
		t.Error(err, rulesOf(found))
	}
	moved := heading("Client Profile", "official_language_id", "postal_txt", "postal_txt", "official_language_id")
	f, _, err := readBook(book(t, moved+`<row r="4">`+inline("O4", "english")+"</row>"))
	if err != nil {
		t.Fatal(err)
	}
	icare.Check([]*icare.File{f}, icare.Options{}, func(x icare.Finding) {
		if x.Column == "official_language_id" && (x.Cell != "O4" || x.Suggestion != "English") {
			t.Errorf("%+v", x)
		}
	})
}

func TestNearest(t *testing.T) {
	for list, tests := range map[string][][2]string{
		"client_validation_type": {{"FOSS/GCMS", "FOSS/GCMS Client ID"}, {"foss/gcms client", "FOSS/GCMS Client ID"}, {"Temporary Resident or Minister's Permit", "Temporary Resident or Minister’s Permit Number"}},
		"institution_type":       {{"Settlement provider", "Settlement service provider"}, {"settlement servise provider", "Settlement service provider"}, {"Bank", ""}},
		"yes_no":                 {{"Y", "Yes"}, {"yes.", "Yes"}, {"oui", "Yes"}, {"Non", "No"}, {"maybe", ""}},
		"street_type":            {{"Allee", "Allée"}},
		"minutes_step_5":         {{"05", "5"}},
		"yes_no_unknown":         {{"unknown", "Unknown/Not sure"}},
	} {
		l := icare.Builtin().List(list)
		for _, tt := range tests {
			if got := l.Nearest(tt[0]); got != tt[1] {
				t.Errorf("%s: %q gives %q, want %q", list, tt[0], got, tt[1])
			}
		}
	}
}

// TestOneFindingForOneMistake: what is wrong in one way is said once.
func TestOneFindingForOneMistake(t *testing.T) {
	all := samples(t)
	profile := func(column, value string) []icare.Finding {
		f := *all[slices.IndexFunc(all, func(f *icare.File) bool { return f.Template.Key == "client_profile" })]
		r := f.Records[0]
		r.Values = slices.Clone(r.Values)
		r.Values[slices.IndexFunc(f.Template.Columns, func(c icare.Column) bool { return c.ID == column })] = value
		f.Records = []icare.Record{r}
		var out []icare.Finding
		icare.Check([]*icare.File{&f}, icare.Options{}, func(x icare.Finding) { out = append(out, x) })
		return out
	}
	for _, tt := range []struct{ column, value, rule, text string }{
		{"client_validation_id", "", "R008", "mandatory"},
		{"client_validation_id", "1234-5678", "R016", "8 or 10 digits"},
		{"client_birth_dt", "1990-01-15\u00a0", "R010", "blanks"},
		{"consent_ind", "yes", "R009", "list"},
		{"postal_txt", "m5v 2a1", "R011", "capitals"},
	} {
		got := profile(tt.column, tt.value)
		if len(got) != 1 || got[0].Rule != tt.rule || !strings.Contains(got[0].Message, tt.text) {
			t.Errorf("%s: %v", tt.column, got)
		}
	}
}

// TestAcrossFiles: parts of one month are looked at together.
func TestAcrossFiles(t *testing.T) {
	all := samples(t)
	f := all[slices.IndexFunc(all, func(f *icare.File) bool { return f.Template.Key == "employment" })]
	again := *f
	again.Name = "again.csv"
	n := 0
	icare.Check([]*icare.File{f, &again}, icare.Options{}, func(x icare.Finding) {
		if x.Rule == "R006" && x.File == "again.csv" && strings.Contains(x.Message, "another file") {
			n++
		}
	})
	if n != len(f.Records) {
		t.Errorf("R006 %d times", n)
	}
}

func TestCSVProblems(t *testing.T) {
	for _, tt := range []struct{ name, table, want string }{
		{"semicolons", "client_validation_type_id;client_validation_id\na;b\n", "commas"},
		{"UTF-16", "\xff\xfep\x00", "UTF-16"},
		{"a workbook", "PK\x03\x04", ".xlsx"},
		{"Windows-1252", "city_txt,province_id,phone_no,email_txt_ind\nMontr\xe9al,,,\n", "line 2: the text is not UTF-8"},
		{"labels", "Processing Details,Unique Identifier\n", "no template"},
		{"one id misspelt", "client_validation_type_id,client_validation_idd,client_birth_dt,phone_no\n", "column 2"},
		{"columns of several", "client_validation_type_id,client_validation_id\n", "say which is meant"},
		{"nothing", "", "empty"},
		{"one cell too many", "city_txt,phone_no,postal_txt\na,b,c,d\n", "line 2"},
	} {
		_, err := icare.Builtin().ReadCSV("t.csv", strings.NewReader(tt.table), nil)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
	f, err := icare.Builtin().ReadCSV("t.csv", strings.NewReader("\ufeffcity_txt,phone_no\n\nParis,\n , \n\"New\nYork\",x\n"), icare.Builtin().Template("client_profile"))
	if err != nil || len(f.Records) != 2 || f.Records[1].Row != 5 {
		t.Error(err, f)
	}
}

// TestUnwritable: the writers change nothing silently.
func TestUnwritable(t *testing.T) {
	profile := icare.Builtin().Template("client_profile")
	var base bytes.Buffer
	if err := icare.Builtin().WriteWorkbook(&base, &icare.File{Template: profile}); err != nil {
		t.Fatal(err)
	}
	for name, values := range map[string][]string{"too long": {"", strings.Repeat("x", 32_768)}, "a control character": {"", "a\x01"}, "no Unicode": {"", "\xff"}} {
		f := &icare.File{Template: profile, Records: []icare.Record{{Row: 4, Values: values}}}
		var bad *icare.BadText
		if err := icare.Builtin().WriteWorkbook(&bytes.Buffer{}, f); !errors.As(err, &bad) || bad.Cell != "B4" {
			t.Errorf("%s: %v", name, err)
		}
		if err := icare.Builtin().FillWorkbook(&bytes.Buffer{}, base.Bytes(), f); !errors.As(err, &bad) {
			t.Errorf("%s: %v", name, err)
		}
	}
	f := &icare.File{Template: profile, Records: []icare.Record{{Row: 4, Values: make([]string, 20)}}}
	if icare.Builtin().WriteWorkbook(&bytes.Buffer{}, f) == nil || icare.Builtin().FillWorkbook(&bytes.Buffer{}, base.Bytes(), f) == nil {
		t.Error("more values than columns were written")
	}
	f.Records[0].Values = []string{"", "x"} // fewer are
	var table bytes.Buffer
	if err := f.WriteCSV(&table); err != nil {
		t.Fatal(err)
	}
	got, err := icare.Builtin().ReadCSV("", &table, nil)
	if err != nil || got.Fingerprint(&got.Records[0]) != f.Fingerprint(&f.Records[0]) {
		t.Error(err)
	}
}

// TestFillKeepsStyles: a cell becomes text, and else stays as it was.
func TestFillKeepsStyles(t *testing.T) {
	profile := icare.Builtin().Template("client_profile")
	x, err := excelize.OpenReader(bytes.NewReader(write(t, &icare.File{Template: profile})))
	if err != nil {
		t.Fatal(err)
	}
	style, err := x.NewStyle(&excelize.Style{Font: &excelize.Font{Italic: true}, NumFmt: 14})
	if err != nil {
		t.Fatal(err)
	}
	if err := x.SetCellStyle("iCARE Template", "D4", "D5", style); err != nil {
		t.Fatal(err)
	}
	var base, out bytes.Buffer
	if err := x.Write(&base); err != nil {
		t.Fatal(err)
	}
	f := &icare.File{Template: profile, Records: []icare.Record{{Row: 4, Values: []string{"", "", "10101010", "1990-01-15"}}}}
	if err := icare.Builtin().FillWorkbook(&out, base.Bytes(), f); err != nil {
		t.Fatal(err)
	}
	if x, err = excelize.OpenReader(&out); err != nil {
		t.Fatal(err)
	}
	id, err := x.GetCellStyle("iCARE Template", "D4")
	if err != nil {
		t.Fatal(err)
	}
	if s, err := x.GetStyle(id); err != nil || s.NumFmt != 49 || s.Font == nil || !s.Font.Italic {
		t.Errorf("%+v %v", s, err)
	}
}

// TestParts: the records of each part have their rows there, so that what is
// returned is found.
func TestParts(t *testing.T) {
	f := &icare.File{Template: icare.Builtin().Template("client_profile")}
	for i := range 2600 {
		f.Records = append(f.Records, icare.Record{Row: icare.FirstRow + i, Values: []string{"", "t", fmt.Sprint(i)}})
	}
	second := f.Split()[1]
	if second.Records[0].Row != icare.FirstRow || f.Records[2500].Row != 2504 {
		t.Error(second.Records[0].Row, f.Records[2500].Row)
	}
	back := &icare.File{Template: f.Template, Records: []icare.Record{{Row: 4, Values: []string{"[BUID:1,RID:,ORP:5/100,DTS:] x", "t", "2501", "changed"}}}}
	if r := back.Rejections(second); len(r) != 1 || r[0].Sent == nil || r[0].Sent.Row != 5 {
		t.Errorf("%+v", r)
	}
}

func TestReturnedTolerances(t *testing.T) {
	for text, want := range map[string]icare.Returned{
		"[buid:7, rid:8, orp:4/5, dts:2018-08-07 10:05:04]":                    {Upload: "7", RecordID: "8", Row: 4, Rows: 5},
		"[BUID:7,ORP:99999999999999999999]":                                    {Upload: "7"},
		"[BUID:7,RID:,ORP:4/5,DTS:?][1] (Client) Wrong. /\n(Client) Faux.":     {Upload: "7", Row: 4, Rows: 5, Messages: []icare.Message{{Number: 1, Part: "Client", En: "Wrong.", Fr: "Faux."}}},
		"[BUID:7,RID:,ORP:4/5,DTS:2018-08-07 10:05:04][1] Wrong. / \u00a0Faux": {Upload: "7", Row: 4, Rows: 5, Messages: []icare.Message{{Number: 1, En: "Wrong.", Fr: "Faux"}}},
	} {
		got := icare.ParseReturned(text)
		got.Raw, got.At = "", want.At
		for i := range got.Messages {
			got.Messages[i].Raw = ""
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
	}
	f := &icare.File{Template: icare.Builtin().Template("client_profile"), Records: []icare.Record{{Row: 4, Values: []string{"   ", "t"}}}}
	if r := f.Rejections(nil); len(r) > 0 {
		t.Error("blanks are a rejection")
	}
}
