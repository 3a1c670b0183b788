// Package fault has the kinds of errors that casework returns, the list of
// issues that says which field breaks which rule, and the rules by which commands
// and records check their own fields (Check). Neither errors nor issues carry a
// field's value, which may be personal data.
package fault

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/opencasework/casework/casemgmt/i18n"
)

// The kinds of errors; test with errors.Is.
var (
	// ErrNotFound: there is no such record in the caller's agency (ACC-13).
	ErrNotFound = errors.New("not found")
	// ErrConflict: somebody else changed the record meanwhile, or a key is taken.
	ErrConflict = errors.New("conflict")
	// ErrKeyReused: a request key was used for another command; reading the
	// record again does not help.
	ErrKeyReused = errors.New("the request key was used for another command")
	// ErrForbidden: the policy denies it.
	ErrForbidden = errors.New("forbidden")
	// ErrUnauthenticated: the context has no actor, or the staff member is
	// unknown or deactivated (ACC-09).
	ErrUnauthenticated = errors.New("unauthenticated")
	// ErrInvalid: one or more rules are broken; see Invalid.
	ErrInvalid = errors.New("invalid")
	// ErrUnavailable: the storage does not answer, or takes no changes, just now.
	// Of a change it is not known whether it was kept.
	ErrUnavailable = errors.New("unavailable")
	// ErrTooMany: there were too many tries; see Wait.
	ErrTooMany = errors.New("too many tries")
)

// Wait is an error that says when to try again.
type Wait struct {
	Kind  error // ErrTooMany or ErrUnavailable
	After time.Duration
}

// Error names the kind.
func (e *Wait) Error() string { return e.Kind.Error() }

// Unwrap is the kind.
func (e *Wait) Unwrap() error { return e.Kind }

// Severity of an issue.
type Severity string

// Errors stop a write; warnings do not.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Values are both.
func (Severity) Values() []Severity { return []Severity{Error, Warning} }

// Issue is one broken rule at one field.
type Issue struct {
	// Path is a JSON pointer to the field, such as /address/postal_code.
	Path string `json:"path"`
	// Code is stable and never reused; its texts are in this package.
	Code string `json:"code"`
	// Rule is the rule book's id, such as SES-08, where one names the rule.
	Rule string `json:"rule,omitempty"`
	// Params are the limits and names that the text mentions, never a field's value.
	Params   map[string]any `json:"params,omitempty"`
	Severity Severity       `json:"severity"`
	// Own is the text of a code that is a host's own (see Refuse).
	Own i18n.Text `json:"-"`
	// Text is the message in the reader's language; it is filled in at the edge.
	Text string `json:"message,omitempty"`
}

// Message is the issue's text in a language.
func (i Issue) Message(l i18n.Lang) string {
	t, ok := codes[i.Code]
	if !i.Own.IsZero() {
		return i.Own.Fill(l, i.Params)
	}
	if !ok {
		return i.Code
	}
	return t.Fill(l, i.Params)
}

// Issues collects what is wrong.
type Issues []Issue

// Add appends an error. Params are name, value, name, value.
func (is *Issues) Add(rule, path, code string, params ...any) {
	*is = append(*is, Issue{Path: path, Code: code, Rule: rule, Params: pairs(params), Severity: Error})
}

// Place is where the issues of one rule about one field go.
type Place struct {
	issues     *Issues
	rule, path string
}

// Place is that of a rule's issues about the field of a path.
func (is *Issues) Place(rule, path string) Place { return Place{is, rule, path} }

// Add appends an error.
func (p Place) Add(code string, params ...any) { p.issues.Add(p.rule, p.path, code, params...) }

// Warn appends a warning. Params are name, value, name, value.
func (is *Issues) Warn(rule, path, code string, params ...any) {
	*is = append(*is, Issue{Path: path, Code: code, Rule: rule, Params: pairs(params), Severity: Warning})
}

func pairs(params []any) map[string]any {
	if len(params) == 0 {
		return nil
	}
	m := make(map[string]any, len(params)/2)
	for i := 0; i+1 < len(params); i += 2 {
		m[params[i].(string)] = params[i+1]
	}
	return m
}

// In fills in the texts in a language.
func (is Issues) In(l i18n.Lang) Issues {
	out := slices.Clone(is)
	for i := range out {
		out[i].Text = out[i].Message(l)
	}
	return out
}

// Under puts a path before every issue's own.
func (is Issues) Under(path string) Issues {
	out := slices.Clone(is)
	for i := range out {
		out[i].Path = path + out[i].Path
	}
	return out
}

// Errors are the issues that stop a write.
func (is Issues) Errors() Issues { return is.of(Error) }

// Warnings are the issues that do not.
func (is Issues) Warnings() Issues { return is.of(Warning) }

func (is Issues) of(s Severity) Issues {
	var out Issues
	for _, i := range is {
		if i.Severity == s {
			out = append(out, i)
		}
	}
	return out
}

// Refuse is how a host's hook says no: a code of the host's own and its texts, in which
// {name} stands for a parameter. It is an *Invalid about the whole record. Params are
// name, value, name, value, and never what is personal.
func Refuse(code string, text i18n.Text, params ...any) error {
	return &Invalid{Issues{{Code: code, Own: text, Params: pairs(params), Severity: Error}}}
}

// Err is nil when nothing stops a write, else an *Invalid.
func (is Issues) Err() error {
	if len(is.Errors()) == 0 {
		return nil
	}
	return &Invalid{Issues: is}
}

// Invalid lists every broken rule of a command.
type Invalid struct{ Issues Issues }

// Error names paths and codes, never values.
func (e *Invalid) Error() string {
	parts := make([]string, 0, len(e.Issues))
	for _, i := range e.Issues.Errors() {
		parts = append(parts, strings.TrimSpace(i.Path+" "+i.Code+" "+i.Rule))
	}
	return "invalid: " + strings.Join(parts, "; ")
}

// Is makes errors.Is(err, ErrInvalid) true.
func (e *Invalid) Is(target error) bool { return target == ErrInvalid }

// IssuesOf are the issues of an error, or none.
func IssuesOf(err error) Issues {
	var invalid *Invalid
	if errors.As(err, &invalid) {
		return invalid.Issues
	}
	return nil
}

// Codes are the codes of an error's issues, in their order.
func Codes(err error) []string {
	var out []string
	for _, i := range IssuesOf(err) {
		out = append(out, i.Code)
	}
	return out
}

// At is the JSON pointer of a list's item.
func At(path string, index int) string { return path + "/" + strconv.Itoa(index) }
