package enroll

import (
	"context"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
)

// EnrolledIn asks who is enrolled in a program on a day.
type EnrolledIn struct {
	Program casemgmt.ProgramID `json:"program"`
	On      civil.Date         `json:"on,omitzero"` // today without it
}

// Validate says what is wrong with the day.
func (q EnrolledIn) Validate() error {
	return fault.Check(&q, validation.Field(&q.On, fault.Days("ENR-04", 1970, 9999)))
}

// EnrolledClient is a client and the enrollment.
type EnrolledClient struct {
	Client     casemgmt.ClientHit `json:"client"`
	Enrollment Enrollment         `json:"enrollment"`
}

// enrolledList is a question with the page that is wanted.
type enrolledList struct {
	EnrolledIn
	casemgmt.PageRequest
}

// Validate says what is wrong with the day and the page.
func (q enrolledList) Validate() error {
	return fault.Check(&q, validation.Field(&q.EnrolledIn), validation.Field(&q.PageRequest))
}

// Enrolled lists the clients with an enrollment in a program that is active on a day
// (ENR-04), by name: for who sees the program's enrollments and may open profiles.
// It fails with fault.ErrNotFound, fault.ErrForbidden or *fault.Invalid.
func (s *Service) Enrolled(ctx context.Context, q EnrolledIn, p casemgmt.PageRequest) (casemgmt.Page[EnrolledClient], error) {
	return casemgmt.ReadMany(ctx, s.work, enrolledList{q, p}, enrolled)
}

func enrolled(ctx context.Context, u *Unit, q enrolledList) (casemgmt.Page[EnrolledClient], error) {
	var none casemgmt.Page[EnrolledClient]
	if _, err := u.Tx.Programs().Get(ctx, q.Program); err != nil {
		return none, err
	}
	if err := u.AllowClients(ctx); err != nil {
		return none, err
	}
	if !u.SeesProgram(ctx, access.Enrollments, q.Program) {
		return none, fault.ErrForbidden
	}
	if q.On.IsZero() {
		q.On = u.Today
	}
	page, err := u.Tx.Enrollments().Active(ctx, q.EnrolledIn, q.PageRequest)
	var keys []casemgmt.ClientID
	for _, x := range page.Items {
		keys = append(keys, x.Client.ID)
	}
	u.Log(event.EnrollmentsViewed, u.Agency, casemgmt.AboutClients(keys...)...)
	return page, err
}
