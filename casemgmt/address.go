package casemgmt

import (
	"context"
	"regexp"
	"strings"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt/fault"
)

// Address is a place in Canada. Street type, direction and province are keys
// of the shared lists street_type, street_direction and province.
type Address struct {
	StreetNumber string `json:"street_number,omitempty"`
	StreetName   string `json:"street_name,omitempty"`
	StreetType   string `json:"street_type,omitempty"`
	Direction    string `json:"direction,omitempty"`
	Unit         string `json:"unit,omitempty"`
	City         string `json:"city,omitempty"`
	Province     string `json:"province,omitempty"` // all provinces and territories (RUN-02)
	PostalCode   string `json:"postal_code,omitempty"`
}

var (
	postalCode   = regexp.MustCompile(`^[A-Z]\d[A-Z]\d[A-Z]\d$`)
	postalPrefix = regexp.MustCompile(`^[A-Z]\d[A-Z]$`)
)

// normalize writes the postal code as the funder wants it: A#A#A#, no blank.
func (a *Address) normalize() { a.PostalCode = squeeze(a.PostalCode) }

func squeeze(code string) string {
	return strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(code))
}

// ValidateWithContext says what is wrong with an address.
func (a Address) ValidateWithContext(ctx context.Context) error {
	a.normalize()
	return fault.CheckIn(ctx, &a,
		validation.Field(&a.StreetNumber, fault.Line("CLI-08", 20)),
		validation.Field(&a.StreetName, fault.Line("CLI-08", 100)),
		validation.Field(&a.StreetType, fault.InList("", "street_type")),
		validation.Field(&a.Direction, fault.InList("", "street_direction")),
		validation.Field(&a.Unit, fault.Line("CLI-08", 20)),
		validation.Field(&a.City, fault.Line("CLI-08", 100)),
		validation.Field(&a.Province, fault.InList("RUN-02", "province")),
		validation.Field(&a.PostalCode, fault.Match("CLI-08", "postal_code", postalCode)),
	)
}
