package httpapi

import (
	"context"

	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt"
)

type (
	// items is a whole list.
	items[T any] struct {
		Items []T `json:"items"`
	}
	codeList struct {
		Group casemgmt.ServiceGroupID `json:"group,omitzero"`
		casemgmt.PageRequest
	}
	runList struct {
		ID batch.BatchID `json:"id"`
		casemgmt.PageRequest
	}
	entryList struct {
		ID    batch.RunID `json:"id"`
		State batch.State `json:"state,omitempty"`
		casemgmt.PageRequest
	}
	stockCodes struct{}
)

// whole makes a list of what a method gives at once.
func whole[K, T any](call func(context.Context, K) ([]T, error), key func(of[casemgmt.Client]) K) func(context.Context, of[casemgmt.Client]) (items[T], error) {
	return func(ctx context.Context, in of[casemgmt.Client]) (items[T], error) {
		list, err := call(ctx, key(in))
		return items[T]{list}, err
	}
}

func theClient(in of[casemgmt.Client]) casemgmt.ClientID { return in.ID }

// enrollmentRoutes are what batches need of a client: enrollments, bars, cards,
// and the agency's service codes.
func enrollmentRoutes(c *casemgmt.Service) []route {
	out := []route{
		op("POST /enrollments", "enroll", "Enroll a client in a program; a new or inactive one needs the intake (ENR-03)", c.Enroll),
		op("GET /enrollments/{id}", "getEnrollment", "Read an enrollment", func(ctx context.Context, in of[casemgmt.Enrollment]) (*casemgmt.Enrollment, error) {
			return c.Enrollment(ctx, in.ID)
		}),
		op("PUT /enrollments/{id}", "updateEnrollment", "Move or close an enrollment (ENR-06)", c.UpdateEnrollment),
		op("GET /clients/{id}/enrollments", "listEnrollments", "A client's enrollments in the programs that the caller sees", whole(c.ClientEnrollments, theClient)),
		op("POST /bars", "barClient", "Bar a client from a program or a facility (BAR-03)", c.BarClient),
		op("GET /bars/{id}", "getBar", "Read a bar; incident notes are for supervisors (BAR-02)", func(ctx context.Context, in of[casemgmt.Bar]) (*casemgmt.Bar, error) {
			return c.Bar(ctx, in.ID)
		}),
		op("POST /bars/{id}/lifting", "liftBar", "Lift a bar, as a supervisor (BAR-07)", c.LiftBar),
		op("GET /clients/{id}/bars", "listBars", "A client's bars, past ones too", whole(c.ClientBars, theClient)),
		op("POST /clients/{client}/cards", "issueCard", "Give a client a scan card (SCN-02)", c.IssueCard),
		op("POST /cards/{id}/deactivation", "deactivateCard", "End a scan card for good (SCN-02)", c.DeactivateCard),
		op("GET /clients/{id}/cards", "listCards", "A client's scan cards", whole(c.ClientCards, theClient)),
		op("POST /stock-codes", "addStockCodes", "Give the agency the stock service groups and codes that it lacks (BAT-07)", func(ctx context.Context, _ stockCodes) (items[casemgmt.ServiceCode], error) {
			list, err := c.AddStockCodes(ctx)
			return items[casemgmt.ServiceCode]{list}, err
		}),
		op("GET /service-codes", "listServiceCode", "List service codes, of one group or all (BAT-06)", func(ctx context.Context, in codeList) (casemgmt.Page[casemgmt.ServiceCode], error) {
			return c.ServiceCodes(ctx, in.Group, in.PageRequest)
		}),
	}
	out = append(out, crud("/service-groups", "ServiceGroup", "service group", c.CreateServiceGroup, c.UpdateServiceGroup, c.ServiceGroup, c.ServiceGroups)...)
	return append(out, crud("/service-codes", "ServiceCode", "service code", c.CreateServiceCode, c.UpdateServiceCode, c.ServiceCode, nil)...)
}

func batchRoutes(b *batch.Service) []route {
	if b == nil {
		return nil
	}
	return []route{
		op("POST /batches", "createBatch", "Make a batch (BAT-04)", b.Create),
		op("GET /batches", "listBatches", "List batches by description (BAT-04a)", b.Batches),
		op("GET /batches/{id}", "getBatch", "Read a batch", func(ctx context.Context, in of[batch.Batch]) (*batch.Batch, error) { return b.Batch(ctx, in.ID) }),
		op("PUT /batches/{id}", "updateBatch", "Change a batch; its runs keep what it said", b.Update),
		op("POST /batches/{batch}/runs", "startRun", "Use a batch once more, with its dates (BAT-12, BAT-13)", b.Start),
		op("GET /batches/{id}/runs", "listRuns", "A batch's runs, the latest first", func(ctx context.Context, in runList) (casemgmt.Page[batch.Run], error) {
			return b.Runs(ctx, in.ID, in.PageRequest)
		}),
		op("GET /runs/{id}", "getRun", "Read a run with its counts", func(ctx context.Context, in of[batch.Run]) (*batch.Run, error) { return b.Run(ctx, in.ID) }),
		op("PUT /runs/{id}", "changeRun", "Change a run's dates before anybody is added (BAT-13)", b.ChangeRun),
		op("POST /runs/{run}/clients", "addToRun", "Add up to 1,000 clients; each has an answer of its own (BAT-16, BAT-22)", b.AddClients),
		scanRoute(b),
		op("POST /runs/{run}/posting", "postRun", "Post Services: up to 1,000 selected clients; repeat with next as after (BAT-15)", b.Post),
		op("GET /runs/{id}/entries", "listEntries", "A run's clients as they were added, of one state or all", func(ctx context.Context, in entryList) (casemgmt.Page[batch.Listed], error) {
			return b.Entries(ctx, in.ID, in.State, in.PageRequest)
		}),
		op("GET /runs/{run}/candidates", "findCandidates", "Clients whom a typed name fits, and whether they can be added (BAT-16)", func(ctx context.Context, in batch.FindCandidates) (items[batch.Candidate], error) {
			list, err := b.Candidates(ctx, in)
			return items[batch.Candidate]{list}, err
		}),
		op("POST /runs/{id}/reversal", "reverseRun", "Reverse a run, with a reason (BAT-25)", b.ReverseRun),
		op("POST /runs/{id}/restoration", "restoreRun", "Undo the reversal of a run (BAT-25)", b.RestoreRun),
		op("GET /runs/{id}/reversals", "listReversals", "The history of a run's reversals", func(ctx context.Context, in of[batch.Run]) (items[batch.Reversal], error) {
			list, err := b.Reversals(ctx, in.ID)
			return items[batch.Reversal]{list}, err
		}),
		op("POST /runs/{run}/entries/{id}/reversal", "reverseEntry", "Reverse one client of a run, with a reason (BAT-25)", b.ReverseEntry),
		op("POST /runs/{run}/entries/{id}/restoration", "restoreEntry", "Undo the reversal of one client (BAT-25)", b.RestoreEntry),
		op("GET /clients/{id}/services", "listServices", "A client's record of batch services, reversed ones too (BAT-19)", func(ctx context.Context, in clientPage) (casemgmt.Page[batch.Transaction], error) {
			return b.Transactions(ctx, in.ID, in.PageRequest)
		}),
	}
}
