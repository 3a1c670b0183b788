package casemgmt

import (
	"net/mail"
	"regexp"
	"strings"

	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/forms"
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

func (a *Address) check(r *forms.Registry) fault.Issues {
	var bad fault.Issues
	bad.Line("/street_number", a.StreetNumber, 20)
	bad.Line("/street_name", a.StreetName, 100)
	bad.Line("/unit", a.Unit, 20)
	bad.Line("/city", a.City, 100)
	inList(&bad, r, "/street_type", "street_type", a.StreetType)
	inList(&bad, r, "/direction", "street_direction", a.Direction)
	inList(&bad, r, "/province", "province", a.Province)
	if a.PostalCode != "" && !postalCode.MatchString(a.PostalCode) {
		bad.Add("CLI-08", "/postal_code", "postal_code")
	}
	return bad
}

func inList(bad *fault.Issues, r *forms.Registry, path, list, key string) {
	if key == "" {
		return
	}
	l, _ := r.List(list)
	for _, o := range l.Options {
		if o.Key == key {
			return
		}
	}
	bad.Add("", path, "unknown_value")
}

func checkEmail(bad *fault.Issues, path, email string) {
	bad.Line(path, email, 254)
	if a, err := mail.ParseAddress(email); email != "" && (err != nil || a.Address != email) {
		bad.Add("", path, "email")
	}
}

func checkPhone(bad *fault.Issues, path, phone string) {
	bad.Line(path, phone, 40)
	if n := len(i18n.Digits(phone)); phone != "" && (n < 7 || n > 15) {
		bad.Add("", path, "phone")
	}
}
