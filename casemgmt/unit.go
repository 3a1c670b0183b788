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

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/forms"
)

// UnitOf is one unit of work of a domain package: its storage, who calls, and the
// event that it leaves. Each package names its own: type Unit = casemgmt.UnitOf[Tx].
type UnitOf[T Tx] struct {
	Caller
	Tx T
	// Forms are the forms and lists of the agency's extensions, and those of all.
	Forms *forms.Registry
	// Systems are the funders' file formats that the agency can have.
	Systems []string

	config    Config
	log       entry
	unchanged bool
	nowhere   bool           // the agency is not there
	was       map[string]any // records by their subjects, see Was
}

// Unit is a unit of work of this package.
type Unit = UnitOf[Tx]

// Recorded is a record that events can be about. Whatever begins with a Head is one.
type Recorded interface {
	Subject() string
	Revision() int64
}

// entry is what a unit says of itself; its event is made when it ends, so that
// it has the record's version as it was written.
type entry struct {
	of      event.Type
	about   Recorded
	before  any // to be compared with about; nil without
	changes []event.Change
	created bool // before is there for its fields alone
}

// Log says what the unit has done, or in a view what it has shown. A unit logs
// once; the last one counts.
func (u *UnitOf[T]) Log(t event.Type, about Recorded, changes ...event.Change) {
	u.log = entry{of: t, about: about, changes: changes}
}

// Changed is Log with the fields in which the record differs from what it was; of a
// record with the method Personal, which is about a client, their places alone.
func (u *UnitOf[T]) Changed(t event.Type, before any, about Recorded) {
	u.log = entry{of: t, about: about, before: before}
}

// Created is Changed of a record that is new, whose fields the event has.
func (u *UnitOf[T]) Created(t event.Type, empty any, about Recorded) {
	u.log = entry{of: t, about: about, before: empty, created: true}
}

// Unchanged says that nothing was to be changed after all: no event is left.
func (u *UnitOf[T]) Unchanged() { u.unchanged = true }

// subject is a Recorded without a record of its own.
type subject string

func (s subject) Subject() string { return string(s) }
func (s subject) Revision() int64 { return 0 }

// About names what an event is about by its id alone, without a version.
func About(id fmt.Stringer) Recorded { return subject(id.String()) }

// event is what the unit leaves; nil for nothing.
func (u *UnitOf[T]) event(request string) (*event.Event, error) {
	if u.log.of == "" {
		return nil, nil
	}
	if u.log.before != nil {
		differ := event.Diff
		if _, ok := u.log.about.(interface{ Personal() }); ok {
			differ = event.Places
		}
		diff, err := differ(u.log.before, u.log.about)
		if err != nil {
			return nil, err
		}
		u.log.changes = diff
	}
	e := event.New(u.log.of, u.log.about.Subject(), u.log.about.Revision(), u.log.changes...).By(u.Actor, u.Now, request)
	return &e, nil
}

// Work carries out the units of work of a domain package. Domain packages share
// it; embedders do not need it.
type Work[T Tx] struct {
	cfg     Config
	run     RunnerOf[T]
	repeats map[reflect.Type]Repeat[T]
	backlog *backlog // nil in a transaction of the host, which may be rolled back
}

// NewWork is the Work of a domain package over its runner, with what repeated
// requests answer. It fails when the Config lacks what must be given.
func NewWork[T Tx](run RunnerOf[T], cfg Config, repeats ...Repeat[T]) (Work[T], error) {
	cfg, err := cfg.ready()
	if absent(run) {
		err = errors.Join(err, errNoRunner)
	}
	w := Work[T]{cfg, run, map[reflect.Type]Repeat[T]{}, &backlog{}}
	for _, r := range repeats {
		w.repeats[r.of] = r
	}
	return w, err
}

// On is the same work on another runner, such as a transaction of the host.
func (w Work[T]) On(run RunnerOf[T]) Work[T] { return Work[T]{w.cfg, run, w.repeats, nil} }

type onceKey struct{}

type insideKey struct{}

// Once makes a change idempotent: a repeated call of the same actor with the same key
// and command, within 48 hours, changes nothing and gets the same record as it is
// by then, or the same answer, if the actor may still read it (ACC-14). The same
// key with another command is fault.ErrKeyReused.
func Once(ctx context.Context, key string) context.Context {
	return context.WithValue(ctx, onceKey{}, key)
}

// IsOnce says whether changes in the context have a request key.
func IsOnce(ctx context.Context) bool { return ctx.Value(onceKey{}) != nil }

var errInside = errors.New("casemgmt: a change inside the unit of work of another (in a hook?) would wait for itself")

// errNoRunner is New or On without a runner.
var errNoRunner = errors.New("casemgmt: the runner is nil; a storage such as bunstore.Store has one for each service")

// errNoAgency is a program that acts for an agency that is not there; people get
// fault.ErrUnauthenticated alone, as strangers do.
var errNoAgency = fmt.Errorf("casemgmt: there is no agency of this key, and CreateAgency makes it first: %w", fault.ErrUnauthenticated)

// absent says whether an interface holds nothing.
func absent(v any) bool {
	if v == nil {
		return true
	}
	r := reflect.ValueOf(v)
	return r.Kind() == reflect.Pointer && r.IsNil()
}

// open says what is missing before a unit of work can begin.
func (w Work[T]) open(ctx context.Context) (access.Actor, error) {
	if w.run == nil || absent(w.run) {
		return access.Actor{}, errNoRunner
	}
	actor, ok := access.From(ctx)
	if !ok {
		return actor, fault.ErrUnauthenticated
	}
	return actor, nil
}

// Change carries out a command as one unit of work: it checks the command's
// shape, finds out who the caller is, replays a known request, runs do with a
// copy of the command, appends the one event that do logs, and calls the hooks.
func Change[T Tx, C, R any](ctx context.Context, w Work[T], cmd C, do func(context.Context, *UnitOf[T], C) (R, error)) (R, error) {
	var none, out R
	actor, err := w.open(ctx)
	if err != nil {
		return none, err
	}
	if ctx.Value(insideKey{}) != nil {
		return none, errInside
	}
	cmd = trimmed(cmd)
	if err := shape(ctx, cmd, false); err != nil {
		return none, err
	}
	ctx = context.WithValue(ctx, insideKey{}, true)
	request, err := newRequest(ctx, actor, cmd, w.cfg.Now())
	if err != nil {
		return none, err
	}
	err = w.run.Update(ctx, actor.Agency, func(tx T) error {
		out = none // the storage may try again
		u, err := w.unit(ctx, tx, actor)
		if err != nil {
			return err
		}
		if _, makes := any(cmd).(Agency); !makes && u.nowhere {
			return errNoAgency
		}
		as := repeat[T, C, R](w)
		if done, err := replay(ctx, u, as, request, cmd, &out); done || err != nil {
			if err == nil && u.log.of != "" { // it was read again
				err = w.leave(ctx, u, "", true)
			}
			return err
		}
		if err := shape(u.env(ctx), cmd, true); err != nil {
			return err
		}
		if out, err = do(ctx, u, copied(cmd)); err != nil {
			return err
		}
		if err := w.leave(ctx, u, request.Key, false); err != nil {
			return err
		}
		return keep(ctx, tx, as, request, out)
	})
	if err != nil {
		return none, err
	}
	return out, nil
}

// Read answers a question on a consistent view. A reading that do logs is
// appended in a small unit of its own before the answer leaves, so that no
// large read holds up who writes.
func Read[T Tx, Q, R any](ctx context.Context, w Work[T], q Q, do func(context.Context, *UnitOf[T], Q) (R, error)) (R, error) {
	var none, out R
	actor, err := w.open(ctx)
	if err != nil {
		return none, err
	}
	if err := shape(ctx, q, false); err != nil {
		return none, err
	}
	var u *UnitOf[T]
	err = w.run.View(ctx, actor.Agency, func(tx T) error {
		var err error
		if u, err = w.unit(ctx, tx, actor); err != nil {
			return err
		}
		if u.nowhere {
			return errNoAgency
		}
		if err := shape(u.env(ctx), q, true); err != nil {
			return err
		}
		out, err = do(ctx, u, copied(q))
		return err
	})
	if err != nil {
		return none, err
	}
	if u.log.of == "" {
		return out, nil
	}
	if ctx.Value(insideKey{}) != nil {
		return none, errInside
	}
	if err := w.note(context.WithValue(ctx, insideKey{}, true), u); err != nil {
		return none, err
	}
	return out, nil
}

type manyKey struct{}

// ReadMany is Read for lists and reports, which look at many records: a storage with
// a copy of its database may answer from there, as long as the copy has all that was
// committed before.
func ReadMany[T Tx, Q, R any](ctx context.Context, w Work[T], q Q, do func(context.Context, *UnitOf[T], Q) (R, error)) (R, error) {
	return Read(context.WithValue(ctx, manyKey{}, true), w, q, do)
}

// LooksAtMany says whether a view is of ReadMany.
func LooksAtMany(ctx context.Context) bool { return ctx.Value(manyKey{}) != nil }

// shape asks a command or query what is wrong with it: what needs to know the
// day or the lists is asked inside of the unit, all else before it begins.
func shape(ctx context.Context, cmd any, inside bool) error {
	if c, ok := cmd.(validation.ValidatableWithContext); ok {
		if inside {
			return c.ValidateWithContext(ctx)
		}
		return nil
	}
	if c, ok := cmd.(validation.Validatable); ok && !inside {
		return c.Validate()
	}
	return nil
}

// env is a context in which rules know the day, the lists and the agency.
func (u *UnitOf[T]) env(ctx context.Context) context.Context {
	ctx = context.WithValue(ctx, agencyInKey{}, u.Agency)
	return fault.In(ctx, fault.Env{Today: u.Today, Known: u.Forms.Known})
}

// leave calls the hooks and appends the unit's event.
func (w Work[T]) leave(ctx context.Context, u *UnitOf[T], request string, reading bool) error {
	e, err := u.event(request)
	if err != nil || e == nil && u.unchanged {
		return err
	}
	if e == nil {
		return errors.New("casemgmt: a change that logs nothing")
	}
	if err := w.ask(ctx, u.Tx, u, *e, reading); err != nil {
		return err
	}
	return u.Tx.Events().Append(ctx, *e)
}

// unit finds out who the caller is.
func (w Work[T]) unit(ctx context.Context, tx T, actor access.Actor) (*UnitOf[T], error) {
	u := &UnitOf[T]{Tx: tx, config: w.cfg}
	u.Who = access.Who{Actor: actor, Roles: actor.Roles}
	u.policy = w.cfg.Policy
	u.Now = w.cfg.Now().UTC().Truncate(time.Microsecond)
	agency, err := tx.Agency().Get(ctx)
	switch {
	case errors.Is(err, fault.ErrNotFound) && actor.IsSystem():
		agency, u.nowhere = &Agency{Key: actor.Agency}, true // about to be created
	case errors.Is(err, fault.ErrNotFound):
		return nil, fault.ErrUnauthenticated
	case err != nil:
		return nil, err
	}
	u.Agency = agency
	u.Forms, u.Systems = w.cfg.Forms.For(agency.Extensions...), w.cfg.systemsOf(agency)
	u.Today = civil.DateOf(u.Now, agency.Location())
	if actor.IsSystem() {
		return u, nil
	}
	staff, err := tx.Staff().ByUser(ctx, actor.User)
	if errors.Is(err, fault.ErrNotFound) || err == nil && staff.Deactivated {
		return nil, fault.ErrUnauthenticated // ACC-09
	}
	if err != nil {
		return nil, err
	}
	u.Staff, u.Who.Staff = staff, staff.ID.String()
	u.Roles = append(append([]string(nil), actor.Roles...), staff.Roles...)
	for _, m := range staff.Programs {
		u.Programs = append(u.Programs, m.Program.String())
		if m.Manager {
			u.Manages = append(u.Manages, m.Program.String())
		}
	}
	return u, nil
}

// newRequest is the request of a command, empty without a key.
func newRequest(ctx context.Context, actor access.Actor, cmd any, at time.Time) (Request, error) {
	key, _ := ctx.Value(onceKey{}).(string)
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

// As is a unit of work as a package below sees it, such as sessions in a unit of
// exports: the same storage and the same caller.
func As[Y, X Tx](u *UnitOf[X]) *UnitOf[Y] {
	return &UnitOf[Y]{Caller: u.Caller, Tx: any(u.Tx).(Y), Forms: u.Forms, Systems: u.Systems, config: u.config, was: u.was}
}
