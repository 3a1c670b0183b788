package bunstore

import (
	"github.com/uptrace/bun"

	"github.com/opencasework/casework/adapters/bunstore/internal/engine"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/followup"
)

// followupTx is the storage of package followup in a unit of work.
type followupTx struct{ casesTx }

type planRow struct {
	bun.BaseModel `bun:"table:plans"`
	engine.Document[followup.Plan]
	Client casemgmt.ClientID `bun:"client_id,type:uuid"`
}

func (tx followupTx) plans() engine.OfClient[followup.Plan, planRow, *planRow] {
	return engine.OfClientOf(tx.Unit, func(r *planRow, p *followup.Plan) { r.Client = p.Client }, "id")
}

func (tx followupTx) Plans() casemgmt.OfClient[followup.Plan] { return tx.plans() }
