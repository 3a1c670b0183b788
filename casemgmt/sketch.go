package casemgmt

import (
	"context"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt/country"
	"github.com/opencasework/casework/casemgmt/fault"
)

// Sketch is all that may be kept of an anonymous client (ANO-10).
type Sketch struct {
	AgeBand          string `json:"age_band,omitempty"` // see AgeBands
	Gender           string `json:"gender,omitempty"`
	Language         string `json:"language,omitempty"`          // key of the shared list language
	ImmigrationClass string `json:"immigration_class,omitempty"` // at agencies with the extension settlement
	PostalPrefix     string `json:"postal_prefix,omitempty"`     // the first three characters of the postal code
	Label            string `json:"label,omitempty"`             // chosen by the worker, 60 characters
}

func (s *Sketch) normalize() { s.PostalPrefix = country.Squeeze(s.PostalPrefix) }

// ValidateWithContext says what is wrong with a sketch.
func (s Sketch) ValidateWithContext(ctx context.Context) error {
	s.normalize()
	agency := agencyIn(ctx)
	form := agency.Home().PostalCode
	return fault.CheckIn(ctx, &s,
		validation.Field(&s.AgeBand, coded("ANO-10", AgeBands())),
		validation.Field(&s.Gender, coded("ANO-10", Genders())),
		validation.Field(&s.Language, fault.InList("ANO-10", "language")),
		validation.Field(&s.ImmigrationClass, elsewhereEmpty(agency.Has(country.Settlement), "ANO-10"), coded("ANO-10", ImmigrationClasses())),
		validation.Field(&s.PostalPrefix, fault.Fails(s.PostalPrefix != "" && !form.MatchesPrefix(s.PostalPrefix), "ANO-10", "postal_prefix", "form", form.Start())),
		validation.Field(&s.Label, fault.Line("ANO-10", 60)),
	)
}
