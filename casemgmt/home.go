package casemgmt

import (
	"context"
	"slices"

	"github.com/opencasework/casework/casemgmt/country"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
)

// Home is the agency's country as data. It is not to be changed.
func (a *Agency) Home() *country.Country { return country.Of(a.Country) }

// Has says whether the agency has an extension, such as country.Settlement.
func (a *Agency) Has(extension string) bool { return slices.Contains(a.Extensions, extension) }

// Speaks are the agency's languages, the main one first; English without any.
func (a *Agency) Speaks() []i18n.Lang {
	if len(a.Languages) == 0 {
		return []i18n.Lang{i18n.English}
	}
	return a.Languages
}

// settle gives a new agency, or one that is changed, what it has of its country unless
// it says otherwise.
func (a *Agency) settle() {
	if len(a.Languages) == 0 {
		a.Languages = slices.Clone(a.Home().Languages)
	}
	if len(a.Languages) == 0 {
		a.Languages = a.Speaks()
	}
}

// speaksOf: the languages are known, once each, and those which an agency of the
// country has at least are among them.
func (a *Agency) speaksOf(list []i18n.Lang) fault.Issues {
	var bad fault.Issues
	for i, l := range list {
		bad.OneOf("ACC-01", fault.At("", i), l.Valid(), string(l))
		if slices.Contains(list[:i], l) {
			bad.Add("ACC-01", fault.At("", i), "repeated")
		}
	}
	for _, l := range a.Home().Languages {
		if len(list) > 0 && !slices.Contains(list, l) {
			bad.Add("ACC-01", "", "language_of_country", "language", string(l))
		}
	}
	return bad
}

// stays is what an agency cannot change any more: its records were checked by it.
func (a *Agency) stays(before *Agency) fault.Issues {
	var bad fault.Issues
	if a.Country != before.Country && before.Country != "" {
		bad.Add("ACC-01", "/country", "stays")
	}
	for _, x := range before.Extensions {
		if !a.Has(x) {
			bad.Add("ACC-01", "/extensions", "stays")
			break
		}
	}
	return bad
}

type agencyInKey struct{}

// agencyIn is the agency of the unit of work in which a rule is asked; one without
// country, languages and extensions outside of any.
func agencyIn(ctx context.Context) *Agency {
	if a, ok := ctx.Value(agencyInKey{}).(*Agency); ok {
		return a
	}
	return &Agency{}
}

// spoken: a language that is given is one of the agency's.
func spoken(ctx context.Context, rule string) fault.Rule {
	return fault.OneOf(rule, func(l string) bool { return slices.Contains(agencyIn(ctx).Speaks(), i18n.Lang(l)) })
}

// Setting is what is particular to the agency and its country, for whoever makes forms
// and pages: what to ask of addresses and clients, and what it is called.
type Setting struct {
	Country     *country.Country     `json:"country"`
	Languages   []i18n.Lang          `json:"languages"`
	Extensions  []string             `json:"extensions"`
	Address     []country.Part       `json:"address"`     // the parts of addresses, in their order
	Identifiers []country.Identifier `json:"identifiers"` // the kinds of Profile.Identifiers
}

// Setting is what is particular to the caller's agency.
func (s *Service) Setting(ctx context.Context) (*Setting, error) {
	return Read(ctx, s.work, struct{}{}, setting)
}

func setting(_ context.Context, u *Unit, _ struct{}) (*Setting, error) {
	a := u.Agency
	return &Setting{a.Home(), a.Speaks(), slices.Clone(a.Extensions), a.AddressParts(), a.Identifiers()}, nil
}
