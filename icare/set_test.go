package icare_test

import (
	"testing"

	"github.com/opencasework/casework/icare"
)

// A program sets values by the ids of columns, and findings name the cells that the
// records get, though none of them was read from a workbook.
func TestSet(t *testing.T) {
	tpl := icare.Builtin().Template("client_profile")
	f := &icare.File{Name: "made", Template: tpl, Records: make([]icare.Record, 2)}
	for i := range f.Records {
		r := &f.Records[i]
		for column, value := range map[string]string{"client_validation_type_id": "FOSS/GCMS Client ID", "client_validation_id": "12345678", "phone_no": "four one six"} {
			if err := f.Set(r, column, value); err != nil {
				t.Fatal(err)
			}
		}
		if got := f.Get(r, "client_validation_id"); got != "12345678" {
			t.Errorf("it is %q", got)
		}
	}
	if err := f.Set(&f.Records[0], "shoe_size", "43"); err == nil {
		t.Error("a column was set that there is not")
	}
	phone, _ := tpl.Column("phone_no")
	want := map[string]bool{phone.Letter + "4": true, phone.Letter + "5": true}
	icare.Check([]*icare.File{f}, icare.Options{Today: "2026-07-20"}, func(x icare.Finding) {
		if x.Row != 4 && x.Row != 5 {
			t.Errorf("row %d in %s", x.Row, x)
		}
		if x.Column == "phone_no" {
			delete(want, x.Cell)
		}
	})
	if len(want) > 0 {
		t.Errorf("no finding names %v", want)
	}
	f.Records[1].Values = append(f.Records[1].Values, make([]string, 100)...)
	f.Records[1].Values[90] = "more"
	n := 0
	icare.Check([]*icare.File{f}, icare.Options{Today: "2026-07-20"}, func(x icare.Finding) {
		if x.Rule == "R002" && x.Row == 5 {
			n++
		}
	})
	if n != 1 {
		t.Errorf("values beyond the template are %d findings", n)
	}
}
