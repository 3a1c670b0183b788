package icare_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/opencasework/casework/icare"
)

func write(t testing.TB, f *icare.File) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := icare.Builtin().WriteWorkbook(&b, f); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func readBook(b []byte) (*icare.File, []icare.Finding, error) {
	return icare.Builtin().ReadWorkbook("book.xlsx", bytes.NewReader(b), int64(len(b)))
}

// TestWorkbook: what was written is read back, and has the funder's layout.
func TestWorkbook(t *testing.T) {
	for _, f := range samples(t) {
		t.Run(f.Template.Key, func(t *testing.T) {
			b := write(t, f)
			got, found, err := readBook(b)
			if err != nil || len(found) > 0 || got.Template != f.Template {
				t.Fatal(err, found)
			}
			if diff := cmp.Diff(f.Records, got.Records); diff != "" {
				t.Error(diff)
			}
			x, err := excelize.OpenReader(bytes.NewReader(b))
			if err != nil {
				t.Fatal(err)
			}
			defer x.Close()
			if diff := cmp.Diff([]string{"iCARE Template", "LOV", "LOVIds"}, x.GetSheetList()); diff != "" {
				t.Error(diff)
			}
			hidden := func(sheet string) bool { visible, err := x.GetSheetVisible(sheet); return err == nil && !visible }
			if hidden("iCARE Template") || !hidden("LOV") || !hidden("LOVIds") {
				t.Error("sheets are shown that are not, or the other way round")
			}
			if shown, err := x.GetRowVisible("iCARE Template", 2); err != nil || shown {
				t.Error("the row of ids is shown", err)
			}
			last := f.Template.Columns[len(f.Template.Columns)-1].Letter
			if m, err := x.GetMergeCells("iCARE Template"); err != nil || len(m) != 1 || m[0].GetEndAxis() != last+"1" {
				t.Error(m, err)
			}
			lists := 0
			for i, c := range f.Template.Columns {
				if v, _ := x.GetCellValue("iCARE Template", c.Letter+"3"); v != c.Label {
					t.Errorf("label %s is %q", c.Letter, v)
				}
				if v, _ := x.GetCellValue("LOV", c.Letter+"2"); v != fmt.Sprintf("Mandatory=%t;", c.Mandatory) {
					t.Errorf("mark %s is %q", c.Letter, v)
				}
				l := icare.Builtin().List(c.List)
				if l == nil || len(l.Values) == 0 {
					continue
				}
				lists++
				if v, _ := x.GetCellValue("LOV", fmt.Sprintf("%s%d", c.Letter, len(l.Values)+2)); v != l.Values[len(l.Values)-1].Label {
					t.Errorf("the last label of %s is %q", c.Letter, v)
				}
				style, err := x.GetCellStyle("iCARE Template", c.Letter+"3")
				if err != nil {
					t.Fatal(err)
				}
				s, err := x.GetStyle(style)
				if want := map[bool]string{true: "FFA500", false: "FFFFFF"}[c.Mandatory]; err != nil || s.Font == nil || s.Font.Color != want {
					t.Errorf("label %d has the style %+v", i, s.Font)
				}
			}
			if v, err := x.GetDataValidations("iCARE Template"); err != nil || len(v) != lists {
				t.Errorf("%d list validations, want %d: %v", len(v), lists, err)
			}
			style, _ := x.GetCellStyle("iCARE Template", "C2503")
			if s, err := x.GetStyle(style); err != nil || s.NumFmt != 49 {
				t.Error("the last prepared row is not text", err)
			}
		})
	}
}

// TestRandomRows go through xlsx and csv unchanged.
func TestRandomRows(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	letters := []rune("_x0041_abz AZ09.'-<>&\"é漢’–,;\n\t=+")
	for _, tpl := range icare.Builtin().Templates {
		f := &icare.File{Template: tpl}
		for row := range 20 {
			rec := icare.Record{Row: icare.FirstRow + row, Values: make([]string, len(tpl.Columns))}
			rec.Values[2] = fmt.Sprint("id", row)
			for i := range rec.Values {
				if l := icare.Builtin().List(tpl.Columns[i].List); l != nil && len(l.Values) > 0 && r.IntN(2) == 0 {
					rec.Values[i] = l.Values[r.IntN(len(l.Values))].Label
				} else if r.IntN(3) == 0 {
					var b strings.Builder
					for range 1 + r.IntN(20) {
						b.WriteRune(letters[r.IntN(len(letters))])
					}
					rec.Values[i] = "x" + b.String() + "x"
				}
			}
			f.Records = append(f.Records, rec)
		}
		got, found, err := readBook(write(t, f))
		if err != nil || len(found) > 0 {
			t.Fatal(err, found)
		}
		if diff := cmp.Diff(f.Records, got.Records); diff != "" {
			t.Error(tpl.Key, diff)
		}
		if !bytes.Equal(write(t, f), write(t, f)) {
			t.Error(tpl.Key, "two workbooks of the same records differ")
		}
		var table bytes.Buffer
		if err := f.WriteCSV(&table); err != nil {
			t.Fatal(err)
		}
		if got, err = icare.Builtin().ReadCSV("", &table, tpl); err != nil {
			t.Fatal(err)
		}
		for i := range got.Records {
			if diff := cmp.Diff(f.Records[i].Values, got.Records[i].Values); diff != "" {
				t.Error(tpl.Key, diff)
			}
		}
	}
}

// book is a workbook with one sheet of the rows given as XML.
func book(t *testing.T, rows string, parts ...string) []byte {
	t.Helper()
	return zipped(t, append(parts,
		"xl/workbook.xml", `<workbook xmlns:r="r"><sheets><sheet name="Any name" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml", "<worksheet><sheetData>"+rows+"</sheetData></worksheet>"))
}

// zipped is an archive of parts, each a name and its content.
func zipped(t *testing.T, parts []string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(parts); i += 2 {
		w, err := z.Create(parts[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(parts[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func inline(ref, text string) string {
	return fmt.Sprintf(`<c r="%s" t="inlineStr"><is><t>%s</t></is></c>`, ref, text)
}

// heading is the first three rows of the profile's template; change replaces ids.
func heading(title string, change ...string) string {
	tpl := icare.Builtin().Template("client_profile")
	ids, labels := "", ""
	for _, c := range tpl.Columns {
		ids += inline(c.Letter+"2", strings.NewReplacer(change...).Replace(c.ID))
		labels += inline(c.Letter+"3", strings.ReplaceAll(c.Label, "&", "&amp;"))
	}
	return `<row r="1">` + inline("A1", "Immigration\niCARE\n"+title+"\n") + `</row><row r="2" hidden="1">` + ids + `</row><row r="3">` + labels + "</row>"
}

// TestLayout: a workbook is known by its title and ids; what is wrong with them
// is found (R001, R002), and what cells hold that are no text (R004).
func TestLayout(t *testing.T) {
	rules := func(b []byte) (*icare.File, string) {
		t.Helper()
		f, found, err := readBook(b)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, x := range found {
			out = append(out, strings.TrimSpace(x.Rule+" "+x.Cell))
			if x.Message == "" || x.MessageFR == "" {
				t.Errorf("incomplete %+v", x)
			}
		}
		return f, strings.Join(out, ", ")
	}
	row := `<row r="4">` + inline("B4", "FOSS/GCMS Client ID") + `<c r="C4"><v>10101010</v></c><c r="D4" s="1"><v>32888</v></c><c r="E4" t="str"><f>1+1</f><v>2</v></c></row>`
	f, got := rules(book(t, heading("Client Profile")+row))
	if got != "" || len(f.Records) != 1 {
		t.Fatal(got, f.Records)
	}
	if diff := cmp.Diff(icare.Record{Row: 4, Values: append([]string{"", "FOSS/GCMS Client ID", "10101010", "32888", "2"}, make([]string, 12)...), NotText: []icare.NotText{{2, icare.NumberCell}, {3, icare.NumberCell}, {4, icare.FormulaCell}}}, f.Records[0]); diff != "" {
		t.Error(diff)
	}
	n := 0
	icare.Check([]*icare.File{f}, icare.Options{}, func(x icare.Finding) {
		if x.Rule == "R004" {
			n++
		}
	})
	if n != 3 {
		t.Errorf("R004 %d times", n)
	}
	whole := heading("Client Profile")
	withoutIDs := whole[:strings.Index(whole, `<row r="2"`)] + whole[strings.Index(whole, `<row r="3"`):]
	for _, tt := range []struct{ name, rows, want string }{
		{"another title", heading("Klient Profile"), "R001 A1"},
		{"a column renamed", heading("Client Profile", "phone_no", "phone"), "R002 E2, R002"},
		{"a label changed", strings.Replace(heading("Client Profile"), ">Phone Number<", ">Fax<", 1), "R002 E3"},
		{"no ids", withoutIDs, "R002 A2"},
		{"two columns changed places", heading("Client Profile", "phone_no", "email_txt", "email_txt_ind", "email_txt_ind", "email_txt", "phone_no"), "R002 E2, R002 E3"},
	} {
		if _, got := rules(book(t, tt.rows)); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
	// values are taken by the ids, wherever their columns stand
	f, _ = rules(book(t, heading("Client Profile", "phone_no", "email_txt", "email_txt_ind", "email_txt_ind", "email_txt", "phone_no")+`<row r="9">`+inline("E9", "one@example.org")+"</row>"))
	if got := f.Get(&f.Records[0], "email_txt"); got != "one@example.org" || f.Records[0].Row != 9 {
		t.Errorf("%q in row %d", got, f.Records[0].Row)
	}
}

// bomb names a part by many sheets, each another name of the same file.
func bomb(t *testing.T) []byte {
	t.Helper()
	sheets, targets := "", ""
	var parts []string
	for i := range 30 {
		sheets += fmt.Sprintf(`<sheet name="s%d" r:id="r%d"/>`, i, i)
		targets += fmt.Sprintf(`<Relationship Id="r%d" Target="s%d.xml"/>`, i, i)
		parts = append(parts, fmt.Sprintf("xl/s%d.xml", i), "<a>"+strings.Repeat("<b>"+strings.Repeat("x", 100_000)+"</b>", 50)+"</a>")
	}
	return zipped(t, append(parts, "xl/workbook.xml", `<workbook xmlns:r="r"><sheets>`+sheets+"</sheets></workbook>",
		"xl/_rels/workbook.xml.rels", "<Relationships>"+targets+"</Relationships>"))
}

// TestNoWorkbook: one clear error each.
func TestNoWorkbook(t *testing.T) {
	good := write(t, samples(t)[0])
	for _, tt := range []struct {
		name string
		file []byte
		want string
	}{
		{"nothing", nil, "empty"},
		{"old workbook", []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 more"), "(.xls)"},
		{"password", []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 " + strings.Join(strings.Split("EncryptedPackage", ""), "\x00") + "\x00"), "password"},
		{"text", []byte("processing_details,client"), "not a workbook"},
		{"cut off", good[:len(good)/2], "cannot be unpacked"},
		{"document", book(t, "", "word/document.xml", "<a/>"), "a document"},
		{"macros", book(t, heading("Client Profile"), "xl/vbaProject.bin", "x"), "macros"},
		{"not well-formed", book(t, "<row><c>"), "damaged"},
		{"no such text", book(t, `<row r="1"><c r="A1" t="s"><v>5</v></c></row>`), "damaged"},
		{"another workbook", book(t, `<row r="1">`+inline("A1", "Budget")+`</row><row r="4">`+inline("A4", "1")+"</row>"), "no template"},
		{"empty workbook", book(t, ""), "no template"},
		{"every row filled", book(t, heading("Client Profile")+strings.Repeat("<row>"+inline("", "x")+"</row>", 150_000)), "records"},
		{"packed many times", book(t, heading("Client Profile")+strings.Repeat("<!--"+strings.Repeat(" ", 100_000)+"-->", 1100)), "100 MB"},
		{"the same part many times", bomb(t), "100 MB"},
		{"nested without end", book(t, heading("Client Profile")+strings.Repeat("<a>", 1_000_000)), "damaged"},
		{"rows that go back", book(t, heading("Client Profile")+`<row r="9"/><row r="5"/>`), "damaged"},
		{"a row beyond all", book(t, heading("Client Profile")+`<row r="2000000000"/>`), "damaged"},
		{"a document type", book(t, `<!DOCTYPE a [<!ENTITY b "c">]>`), "damaged"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := readBook(tt.file)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
	// as many rows as a sheet has, and nothing in them
	f, _, err := readBook(book(t, heading("Client Profile")+strings.Repeat("<row/>", 1_048_573)))
	if err != nil || len(f.Records) != 0 {
		t.Error(err)
	}
}

// TestTooMany: a workbook takes 2,500 records; more are divided.
func TestTooMany(t *testing.T) {
	f := &icare.File{Template: icare.Builtin().Template("client_profile")}
	for i := range 6000 {
		f.Records = append(f.Records, icare.Record{Row: icare.FirstRow + i, Values: make([]string, 17)})
	}
	var large *icare.TooLarge
	if err := icare.Builtin().WriteWorkbook(&bytes.Buffer{}, f); !errors.As(err, &large) || large.Records != 6000 {
		t.Error(err)
	}
	parts := f.Split()
	if len(parts) != 3 || len(parts[0].Records) != 2500 || len(parts[2].Records) != 1000 {
		t.Errorf("%d parts", len(parts))
	}
}

// FuzzReadWorkbook is given the rows of a sheet, and the insides of the other
// parts that are read.
func FuzzReadWorkbook(f *testing.F) {
	f.Add(heading("Client Profile")+`<row r="4">`+inline("B4", "x")+`<c r="C4" t="s"><v>0</v></c><c r="D4" s="1"><v>45000</v></c></row>`,
		"<si><t>a_x000D_</t></si>", `<cellXfs><xf/><xf numFmtId="14"/></cellXfs>`, `<sheet name="a" r:id="r0"/><sheet name="b" state="hidden" r:id="r1"/>`)
	f.Add(`<row r="1"><c r="ZZZ1" t="s"><v>-1</v></c></row><row r="x"><c/></row>`, "<si/>", "", "")
	f.Fuzz(func(t *testing.T, rows, texts, styles, list string) {
		sheet := "<worksheet><sheetData>" + rows + "</sheetData></worksheet>"
		b := zipped(t, []string{"xl/workbook.xml", `<workbook xmlns:r="r"><sheets>` + list + "</sheets></workbook>", "xl/sharedStrings.xml", "<sst>" + texts + "</sst>",
			"xl/styles.xml", "<styleSheet>" + styles + "</styleSheet>", "xl/worksheets/sheet1.xml", sheet, "xl/worksheets/sheet2.xml", sheet,
			"xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="r0" Target="worksheets/sheet1.xml"/><Relationship Id="r1" Target="worksheets/sheet2.xml"/></Relationships>`})
		file, _, err := readBook(b)
		if err == nil && file.Template == nil {
			t.Fatal("neither a template nor an error")
		}
		if err == nil {
			icare.Check([]*icare.File{file}, icare.Options{}, func(icare.Finding) {})
			file.Rejections(file)
		}
		if _, tpl, err := icare.Builtin().WithWorkbook(bytes.NewReader(b), int64(len(b))); err == nil && len(tpl.Columns) == 0 {
			t.Fatal("a template without columns")
		}
	})
}

// BenchmarkWorkbook is 2,500 rows of the widest template.
func BenchmarkWorkbook(b *testing.B) {
	tpl := icare.Builtin().Template("lt_course_setup")
	f := &icare.File{Template: tpl}
	for i := range icare.MaxRecords {
		rec := icare.Record{Row: icare.FirstRow + i, Values: make([]string, len(tpl.Columns))}
		for j, c := range tpl.Columns {
			if l := icare.Builtin().List(c.List); l != nil && len(l.Values) > 0 {
				rec.Values[j] = l.Values[(i+j)%len(l.Values)].Label
			} else if c.Kind != icare.Result {
				rec.Values[j] = fmt.Sprintf("text %d", i)
			}
		}
		f.Records = append(f.Records, rec)
	}
	book := write(b, f)
	b.Run("write", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			write(b, f)
		}
	})
	b.Run("read and check", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			got, found, err := readBook(book)
			if err != nil || len(found) > 0 || len(got.Records) != icare.MaxRecords {
				b.Fatal(err, found)
			}
			icare.Check([]*icare.File{got}, icare.Options{}, func(icare.Finding) {})
		}
	})
}

// TestFillWorkbook: the parts of a workbook that was downloaded stay, and its
// cells get the records as texts.
func TestFillWorkbook(t *testing.T) {
	files := samples(t)
	profiles := files[0]
	empty := write(t, &icare.File{Template: profiles.Template})
	// as the funder's: list validations in the extension block, and a part of its own
	var base bytes.Buffer
	const block = `<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}" xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"><x14:dataValidations count="1"/></ext></extLst>`
	z, err := zip.NewReader(bytes.NewReader(empty), int64(len(empty)))
	if err != nil {
		t.Fatal(err)
	}
	out := zip.NewWriter(&base)
	for _, part := range z.File {
		text := readPart(t, part)
		if part.Name == "xl/worksheets/sheet1.xml" {
			text = strings.Replace(text, "</worksheet>", block+"</worksheet>", 1)
		}
		w, err := out.Create(part.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	var filled bytes.Buffer
	if err := icare.Builtin().FillWorkbook(&filled, base.Bytes(), profiles); err != nil {
		t.Fatal(err)
	}
	got, found, err := readBook(filled.Bytes())
	if err != nil || len(found) > 0 {
		t.Fatal(err, found)
	}
	if diff := cmp.Diff(profiles.Records, got.Records); diff != "" {
		t.Error(diff)
	}
	z, err = zip.NewReader(bytes.NewReader(filled.Bytes()), int64(filled.Len()))
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]string{}
	for _, part := range z.File {
		names[part.Name] = readPart(t, part)
	}
	if !strings.Contains(names["xl/worksheets/sheet1.xml"], "x14:dataValidations") || !strings.Contains(names["xl/worksheets/sheet1.xml"], "<dataValidation ") || names["xl/worksheets/sheet3.xml"] == "" {
		t.Error("a part of the base is gone")
	}
	for _, tt := range []struct {
		base []byte
		want string
	}{
		{filled.Bytes(), "has records already, the first in row 4"}, {write(t, &icare.File{Template: files[1].Template}), "of the template"},
		{book(t, heading("Client Profile", "phone_no", "phone")), "other columns"}, {nil, "empty"}, {book(t, ""), "no template"},
	} {
		var w bytes.Buffer
		if err := icare.Builtin().FillWorkbook(&w, tt.base, profiles); err == nil || !strings.Contains(err.Error(), tt.want) || w.Len() > 0 {
			t.Errorf("error %v, want %q", err, tt.want)
		}
	}
}

func readPart(t *testing.T, f *zip.File) string {
	t.Helper()
	r, err := f.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var b bytes.Buffer
	if _, err := b.ReadFrom(r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
