// Package attach has the files of clients: so far what is known of a file, and not
// its content.
//
// Rule ids in comments and issues (ATT-01) are those of docs/rules.md.
package attach

import (
	"context"
	"regexp"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/id"
)

// Tx is what attachments need of their storage in a unit of work, bound to one agency.
type Tx interface {
	casemgmt.Tx
	Attachments() casemgmt.OfClient[Attachment]
}

// Unit is a unit of work of this package, and Runner opens them.
type (
	Unit   = casemgmt.UnitOf[Tx]
	Runner = casemgmt.RunnerOf[Tx]
)

// Service keeps attachments.
type Service struct{ work casemgmt.Work[Tx] }

// New makes the service over a storage's runner.
func New(run Runner, cfg casemgmt.Config) (*Service, error) {
	work, err := casemgmt.NewWork(run, cfg)
	if err != nil {
		return nil, err
	}
	return &Service{work}, nil
}

// On is the same service on another runner, such as a transaction of the host.
func (s *Service) On(run Runner) *Service { return &Service{s.work.On(run)} }

// AttachmentID identifies an attachment.
type AttachmentID = id.Of[Attachment]

// MaxSize is how large a file may be (ATT-05).
const MaxSize = 20 << 20

// Attachment is a file of a client (ATT-01).
type Attachment struct {
	casemgmt.Head[Attachment]
	Client casemgmt.ClientID `json:"client"`
	Name   string            `json:"name"` // the original one
	Size   int               `json:"size"` // in bytes
	Sum    string            `json:"sum"`  // SHA-256 of the content, in hexadecimal digits
}

var sum = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Validate says what is wrong with the attachment's own fields.
func (a Attachment) Validate() error {
	return fault.Check(&a,
		validation.Field(&a.Client, fault.Required("ATT-01")),
		validation.Field(&a.Name, fault.Required("ATT-05"), fault.Line("ATT-05", 200)),
		validation.Field(&a.Size, fault.Required("ATT-05"), fault.Between("ATT-05", 1, MaxSize)),
		validation.Field(&a.Sum, fault.Required("ATT-05"), fault.Match("ATT-05", "malformed", sum)),
	)
}

// Add adds a file to a named client. It fails with fault.ErrForbidden or
// *fault.Invalid.
func (s *Service) Add(ctx context.Context, in Attachment) (*Attachment, error) {
	return casemgmt.Change(ctx, s.work, in, add)
}

func add(ctx context.Context, u *Unit, in Attachment) (*Attachment, error) {
	if err := casemgmt.MayRecord(ctx, u); err != nil {
		return nil, err
	}
	var bad fault.Issues
	client, err := casemgmt.Find(ctx, bad.Place("ATT-01", "/client"), u.Tx.Clients(), in.Client)
	if err != nil {
		return nil, err
	}
	if client != nil && client.Kind == casemgmt.Anonymous {
		bad.Add("ANO-06", "/client", "anonymous_not_tracked")
	}
	if err := bad.Err(); err != nil {
		return nil, err
	}
	in.Head = casemgmt.NewHead[Attachment]()
	u.Log(event.AttachmentAdded, &in)
	return &in, u.Tx.Attachments().Insert(ctx, &in)
}

// Of are the files of a client, the oldest first (ATT-02). It fails with
// fault.ErrNotFound, fault.ErrForbidden or *fault.Invalid.
func (s *Service) Of(ctx context.Context, key casemgmt.ClientID) ([]*Attachment, error) {
	return casemgmt.Read(ctx, s.work, key, ofClient)
}

func ofClient(ctx context.Context, u *Unit, key casemgmt.ClientID) ([]*Attachment, error) {
	if _, err := casemgmt.Tracked(ctx, u, key, "/client"); err != nil {
		return nil, err
	}
	return u.Tx.Attachments().Of(ctx, key)
}
