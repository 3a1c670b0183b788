package icareexport_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/opencasework/casework/adapters/icareexport"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/forms"
	"github.com/opencasework/casework/forms/catalog"
	"github.com/opencasework/casework/icare"
	"github.com/opencasework/casework/session"
	"github.com/opencasework/casework/session/export"
)

func format(t *testing.T) *icareexport.Format {
	t.Helper()
	f, err := icareexport.New(catalog.Registry(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestKindsAreInTheOrderOfSending(t *testing.T) {
	var got []string
	for _, k := range format(t).Kinds() {
		if got = append(got, k.Key); !k.Title.Complete() || k.First != 4 || k.Most != 2500 || k.Clients != (k.Key == "client_profile") {
			t.Errorf("%+v", k)
		}
	}
	want := []string{"client_profile", "needs_assessment_referrals", "community_connections", "information_orientation", "employment"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("XPT-04 XPT-05: %s", diff)
	}
}

// every is the registry with a change to one form.
func every(t *testing.T, key string, change func(d *forms.Definition)) (*icareexport.Format, error) {
	t.Helper()
	defs := catalog.Definitions()
	for i := range defs {
		if defs[i].Key == key {
			for j := range defs[i].Sections {
				defs[i].Sections[j].Fields = append([]forms.Field(nil), defs[i].Sections[j].Fields...)
			}
			change(&defs[i])
		}
	}
	r, err := forms.NewRegistry(catalog.Lists(), defs...)
	if err != nil {
		t.Fatal(err)
	}
	return icareexport.New(r, nil)
}

func field(d *forms.Definition, key string) *forms.Field {
	for i := range d.Sections {
		for j := range d.Sections[i].Fields {
			if d.Sections[i].Fields[j].Key == key {
				return &d.Sections[i].Fields[j]
			}
		}
	}
	return nil
}

// A definition that does not feed the funder's file as it is to be fed is found
// out when the format is made, not when a month is due.
func TestTheMappingIsWhole(t *testing.T) {
	for _, tt := range []struct {
		name, form string
		change     func(d *forms.Definition)
		want       string
	}{
		{"nothing feeds a mandatory column", "io", func(d *forms.Definition) { field(d, "end").Codes = nil }, "nothing feeds the mandatory column end_dttm"},
		{"a column that is not there", "io", func(d *forms.Definition) { field(d, "end").Codes = forms.Codes{"icare": "end_dt"} }, "end_dt"},
		{"two feed a column", "io", func(d *forms.Definition) { field(d, "end").Codes = forms.Codes{"icare": "start_dttm"} }, "two sources"},
		{"a label that the list does not have", "employment", func(d *forms.Definition) {
			f := field(d, "intervention")
			f.Options = append([]forms.Option(nil), f.Options...)
			f.Options[1].Codes = forms.Codes{"icare": "Short term"}
		}, "short_term"},
		{"an unknown template", "io", func(d *forms.Definition) { d.Files = forms.Codes{"icare": "orientation"} }, "no template orientation"},
		{"an unknown source", "io", func(d *forms.Definition) {
			d.Fixed = map[string]forms.Codes{"icare": {"client_birth_dt": "client.birthday"}}
		}, "client.birthday"},
		{"a kind that no column takes", "io", func(d *forms.Definition) { field(d, "comments").Codes = forms.Codes{"icare": "media_given_ind"} }, "comments"},
	} {
		t.Run("XPT-01 XPT-03 "+tt.name, func(t *testing.T) {
			if _, err := every(t, tt.form, tt.change); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want %q", err, tt.want)
			}
		})
	}
	// every label of every list that feeds a column is the funder's
	seen := 0
	r := catalog.Registry()
	for _, d := range catalog.Definitions() {
		template := icare.Builtin().Template(d.Files[icareexport.System])
		if template == nil {
			continue
		}
		for _, f := range d.Fields() {
			c, ok := template.Column(f.Codes[icareexport.System])
			if !ok || f.Kind != forms.Choice {
				continue
			}
			options := f.Options
			if l, ok := r.List(f.List); ok {
				options = l.Options
			}
			list := icare.Builtin().List(c.List)
			for _, o := range options {
				if _, known := list.Lookup(o.Codes[icareexport.System]); !known && o.Key != "referral_only" {
					t.Errorf("%s %s %s: no label of %s", d.Key, f.Key, o.Key, c.List)
				}
				seen++
			}
		}
	}
	if seen < 900 {
		t.Errorf("%d options were looked at", seen)
	}
}

func client() *casemgmt.Client {
	yes := true
	return &casemgmt.Client{Number: 7, Kind: casemgmt.Named, Profile: casemgmt.Profile{Given: "Amina", Family: "Okafor", BirthDate: civil.Date{Year: 1990, Month: 1, Day: 15},
		Identifiers: []casemgmt.Identifier{{Kind: "permit", Value: "F1234567"}}, Phones: []string{"+1 (416) 555-0101"}, Email: "a@example.org", Settlement: casemgmt.Settlement{OfficialLanguage: "unknown"}, ResearchConsent: &yes,
		Address: casemgmt.Address{StreetNumber: "12", StreetName: "Harbour", StreetType: "street", Direction: "north", Unit: "3", City: "Toronto", Region: "on", PostalCode: "M5J2N8"}}}
}

// cells are the body of a record.
func cells(r export.Record) []string {
	var out []string
	_ = json.Unmarshal(r.Body, &out)
	return out
}

func TestProfile(t *testing.T) {
	check := format(t).Begin(export.Period{Today: civil.Date{Year: 2025, Month: 6, Day: 15}})
	r := check.Client(client())
	want := []string{"", "Temporary Resident or Minister’s Permit Number", "F1234567", "1990-01-15", "416-555-0101", "Yes", "a@example.org", "12", "Harbour", "Street", "N - North", "3",
		"Toronto", "Ontario", "M5J2N8", "Unknown/No preference", "Yes"}
	if diff := cmp.Diff(want, cells(r)); diff != "" {
		t.Errorf("XPT-03 XPT-09: %s", diff)
	}
	if len(r.Findings) > 0 {
		t.Errorf("%v", r.Findings)
	}
	c := client()
	c.Profile.Identifiers, c.Profile.Settlement.OfficialLanguage, c.Profile.ResearchConsent = nil, "", nil
	r = check.Client(c)
	fields := map[string]bool{}
	for _, f := range r.Findings {
		if fields[f.Field] = true; f.Severity != fault.Error || !f.Message.Complete() || !f.Label.Complete() {
			t.Errorf("%+v", f)
		}
	}
	if diff := cmp.Diff(map[string]bool{"/profile/identifiers": true, "/profile/settlement/official_language": true, "/profile/research_consent": true}, fields); diff != "" {
		t.Errorf("XPT-02: %s", diff)
	}
}

func input() export.Input {
	return export.Input{Client: client(), Session: &session.Session{}, Site: &casemgmt.Site{Address: casemgmt.Address{PostalCode: "M5V2A1"}},
		Form: &session.Form{Kind: "io", Definition: 1, Content: session.Content{Answers: forms.Answers{"arrival": "post", "start": "2025-06-15", "end": "2025-06-15", "language": "english",
			"official_language": "french", "received": "one_on_one", "topic_housing_given": true, "referred_by": "not_referred", "institution": "settlement_provider", "hours": 1.0,
			"minutes": 0.0, "skills_received": false, "life_received": false, "support_received": true, "childminding": true,
			"children": []any{map[string]any{"age": "infant", "care": "short_term"}, map[string]any{"age": "toddler", "care": "long_term"}}, "update_reason": "amend"}}}}
}

func TestService(t *testing.T) {
	f := format(t)
	get := func(r export.Record, column string) string {
		file := &icare.File{Template: icare.Builtin().Template(r.Kind)}
		return file.Get(&icare.Record{Values: cells(r)}, column)
	}
	check := f.Begin(export.Period{Today: civil.Date{Year: 2025, Month: 6, Day: 15}, From: civil.Date{Year: 2025, Month: 6, Day: 1}, To: civil.Date{Year: 2025, Month: 6, Day: 30}})
	r := check.Service(input())
	for column, want := range map[string]string{"postal_cd": "M5V2A1", "service_official_language_id": "French", "topic_housing_given_ind": "Yes", "topic_law_given_ind": "",
		"orientation_length_hours_no": "1", "orientation_length_minutes_no": "0", "training_received_service_ind": "No", "update_record_id": "", "assessment_update_reason_id": "",
		"childminding_NewcomerChildren[2]childminding_type_id": "Long term", "childminding_NewcomerChildren[3]childminding_type_id": ""} {
		if got := get(r, column); got != want {
			t.Errorf("XPT-09 %s is %q, want %q", column, got, want)
		}
	}
	if r.Bad() {
		t.Errorf("%+v", r.Findings)
	}
	in := input()
	in.Amends = "10387104"
	amended := f.Begin(export.Period{}).Service(in)
	if get(amended, "update_record_id") != "10387104" || get(amended, "assessment_update_reason_id") != "Amend record" || amended.Print != r.Print {
		t.Errorf("XPT-10: %q", cells(amended)[:2])
	}
	delete(in.Form.Answers, "update_reason")
	if got := f.Begin(export.Period{}).Service(in); !got.Bad() || got.Findings[len(got.Findings)-1].Rule != "XPT-10" && got.Findings[0].Rule != "XPT-10" {
		t.Errorf("XPT-10: an amendment without a reason: %+v", got.Findings)
	}
	other := input()
	other.Form.Answers["hours"] = 2.0
	if f.Begin(export.Period{}).Service(other).Print == r.Print {
		t.Error("XPT-07: another content has the same print")
	}
	// in a run of July it is of another month
	late := f.Begin(export.Period{From: civil.Date{Year: 2025, Month: 7, Day: 1}, To: civil.Date{Year: 2025, Month: 7, Day: 31}}).Service(input())
	found := false
	for _, x := range late.Findings {
		found = found || x.Rule == "R146" && x.Field == "/answers/end" && x.Severity == fault.Warning
	}
	if !found {
		t.Errorf("R146: %+v", late.Findings)
	}
}

func TestFiles(t *testing.T) {
	f := format(t)
	check := f.Begin(export.Period{})
	r := check.Service(input())
	var sent bytes.Buffer
	if err := f.Write(&sent, r.Kind, slices.Values([][]byte{r.Body, r.Body})); err != nil {
		t.Fatal(err)
	}
	if err := f.Write(&bytes.Buffer{}, r.Kind, slices.Values([][]byte{[]byte("1")})); err == nil {
		t.Error("what no checker has made is written")
	}
	none, err := f.Read(r.Kind, sent.Bytes(), sent.Bytes())
	if err != nil || len(none) > 0 {
		t.Errorf("XPT-08: what was sent is no answer: %v %v", none, err)
	}
	for name, content := range map[string][]byte{"nothing": nil, "text": []byte("no workbook"), "a password": []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")} {
		if _, err := f.Read(r.Kind, sent.Bytes(), content); len(fault.IssuesOf(err)) != 1 || fault.IssuesOf(err)[0].Path != "/content" {
			t.Errorf("XPT-08 %s: %v", name, err)
		}
	}
	if i := fault.IssuesOf(f.Fill(&bytes.Buffer{}, r.Kind, sent.Bytes(), sent.Bytes())); len(i) != 1 || !strings.Contains(i[0].Message(i18n.English), "has records already") {
		t.Errorf("XPT-03: %v", i)
	}
}

// A newer edition of a template is taken from a workbook that was downloaded: what
// the funder does not ask any more is left out, and what nothing feeds is told.
func TestANewerEdition(t *testing.T) {
	edition := func(t *testing.T, change func(x *excelize.File)) (*icareexport.Format, error) {
		t.Helper()
		var b bytes.Buffer
		if err := icare.Builtin().WriteWorkbook(&b, &icare.File{Template: icare.Builtin().Template("client_profile")}); err != nil {
			t.Fatal(err)
		}
		x, err := excelize.OpenReader(&b)
		if err != nil {
			t.Fatal(err)
		}
		change(x)
		b.Reset()
		if err := x.Write(&b); err != nil {
			t.Fatal(err)
		}
		spec, _, err := icare.Builtin().WithWorkbook(bytes.NewReader(b.Bytes()), int64(b.Len()))
		if err != nil {
			t.Fatal(err)
		}
		return icareexport.New(catalog.Registry(), spec)
	}
	f, err := edition(t, func(x *excelize.File) {
		for _, sheet := range []string{"iCARE Template", "LOV", "LOVIds"} {
			if err := x.RemoveCol(sheet, "E"); err != nil {
				t.Fatal(err)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if r := f.Begin(export.Period{}).Client(client()); len(cells(r)) != 16 || cells(r)[4] != "Yes" || r.Bad() {
		t.Errorf("XPT-03: %q %v", cells(r), r.Findings)
	}
	_, err = edition(t, func(x *excelize.File) {
		for cell, v := range map[string]string{"R2": "gender_id", "R3": "Gender"} {
			if err := x.SetCellStr("iCARE Template", cell, v); err != nil {
				t.Fatal(err)
			}
		}
		if err := x.SetCellStr("LOV", "R2", "Mandatory=true;"); err != nil {
			t.Fatal(err)
		}
	})
	if err == nil || !strings.Contains(err.Error(), "gender_id") {
		t.Errorf("XPT-03: %v", err)
	}
}
