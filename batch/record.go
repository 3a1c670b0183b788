package batch

import (
	"context"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/fault"
)

// Transactions is a client's record of services in the programs that the caller
// sees, reversed ones included, the latest first (BAT-19). It fails with
// fault.ErrNotFound, fault.ErrForbidden or *fault.Invalid.
func (s *Service) Transactions(ctx context.Context, key casemgmt.ClientID, p casemgmt.PageRequest) (casemgmt.Page[Transaction], error) {
	var out casemgmt.Page[Transaction]
	err := s.work.View(ctx, func(ctx context.Context, tx Tx, me casemgmt.Caller) error {
		client, err := tx.Client(ctx, key)
		if err != nil {
			return err
		}
		if err := me.AllowClients(ctx); err != nil {
			return err
		}
		var bad fault.Issues
		if client.Kind == casemgmt.Anonymous {
			bad.Add("ANO-06", "/client", "anonymous_not_tracked")
		}
		if err := bad.Err(); err != nil {
			return err
		}
		out, err = tx.Transactions(ctx, key, me.Scope, p)
		return err
	})
	return out, err
}
