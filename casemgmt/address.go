package casemgmt

import (
	"context"
	"encoding/json"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt/country"
	"github.com/opencasework/casework/casemgmt/fault"
)

// Address is a place in the agency's country. Which parts there are, and what they are
// called, is AddressParts of the agency; the others stay empty.
type Address struct {
	Street string `json:"street,omitempty"` // number and name, as they are written there
	// StreetNumber to Direction are the street in the parts of a settlement agency.
	// Type and direction are keys of the shared lists street_type and street_direction.
	StreetNumber string `json:"street_number,omitempty"`
	StreetName   string `json:"street_name,omitempty"`
	StreetType   string `json:"street_type,omitempty"`
	Direction    string `json:"direction,omitempty"`
	Unit         string `json:"unit,omitempty"`
	City         string `json:"city,omitempty"`
	// Region is the key of a province, state or territory; any text in a country without them.
	Region     string `json:"region,omitempty"`
	PostalCode string `json:"postal_code,omitempty"`
}

// UnmarshalJSON reads addresses that were kept when there were those of Canada alone, too.
func (a *Address) UnmarshalJSON(raw []byte) error {
	type plain Address
	read := struct {
		*plain
		Province string `json:"province"`
	}{plain: (*plain)(a)}
	err := json.Unmarshal(raw, &read)
	if a.Region == "" {
		a.Region = read.Province
	}
	return err
}

// normalize writes the postal code as it is kept: A#A#A# without a blank in Canada.
func (a *Address) normalize(c *country.Country) { a.PostalCode = c.PostalCode.Keep(a.PostalCode) }

// AddressParts are the parts of addresses at the agency, in the order in which they are asked.
func (a *Agency) AddressParts() []country.Part {
	parts := a.Home().Address
	if !a.Has(country.Settlement) {
		return parts
	}
	var out []country.Part
	for _, p := range parts {
		if p.Field == "street" {
			out = append(out, streetParts...)
			continue
		}
		out = append(out, p)
	}
	return out
}

// ValidateWithContext says what is wrong with an address.
func (a Address) ValidateWithContext(ctx context.Context) error {
	agency := agencyIn(ctx)
	home := agency.Home()
	a.normalize(home)
	has := map[string]bool{}
	for _, p := range agency.AddressParts() {
		has[p.Field] = true
	}
	part := func(name string) fault.Rule { return elsewhereEmpty(has[name], "CLI-08") }
	return fault.CheckIn(ctx, &a,
		validation.Field(&a.Street, part("street"), fault.Line("CLI-08", 200)),
		validation.Field(&a.StreetNumber, part("street_number"), fault.Line("CLI-08", 20)),
		validation.Field(&a.StreetName, part("street_name"), fault.Line("CLI-08", 100)),
		validation.Field(&a.StreetType, part("street_type"), fault.InList("", "street_type")),
		validation.Field(&a.Direction, part("direction"), fault.InList("", "street_direction")),
		validation.Field(&a.Unit, part("unit"), fault.Line("CLI-08", 20)),
		validation.Field(&a.City, part("city"), fault.Line("CLI-08", 100)),
		validation.Field(&a.Region, part("region"), fault.Line("RUN-02", 100), fault.OneOf("RUN-02", home.Region)),
		validation.Field(&a.PostalCode, part("postal_code"), fault.Line("CLI-08", 20),
			fault.Fails(a.PostalCode != "" && !home.PostalCode.Matches(a.PostalCode), "CLI-08", "postal_code", "form", home.PostalCode.Form)),
	)
}
