package casemgmt

import (
	"context"
	"time"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/casemgmt/id"
)

// StatementID identifies a version of the privacy statement.
type StatementID = id.Of[Statement]

// Statement is one version of the agency's privacy statement (ANO-08). A
// published one never changes: the version of its Head is always 1.
type Statement struct {
	Head[Statement]
	Number    int64     `json:"number,omitempty"` // 1 for the agency's first statement
	Text      i18n.Text `json:"text"`
	Published time.Time `json:"published,omitzero"`
}

// Validate says what is wrong with the statement's text.
func (s Statement) ValidateWithContext(ctx context.Context) error {
	return fault.CheckIn(ctx, &s, validation.Field(&s.Text, noteInLanguages("ANO-08", 8000)))
}

var statements = Keep(Tx.Statements, event.StatementPublished, "", MayManage, number)

// number gives a new version of the statement its number.
func number(ctx context.Context, u *Unit, next, _ *Statement) (err error) {
	next.Published = u.Now
	next.Number, err = u.Tx.Counters().Next(ctx, "statement")
	return err
}

// PublishStatement makes a new version of the privacy statement (ANO-08). It
// fails with fault.ErrForbidden or *fault.Invalid.
func (s *Service) PublishStatement(ctx context.Context, in Statement) (*Statement, error) {
	return Change(ctx, s.work, in, statements.Add)
}

// Statement is the current version of the privacy statement. It fails with
// fault.ErrNotFound when none is published.
func (s *Service) Statement(ctx context.Context) (*Statement, error) {
	return Read(ctx, s.work, struct{}{}, currentStatement)
}

func currentStatement(ctx context.Context, u *Unit, _ struct{}) (*Statement, error) {
	return u.Tx.Statements().Current(ctx)
}
