package casefile

import (
	"context"
	"crypto/rand"
	"errors"

	"github.com/opencasework/casework/casemgmt/fault"
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
	told, err := tells(ctx, u, f, f.CaseID)
	if told {
		bad.Add("CAS-04", "/case_id", "tells_of_person")
	}
	return err
}

// tells says whether a number says something of a client of the case.
func tells(ctx context.Context, u *Unit, f *File, number string) (bool, error) {
	for _, in := range f.Clients {
		c, err := u.Tx.Clients().Get(ctx, in.Client)
		if err != nil {
			return false, err
		}
		if c.Profile.ToldBy(number) {
			return true, nil
		}
	}
	return false, nil
}
