package enroll

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/id"
)

// The rules of this package that need no storage, each in a table.

func june(day int) civil.Date { return civil.Date{Year: 2025, Month: 6, Day: day} }

func TestBeside(t *testing.T) {
	shelter, school := id.New[casemgmt.Program](), id.New[casemgmt.Program]()
	made := func(p casemgmt.ProgramID, start, exit civil.Date) *Enrollment {
		return &Enrollment{Head: casemgmt.NewHead[Enrollment](), Program: p, Start: start, Exit: exit}
	}
	open, left := civil.Date{}, june(10)
	mistake := made(shelter, june(1), open)
	mistake.Removal = &casemgmt.Removal{Reason: "another client"}
	tests := map[string]struct {
		start  civil.Date
		intake bool
		others []*Enrollment
		want   []string
	}{
		"ENR-03 the first needs an intake":                   {june(10), false, nil, []string{"intake_needed"}},
		"ENR-03 the first with an intake":                    {june(10), true, nil, nil},
		"ENR-03 none while another is active":                {june(10), false, []*Enrollment{made(school, june(1), open)}, nil},
		"ENR-03 again after all others ended":                {june(20), false, []*Enrollment{made(school, june(1), left)}, []string{"intake_needed"}},
		"ENR-03 another that is not active yet does not do":  {june(10), false, []*Enrollment{made(school, june(11), open)}, []string{"intake_needed"}},
		"ENR-05 twice in a program at a time":                {june(15), true, []*Enrollment{made(shelter, june(1), open)}, []string{"enrolled_already"}},
		"ENR-05 again in a program after the exit":           {june(20), true, []*Enrollment{made(shelter, june(1), left)}, nil},
		"ENR-05 before one that begins later and is open":    {june(1), true, []*Enrollment{made(shelter, june(15), open)}, []string{"enrolled_already"}},
		"ENR-05 one that was taken back is not there":        {june(15), true, []*Enrollment{mistake}, nil},
		"ENR-03 nor is the client active by it":              {june(15), false, []*Enrollment{mistake}, []string{"intake_needed"}},
		"ENR-05 at the same time in another program is fine": {june(15), true, []*Enrollment{made(school, june(1), open)}, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			e := made(shelter, tt.start, open)
			if tt.intake {
				e.Intake = &Intake{Date: tt.start}
			}
			var got []string
			for _, i := range beside(e, append(tt.others, e)) { // itself is no other
				got = append(got, i.Code)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("codes (-want +got):\n%s", diff)
			}
		})
	}
}

func TestStopsEnrollment(t *testing.T) {
	north, south := id.New[casemgmt.Site](), id.New[casemgmt.Site]()
	both := &casemgmt.Program{Head: casemgmt.NewHead[casemgmt.Program](), Locations: []casemgmt.SiteID{north, south}}
	nowhere := &casemgmt.Program{Head: casemgmt.NewHead[casemgmt.Program]()}
	at := func(s casemgmt.SiteID) *Bar { return &Bar{Facility: s, Start: june(1), End: june(30)} }
	from := func(p *casemgmt.Program) *Bar { return &Bar{Program: p.ID, Start: june(1), Permanent: true} }
	everywhere := &Bar{Agency: true, Start: june(1), End: june(30)}
	lifted := at(south)
	lifted.Lifted = &Lifting{On: june(15)}
	tests := map[string]struct {
		bars    []*Bar
		program *casemgmt.Program
		on      civil.Date
		want    bool
	}{
		"no bar":                              {nil, both, june(15), false},
		"the program":                         {[]*Bar{from(both)}, both, june(15), true},
		"another program":                     {[]*Bar{from(nowhere)}, both, june(15), false},
		"the whole agency":                    {[]*Bar{everywhere}, both, june(15), true},
		"the agency, a program without sites": {[]*Bar{everywhere}, nowhere, june(30), true},
		"one of its locations":                {[]*Bar{at(north)}, both, june(15), false},
		"all of its locations":                {[]*Bar{at(north), at(south)}, both, june(15), true},
		"all, the day after the end":          {[]*Bar{at(north), at(south)}, both, civil.Date{Year: 2025, Month: 7, Day: 1}, false},
		"all, the last day":                   {[]*Bar{at(north), at(south)}, both, june(30), true},
		"all, one of them lifted on the day":  {[]*Bar{at(north), lifted}, both, june(15), false},
		"all, one of them lifted the day on":  {[]*Bar{at(north), lifted}, both, june(14), true},
		"a program without locations":         {[]*Bar{at(north)}, nowhere, june(15), false},
		"before the first day of the program": {[]*Bar{{Program: both.ID, Start: june(16), Permanent: true}}, both, june(15), false},
	}
	for name, tt := range tests {
		t.Run("BAR-04 BAR-06 "+name, func(t *testing.T) {
			if got := stopsEnrollment(tt.bars, tt.program, tt.on); got != tt.want {
				t.Errorf("stops: %v", got)
			}
		})
	}
}

func TestTelling(t *testing.T) {
	p := &casemgmt.Profile{Given: "Émile", Family: "O’Brien-Mensah", Preferred: "Jo", BirthDate: civil.Date{Year: 1984, Month: 3, Day: 9},
		Phones: []string{"+1 416-555-0123"}, Identifiers: []casemgmt.Identifier{{Kind: "foss_gcms", Value: "30000017"}}, Former: []string{"Zu Li"}, Email: "e.ob+work@example.org", Address: casemgmt.Address{PostalCode: "M4C 1B5"}}
	tests := map[string]bool{
		"X7KQ-22PM": false, "A-EMILE-1": true, "MENSAH9": true, "19840309": true, "09-03-1984": true, "840309": true,
		"5550123": true, "K30000017": true, "JO-4471": true, "44JO71": true, "JOXX-71": false, // short names by themselves
		"1984": false, "EMIL3": false, "O-1234": false, "OBRIEN1": true, "BRIENX": true, "ZU-99": true, "9ZULI9": true, "M4C1B5": true, "M4C-1B5-X": true,
		"EOBWORK": true, "WORK-7": true, "EMILEOBRIENMENSAH": true,
	}
	for value, want := range tests {
		t.Run("SCN-04 "+value, func(t *testing.T) {
			if got := p.ToldBy(value); got != want {
				t.Errorf("told: %v", got)
			}
		})
	}
}
