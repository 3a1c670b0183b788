package httpapi

import (
	"context"

	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt"
)

// entryList asks for a run's entries, of one state or all.
type entryList struct {
	ID    batch.RunID `json:"id"`
	State batch.State `json:"state,omitempty"`
	casemgmt.PageRequest
}

// batchRoutes are the same services for many clients at once.
func batchRoutes(b *batch.Service) []*route {
	if b == nil {
		return nil
	}
	return []*route{
		create("POST /batches", "createBatch", "Make a batch (BAT-04)", b.Create),
		op("GET /batches", "listBatches", "List batches by description (BAT-04a)", b.Batches),
		op("GET /batches/{id}", "getBatch", "Read a batch", byID(b.Batch)),
		op("PUT /batches/{id}", "updateBatch", "Change a batch; its runs keep what it said", b.Update),
		create("POST /batches/{batch}/runs", "startRun", "Use a batch once more, with its dates and who serves this time (BAT-10, BAT-12, BAT-13)", b.Start),
		op("GET /batches/{batch}/runs", "listRuns", "A batch's runs, the latest first", func(ctx context.Context, q runsOf) (casemgmt.Page[batch.Run], error) {
			return b.Runs(ctx, q.Batch, q.PageRequest)
		}),
		op("GET /runs", "listRunsOn", "The runs of a day, of all batches, the last one started first, with their counts (BAT-12)", b.RunsOn),
		op("GET /runs/{id}", "getRun", "Read a run with its counts", byID(b.Run)),
		op("PUT /runs/{id}", "changeRun", "Change a run's dates before anybody is added, and who serves before anything is posted (BAT-10, BAT-13)", b.ChangeRun),
		op("POST /runs/{run}/clients", "addToRun", "Add up to 1,000 clients by id, number or card; each has an answer of its own (BAT-16, BAT-22)", b.AddClients),
		stream[scanKey, batch.Scan, batch.Result]("POST /runs/{run}/scans", "scanCards", "Apply a stream of scans, one answer line each, in order (BAT-17, SCN-05)", scans(b)),
		op("POST /runs/{run}/posting", "postRun", "Post Services: up to 1,000 selected clients; repeat with next as after (BAT-15)", b.Post),
		op("GET /runs/{id}/entries", "listEntries", "A run's clients as they were added, of one state or all", func(ctx context.Context, in entryList) (casemgmt.Page[batch.Listed], error) {
			return b.Entries(ctx, in.ID, in.State, in.PageRequest)
		}),
		op("GET /runs/{run}/candidates", "findCandidates", "Clients whom a typed name fits, and whether they can be added (BAT-16)", b.Candidates),
		op("POST /runs/{run}/candidates", "findNames", "The same for up to 50 names, in their order; they come in the body (BAT-16)", whole(b.CandidatesOf)).asks(),
		op("POST /runs/{id}/reversal", "reverseRun", "Reverse a run, with a reason (BAT-25)", b.ReverseRun),
		op("POST /runs/{id}/restoration", "restoreRun", "Undo the reversal of a run (BAT-25)", b.RestoreRun),
		op("GET /runs/{id}/reversals", "listReversals", "The history of a run's reversals", whole(byID(b.Reversals))),
		op("POST /runs/{run}/entries/{id}/reversal", "reverseEntry", "Reverse one client of a run, with a reason (BAT-25)", b.ReverseEntry),
		op("POST /runs/{run}/entries/{id}/restoration", "restoreEntry", "Undo the reversal of one client (BAT-25)", b.RestoreEntry),
		op("GET /clients/{id}/services", "listServices", "A client's record of batch services, reversed ones too (BAT-19)", paged(b.Transactions)),
	}
}

// runsOf asks for the runs of a batch; the path has the name that starting one has.
type runsOf struct {
	Batch batch.BatchID `json:"batch"`
	casemgmt.PageRequest
}
