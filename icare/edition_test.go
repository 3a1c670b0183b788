package icare_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/opencasework/casework/icare"
)

// newer is a profile's workbook as a later edition might be: without telephone,
// with another value in a list, with a new coded column and a new date.
func newer(t *testing.T) []byte {
	t.Helper()
	profile := icare.Builtin().Template("client_profile")
	x, err := excelize.OpenReader(bytes.NewReader(write(t, &icare.File{Template: profile})))
	if err != nil {
		t.Fatal(err)
	}
	set := func(sheet, cell, v string) {
		if err := x.SetCellStr(sheet, cell, v); err != nil {
			t.Fatal(err)
		}
	}
	for _, sheet := range []string{"iCARE Template", "LOV", "LOVIds"} {
		if err := x.RemoveCol(sheet, "E"); err != nil {
			t.Fatal(err)
		}
	}
	set("iCARE Template", "Q2", "gender_id")
	set("iCARE Template", "Q3", "Gender")
	set("LOV", "Q2", "Mandatory=true;")
	for i, v := range []string{"Female", "Male", "Another"} {
		set("LOV", fmt.Sprint("Q", 3+i), v)
		set("LOVIds", fmt.Sprint("Q", 3+i), fmt.Sprint(7+i))
	}
	set("iCARE Template", "R2", "landing_dt")
	set("iCARE Template", "R3", "Landing (YYYY-MM-DD)")
	set("LOV", "R2", "Mandatory=false;")
	set("LOV", "O6", "Bilingual") // of official_language_id
	set("LOVIds", "O6", "4")
	set("LOV", "C1", "2203")
	var b bytes.Buffer
	if err := x.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWithWorkbook(t *testing.T) {
	base := newer(t)
	spec, tpl, err := icare.Builtin().WithWorkbook(bytes.NewReader(base), int64(len(base)))
	if err != nil {
		t.Fatal(err)
	}
	if tpl != spec.Template("client_profile") || len(tpl.Columns) != 18 || tpl.Version != "2203" || len(spec.Templates) != 8 {
		t.Errorf("%+v", tpl)
	}
	gender, _ := tpl.Column("gender_id")
	landing, _ := tpl.Column("landing_dt")
	birth, _ := tpl.Column("client_birth_dt")
	if gender == nil || gender.Kind != icare.Code || !gender.Mandatory || landing == nil || landing.Kind != icare.Date || landing.Mandatory || birth.Kind != icare.Date || birth.Letter != "D" {
		t.Fatalf("%+v %+v %+v", gender, landing, birth)
	}
	if v, ok := spec.List(gender.List).Lookup("Male"); !ok || v.ID != "8" {
		t.Errorf("%+v", v)
	}
	table := "client_validation_type_id,client_validation_id,client_birth_dt,postal_txt,official_language_id,consent_ind,gender_id,landing_dt\n" +
		"FOSS/GCMS Client ID,10101010,1990-01-15,M5V2A1,Bilingual,Yes,Femal,2020-13-01\n"
	f, err := spec.ReadCSV("new.csv", strings.NewReader(table), nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	icare.Check([]*icare.File{f}, icare.Options{Spec: spec}, func(x icare.Finding) { got = append(got, x.Rule+" "+x.Cell+" "+x.Suggestion) })
	if want := []string{"R009 Q4 Female", "R010 R4 "}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if _, err := icare.Builtin().ReadCSV("new.csv", strings.NewReader(table), nil); err == nil {
		t.Error("the built-in edition takes columns that it does not have")
	}
	var filled bytes.Buffer
	if err := spec.FillWorkbook(&filled, base, f); err != nil {
		t.Fatal(err)
	}
	back, found, err := spec.ReadWorkbook("filled", bytes.NewReader(filled.Bytes()), int64(filled.Len()))
	if err != nil || len(found) > 0 || back.Fingerprint(&back.Records[0]) != f.Fingerprint(&f.Records[0]) {
		t.Error(err, found)
	}
	var own bytes.Buffer
	if err := spec.WriteWorkbook(&own, f); err != nil {
		t.Fatal(err)
	}
	if back, found, err = spec.ReadWorkbook("own", bytes.NewReader(own.Bytes()), int64(own.Len())); err != nil || len(found) > 0 || len(back.Records) != 1 {
		t.Error(err, found)
	}
	if icare.Builtin().Template("client_profile") == tpl || len(icare.Builtin().Template("client_profile").Columns) != 17 {
		t.Error("the built-in edition was changed")
	}
}

// TestWithTheSameWorkbook: a workbook of the known edition changes nothing.
func TestWithTheSameWorkbook(t *testing.T) {
	for _, tpl := range icare.Builtin().Templates {
		b := write(t, &icare.File{Template: tpl})
		spec, got, err := icare.Builtin().WithWorkbook(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			t.Fatal(err)
		}
		for i, c := range got.Columns {
			if want := tpl.Columns[i]; c.ID != want.ID || c.Kind != want.Kind || c.List != want.List || c.Mandatory != want.Mandatory || c.Label != want.Label {
				t.Errorf("%s: %+v, want %+v", tpl.Key, c, want)
			}
		}
		for i, r := range spec.Rules {
			if !slices.Equal(r.Templates, icare.Builtin().Rules[i].Templates) {
				t.Errorf("%s applies to %v", r.ID, r.Templates)
			}
		}
	}
}

func TestWithNoWorkbook(t *testing.T) {
	for name, tt := range map[string]struct {
		content []byte
		want    any
	}{
		"text":      {[]byte("text"), new(*icare.NotWorkbook)},
		"no title":  {book(t, `<row r="2">`+inline("A2", "x")+"</row>"), nil},
		"an id gap": {book(t, `<row r="1">`+inline("A1", "a\nb\nc")+`</row><row r="2">`+inline("A2", "x")+inline("C2", "y")+"</row>"), new(*icare.NotWorkbook)},
	} {
		_, _, err := icare.Builtin().WithWorkbook(bytes.NewReader(tt.content), int64(len(tt.content)))
		if tt.want == nil && !errors.Is(err, icare.ErrTemplate) || tt.want != nil && !errors.As(err, tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
