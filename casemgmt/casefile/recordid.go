package casefile

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
)

// letters of made ids: no vowels, so that they spell no name, and none that look alike.
const letters = "23456789BCDFGHJKMNPQRSTVWXZ"

// newRecordID makes an id for the funder: 14 letters and digits by chance, which say
// nothing of a person (CAS-04).
func newRecordID() string {
	out := make([]byte, 0, 14)
	var b [1]byte
	for len(out) < cap(out) {
		_, _ = rand.Read(b[:]) // never fails
		if n := int(b[0]) & 31; n < len(letters) {
			out = append(out, letters[n])
		}
	}
	return string(out)
}

// fitCaseID: a case ID that is given is no other case's, and says nothing of the case's
// clients (CAS-04).
func fitCaseID(ctx context.Context, u *Unit, bad *fault.Issues, f *File) error {
	other, err := u.Tx.Files().ByCaseID(ctx, f.CaseID)
	switch {
	case err == nil && other.ID != f.ID:
		bad.Add("CAS-04", "/case_id", "record_id_taken")
	case err != nil && !errors.Is(err, fault.ErrNotFound):
		return err
	}
	for _, in := range f.Clients {
		c, err := u.Tx.Clients().Get(ctx, in.Client)
		if err != nil {
			return err
		}
		if tellsOf(f.CaseID, &c.Profile) {
			bad.Add("CAS-04", "/case_id", "tells_of_person")
			break
		}
	}
	return nil
}

// tellsOf says whether an id holds a name of a person, a number or the birth date. Names of
// less than three letters are found where they stand alone.
func tellsOf(recordID string, p *casemgmt.Profile) bool {
	words := i18n.Words(recordID)
	squeezed := strings.Join(words, "")
	names := i18n.Words(strings.Join(append([]string{p.Given, p.Family, p.Preferred}, p.Former...), " "))
	for _, name := range names {
		if len([]rune(name)) >= 3 && strings.Contains(squeezed, name) {
			return true
		}
		for _, w := range words {
			if w == name {
				return true
			}
		}
	}
	digits := i18n.Digits(recordID)
	for _, i := range p.Identifiers {
		if len(i.Value) >= 5 && strings.Contains(strings.ToLower(squeezed), strings.ToLower(i.Value)) {
			return true
		}
	}
	if p.BirthDate.IsZero() {
		return false
	}
	y, m, d := p.BirthDate.String()[:4], p.BirthDate.String()[5:7], p.BirthDate.String()[8:]
	for _, form := range []string{y + m + d, d + m + y, m + d + y} {
		if strings.Contains(digits, form) {
			return true
		}
	}
	return false
}
