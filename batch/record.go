package batch

import (
	"context"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/enroll"
	"github.com/opencasework/casework/casemgmt/event"
)

// Transaction is one service of one client, as it stands on the client's record
// (BAT-19).
type Transaction struct {
	Entry      EntryID              `json:"entry"`
	Run        RunID                `json:"run"`
	Client     casemgmt.ClientID    `json:"client"`
	Enrollment enroll.EnrollmentID  `json:"enrollment"`
	Code       enroll.ServiceCodeID `json:"code"`
	Units      int                  `json:"units"`
	Date       civil.Date           `json:"date"` // service provided
	Comments   string               `json:"comments,omitempty"`
	Program    casemgmt.ProgramID   `json:"program"`
	Location   casemgmt.SiteID      `json:"location,omitzero"`
	Provider   casemgmt.StaffID     `json:"provider"`
	Performer  string               `json:"performer,omitempty"`
	// Reversed services stay visible and count nowhere (BAT-25).
	Reversed bool `json:"reversed,omitempty"`
}

// transactionList asks for a part of a client's record of services.
type transactionList struct {
	Client casemgmt.ClientID
	casemgmt.PageRequest
}

// Transactions is a client's record of services in the programs that the caller
// sees, reversed ones included, the latest first (BAT-19). It fails with
// fault.ErrNotFound, fault.ErrForbidden or *fault.Invalid.
func (s *Service) Transactions(ctx context.Context, key casemgmt.ClientID, p casemgmt.PageRequest) (casemgmt.Page[Transaction], error) {
	return casemgmt.ReadMany(ctx, s.work, transactionList{key, p}, transactions)
}

func transactions(ctx context.Context, u *Unit, q transactionList) (casemgmt.Page[Transaction], error) {
	if _, err := casemgmt.Tracked(ctx, u, q.Client, "/client"); err != nil {
		return casemgmt.Page[Transaction]{}, err
	}
	u.Log(event.ServicesViewed, casemgmt.About(q.Client))
	return u.Tx.Transactions().Of(ctx, q.Client, u.Scope(ctx, access.Batches), q.PageRequest)
}
