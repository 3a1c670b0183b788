// Package forms has service forms as data (FRM-09): a Definition says which
// fields a form has, what they take, when they apply and when they must be
// filled in. Checks, JSON Schema, labels and the funder's column names all come
// from it. The package knows neither clients nor storage.
package forms

import (
	"slices"

	"github.com/opencasework/casework/casemgmt/i18n"
)

// FieldKind is what a field takes.
type FieldKind string

// The kinds of fields, and the JSON value of an answer.
const (
	Text    FieldKind = "text"    // string of one line
	Note    FieldKind = "note"    // string of several lines
	Date    FieldKind = "date"    // string YYYY-MM-DD
	Bool    FieldKind = "bool"    // true or false; both are answers
	Choice  FieldKind = "choice"  // key of one option
	Choices FieldKind = "choices" // list of different option keys
	Integer FieldKind = "integer" // whole number
	Decimal FieldKind = "decimal" // number
	Money   FieldKind = "money"   // whole number of minor units of the agency's currency, such as cents: 1250 is 12.50
	Ref     FieldKind = "ref"     // id of another record, see Field.Target
	Group   FieldKind = "group"   // list of objects with Field.Fields
)

// Codes are the names that outside systems have for something, by system.
// They name the column that a field feeds, or the label of an option.
type Codes map[string]string

// Option is one value of a list. Options retire, they do not vanish.
type Option struct {
	Key     string    `json:"key"`
	Label   i18n.Text `json:"label"`
	Codes   Codes     `json:"codes,omitempty"`
	Retired bool      `json:"retired,omitempty"`
}

// List is a set of options that several fields share.
type List struct {
	Key string `json:"key"`
	// Extension is the one of the agencies that have the list; empty is all agencies.
	Extension string   `json:"-"`
	Options   []Option `json:"options"`
}

// Field is one question of a form.
type Field struct {
	Key   string    `json:"key"`
	Kind  FieldKind `json:"kind"`
	Label i18n.Text `json:"label"`
	// Required says when the field is needed to complete the form (CMP-05); nil is never.
	Required *Cond `json:"required,omitempty"`
	// Funder says, by funder, when its file needs the field (CMP-06).
	Funder map[string]*Cond `json:"funder,omitempty"`
	// Show says when the field applies; nil is always. An answer to a field
	// that does not apply is refused.
	Show *Cond `json:"show,omitempty"`
	// Options, or the key of a shared List, for Choice and Choices.
	Options []Option `json:"options,omitempty"`
	List    string   `json:"list,omitempty"`
	// Min and Max bound numbers; Max bounds the length of texts and lists too.
	Min *float64 `json:"min,omitempty"`
	Max *float64 `json:"max,omitempty"`
	// Step: a number must be a multiple of it; 0 is any.
	Step float64 `json:"step,omitempty"`
	// NotFuture refuses dates after today in the agency's zone.
	NotFuture bool `json:"not_future,omitempty"`
	// Target is what a Ref names: a kind of contact (employer, mentor, partner),
	// a plan of the client, or a form of the client, of the kind FormKind.
	Target   string `json:"target,omitempty"`
	FormKind string `json:"form_kind,omitempty"`
	// Closes says when a form that refers to another one ends it: no later form
	// can refer to it then.
	Closes *Cond `json:"closes,omitempty"`
	// Reportable: the values are counted by reports (REP-01). It is for Bool,
	// Choice, Choices and whole numbers.
	Reportable bool `json:"reportable,omitempty"`
	// Fields of a Group's items.
	Fields []Field `json:"fields,omitempty"`
	Codes  Codes   `json:"codes,omitempty"`
	// Rule is the rule book's id of what is special about the field.
	Rule string `json:"rule,omitempty"`
}

// Section is a part of a form with a title.
type Section struct {
	Key    string    `json:"key"`
	Title  i18n.Text `json:"title"`
	Fields []Field   `json:"fields"`
}

// Op is what a Rule demands.
type Op string

// The demands of rules over several fields. An empty field satisfies all of
// them but AtLeastOne.
const (
	AtLeastOne Op = "at_least_one" // one of the fields is filled and not "no"
	NotAfter   Op = "not_after"    // the first date is not after the second
	Differ     Op = "differ"       // the two answers differ
	WithinDays Op = "within_days"  // the second date is at most N days after the first
	Nonzero    Op = "nonzero"      // the numbers that are filled are not all 0
	StartsWith Op = "starts_with"  // the label of the second option starts with that of the first
	LabelFits  Op = "label_fits"   // the same, for second labels that have a prefix "label: " at all
	Never      Op = "never"        // what When says must not be
)

// Rule is a demand on several fields. A broken rule keeps the form incomplete;
// one with Warn only says so.
type Rule struct {
	ID     string   `json:"id"`   // of the rule book
	Code   string   `json:"code"` // of the issue
	Op     Op       `json:"op"`
	Fields []string `json:"fields"` // the issue stands at the last one, for AtLeastOne at the first
	When   *Cond    `json:"when,omitempty"`
	N      int      `json:"n,omitempty"`
	Warn   bool     `json:"warn,omitempty"`
	Funder bool     `json:"funder,omitempty"` // looked at only before an export
}

// General is the extension of forms for agencies whose own extensions bring no forms.
const General = "general"

// Definition is one version of a form. A published version is never changed.
type Definition struct {
	Key     string    `json:"key"`
	Version int       `json:"version"`
	Title   i18n.Text `json:"title"`
	// Extension is the one of the agencies that have the form; empty is all agencies. It
	// is no part of what is published: who has a form can change.
	Extension string `json:"-"`
	// Sessions are the session types that take the form (TYP-05), and On is what of
	// them it is attached to.
	Sessions []string `json:"sessions"`
	On       On       `json:"on"` // what a form of it belongs to
	// Begins: who is added to such a session begins with an empty form of it (FRM-07).
	Begins bool `json:"begins,omitempty"`
	// Again: there may be several in one session on the same (FRM-02).
	Again bool `json:"again,omitempty"`
	// Seldom is the rule that warns when a client who has had one gets another,
	// such as FLD-needs-1; empty for none.
	Seldom string `json:"seldom,omitempty"`
	// Internal: it never goes to any funder (FRM-08).
	Internal bool      `json:"internal,omitempty"`
	Sections []Section `json:"sections"`
	Rules    []Rule    `json:"rules,omitempty"`
	// Files names the funder files that the form feeds, by funder.
	// A form without one is never exported (FRM-08).
	Files Codes `json:"files,omitempty"`
	// Fixed are columns of those files that come from outside of the answers,
	// by funder and column: client.identifier, client.birth_date, site.postal_code, ...
	Fixed map[string]Codes `json:"fixed,omitempty"`
}

// Sends says whether a funder's file takes something from outside of the answers.
func (d Definition) Sends(funder, source string) bool {
	for _, from := range d.Fixed[funder] {
		if from == source {
			return true
		}
	}
	return false
}

// On is what a form is attached to.
type On string

// What there is to be attached to (rule book, section 5).
const (
	OnClient   On = "client"   // each client of a direct session
	OnSession  On = "session"  // the session itself
	OnAttendee On = "attendee" // each attendee of a group activity
	OnEnrolled On = "enrolled" // each client who is enrolled in a course
)

// Values are all of them.
func (On) Values() []On { return []On{OnClient, OnSession, OnAttendee, OnEnrolled} }

// Valid says whether it is one of them.
func (o On) Valid() bool { return slices.Contains(o.Values(), o) }

// ByPerson says whether each person has a form of their own.
func (o On) ByPerson() bool { return o != OnSession }

// Fields are the fields of all sections, in order.
func (d Definition) Fields() []Field {
	var out []Field
	for _, s := range d.Sections {
		out = append(out, s.Fields...)
	}
	return out
}

// Cond is a condition on the other answers of the form, as data. Exactly one
// part is set. In a group, a name means the item's own field first.
type Cond struct {
	Always bool     `json:"always,omitempty"`
	Field  string   `json:"field,omitempty"`  // with In
	In     []string `json:"in,omitempty"`     // the answer is one of these; yes/no are "true" and "false"
	Filled string   `json:"filled,omitempty"` // the field has an answer
	All    []Cond   `json:"all,omitempty"`
	Any    []Cond   `json:"any,omitempty"`
	Not    *Cond    `json:"not,omitempty"`
}

// Always is the condition that holds.
func Always() *Cond { return &Cond{Always: true} }

// When holds if the field's answer is one of the values.
func When(field string, values ...string) *Cond { return &Cond{Field: field, In: values} }

// Yes holds if the yes/no field is answered with yes.
func Yes(field string) *Cond { return When(field, "true") }

// No holds if the yes/no field is answered with no.
func No(field string) *Cond { return When(field, "false") }

// Filled holds if the field has an answer.
func Filled(field string) *Cond { return &Cond{Filled: field} }

// All holds if all of the conditions do.
func All(cs ...*Cond) *Cond { return &Cond{All: deref(cs)} }

// Any holds if one of the conditions does.
func Any(cs ...*Cond) *Cond { return &Cond{Any: deref(cs)} }

// Not holds if the condition does not.
func Not(c *Cond) *Cond { return &Cond{Not: c} }

func deref(cs []*Cond) []Cond {
	out := make([]Cond, len(cs))
	for i, c := range cs {
		out[i] = *c
	}
	return out
}

// names lists the fields that a condition reads.
func (c *Cond) names() []string {
	if c == nil {
		return nil
	}
	var out []string
	if c.Field != "" {
		out = append(out, c.Field)
	}
	if c.Filled != "" {
		out = append(out, c.Filled)
	}
	for _, part := range slices.Concat(c.All, c.Any) {
		out = append(out, part.names()...)
	}
	return append(out, c.Not.names()...)
}

// holds evaluates the condition; get finds an answer by field key.
func (c *Cond) holds(get func(string) any) bool {
	switch {
	case c == nil:
		return false
	case c.Always:
		return true
	case c.Filled != "":
		return get(c.Filled) != nil
	case c.Field != "":
		return matches(get(c.Field), c.In)
	case c.Not != nil:
		return !c.Not.holds(get)
	case len(c.Any) > 0:
		return slices.ContainsFunc(c.Any, func(p Cond) bool { return p.holds(get) })
	}
	return !slices.ContainsFunc(c.All, func(p Cond) bool { return !p.holds(get) })
}

func matches(answer any, values []string) bool {
	switch a := answer.(type) {
	case string:
		return slices.Contains(values, a)
	case bool:
		return slices.Contains(values, map[bool]string{true: "true", false: "false"}[a])
	case []any:
		return slices.ContainsFunc(a, func(x any) bool { return matches(x, values) })
	}
	return false
}

// Holds says whether the condition holds of a form's answers; nil never does.
func (c *Cond) Holds(a Answers) bool { return c.holds(func(key string) any { return a[key] }) }

// Values are all kinds.
func (FieldKind) Values() []FieldKind {
	return []FieldKind{Text, Note, Date, Bool, Choice, Choices, Integer, Decimal, Money, Ref, Group}
}

// Countable says whether reports can count the values of such fields.
func (k FieldKind) Countable() bool {
	return k == Bool || k == Choice || k == Choices || k == Integer
}
