// Package score has SCORE: how a client, or a group, was found before and after a service,
// on a scale from 1 to 5 in some domains, and what moved in between. It keeps nothing; case
// sessions hold the assessments.
//
// Rule ids in comments and issues (SCO-04) are those of docs/rules.md.
package score

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt/fault"
)

// Type is what an assessment is about (SCO-02).
type Type string

// The types: the first three are of a client in a session, the last of a session.
const (
	Circumstances Type = "circumstances"
	Goals         Type = "goals"
	Satisfaction  Type = "satisfaction"
	Community     Type = "community"
)

// Values are all types.
func (Type) Values() []Type { return []Type{Circumstances, Goals, Satisfaction, Community} }

// Valid says whether there is such a type.
func (t Type) Valid() bool { return slices.Contains(t.Values(), t) }

// OfClient says whether an assessment of the type is a client's.
func (t Type) OfClient() bool { return t.Valid() && t != Community }

// domains are those of each type, in the funder's order.
var domains = map[Type][]string{
	Circumstances: {"PHYSICAL", "MENTAL", "PERSONAL", "AGE", "COMMUNITY", "FAMILY", "MONEY", "EDUCEMPL", "MATERIAL", "HOUSING"},
	Goals:         {"KNOWLEDGE", "SKILLS", "BEHAVIOURS", "CONFIDENCE", "ENGAGEMENT", "IMPACT"},
	Satisfaction:  {"SERVICELISTENED", "SERVICERECEIVED", "SITUATIONIMPROVED"},
	Community:     {"GROUPSKILLS", "ORGSKILLS", "GROUPNETWORKS"},
}

// Domains are those of the type whose codes are known; the code of the community domain
// social cohesion is not published.
func (t Type) Domains() []string { return slices.Clone(domains[t]) }

// Phase says whether the service is still to come (SCO-03).
type Phase string

// The phases.
const (
	Pre  Phase = "pre"
	Post Phase = "post"
)

// Values are both.
func (Phase) Values() []Phase { return []Phase{Pre, Post} }

// Valid says whether there is such a phase.
func (p Phase) Valid() bool { return p == Pre || p == Post }

// Assessor is who assessed, and how: with SCORE itself or by a validated tool whose result
// is translated (SCO-05).
type Assessor string

// The assessors.
const (
	Client            Assessor = "client"
	Practitioner      Assessor = "practitioner"
	Joint             Assessor = "joint"
	SupportPerson     Assessor = "support_person"
	ClientTool        Assessor = "client_tool"
	PractitionerTool  Assessor = "practitioner_tool"
	JointTool         Assessor = "joint_tool"
	SupportPersonTool Assessor = "support_person_tool"
)

// Values are all assessors.
func (Assessor) Values() []Assessor {
	return []Assessor{Client, Practitioner, Joint, SupportPerson, ClientTool, PractitionerTool, JointTool, SupportPersonTool}
}

// Valid says whether there is such an assessor.
func (a Assessor) Valid() bool { return slices.Contains(a.Values(), a) }

// Score is a value in a domain.
type Score struct {
	Domain string `json:"domain"`
	Value  int    `json:"value"` // 1 to 5 (SCO-04)
}

// String is the domain and its value in one word, such as HOUSING3.
func (s Score) String() string { return s.Domain + strconv.Itoa(s.Value) }

// Parse reads what String wrote. It fails when the word does not end in a value.
func Parse(word string) (Score, error) {
	n := len(word) - 1
	if n < 1 || word[n] < '1' || word[n] > '5' {
		return Score{}, fmt.Errorf("score: %d bytes are no score", len(word))
	}
	return Score{word[:n], int(word[n] - '0')}, nil
}

// Assessment is the scores of one type and phase.
type Assessment struct {
	Type       Type     `json:"type"`
	Phase      Phase    `json:"phase"`
	AssessedBy Assessor `json:"assessed_by"`
	Scores     []Score  `json:"scores"`
	Note       string   `json:"note,omitempty"`
}

// Validate says what is wrong with the assessment by itself.
func (a Assessment) Validate() error {
	return fault.Check(&a,
		validation.Field(&a.Type, fault.Required("SCO-02"), fault.Valid("SCO-02")),
		validation.Field(&a.Phase, fault.Required("SCO-03"), fault.Valid("SCO-03")),
		validation.Field(&a.AssessedBy, fault.Required("SCO-05"), fault.Valid("SCO-05")),
		validation.Field(&a.Scores, fault.Required("SCO-04"), fault.AtMost("SCO-04", 10), fault.Items(a.score)),
		validation.Field(&a.Note, fault.Note("SCO-05", 2000)),
	)
}

// score judges one of the scores: its domain is the type's and there once.
func (a Assessment) score(list []Score, i int) fault.Issues {
	var bad fault.Issues
	s := list[i]
	switch {
	case s.Domain == "":
		bad.Add("SCO-02", "/domain", "required")
	case a.Type.Valid() && !slices.Contains(domains[a.Type], s.Domain):
		bad.Add("SCO-02", "/domain", "unknown_value")
	case slices.ContainsFunc(list[:i], func(o Score) bool { return o.Domain == s.Domain }):
		bad.Add("SCO-03", "/domain", "repeated")
	}
	if s.Value < 1 || s.Value > 5 {
		bad.Add("SCO-04", "/value", "out_of_range", "min", 1, "max", 5)
	}
	return bad
}
