// Package session has direct-service sessions: when, where and by whom a
// service was given, to which clients, with the service forms that say what it
// was. A session counts once all its forms are complete.
//
// Rule ids in comments and issues (SES-08) are those of docs/rules.md.
package session

import (
	"context"
	"slices"
	"time"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/casemgmt/id"
	"github.com/opencasework/casework/forms"
)

// Type is one of the seven session types (TYP-04).
type Type string

// The direct types (TYP-01) and the group types (TYP-02), which this package
// does not record yet.
const (
	Direct               Type = "direct"
	DirectJobDevelopment Type = "direct_jd"
	DirectFinance        Type = "direct_finance"
	LanguageTraining     Type = "language_training"
	OrientationGroup     Type = "io_group"
	ConnectionsGroup     Type = "cc_group"
	EmploymentGroup      Type = "employment_group"
)

// Types are all seven with their names.
func Types() []casemgmt.Coded {
	return []casemgmt.Coded{
		{Key: string(Direct), Label: i18n.T("Direct Service", "Service direct")},
		{Key: string(DirectJobDevelopment), Label: i18n.T("Direct Service (Job Development)", "Service direct (développement de l’emploi)")},
		{Key: string(DirectFinance), Label: i18n.T("Direct Service (Finance)", "Service direct (finances)")},
		{Key: string(LanguageTraining), Label: i18n.T("Language Training", "Formation linguistique")},
		{Key: string(OrientationGroup), Label: i18n.T("Information & Orientation group activity", "Activité de groupe : information et orientation")},
		{Key: string(ConnectionsGroup), Label: i18n.T("Community Connections group activity", "Activité de groupe : liens avec la collectivité")},
		{Key: string(EmploymentGroup), Label: i18n.T("Employment group activity", "Activité de groupe : emploi")},
	}
}

// IsDirect says whether it is a one-to-one type.
func (t Type) IsDirect() bool {
	return t == Direct || t == DirectJobDevelopment || t == DirectFinance
}

// Delivery is how the service was given (SES-06).
type Delivery string

// The delivery methods.
const (
	InPerson Delivery = "in_person"
	ByPhone  Delivery = "phone"
	ByEmail  Delivery = "email"
	Online   Delivery = "online"
)

// Deliveries are all methods with their names.
func Deliveries() []casemgmt.Coded {
	return []casemgmt.Coded{
		{Key: string(InPerson), Label: i18n.T("In person", "En personne")}, {Key: string(ByPhone), Label: i18n.T("Phone", "Téléphone")},
		{Key: string(ByEmail), Label: i18n.T("E-mail", "Courriel")}, {Key: string(Online), Label: i18n.T("Online", "En ligne")},
	}
}

// SessionID identifies a session.
type SessionID = id.Of[Session]

// FormID identifies a service form of a client in a session.
type FormID = id.Of[Form]

// Details are what a session says itself; its forms say the rest (SES-01).
type Details struct {
	// Type is Direct unless given (SES-04).
	Type        Type       `json:"type,omitempty"`
	ServiceDate civil.Date `json:"service_date"`
	StartTime   string     `json:"start_time,omitempty"` // HH:MM in the agency's zone
	// Site where the session was held; the worker's default unless given (SES-05).
	Site         casemgmt.SiteID `json:"site,omitzero"`
	Delivery     Delivery        `json:"delivery,omitempty"` // InPerson unless given
	PointOfEntry bool            `json:"point_of_entry,omitempty"`
	Interpreter  bool            `json:"interpreter,omitempty"`
	Interpreters int             `json:"interpreters,omitempty"` // at least 1 with Interpreter, else empty (SES-08)
	// Hours and Minutes are the actual time with the client; one of them is needed (SES-09).
	Hours     *int     `json:"hours,omitempty"`
	Minutes   *int     `json:"minutes,omitempty"`
	Languages []string `json:"languages"` // keys of the shared list language, at least one (SES-11)
	// Staff: nobody but the worker who creates the session (SES-12).
	Staff    []casemgmt.StaffID  `json:"staff,omitempty"`
	Funders  []casemgmt.FunderID `json:"funders,omitempty"` // none is allowed (SES-14)
	Partner  string              `json:"partner,omitempty"`
	Notes    string              `json:"notes,omitempty"`    // SES-13
	Comments string              `json:"comments,omitempty"` // SES-18
}

// Total is the service time in minutes.
func (d *Details) Total() int {
	total := 0
	if d.Hours != nil {
		total += *d.Hours * 60
	}
	if d.Minutes != nil {
		total += *d.Minutes
	}
	return total
}

// Session is a session with its clients and their forms.
type Session struct {
	casemgmt.Head[Session]
	Agency string `json:"agency"` // fixed (SES-19)
	// Worker is who created it, the only staff (SES-12, SES-19).
	Worker  casemgmt.StaffID `json:"worker"`
	Created time.Time        `json:"created"`
	Details
	Participants []*Participant `json:"clients"`
	Documents    []Document     `json:"documents,omitempty"`
	// Complete: at least one form, and all forms complete (CMP-01, CMP-07, CMP-08).
	// Whoever does not see all forms is told of those they see.
	Complete bool `json:"complete"`
	// Warnings of the change that returned it; they stopped nothing.
	Warnings fault.Issues `json:"warnings,omitempty"`
}

// Participant is a client in a session with their forms.
type Participant struct {
	Client  casemgmt.ClientID   `json:"client"`
	Kind    casemgmt.ClientKind `json:"kind"`
	Added   time.Time           `json:"added"`
	Removal *Removal            `json:"removal,omitempty"`
	Forms   []*Form             `json:"forms"`
}

// Removal says that a client or a form was taken out; it can be undone (SES-21).
type Removal struct {
	At     time.Time        `json:"at"`
	By     casemgmt.StaffID `json:"by,omitzero"`
	Reason string           `json:"reason,omitempty"`
}

// Form is a service form of a client in a session.
type Form struct {
	casemgmt.Head[Form]
	Session SessionID         `json:"session"`
	Client  casemgmt.ClientID `json:"client"`
	Kind    string            `json:"kind"` // key of the definition
	// Definition is the version with which it was saved (FRM-09).
	Definition int              `json:"definition"`
	Worker     casemgmt.StaffID `json:"worker"`
	Created    time.Time        `json:"created"`
	Content
	// Completion says when it became complete and by whom; nil while it is not.
	Completion *Completion `json:"completion,omitempty"`
	// Missing is what keeps it from being complete.
	Missing []Missing `json:"missing,omitempty"`
	Removal *Removal  `json:"removal,omitempty"`
	// Export is what has become of it at its funder; nil while it was in no file.
	Export *Export `json:"export,omitempty"`
	// Warnings of the change that returned it; they stopped nothing.
	Warnings fault.Issues `json:"warnings,omitempty"`
}

// Content is what a worker fills in.
type Content struct {
	// Program decides who may see the form (HDR-01); the worker's default unless given.
	Program casemgmt.ProgramID `json:"program,omitzero"`
	// Funder that pays for this service; the worker's default unless given.
	Funder casemgmt.FunderID `json:"funder,omitzero"`
	// Private: only the worker and the managers of the program see it (ACC-04).
	Private bool          `json:"private,omitempty"`
	Answers forms.Answers `json:"answers,omitempty"`
	// Own are the answers to the agency's own questions (ASQ-01).
	Own forms.Answers `json:"own,omitempty"`
}

// Completion of a form; computed from its answers, never set by itself (CMP-09).
type Completion struct {
	At time.Time        `json:"at"`
	By casemgmt.StaffID `json:"by,omitzero"`
}

// Missing is one thing that keeps a form from being complete.
type Missing struct {
	Path  string    `json:"path"`
	Code  string    `json:"code"`
	Rule  string    `json:"rule,omitempty"`
	Label i18n.Text `json:"label"` // of the field
	// Text says what is wrong in the reader's language; it is filled in at the edge.
	Text string `json:"message,omitempty"`
}

// Resource is the form for a policy.
func (f *Form) Resource() access.Resource {
	return access.Resource{Owner: f.Worker.String(), Program: f.Program.String(), Private: f.Private}
}

// Active are the forms of the line that were not removed.
func (l *Participant) Active() []*Form {
	if l.Removal != nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(l.Forms), func(f *Form) bool { return f.Removal != nil })
}

// Active are all forms that were not removed.
func (s *Session) Active() []*Form {
	var out []*Form
	for _, l := range s.Participants {
		out = append(out, l.Active()...)
	}
	return out
}

// Participant is the client's line, nil without one.
func (s *Session) Participant(c casemgmt.ClientID) *Participant {
	for _, l := range s.Participants {
		if l.Client == c {
			return l
		}
	}
	return nil
}

// Form is one of the session's forms, nil without it.
func (s *Session) Form(key FormID) *Form {
	for _, l := range s.Participants {
		for _, f := range l.Forms {
			if f.ID == key {
				return f
			}
		}
	}
	return nil
}

// Settle computes whether the session is complete (CMP-01, CMP-07, CMP-08).
func (s *Session) Settle() {
	active := s.Active()
	s.Complete = len(active) > 0 && !slices.ContainsFunc(active, func(f *Form) bool { return f.Completion == nil })
}

// Fact is one complete form of a complete session: what reports count (CMP-03).
type Fact struct {
	Form       FormID
	Session    SessionID
	Client     casemgmt.ClientID
	ClientKind casemgmt.ClientKind
	Kind       string
	Date       civil.Date
	Type       Type
	Program    casemgmt.ProgramID
	Site       casemgmt.SiteID
	Worker     casemgmt.StaffID
	Funder     casemgmt.FunderID
	Private    bool
	Minutes    int
}

// Facts are those of a complete session; none of an incomplete one.
func (s *Session) Facts() []Fact {
	if !s.Complete {
		return nil
	}
	var out []Fact
	for _, l := range s.Participants {
		for _, f := range l.Active() {
			out = append(out, Fact{Form: f.ID, Session: s.ID, Client: f.Client, ClientKind: l.Kind, Kind: f.Kind,
				Date: s.ServiceDate, Type: s.Type, Program: f.Program, Site: s.Site, Worker: f.Worker, Funder: f.Funder,
				Private: f.Private, Minutes: s.Total()})
		}
	}
	return out
}

// defaults fills in what the worker's profile says (SES-04 to SES-06, SES-22).
// What was closed meanwhile is no default any more.
func (d *Details) defaults(ctx context.Context, tx Tx, staff *casemgmt.Staff) error {
	if d.Type == "" {
		d.Type = Direct
	}
	if d.Delivery == "" {
		d.Delivery = InPerson
	}
	if own := staff.Defaults.Site; d.Site.IsZero() && !own.IsZero() {
		site, err := tx.Sites().Get(ctx, own)
		if err != nil {
			return err
		}
		if !site.Closed {
			d.Site = own
		}
	}
	if d.Funders == nil {
		funder, err := defaultFunder(ctx, tx, staff)
		if err != nil {
			return err
		}
		if !funder.IsZero() {
			d.Funders = []casemgmt.FunderID{funder}
		}
	}
	if len(d.Staff) == 0 {
		d.Staff = []casemgmt.StaffID{staff.ID}
	}
	return nil
}

// defaultFunder is the worker's, unless it is closed.
func defaultFunder(ctx context.Context, tx Tx, staff *casemgmt.Staff) (casemgmt.FunderID, error) {
	own := staff.Defaults.Funder
	if own.IsZero() {
		return own, nil
	}
	funder, err := tx.Funders().Get(ctx, own)
	if err != nil || funder.Closed {
		return casemgmt.FunderID{}, err
	}
	return own, nil
}

func (d *Details) check(worker casemgmt.StaffID, today civil.Date, r *forms.Registry) fault.Issues {
	var bad fault.Issues
	if !d.Type.IsDirect() {
		bad.Add("TYP-01", "/type", "unknown_value")
	}
	bad.Required("SES-20", "/service_date", !d.ServiceDate.IsZero())
	switch {
	case d.ServiceDate.IsZero():
	case d.ServiceDate.After(today):
		bad.Add("SES-20", "/service_date", "in_future")
	case !d.ServiceDate.Valid() || d.ServiceDate.Year < 1970:
		bad.Add("SES-20", "/service_date", "date_range")
	}
	if _, err := time.Parse("15:04", d.StartTime); d.StartTime != "" && (err != nil || len(d.StartTime) != 5) {
		bad.Add("SES-01", "/start_time", "not_a_time")
	}
	bad.Required("SES-05", "/site", !d.Site.IsZero())
	known := slices.ContainsFunc(Deliveries(), func(c casemgmt.Coded) bool { return c.Key == string(d.Delivery) })
	bad.OneOf("SES-06", "/delivery", known, string(d.Delivery))
	switch {
	case d.Interpreter && d.Interpreters < 1:
		bad.Add("SES-08", "/interpreters", "too_small", "min", 1)
	case d.Interpreters > 50:
		bad.Add("SES-08", "/interpreters", "too_large", "max", 50)
	case !d.Interpreter && d.Interpreters != 0:
		bad.Add("SES-08", "/interpreters", "not_applicable")
	}
	d.checkTime(&bad)
	d.checkLanguages(&bad, r)
	if len(d.Staff) != 1 || d.Staff[0] != worker {
		bad.Add("SES-12", "/staff", "only_worker")
	}
	if len(d.Funders) > 20 {
		bad.Add("SES-14", "/funders", "too_many", "max", 20)
	}
	for i, f := range d.Funders {
		if slices.Contains(d.Funders[:i], f) {
			bad.Add("SES-14", fault.At("/funders", i), "repeated")
		}
	}
	bad.Line("/partner", d.Partner, 200)
	bad.Note("/notes", d.Notes, 8000)
	bad.Note("/comments", d.Comments, 8000)
	return bad
}

func (d *Details) checkTime(bad *fault.Issues) {
	if d.Hours == nil && d.Minutes == nil {
		bad.Add("SES-09", "/minutes", "required")
		return
	}
	if d.Hours != nil && (*d.Hours < 0 || *d.Hours > 24) {
		bad.Add("SES-10", "/hours", "out_of_range", "min", 0, "max", 24)
	}
	if d.Minutes != nil && (*d.Minutes < 0 || *d.Minutes > 59) {
		bad.Add("SES-10", "/minutes", "out_of_range", "min", 0, "max", 59)
	}
	if t := d.Total(); len(*bad) == 0 && (t <= 0 || t > 24*60) || t == 0 {
		bad.Add("SES-10", "/minutes", "service_time")
	}
}

func (d *Details) checkLanguages(bad *fault.Issues, r *forms.Registry) {
	bad.Required("SES-11", "/languages", len(d.Languages) > 0)
	if len(d.Languages) > 20 {
		bad.Add("SES-11", "/languages", "too_many", "max", 20)
		return
	}
	list, _ := r.List("language")
	for i, key := range d.Languages {
		at := fault.At("/languages", i)
		if !slices.ContainsFunc(list.Options, func(o forms.Option) bool { return o.Key == key }) {
			bad.Add("SES-11", at, "unknown_value")
		} else if slices.Contains(d.Languages[:i], key) {
			bad.Add("SES-11", at, "repeated")
		}
	}
}
