package icare

import (
	"fmt"
	"strings"
)

// Severity is how much a finding matters. No source says which rules iCARE
// enforces: an error is what a workbook, a label or a document says, a warning
// what was deduced.
type Severity string

// The severities.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Rule is a rule of the catalogue (rules.csv). When and Expect are expressions,
// or words where the rule is about more than a record.
type Rule struct {
	ID        string
	Templates []string // keys
	Severity  Severity
	When      string
	Expect    string
	Evidence  string
	Why       string

	when, expect expr // nil where they are words
}

// Expression says whether the rule is an expression about one record.
func (r *Rule) Expression() bool { return r.when != nil }

// words are rules that the package applies by itself, as they are about kinds of
// columns, about several records, or about files.
var words = map[string]bool{"R001": true, "R002": true, "R003": true, "R004": true, "R005": true, "R006": true, "R007": true, "R008": true, "R009": true,
	"R010": true, "R011": true, "R012": true, "R013": true, "R014": true, "R015": true, "R019": true, "R020": true, "R144": true, "R145": true, "R146": true}

// said are expectations that rules.csv has in words, as expressions.
var said = map[string]string{
	"R016": `regex(client_validation_id, ^(\d{8}|\d{10})$)`,
	"R017": `regex(client_validation_id, ^[A-Za-z0-9]{6,12}$)`,
	"R018": `regex(client_validation_id, ^[A-Za-z0-9]{6,12}$)`,
}

func newRule(row map[string]string) (*Rule, error) {
	r := &Rule{ID: row["rule_id"], Templates: strings.Fields(row["templates"]), Severity: Error, When: row["when"], Expect: row["expect"], Evidence: row["evidence"], Why: row["why"]}
	if row["severity"] == "warn" {
		r.Severity = Warning
	}
	if words[r.ID] {
		return r, nil
	}
	expect := r.Expect
	if s, ok := said[r.ID]; ok {
		expect = s
	}
	var err error
	if r.when, err = parse(r.When); err != nil {
		return nil, fmt.Errorf("%s: %w", r.ID, err)
	}
	if r.expect, err = parse(expect); err != nil {
		return nil, fmt.Errorf("%s: %w", r.ID, err)
	}
	return r, nil
}

// Rule is a rule by its id, or nil.
func (s *Spec) Rule(id string) *Rule {
	for _, r := range s.Rules {
		if r.ID == id {
			return r
		}
	}
	return nil
}
