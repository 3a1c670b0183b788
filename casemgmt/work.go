package casemgmt

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/casemgmt/id"
	"github.com/opencasework/casework/forms"
)

// Config is shared by all services. The zero value of each field is documented.
type Config struct {
	// Policy decides who may do what; nil is access.DefaultRoles().
	Policy access.Policy
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Forms are the service forms and lists. It must be given; catalog.Registry() has the stock ones.
	Forms *forms.Registry
	// Before are called inside each unit of work with its event, before it commits.
	Before []event.Hook
}

func (c Config) ready() (Config, error) {
	if c.Forms == nil {
		return c, errors.New("casemgmt: Config.Forms is missing; catalog.Registry() has the stock forms")
	}
	if c.Policy == nil {
		c.Policy = access.DefaultRoles()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c, nil
}

// Caller is the caller of a unit of work, as the agency's records know them.
type Caller struct {
	access.Who
	Staff  *Staff // nil for a program
	Agency *Agency
	Now    time.Time  // UTC, microseconds
	Today  civil.Date // in the agency's zone
	Scope  access.Scope
	policy access.Policy
}

// Allow asks the policy. It returns nil or fault.ErrForbidden.
func (me Caller) Allow(ctx context.Context, do access.Action, on access.Resource) error {
	return me.policy.Allow(ctx, me.Who, do, on)
}

// AllowClients asks whether the caller may open client profiles (ACC-02).
func (me Caller) AllowClients(ctx context.Context) error {
	return me.Allow(ctx, access.SeeClients, access.Resource{Roles: me.Agency.Settings.ClientRoles})
}

// StaffID is the caller's id, zero for a program.
func (me Caller) StaffID() StaffID {
	if me.Staff == nil {
		return StaffID{}
	}
	return me.Staff.ID
}

// Runner opens units of work on casemgmt's storage. A unit sees one agency's
// records and no others. Update commits when fn returns nil.
type Runner interface {
	View(ctx context.Context, agency string, fn func(Tx) error) error
	Update(ctx context.Context, agency string, fn func(Tx) error) error
}

// Work runs a domain package's units of work: it finds out who the caller is,
// replays a known request, appends the event and calls the hooks. Domain
// packages share it; embedders do not need it.
type Work[T Tx] struct {
	cfg  Config
	view func(ctx context.Context, agency string, fn func(T) error) error
	upd  func(ctx context.Context, agency string, fn func(T) error) error
}

// NewWork is the Work of a domain package over its runner's two methods.
func NewWork[T Tx](cfg Config, view, update func(context.Context, string, func(T) error) error) (Work[T], Config, error) {
	cfg, err := cfg.ready()
	return Work[T]{cfg, view, update}, cfg, err
}

// View runs fn on a consistent view.
func (w Work[T]) View(ctx context.Context, fn func(context.Context, T, Caller) error) error {
	actor, ok := access.From(ctx)
	if !ok {
		return fault.ErrUnauthenticated
	}
	return w.view(ctx, actor.Agency, func(tx T) error {
		me, err := w.me(ctx, tx, actor)
		if err != nil {
			return err
		}
		return fn(ctx, tx, me)
	})
}

type onceKey struct{}

type insideKey struct{}

// Once makes a change idempotent: the result of the first call with the key is
// kept with the change, and a repeated call of the same actor with the same
// command gets it again. The same key with another command is fault.ErrKeyReused.
func Once(ctx context.Context, key string) context.Context {
	return context.WithValue(ctx, onceKey{}, key)
}

// IsOnce says whether changes in the context have a request key.
func IsOnce(ctx context.Context) bool { return ctx.Value(onceKey{}) != nil }

// Update runs fn as one change with its event; an event without a type says
// that nothing was changed after all. out must be a pointer to what fn fills in, for
// a repeated call (Once).
func (w Work[T]) Update(ctx context.Context, cmd, out any, fn func(context.Context, T, Caller) (event.Event, error)) error {
	actor, ok := access.From(ctx)
	if !ok {
		return fault.ErrUnauthenticated
	}
	if ctx.Value(insideKey{}) != nil {
		return errors.New("casemgmt: a change inside the unit of work of another (in a hook?) would wait for itself")
	}
	ctx = context.WithValue(ctx, insideKey{}, true)
	requestKey, _ := ctx.Value(onceKey{}).(string)
	request, err := newRequest(actor, requestKey, cmd, w.cfg.Now())
	if err != nil {
		return err
	}
	return w.upd(ctx, actor.Agency, func(tx T) error {
		reflect.ValueOf(out).Elem().SetZero() // the storage may try again
		me, err := w.me(ctx, tx, actor)
		if err != nil {
			return err
		}
		if requestKey != "" {
			if done, err := replay(ctx, tx, request, out); done || err != nil {
				return err
			}
		}
		e, err := fn(ctx, tx, me)
		if err != nil {
			return err
		}
		return w.finish(ctx, tx, e.By(actor, me.Now, requestKey), request, out)
	})
}

func (w Work[T]) finish(ctx context.Context, tx T, e event.Event, request Request, out any) error {
	if e.Type != "" {
		for _, hook := range w.cfg.Before {
			if err := hook(ctx, e); err != nil {
				return fmt.Errorf("hook refused %s: %w", e.Type, err)
			}
		}
		if err := tx.AppendEvent(ctx, e); err != nil {
			return err
		}
	}
	if request.Key == "" {
		return nil
	}
	result, err := json.Marshal(out)
	if err != nil {
		return fmt.Errorf("keep the result of a request: %w", err)
	}
	request.Result = result
	return tx.InsertRequest(ctx, request)
}

func (w Work[T]) me(ctx context.Context, tx T, actor access.Actor) (Caller, error) {
	me := Caller{Who: access.Who{Actor: actor, Roles: actor.Roles}, policy: w.cfg.Policy}
	me.Now = w.cfg.Now().UTC().Truncate(time.Microsecond)
	agency, err := tx.Agency(ctx)
	switch {
	case errors.Is(err, fault.ErrNotFound) && actor.IsSystem():
		agency = &Agency{Key: actor.Agency} // about to be created
	case errors.Is(err, fault.ErrNotFound):
		return me, fault.ErrUnauthenticated
	case err != nil:
		return me, err
	}
	me.Agency = agency
	me.Today = civil.DateOf(me.Now, agency.Location())
	if !actor.IsSystem() {
		staff, err := tx.StaffByUser(ctx, actor.User)
		if errors.Is(err, fault.ErrNotFound) || err == nil && staff.Deactivated {
			return me, fault.ErrUnauthenticated // ACC-09
		}
		if err != nil {
			return me, err
		}
		me.Staff, me.Who.Staff = staff, staff.ID.String()
		me.Roles = append(append([]string(nil), actor.Roles...), staff.Roles...)
		for _, m := range staff.Programs {
			me.Programs = append(me.Programs, m.Program.String())
			if m.Manager {
				me.Manages = append(me.Manages, m.Program.String())
			}
		}
	}
	me.Scope = w.cfg.Policy.Scope(ctx, me.Who)
	return me, nil
}

// Request is a command that was carried out once and is not to be again.
type Request struct {
	Key    string
	Actor  string
	Hash   string // of the command
	At     time.Time
	Result []byte // JSON
}

func newRequest(actor access.Actor, key string, cmd any, at time.Time) (Request, error) {
	if key == "" {
		return Request{}, nil
	}
	var bad fault.Issues
	bad.Line("/request_key", key, 200)
	if err := bad.Err(); err != nil {
		return Request{}, err
	}
	raw, err := json.Marshal(cmd)
	if err != nil {
		return Request{}, fmt.Errorf("hash a command: %w", err)
	}
	sum := sha256.Sum256(fmt.Appendf(raw, "\x00%T", cmd))
	return Request{Key: key, Actor: actor.Name(), Hash: hex.EncodeToString(sum[:]), At: at.UTC().Truncate(time.Microsecond)}, nil
}

// replay fills out with the kept result of the same request. The same key with
// another command is fault.ErrKeyReused.
func replay[T Tx](ctx context.Context, tx T, r Request, out any) (bool, error) {
	kept, err := tx.Request(ctx, r.Actor, r.Key)
	if errors.Is(err, fault.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if kept.Hash != r.Hash {
		return false, fault.ErrKeyReused
	}
	if err := json.Unmarshal(kept.Result, out); err != nil {
		return false, fmt.Errorf("read the result of a request: %w", err)
	}
	return true, nil
}

// PageRequest says which part of a list is wanted.
type PageRequest struct {
	// After is the Next of the page before; empty is the first.
	After string `json:"after,omitempty"`
	// Limit is the number of items, 1 to 200; 0 is 50.
	Limit int `json:"limit,omitempty"`
}

// Size is the number of items of the page.
func (p PageRequest) Size() int {
	if p.Limit <= 0 {
		return 50
	}
	return min(p.Limit, 200)
}

// Page is a part of a list.
type Page[T any] struct {
	Items []T `json:"items"`
	// Next is where the next page starts; empty on the last.
	Next string `json:"next,omitempty"`
}

// Records keeps records of one kind. Update writes the record's next version
// and fails with fault.ErrConflict when it is not based on the stored one.
type Records[T any] interface {
	Get(ctx context.Context, key id.Of[T]) (*T, error)
	Insert(ctx context.Context, record *T) error
	Update(ctx context.Context, record *T) error
	List(ctx context.Context, p PageRequest) (Page[T], error)
}

// Tx is what casemgmt needs of its storage in a unit of work, bound to one agency.
type Tx interface {
	Agency(ctx context.Context) (*Agency, error)
	InsertAgency(ctx context.Context, a *Agency) error
	UpdateAgency(ctx context.Context, a *Agency) error

	Sites() Records[Site]
	Programs() Records[Program]
	Funders() Records[Funder]
	Contacts() Records[Contact]
	Plans() Records[Plan]
	Statements() Records[Statement]
	ServiceGroups() Records[ServiceGroup]
	ServiceCodes() Records[ServiceCode] // listed by group and name
	// CodesOf lists the codes of one group by name.
	CodesOf(ctx context.Context, group ServiceGroupID, p PageRequest) (Page[ServiceCode], error)
	Staff() Records[Staff]
	StaffByUser(ctx context.Context, user string) (*Staff, error)
	// CurrentStatement is the one with the highest number.
	CurrentStatement(ctx context.Context) (*Statement, error)

	Client(ctx context.Context, key ClientID) (*Client, error)
	InsertClient(ctx context.Context, c *Client) error
	UpdateClient(ctx context.Context, c *Client) error
	// SearchClients finds named clients only (ANO-06).
	SearchClients(ctx context.Context, q ClientQuery, p PageRequest) (Page[ClientHit], error)
	// LookAlikes are named clients worth comparing with a person.
	LookAlikes(ctx context.Context, probe *Client) ([]*Client, error)
	// IdentifierHolder is the client who has an identifier.
	IdentifierHolder(ctx context.Context, i Identifier) (ClientID, error)

	// LockClients holds the clients to the end of the unit of work, so that two
	// units do not enroll them at once; it takes them in one order.
	LockClients(ctx context.Context, keys []ClientID) error
	Enrollment(ctx context.Context, key EnrollmentID) (*Enrollment, error)
	LockEnrollment(ctx context.Context, key EnrollmentID) (*Enrollment, error)
	InsertEnrollment(ctx context.Context, e *Enrollment) error
	UpdateEnrollment(ctx context.Context, e *Enrollment) error
	// ClientEnrollments are all of a client, by start.
	ClientEnrollments(ctx context.Context, c ClientID) ([]*Enrollment, error)
	// ServedBetween is the first and the last day of the services in an
	// enrollment that were not reversed; zero without any.
	ServedBetween(ctx context.Context, e *Enrollment) (first, last civil.Date, err error)

	Bar(ctx context.Context, key BarID) (*Bar, error)
	InsertBar(ctx context.Context, b *Bar) error
	UpdateBar(ctx context.Context, b *Bar) error
	ClientBars(ctx context.Context, c ClientID) ([]*Bar, error) // by start

	Card(ctx context.Context, key CardID) (*Card, error)
	InsertCard(ctx context.Context, c *Card) error // fault.ErrConflict when the value was used
	UpdateCard(ctx context.Context, c *Card) error
	ClientCards(ctx context.Context, c ClientID) ([]*Card, error) // as they were issued

	// NextNumber counts up a counter of the agency and holds it to the end of
	// the unit of work.
	NextNumber(ctx context.Context, counter string) (int64, error)

	AppendEvent(ctx context.Context, e event.Event) error
	// Feed lists events in the order in which their units of work committed.
	Feed(ctx context.Context, after string, limit int) (event.Page, error)
	Request(ctx context.Context, actor, key string) (*Request, error)
	InsertRequest(ctx context.Context, r Request) error
}

// Service is case management without sessions.
type Service struct {
	work Work[Tx]
	cfg  Config
}

// New makes the service over a storage's runner.
func New(run Runner, cfg Config) (*Service, error) {
	work, cfg, err := NewWork[Tx](cfg, run.View, run.Update)
	if err != nil {
		return nil, err
	}
	return &Service{work: work, cfg: cfg}, nil
}

// On is the same service on another runner, such as a transaction of the host.
func (s *Service) On(run Runner) *Service {
	return &Service{work: Work[Tx]{s.cfg, run.View, run.Update}, cfg: s.cfg}
}

// Forms are the service forms that the service was made with.
func (s *Service) Forms() *forms.Registry { return s.cfg.Forms }

// changed is an event with the fields in which two states differ.
func changed(kind, subject string, version int64, before, after any) (event.Event, error) {
	diff, err := event.Diff(before, after)
	return event.New(kind, subject, version, diff...), err
}

// displayName is given and family name, a single name once (CLI-13).
func displayName(given, family string) string {
	if given == family || family == "" {
		return given
	}
	if given == "" {
		return family
	}
	return given + " " + family
}

// SortName is the key by which a person sorts: family name, then given name.
func SortName(family, given string) string { return i18n.SortKey(family, given) }
