package dex_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opencasework/casework/dex"
)

// TestReaderIsTolerant: sections and elements in any order, comments, CDATA,
// references, blanks, a byte-order mark, nil, elements that are not known.
func TestReaderIsTolerant(t *testing.T) {
	text := "\xEF\xBB\xBF<?xml version='1.0' encoding='utf-8'?>\r\n<?other thing?><!-- a > comment -->" + `
<DEXFileUpload xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:i='http://www.w3.org/2001/XMLSchema-instance' i:noNamespaceSchemaLocation="x.xsd">
  <Sessions><Session>
    <CaseId>F&#49;</CaseId><!-- first --><SessionId><![CDATA[S<1>]]></SessionId>
    <Color>blue</Color>
    <SessionClients i:nil="true"/>
    <FeesCharged i:nil="1"></FeesCharged>
    <SessionDate> 2026-03-03Z </SessionDate><ServiceTypeId>
      +5
    </ServiceTypeId><TotalNumberOfUnidentifiedClients>0002</TotalNumberOfUnidentifiedClients>
    <InterpreterPresent>1</InterpreterPresent>
  </Session></Sessions>
  <Kettles><Kettle/></Kettles>
  <Clients ></Clients >
</DEXFileUpload>
<!-- the end -->
`
	want := &dex.Session{SessionID: "S<1>", CaseID: "F1", Date: dex.NewDate(2026, time.March, 3), ServiceTypeID: 5, UnidentifiedClients: 2,
		FeesCharged: dex.Null[dex.Decimal](), InterpreterPresent: dex.Some(true), Clients: dex.NullList[dex.SessionClient]()}
	for _, in := range []io.Reader{strings.NewReader(text), iotest.OneByteReader(strings.NewReader(text)), iotest.DataErrReader(strings.NewReader(text))} {
		r := dex.NewReader(in, dex.ReaderOptions{})
		got, err := r.Read()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(dex.Record(want), got); diff != "" {
			t.Error(diff)
		}
		if p := (dex.Position{Line: 4, Column: 13}); r.Pos() != p {
			t.Errorf("the record is at %v, want %v", r.Pos(), p)
		}
		if _, err := r.Read(); err != io.EOF {
			t.Error(err)
		}
		if diff := cmp.Diff(map[string]dex.Position{"Session/Color": {Line: 6, Column: 5}, "Kettles/Kettle": {Line: 14, Column: 12}}, r.Unknown); diff != "" {
			t.Error(diff)
		}
	}
}

const head = "<DEXFileUpload><Cases><Case>\n"

// TestRecordErrors: a record that cannot be read is named with its place, and
// the next is read.
func TestRecordErrors(t *testing.T) {
	good := file(t, dex.WriterOptions{}, kase(1, "K7001"), kase(2, "K7001"))
	for _, tt := range []struct{ name, old, new, path, problem string }{
		{"missing", "<OutletActivityId>45012</OutletActivityId>\n", "", "OutletActivityId", "is mandatory and not there; add it"},
		{"not a number", "45012", "many", "OutletActivityId", "is not a whole number, or too large a one; correct it"},
		{"too large", "45012", "4294967296", "OutletActivityId", "is not a whole number, or too large a one; correct it"},
		{"empty", "45012", " ", "OutletActivityId", "is empty; give a value"},
		{"twice", "<OutletActivityId>", "<OutletActivityId>1</OutletActivityId><OutletActivityId>", "OutletActivityId[2]", "is there twice; keep one"},
		{"empty list", "<CaseClient>\n<ClientId>K7001</ClientId>\n</CaseClient>\n", "", "CaseClients", "is empty; leave it out"},
		{"within", "<ClientId>K7001</ClientId>", "<ClientId><b/></ClientId>", "CaseClients/CaseClient[1]/ClientId", "holds elements; it is a plain value"},
		{"text between", "<CaseClient>", "<CaseClient>so", "CaseClients/CaseClient[1]", "text between elements; remove it"},
		{"line break", "K7001", "K\n7", "CaseClients/CaseClient[1]/ClientId", "has a line break; write it in one line"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := strings.Replace(good, tt.old, tt.new, 1)
			r := dex.NewReader(strings.NewReader(text), dex.ReaderOptions{})
			_, err := r.Read()
			var bad *dex.RecordError
			if !errors.As(err, &bad) || bad.Path != tt.path || bad.Problem != tt.problem || bad.ID != "F1" || bad.Section != "Case" || bad.Line < 4 {
				t.Fatalf("error %v, want %s: %s", err, tt.path, tt.problem)
			}
			if rec, err := r.Read(); err != nil || rec.ID() != "F2" {
				t.Errorf("the next is %v %v", rec, err)
			}
		})
	}
}

// TestSyntaxErrors: what is no DEX file gets one error with its place, soon.
func TestSyntaxErrors(t *testing.T) {
	laughs := `<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;">]><DEXFileUpload>&lol2;</DEXFileUpload>`
	for _, tt := range []struct {
		name, text, rule string
		line, column     int
		problem          string
	}{
		{"empty", "", "F-2", 1, 1, "the file is empty"},
		{"only blanks", " \n\n", "F-2", 3, 1, "no element"},
		{"cut off in an element", head + "<CaseId>F", "F-2", 2, 10, "cut off"},
		{"cut off in a tag", head + "<CaseId", "F-2", 2, 1, "cut off"},
		{"cut off in a comment", head + "<!-- ", "F-2", 2, 1, "cut off"},
		{"cut off in CDATA", head + "<CaseId><![CDATA[", "F-2", 2, 9, "cut off"},
		{"cut off in a reference", head + "<CaseId>&am", "F-2", 2, 9, "no reference"},
		{"wrong root", "<Clients/>", "F-2", 1, 1, "not DEXFileUpload"},
		{"second root", "<DEXFileUpload/><b/>", "F-2", 1, 17, "second element"},
		{"wrong end", head + "<CaseId>F</Case>", "F-2", 2, 10, "which is CaseId"},
		{"no start", "<DEXFileUpload/></a>", "F-2", 1, 17, "not opened"},
		{"UTF-16", "\xFF\xFE<\x00D\x00", "F-3", 1, 1, "UTF-16"},
		{"UTF-16 without a mark", "<\x00D\x00E\x00", "F-3", 1, 1, "UTF-16"},
		{"Latin-1", head + "<CaseId>Zo\xEB</CaseId>", "F-2", 2, 11, "not UTF-8"},
		{"control", head + "<CaseId>Zo\x01</CaseId>", "F-2", 2, 11, "XML cannot hold"},
		{"billion laughs", laughs, "F-2", 1, 22, "a document type is not taken"},
		{"external", `<!DOCTYPE DEXFileUpload SYSTEM "file:///etc/passwd"><DEXFileUpload/>`, "F-2", 1, 1, "a document type is not taken"},
		{"entity", head + "<CaseId>&nbsp;</CaseId>", "F-2", 2, 9, "XML does not define"},
		{"character of no text", head + "<CaseId>&#0;</CaseId>", "F-2", 2, 9, "XML does not define"},
		{"zip", "PK\x03\x04\x14\x00", "F-2", 1, 1, "compressed archive"},
		{"gzip", "\x1F\x8B\x08\x00", "F-2", 1, 1, "compressed archive"},
		{"a saved page", "<!doctype html>\n<html><head><meta></head>", "F-2", 1, 1, "web page"},
		{"html", "<html><body><p>Sign in</body></html>", "F-2", 1, 1, "not DEXFileUpload"},
		{"csv", "ClientId,Slk\nK1,\n", "F-2", 1, 1, "not XML"},
		{"namespace", `<DEXFileUpload xmlns="urn:x"/>`, "F-2", 1, 1, "namespace"},
		{"prefix", `<a:DEXFileUpload xmlns:a="urn:x"/>`, "F-2", 1, 1, "prefix"},
		{"attribute without quotes", `<DEXFileUpload version=1/>`, "F-2", 1, 1, "no quotes"},
		{"reference in an attribute", `<DEXFileUpload version="&b;"/>`, "F-2", 1, 1, "no reference"},
		{"declaration", `<?xml encoding="UTF-8"?><DEXFileUpload/>`, "F-2", 1, 1, "not well-formed"},
		{"declaration with more", `<?xml version="1.0" foo?><DEXFileUpload/>`, "F-2", 1, 1, "not well-formed"},
		{"attribute twice", `<DEXFileUpload xmlns:a="" xmlns:a=""/>`, "F-2", 1, 1, "twice"},
		{"nil that is no boolean", head + `<CaseId xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="yes"/>`, "F-2", 2, 1, "true or false"},
		{"prefix that is not declared", head + `<CaseId xsi:nil="true"/>`, "F-2", 2, 1, "not declared"},
		{"late declaration", "<!-- --><?xml version='1.0'?><DEXFileUpload/>", "F-2", 1, 9, "very beginning"},
		{"deep", strings.Repeat("<DEXFileUpload>", 70), "F-2", 1, 961, "64 deep"},
		{"] ] >", head + "<CaseId>]]></CaseId>", "F-2", 2, 9, "]]>"},
		{"characters count, not bytes", head + "<CaseId>漢字é</CaseId><a b></a>", "F-2", 2, 21, "no value"},
		{"long", head + "<CaseId>" + strings.Repeat("x", 2<<20), "F-2", 2, 9, "million"},
		{"long tag", head + "<" + strings.Repeat("x", 2<<20), "F-2", 2, 1, "million"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, in := range []io.Reader{strings.NewReader(tt.text), iotest.HalfReader(strings.NewReader(tt.text))} {
				r := dex.NewReader(in, dex.ReaderOptions{})
				var err error
				for err == nil {
					_, err = r.Read()
				}
				var bad *dex.SyntaxError
				if !errors.As(err, &bad) || bad.Rule != tt.rule || !strings.Contains(bad.Problem, tt.problem) || bad.Position != (dex.Position{Line: tt.line, Column: tt.column}) {
					t.Fatalf("error %v, want %s at %d:%d: %s", err, tt.rule, tt.line, tt.column, tt.problem)
				}
				if _, again := r.Read(); again != err {
					t.Error("another error afterwards", again)
				}
			}
		})
	}
}

// endless is a file that does not end.
type endless struct{ n int }

func (e *endless) Read(p []byte) (int, error) {
	const record = "<Case><CaseId>F1</CaseId></Case>\n"
	if e.n == 0 {
		e.n++
		return copy(p, "<DEXFileUpload><Cases>"), nil
	}
	n := 0
	for n+len(record) <= len(p) {
		n += copy(p[n:], record)
	}
	return n, nil
}

func TestLargeFile(t *testing.T) {
	r := dex.NewReader(&endless{}, dex.ReaderOptions{MaxBytes: 1 << 20})
	var err error
	var bad *dex.SyntaxError
	for !errors.As(err, &bad) {
		_, err = r.Read()
	}
	if bad.Rule != "F-1" {
		t.Error(err)
	}
	r = dex.NewReader(iotest.ErrReader(os.ErrPermission), dex.ReaderOptions{})
	if _, err := r.Read(); err != os.ErrPermission {
		t.Error(err)
	}
}

var tag = regexp.MustCompile(`<([A-Za-z]+)>`)

// mutate changes a file somewhere.
func mutate(r *rand.Rand, text []byte) []byte {
	out := bytes.Clone(text)
	for range 1 + r.IntN(4) {
		if len(out) < 10 {
			break
		}
		i, j := r.IntN(len(out)), r.IntN(len(out))
		i, j = min(i, j), max(i, j)
		switch r.IntN(8) {
		case 0:
			out = out[:j]
		case 1:
			out[i] ^= byte(1 << r.IntN(8))
		case 2:
			out = append(out[:i:i], out[min(j, i+r.IntN(60)):]...)
		case 3:
			out = append(out[:j:j], out[i:]...)
		case 4:
			out[i] = "<>&;/\"'= \n\x00\xff0"[r.IntN(13)]
		case 6: // an element that does not belong
			if at := bytes.IndexByte(out[i:], '>'); at >= 0 {
				out = append(out[:i+at+1:i+at+1], append([]byte("<Foo/>"), out[i+at+1:]...)...)
			}
		case 7: // another name for a pair of tags
			if m := tag.FindSubmatch(out[i:]); m != nil {
				for _, mark := range []string{"<", "</"} {
					out = bytes.Replace(out, []byte(mark+string(m[1])+">"), []byte(mark+"Foo>"), 1)
				}
			}
		case 5:
			out = append(out[:i:i], append([]byte(strings.Repeat("<a>", r.IntN(5))), out[i:]...)...)
		}
	}
	return out
}

// try reads and checks a text: it is read, or there is an error with a place.
func try(t testing.TB, text []byte) {
	r := dex.NewReader(bytes.NewReader(text), dex.ReaderOptions{})
	wellFormed := false
	for n := 0; ; n++ {
		rec, err := r.Read()
		var syntax *dex.SyntaxError
		var record *dex.RecordError
		switch {
		case err == io.EOF:
			wellFormed = true
		case errors.As(err, &syntax):
			if syntax.Line < 1 || syntax.Column < 1 || syntax.Problem == "" {
				t.Fatalf("an error without a place: %v", err)
			}
		case errors.As(err, &record):
			if record.Line < 1 || record.Column < 1 || record.Section == "" {
				t.Fatalf("an error without a place: %v", err)
			}
			continue
		case err != nil:
			t.Fatal(err)
		case rec == nil:
			t.Fatal("neither a record nor an error")
		default:
			continue
		}
		break
	}
	if wellFormed && !bytes.Contains(text, []byte("encoding")) { // encoding/xml takes it too
		d := xml.NewDecoder(bytes.NewReader(text))
		for {
			if _, err := d.Token(); err == io.EOF {
				break
			} else if err != nil && !strings.Contains(err.Error(), "unsupported version") {
				t.Fatalf("encoding/xml refuses what was read: %v", err)
			} else if err != nil {
				break
			}
		}
	}
	sum, err := dex.Check(bytes.NewReader(text), dex.Options{Today: today, Complete: true}, func(f dex.Finding) {
		if f.Line < 1 || f.Column < 1 || f.Message == "" || f.Rule == "" {
			t.Fatalf("an incomplete finding %+v", f)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if sum.Stopped == wellFormed {
		t.Fatalf("read to the end: %v; checked to the end: %v", wellFormed, !sum.Stopped)
	}
}

// TestMutations changes valid files at random.
func TestMutations(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	seeds := [][]byte{[]byte(file(t, dex.WriterOptions{}, valid()...))}
	for _, name := range samples(t) {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		seeds = append(seeds, text)
	}
	for range 3000 {
		try(t, mutate(r, seeds[r.IntN(len(seeds))]))
	}
}

func samples(t testing.TB) []string {
	files, err := filepath.Glob("testdata/samples/*.xml")
	if err != nil || len(files) < 5 {
		t.Fatal("samples are missing", err)
	}
	return files
}

func seed(f *testing.F) {
	for _, name := range samples(f) {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte(file(f, dex.WriterOptions{}, valid()...)))
	f.Add([]byte("\xEF\xBB\xBF<?xml version='1.0'?><DEXFileUpload><!-- --><Cases><Case xmlns:i='http://www.w3.org/2001/XMLSchema-instance' i:nil='1'/></Cases>&#x41;</DEXFileUpload>"))
}

func FuzzReader(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		r := dex.NewReader(bytes.NewReader(text), dex.ReaderOptions{})
		var records []dex.Record
		for {
			rec, err := r.Read()
			if err == nil {
				records = append(records, rec)
				continue
			}
			var bad *dex.RecordError
			if !errors.As(err, &bad) {
				break
			}
		}
		// what was read can be written, and read back
		for _, rec := range records {
			for _, schema := range []*dex.Schema{dex.Current(), dex.Schema2015()} {
				var b bytes.Buffer
				w := dex.NewWriter(&b, dex.WriterOptions{Schema: schema, Outlets: true})
				if err := w.Write(rec); err != nil {
					continue // of the other specification
				}
				if err := w.Close(); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff([]dex.Record{rec}, read(t, b.String())); diff != "" {
					t.Fatal(diff)
				}
			}
		}
	})
}

func FuzzCheck(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, text []byte) { try(t, text) })
}
