package session

import (
	"strconv"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/forms"
)

// Fact is one complete form of a complete session: what reports count (CMP-03).
type Fact struct {
	Form    FormID
	Session SessionID
	// Client whose form it is; none for a form of the session itself.
	Client     casemgmt.ClientID
	ClientKind casemgmt.ClientKind
	// People is how many it stands for: 1 for a client's form.
	People  int
	Kind    string
	Date    civil.Date
	Type    Type
	Program casemgmt.ProgramID
	Site    casemgmt.SiteID
	Worker  casemgmt.StaffID
	Funder  casemgmt.FunderID
	Private bool
	Minutes int
	// Values of the fields that reports count, in the order of the form.
	Values []Value
}

// Value is an answer that reports count (REP-01).
type Value struct {
	// Field is the key of the form's field, behind "own/" one of the agency's questions.
	Field string
	// Value is the option's key, true or false, or a number.
	Value string
}

// Facts are those of a complete session; none of an incomplete one. Values are
// those of the forms' own definitions and the agency's questions.
func (s *Session) Facts(r *forms.Registry, questions []casemgmt.Question) ([]Fact, error) {
	if !s.Complete {
		return nil, nil
	}
	var out []Fact
	for _, f := range s.Active() {
		x := Fact{Form: f.ID, Session: s.ID, Client: f.Client, Kind: f.Kind, People: 1, Date: s.ServiceDate, Type: s.Type, Program: f.Program,
			Site: s.Site, Worker: f.Worker, Funder: f.Funder, Private: f.Private, Minutes: s.Total()}
		if p := s.Participant(f.Client); p != nil {
			x.ClientKind = p.Kind
		}
		def, own, err := definitions(r, questions, f)
		if err != nil {
			return nil, err
		}
		x.Values = append(Values(def, "", f.Answers), Values(own, "own/", f.Own)...)
		out = append(out, x)
	}
	return out, nil
}

// Values are the answers of a form's reportable fields.
func Values(def *forms.Form, prefix string, answers forms.Answers) []Value {
	var out []Value
	for _, f := range def.Reported() {
		add := func(v any) {
			switch v := v.(type) {
			case string:
				out = append(out, Value{prefix + f.Key, v})
			case bool:
				out = append(out, Value{prefix + f.Key, strconv.FormatBool(v)})
			case float64:
				out = append(out, Value{prefix + f.Key, strconv.FormatFloat(v, 'f', -1, 64)})
			}
		}
		if list, ok := answers[f.Key].([]any); ok {
			for _, v := range list {
				add(v)
			}
		} else {
			add(answers[f.Key])
		}
	}
	return out
}
