package bunstore

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/opencasework/casework/adapters/bunstore/internal/engine"
	"github.com/opencasework/casework/casemgmt/casefile"
)

type casePersonRow struct {
	bun.BaseModel `bun:"table:case_people"`
	engine.Document[casefile.Person]
	ReportingID string `bun:"reporting_id,type:text"`
}

type casePeople struct {
	engine.Records[casefile.Person, casePersonRow, *casePersonRow]
}

func (tx casefilesTx) People() casefile.People {
	return casePeople{engine.RecordsOf(tx.Unit, func(r *casePersonRow, p *casefile.Person) { r.ReportingID = p.ReportingID })}
}

func (t casePeople) ByReportingID(ctx context.Context, number string) (*casefile.Person, error) {
	return t.First(ctx, " AND reporting_id = ?", number)
}
