package bunstore

import (
	"github.com/uptrace/bun"

	"github.com/opencasework/casework/adapters/bunstore/internal/engine"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/attach"
)

// attachTx is the storage of package attach in a unit of work.
type attachTx struct{ casesTx }

type attachmentRow struct {
	bun.BaseModel `bun:"table:attachments"`
	engine.Document[attach.Attachment]
	Client casemgmt.ClientID `bun:"client_id,type:uuid"`
}

func (tx attachTx) Attachments() casemgmt.OfClient[attach.Attachment] {
	return engine.OfClientOf(tx.Unit, func(r *attachmentRow, a *attach.Attachment) { r.Client = a.Client }, "id")
}
