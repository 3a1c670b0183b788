package icare

import (
	"slices"
	"strconv"
	"strings"
	"testing"
)

// solver gives a record values for which an expression is true or false. It says
// what the language means a second time, from the other side.
type solver struct {
	t     *testing.T
	spec  *Spec
	tpl   *Template
	row   map[string]string
	fixed map[string]bool
}

// value is a value that a column takes, another one for another n.
func (s *solver) value(id string, n int) string {
	c, ok := s.tpl.Column(id)
	if !ok {
		s.t.Fatalf("%s has no column %s", s.tpl.Key, id)
	}
	switch c.Kind {
	case YesNo:
		return "Yes"
	case Code:
		if l := s.spec.List(c.List); l != nil && len(l.Values) > 0 {
			return l.Values[n%len(l.Values)].Label
		}
		return "Toronto"
	case Date:
		return "2025-06-1" + strconv.Itoa(n%10)
	case PostalCode:
		return "M1M1M1"
	case Phone:
		return "416-555-0101"
	case Email:
		return "one@example.org"
	case Integer:
		return strconv.Itoa(10 + n)
	case RecordID, Identifier:
		return "1010101" + strconv.Itoa(n%10)
	}
	return "Text " + strconv.Itoa(n)
}

func (s *solver) set(id, v string) {
	s.row[id], s.fixed[id] = v, true
}

func (s *solver) solve(e expr, want bool) {
	set := true
	e.columns(func(id string) { set = set && s.fixed[id] })
	switch e.(type) {
	case compared, called: // what another part wanted may do
		if set && e.eval(s.get) == want {
			return
		}
	}
	switch e := e.(type) {
	case both:
		s.solve(e.a, true)
		s.solve(e.b, want)
		if !want && e.a.eval(s.get) && e.b.eval(s.get) {
			s.solve(e.a, false)
		}
	case either:
		s.solve(e.a, want)
		if !want {
			s.solve(e.b, false)
		}
	case not:
		s.solve(e.a, !want)
	case compared:
		switch {
		case !want:
			c, _ := s.tpl.Column(e.column)
			other := ""
			for _, v := range s.spec.List(c.List).Values {
				if !strings.HasPrefix(v.Label, e.value) && !strings.HasSuffix(v.Label, e.value) {
					other = v.Label
				}
			}
			s.set(e.column, other)
		case e.how == "=":
			s.set(e.column, e.value)
		default:
			c, _ := s.tpl.Column(e.column)
			i := slices.IndexFunc(s.spec.List(c.List).Values, func(v Value) bool {
				return e.how == "startswith" && strings.HasPrefix(v.Label, e.value) || e.how == "endswith" && strings.HasSuffix(v.Label, e.value)
			})
			if i < 0 {
				s.t.Fatalf("no label of %s %s %q", e.column, e.how, e.value)
			}
			s.set(e.column, s.spec.List(c.List).Values[i].Label)
		}
	case called:
		s.call(e, want)
	}
}

func (s *solver) get(id string) string { return s.row[id] }

func (s *solver) call(e called, want bool) {
	a := e.args
	switch e.name {
	case "filled", "empty":
		if (e.name == "filled") == want {
			s.set(a[0], s.value(a[0], 0))
		} else {
			s.set(a[0], "")
		}
	case "any_yes", "none_yes":
		for _, c := range a {
			s.set(c, "No")
		}
		if (e.name == "any_yes") == want {
			s.set(a[len(a)-1], "Yes")
		}
	case "differ":
		s.set(a[0], s.value(a[0], 0))
		s.set(a[1], s.value(a[1], map[bool]int{true: 1, false: 0}[want]))
	case "date_le":
		s.set(a[0], "2025-06-10")
		s.set(a[1], map[bool]string{true: "2025-06-10", false: "2025-06-09"}[want])
	case "num_le":
		s.set(a[0], "10")
		s.set(a[1], map[bool]string{true: "10", false: "9"}[want])
	case "sum_eq":
		s.set(a[0], strconv.Itoa(e.n-40))
		s.set(a[1], map[bool]string{true: "40", false: "41"}[want])
	case "regex":
		good := map[string]string{"R016": "10101010", "R017": "AB123456", "R018": "AB123456", "R023": "10387104"}
		s.set(a[0], map[bool]string{true: good[s.tpl.Title], false: "?"}[want])
	case "slots":
		for i, c := range a {
			s.set(c, map[bool]string{true: s.value(c, i), false: ""}[i < 2])
		}
		if !want {
			s.set(a[1], s.row[a[0]])
		}
	}
}

// TestExpressions: each rule that is an expression is found in a record that
// breaks it, and not in one that keeps it.
func TestExpressions(t *testing.T) {
	spec := Builtin()
	n := 0
	for _, r := range spec.Rules {
		if !r.Expression() {
			continue
		}
		n++
		for _, key := range r.Templates {
			t.Run(r.ID+" "+key, func(t *testing.T) {
				tpl := *spec.Template(key)
				find := func(want bool) []Finding {
					named := tpl
					named.Title = r.ID // for what a pattern wants
					s := &solver{t: t, spec: spec, tpl: &named, row: map[string]string{}, fixed: map[string]bool{}}
					_, unusual := r.expect.(never) // the situation itself is worth a warning
					s.solve(r.when, !unusual || !want)
					s.solve(r.expect, want)
					s.solve(r.when, !unusual || !want) // what both name is as the situation wants it
					rec := Record{Row: FirstRow, Values: make([]string, len(tpl.Columns))}
					for i, c := range tpl.Columns {
						rec.Values[i] = s.row[c.ID]
					}
					var out []Finding
					Check([]*File{{Template: &tpl, Records: []Record{rec}}}, Options{}, func(f Finding) {
						if f.Rule == r.ID {
							out = append(out, f)
						}
					})
					return out
				}
				bad := find(false)
				if len(bad) != 1 {
					t.Fatalf("found %d times where it is broken", len(bad))
				}
				f := bad[0]
				if f.Severity != r.Severity || f.Row != FirstRow || f.Message == "" || f.MessageFR == "" || f.Message == f.MessageFR {
					t.Errorf("incomplete %+v", f)
				}
				if c, ok := tpl.Column(f.Column); !ok || f.Cell != c.Letter+"4" {
					t.Errorf("found at %q %q", f.Column, f.Cell)
				}
				if good := find(true); len(good) > 0 {
					t.Errorf("found where it is kept: %v", good)
				}
			})
		}
	}
	if n != 126 {
		t.Errorf("%d rules are expressions", n)
	}
}

// TestOtherRules: the rules in words, each with a record that breaks it and one
// that keeps it.
func TestOtherRules(t *testing.T) {
	spec := Builtin()
	covered := map[string]bool{"R001": true, "R002": true} // TestLayout
	record := func(t *testing.T, key string, cells ...string) Record {
		tpl := spec.Template(key)
		rec := Record{Row: FirstRow, Values: make([]string, len(tpl.Columns))}
		for i := 0; i < len(cells); i += 2 {
			at, ok := tpl.index[cells[i]]
			if !ok {
				t.Fatal(cells[i])
			}
			rec.Values[at] = cells[i+1]
		}
		return rec
	}
	const id = "FOSS/GCMS Client ID"
	who := []string{"client_validation_type_id", id, "client_validation_id", "10101010", "client_birth_dt", "1990-01-15"}
	with := func(cells ...string) []string { return append(slices.Clone(who), cells...) }
	known := History{Profiles: map[Client]bool{{id, "10101010"}: true}, Courses: map[string]Course{"C1": {"2025-01-01", "2025-06-30"}},
		Enrolments: map[Enrolment]string{{Client{id, "10101010"}, "C1"}: "2025-02-01"}}
	for _, tt := range []struct {
		rule, template string
		opt            Options
		bad, good      []string
		column         string
	}{
		{"R005", "employment", Options{History: known}, []string{"client_validation_type_id", id, "client_validation_id", "20202020"}, who, "client_validation_id"},
		{"R008", "client_profile", Options{}, nil, []string{"client_validation_type_id", id, "client_validation_id", "1", "client_birth_dt", "1990-01-15", "postal_txt", "M1M1M1", "official_language_id", "English", "consent_ind", "Yes"}, "client_validation_type_id"},
		{"R009", "client_profile", Options{}, []string{"official_language_id", "english"}, []string{"official_language_id", "English"}, "official_language_id"},
		{"R010", "client_profile", Options{}, []string{"client_birth_dt", "2025-02-29"}, []string{"client_birth_dt", "2024-02-29"}, "client_birth_dt"},
		{"R011", "client_profile", Options{}, []string{"postal_txt", "M1M 1M1"}, []string{"postal_txt", "M1M1M1"}, "postal_txt"},
		{"R012", "client_profile", Options{}, []string{"postal_txt", "D1M1M1"}, []string{"postal_txt", "V1Z1W1"}, "postal_txt"},
		{"R013", "client_profile", Options{}, []string{"phone_no", "(416) 555-0101"}, []string{"phone_no", "416-555-0101"}, "phone_no"},
		{"R014", "client_profile", Options{}, []string{"email_txt", "one@example"}, []string{"email_txt", "one@mail.example.org"}, "email_txt"},
		{"R015", "client_profile", Options{}, []string{"processing_details", "x"}, nil, "processing_details"},
		{"R019", "client_profile", Options{Today: "2025-06-16"}, []string{"client_birth_dt", "2025-06-17"}, []string{"client_birth_dt", "2025-06-16"}, "client_birth_dt"},
		{"R019", "client_profile", Options{}, []string{"client_birth_dt", "1899-12-31"}, []string{"client_birth_dt", "1900-01-01"}, "client_birth_dt"},
		{"R020", "employment", Options{}, with("intervention_start_dt", "1990-01-14"), with("intervention_start_dt", "1990-01-15"), "intervention_start_dt"},
		{"R144", "lt_client_enrolment", Options{History: known}, with("course_cd", "C2"), with("course_cd", "C1"), "course_cd"},
		{"R144", "lt_client_enrolment", Options{History: known}, with("course_cd", "C1", "first_class_dt", "2025-07-01"), with("course_cd", "C1", "first_class_dt", "2025-06-30"), "first_class_dt"},
		{"R145", "lt_client_exit", Options{History: known}, with("course_cd", "C2"), with("course_cd", "C1"), "course_cd"},
		{"R145", "lt_client_exit", Options{History: known}, with("course_cd", "C1", "exit_course_dt", "2025-01-31"), with("course_cd", "C1", "exit_course_dt", "2025-02-01"), "exit_course_dt"},
		{"R146", "information_orientation", Options{Month: "2025-06"}, []string{"end_dttm", "2025-07-01"}, []string{"end_dttm", "2025-06-30"}, "end_dttm"},
	} {
		covered[tt.rule] = true
		t.Run(tt.rule+" "+tt.template, func(t *testing.T) {
			for i, cells := range [][]string{tt.bad, tt.good} {
				var found []Finding
				f := &File{Name: "file", Template: spec.Template(tt.template), Records: []Record{record(t, tt.template, cells...)}}
				Check([]*File{f}, tt.opt, func(f Finding) {
					if f.Rule == tt.rule && (i == 1 || f.Column == tt.column) {
						found = append(found, f)
					}
				})
				if want := 1 - i; len(found) != want {
					t.Errorf("found %v, want %d", found, want)
				}
			}
		})
	}
	// R003, R004, R006, R007: about the file, or several records
	file := func(records ...Record) *File {
		for i := range records {
			records[i].Row = FirstRow + i
		}
		return &File{Template: spec.Template("employment"), Records: records}
	}
	rules := func(f *File, opt Options) map[string]int {
		out := map[string]int{}
		Check([]*File{f}, opt, func(x Finding) { out[x.Rule]++ })
		return out
	}
	one, other := record(t, "employment", who...), record(t, "employment", with("session_referral_dt", "2025-06-01")...)
	for _, tt := range []struct {
		rule string
		bad  map[string]int
		good map[string]int
	}{
		{"R003", rules(file(make([]Record, MaxRecords+1)...), Options{}), rules(file(make([]Record, MaxRecords)...), Options{})},
		{"R004", rules(file(Record{Values: one.Values, NotText: []NotText{{2, NumberCell}}}), Options{}), rules(file(one), Options{})},
		{"R006", rules(file(one, one), Options{}), rules(file(one, other), Options{})},
		{"R006", rules(file(one), Options{History: History{Sent: map[string]bool{file(one).Fingerprint(&one): true}}}), rules(file(other), Options{History: History{Sent: map[string]bool{file(one).Fingerprint(&one): true}}})},
		{"R007", rules(file(one, other), Options{}), rules(file(one), Options{})},
	} {
		covered[tt.rule] = true
		if tt.bad[tt.rule] != 1 || tt.good[tt.rule] != 0 {
			t.Errorf("%s is found %d times, and %d where it is kept", tt.rule, tt.bad[tt.rule], tt.good[tt.rule])
		}
	}
	for _, r := range spec.Rules {
		if !r.Expression() && !covered[r.ID] {
			t.Errorf("%s has no case", r.ID)
		}
	}
}

// TestParseFails: an expression that cannot be read says where.
func TestParseFails(t *testing.T) {
	for _, text := range []string{"", "filled", "filled(", "filled()", "filled(a", "filled(a b)", "a =", "a = x", "a = 'x", "nosuch(a)", "not", "filled(a) or", "filled(a) filled(b)",
		"regex(a)", "regex(a, [)", "sum_eq(a b)", "slots(a)", "slots(a 1000)", "(filled(a)", "date_le(a)", strings.Repeat("not ", 100) + "false", "a ~ 'x'"} {
		if e, err := parse(text); err == nil {
			t.Errorf("%q is %v", text, e)
		}
	}
	for text, want := range map[string]bool{"filled(a) and empty(b) or false": true, "not filled(a)": false, "(a = 'x' or b = 'x') and not c startswith 'x'": true, "any_yes(y n)": true,
		"none_yes(y n)": false, "regex(a, ^(x|y)$)": true, "a endswith 'x'": true, "filled(b) or filled(a) and filled(b)": false} {
		e, err := parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := e.eval(func(id string) string { return map[string]string{"a": "x", "y": "Yes", "n": "No"}[id] }); got != want {
			t.Errorf("%q is %v", text, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, r := range Builtin().Rules {
		f.Add(r.When, "a")
		f.Add(r.Expect, "Yes")
	}
	f.Fuzz(func(t *testing.T, text, value string) {
		e, err := parse(text)
		if err != nil {
			return
		}
		e.eval(func(string) string { return value })
		e.columns(func(string) {})
		advise(e, func(string) string { return value }, Builtin().Templates[0])
	})
}
