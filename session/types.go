package session

import (
	"slices"

	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/forms"
)

// Type is one of the seven session types (TYP-04).
type Type string

// The direct types (TYP-01) and the group types (TYP-02).
const (
	Direct               Type = "direct"
	DirectJobDevelopment Type = "direct_jd"
	DirectFinance        Type = "direct_finance"
	LanguageTraining     Type = "language_training"
	OrientationGroup     Type = "io_group"
	ConnectionsGroup     Type = "cc_group"
	EmploymentGroup      Type = "employment_group"
)

// TypeInfo says what a session type is.
type TypeInfo struct {
	Type  Type
	Label i18n.Text
	// Group sessions have attendees, direct ones clients (TYP-01, TYP-02).
	Group bool
	// Anonymous: it also exists with numbers of people in place of named ones (TYP-03).
	Anonymous bool
	// ManyStaff: others than the worker who creates it may be staff (SES-12, GRP-10).
	ManyStaff bool
	// On is what its forms are attached to, in the order in which they can be
	// completed (GRP-08, LNG-05). Which forms it takes say their definitions (TYP-05).
	On []forms.On
	// Recorded: sessions of the type can be recorded so far.
	Recorded bool
}

// types is the table of section 4 of the rule book.
var types = []TypeInfo{
	{Type: Direct, Label: i18n.T("Direct Service", "Service direct"), On: []forms.On{forms.OnClient}, Recorded: true},
	{Type: DirectJobDevelopment, Label: i18n.T("Direct Service (Job Development)", "Service direct (développement de l’emploi)"),
		On: []forms.On{forms.OnClient}, Recorded: true},
	{Type: DirectFinance, Label: i18n.T("Direct Service (Finance)", "Service direct (finances)"), On: []forms.On{forms.OnClient}, Recorded: true},
	{Type: LanguageTraining, Label: i18n.T("Language Training", "Formation linguistique"), Group: true, ManyStaff: true,
		On: []forms.On{forms.OnSession, forms.OnEnrolled}},
	{Type: OrientationGroup, Label: i18n.T("Information & Orientation group activity", "Activité de groupe : information et orientation"),
		Group: true, Anonymous: true, ManyStaff: true, On: []forms.On{forms.OnSession, forms.OnAttendee}},
	{Type: ConnectionsGroup, Label: i18n.T("Community Connections group activity", "Activité de groupe : liens avec la collectivité"),
		Group: true, Anonymous: true, ManyStaff: true, On: []forms.On{forms.OnSession, forms.OnAttendee}},
	{Type: EmploymentGroup, Label: i18n.T("Employment group activity", "Activité de groupe : emploi"),
		Group: true, Anonymous: true, ManyStaff: true, On: []forms.On{forms.OnAttendee, forms.OnSession}},
}

// Info is what is known of the type; nothing of an unknown one.
func (t Type) Info() TypeInfo {
	if i := slices.IndexFunc(types, func(x TypeInfo) bool { return x.Type == t }); i >= 0 {
		return types[i]
	}
	return TypeInfo{}
}

// Values are all types.
func (Type) Values() []Type {
	out := make([]Type, len(types))
	for i, t := range types {
		out[i] = t.Type
	}
	return out
}

// Valid says whether it is one of the seven.
func (t Type) Valid() bool { return t.Info().Type != "" }

// Types are all seven with their names.
func Types() []i18n.Coded {
	out := make([]i18n.Coded, len(types))
	for i, t := range types {
		out[i] = i18n.Coded{Key: string(t.Type), Label: t.Label}
	}
	return out
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

// Values are all methods.
func (Delivery) Values() []Delivery { return []Delivery{InPerson, ByPhone, ByEmail, Online} }

// Valid says whether it is one of the methods.
func (d Delivery) Valid() bool { return slices.Contains(d.Values(), d) }

// Deliveries are all methods with their names.
func Deliveries() []i18n.Coded {
	return []i18n.Coded{
		{Key: string(InPerson), Label: i18n.T("In person", "En personne")}, {Key: string(ByPhone), Label: i18n.T("Phone", "Téléphone")},
		{Key: string(ByEmail), Label: i18n.T("E-mail", "Courriel")}, {Key: string(Online), Label: i18n.T("Online", "En ligne")},
	}
}
