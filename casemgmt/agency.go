package casemgmt

import (
	"reflect"
	"regexp"
	"slices"
	"sync"
	"time"

	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/casemgmt/id"
	"github.com/opencasework/casework/forms"
)

// Agency is one agency: the border that no record crosses (ACC-01, ACC-06).
type Agency struct {
	// Key names the agency; the host chooses it: 1 to 64 of a-z, 0-9, - and _.
	Key     string `json:"key"`
	Version int64  `json:"version"`
	Name    string `json:"name"`
	// Zone is the IANA time zone in which the agency's days begin, such as America/Toronto.
	Zone     string   `json:"zone"`
	Settings Settings `json:"settings"`
}

// Settings are what an agency decides for itself.
type Settings struct {
	// NoDefaultForm switches off the empty Information & Orientation form that a
	// new direct-service client line starts with (FRM-07).
	NoDefaultForm bool `json:"no_default_form,omitempty"`
	// ClientRoles says who may open and search client profiles (ACC-02): any of
	// worker, manager, admin, see_all, bulk_upload. Empty is everyone.
	ClientRoles []string `json:"client_roles,omitempty"`
	// Questions are the agency's own questions on service forms (ASQ-01).
	Questions []Question `json:"questions,omitempty"`
}

// Question is an agency-specific question on one form.
type Question struct {
	Form  string      `json:"form"`
	Field forms.Field `json:"field"`
	// Since is set when the question is added: a mandatory one counts only on
	// forms created after it (ASQ-04).
	Since time.Time `json:"since,omitzero"`
}

// Location is the agency's time zone.
func (a *Agency) Location() *time.Location {
	if known, ok := zones.Load(a.Zone); ok {
		return known.(*time.Location)
	}
	zone, err := time.LoadLocation(a.Zone)
	if err != nil {
		return time.UTC
	}
	zones.Store(a.Zone, zone)
	return zone
}

var zones sync.Map // of names to locations, which the system reads from a file

func (a *Agency) check(r *forms.Registry) fault.Issues {
	var bad fault.Issues
	bad.Required("", "/key", a.Key != "")
	if !validKey(a.Key) && a.Key != "" {
		bad.Add("", "/key", "malformed")
	}
	bad.Required("", "/name", a.Name != "")
	bad.Line("/name", a.Name, 200)
	bad.Required("REP-10", "/zone", a.Zone != "")
	if zone, err := time.LoadLocation(a.Zone); err != nil || zone == time.Local {
		bad.Add("REP-10", "/zone", "unknown_value")
	}
	for i, r := range a.Settings.ClientRoles {
		known := r == "worker" || r == "manager" || slices.Contains(access.Roles(), r)
		bad.OneOf("ACC-02", fault.At("/settings/client_roles", i), known, r)
	}
	return append(bad, a.Settings.checkQuestions(r)...)
}

// questionKey is what a question's and an option's key look like.
var questionKey = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)

// maxQuestions and maxOptions bound what an agency asks on its own.
const (
	maxQuestions = 200
	maxOptions   = 200
)

func (s *Settings) checkQuestions(r *forms.Registry) fault.Issues {
	var bad fault.Issues
	if len(s.Questions) > maxQuestions {
		bad.Add("ASQ-01", "/settings/questions", "too_many", "max", maxQuestions)
		return bad
	}
	seen := map[string]bool{}
	for i, q := range s.Questions {
		at := fault.At("/settings/questions", i)
		if shape := checkQuestion(r, q.Field, at+"/field"); len(shape) > 0 {
			bad = append(bad, shape...)
			continue
		}
		if _, ok := r.Latest(q.Form); !ok {
			bad.Add("ASQ-01", at+"/form", "unknown_value")
		}
		if !slices.Contains([]forms.FieldKind{forms.Text, forms.Integer, forms.Decimal, forms.Date, forms.Bool, forms.Choice, forms.Choices}, q.Field.Kind) {
			bad.Add("ASQ-03", at+"/field/kind", "unknown_value")
		} else if _, err := r.Compile(forms.Definition{Key: "agency", Sections: []forms.Section{{Fields: []forms.Field{q.Field}}}}); err != nil {
			bad.Add("ASQ-03", at+"/field", "bad_definition")
		}
		if seen[q.Form+"/"+q.Field.Key] {
			bad.Add("ASQ-01", at+"/field/key", "repeated")
		}
		seen[q.Form+"/"+q.Field.Key] = true
	}
	return bad
}

// checkQuestion is about the shape of a question's own texts and keys, and about the
// parts of a field that are not the agency's to give.
func checkQuestion(r *forms.Registry, f forms.Field, at string) fault.Issues {
	var bad fault.Issues
	text := func(at string, t i18n.Text) {
		bad.Required("ASQ-03", at+"/en", t.En != "")
		bad.Required("ASQ-03", at+"/fr", t.Fr != "")
		bad.Line(at+"/en", t.En, 300)
		bad.Line(at+"/fr", t.Fr, 300)
	}
	key := func(at, key string) {
		if !questionKey.MatchString(key) {
			bad.Add("ASQ-03", at, "malformed")
		}
	}
	key(at+"/key", f.Key)
	text(at+"/label", f.Label)
	if len(f.Options) > maxOptions {
		bad.Add("ASQ-03", at+"/options", "too_many", "max", maxOptions)
		return bad
	}
	for i, o := range f.Options {
		own := fault.At(at+"/options", i)
		key(own+"/key", o.Key)
		text(own+"/label", o.Label)
		if len(o.Codes) > 0 {
			bad.Add("ASQ-03", own+"/codes", "not_applicable")
		}
	}
	bad.Line(at+"/list", f.List, 64)
	if _, ok := r.List(f.List); !ok && f.List != "" {
		bad.Add("ASQ-03", at+"/list", "unknown_value")
	}
	if f.Required != nil && !reflect.DeepEqual(*f.Required, forms.Cond{Always: true}) {
		bad.Add("ASQ-04", at+"/required", "bad_definition") // mandatory or not: it knows no other question
	}
	for _, not := range []struct {
		name string
		set  bool
	}{{"funder", len(f.Funder) > 0}, {"codes", len(f.Codes) > 0}, {"target", f.Target != ""}, {"fields", len(f.Fields) > 0}, {"rule", f.Rule != ""}, {"show", f.Show != nil}} {
		if not.set {
			bad.Add("ASQ-03", at+"/"+not.name, "not_applicable")
		}
	}
	return bad
}

func validKey(s string) bool {
	if len(s) == 0 || len(s) > 64 {
		return false
	}
	for _, c := range s {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

// SiteID identifies a site.
type SiteID = id.Of[Site]

// Site is a place where services are given. Its postal code goes to the funder
// as the place where the service was received (SES-05a).
type Site struct {
	Head[Site]
	Name    string  `json:"name"`
	Address Address `json:"address"`
	Closed  bool    `json:"closed,omitempty"`
}

func (s *Site) check(r *forms.Registry) fault.Issues {
	bad := checkName(s.Name)
	s.Address.normalize()
	bad = append(bad, s.Address.check(r).Under("/address")...)
	bad.Required("SES-05a", "/address/postal_code", s.Address.PostalCode != "")
	return bad
}

// ProgramID identifies a program.
type ProgramID = id.Of[Program]

// Program groups staff and the forms they create; it decides who sees them (ACC-03).
type Program struct {
	Head[Program]
	Name i18n.Text `json:"name"`
	// Locations are the sites at which the program gives batch services (BAT-05).
	Locations []SiteID `json:"locations,omitempty"`
	// EnrollOnFirstService lets a batch enroll clients without an enrollment,
	// which is then marked (ENR-07).
	EnrollOnFirstService bool `json:"enroll_on_first_service,omitempty"`
	Closed               bool `json:"closed,omitempty"`
}

func (p *Program) check(*forms.Registry) fault.Issues {
	bad := checkText(p.Name)
	if len(p.Locations) > maxLocations {
		bad.Add("BAT-05", "/locations", "too_many", "max", maxLocations)
	}
	for i, site := range p.Locations {
		at := fault.At("/locations", i)
		bad.Required("BAT-05", at, !site.IsZero())
		if slices.Contains(p.Locations[:i], site) {
			bad.Add("BAT-05", at, "repeated")
		}
	}
	return bad
}

const maxLocations = 100

// FunderID identifies a funder.
type FunderID = id.Of[Funder]

// Funder pays for services. Funders have no access of their own (ACC-05).
type Funder struct {
	Head[Funder]
	Name i18n.Text `json:"name"`
	// System is the funder's file format, such as icare; empty without one.
	System string `json:"system,omitempty"`
	// Agreement is the number of the contribution agreement (XPT-11).
	Agreement string `json:"agreement,omitempty"`
	Closed    bool   `json:"closed,omitempty"`
}

func (f *Funder) check(*forms.Registry) fault.Issues {
	bad := checkText(f.Name)
	bad.OneOf("CMP-06", "/system", f.System == "icare" || f.System == "dex", f.System)
	bad.Line("/agreement", f.Agreement, 60)
	return bad
}

// ContactID identifies an entry of the directory.
type ContactID = id.Of[Contact]

// ContactKind is what an entry of the directory is.
type ContactKind string

// The kinds of directory entries.
const (
	Employer ContactKind = "employer"
	Mentor   ContactKind = "mentor" // mentors and tutors
	Partner  ContactKind = "partner"
)

// Valid says whether it is one of the kinds.
func (k ContactKind) Valid() bool { return k == Employer || k == Mentor || k == Partner }

// Contact is an employer, a mentor or tutor, or a partner in the agency's directory.
type Contact struct {
	Head[Contact]
	Kind   ContactKind `json:"kind"`
	Name   string      `json:"name"`
	Phone  string      `json:"phone,omitempty"`
	Email  string      `json:"email,omitempty"`
	Closed bool        `json:"closed,omitempty"`
}

func (c *Contact) check(*forms.Registry) fault.Issues {
	bad := checkName(c.Name)
	bad.Required("", "/kind", c.Kind != "")
	bad.OneOf("", "/kind", c.Kind.Valid(), string(c.Kind))
	checkPhone(&bad, "/phone", c.Phone)
	checkEmail(&bad, "/email", c.Email)
	return bad
}

// PlanID identifies a settlement plan.
type PlanID = id.Of[Plan]

// Plan is a client's settlement plan, so far its goals and the day on which it
// was shared. A needs assessment that says "completed" links to one (FLD-needs-2).
type Plan struct {
	Head[Plan]
	Client ClientID   `json:"client"`
	Goals  []string   `json:"goals"`
	Shared civil.Date `json:"shared,omitzero"`
}

func (p *Plan) check(*forms.Registry) fault.Issues {
	var bad fault.Issues
	bad.Required("PLN-04", "/client", !p.Client.IsZero())
	bad.Required("PLN-04", "/goals", len(p.Goals) > 0)
	if len(p.Goals) > 50 {
		bad.Add("", "/goals", "too_many", "max", 50)
	}
	for i, g := range p.Goals {
		bad.Required("PLN-04", fault.At("/goals", i), g != "")
		bad.Note(fault.At("/goals", i), g, 1000)
	}
	return bad
}

// StatementID identifies a version of the privacy statement.
type StatementID = id.Of[Statement]

// Statement is one version of the agency's privacy statement (ANO-08). A
// published one never changes.
type Statement struct {
	Head[Statement]
	Number    int64     `json:"number"` // 1 for the agency's first statement
	Text      i18n.Text `json:"text"`
	Published time.Time `json:"published"`
}

func (s *Statement) check(*forms.Registry) fault.Issues {
	var bad fault.Issues
	bad.Required("ANO-08", "/text/en", s.Text.En != "")
	bad.Required("ANO-08", "/text/fr", s.Text.Fr != "")
	bad.Note("/text/en", s.Text.En, 8000)
	bad.Note("/text/fr", s.Text.Fr, 8000)
	return bad
}

func checkName(name string) fault.Issues {
	var bad fault.Issues
	bad.Required("", "/name", name != "")
	bad.Line("/name", name, 200)
	return bad
}

func checkText(name i18n.Text) fault.Issues {
	var bad fault.Issues
	bad.Required("", "/name/en", name.En != "")
	bad.Required("", "/name/fr", name.Fr != "")
	bad.Line("/name/en", name.En, 200)
	bad.Line("/name/fr", name.Fr, 200)
	return bad
}
