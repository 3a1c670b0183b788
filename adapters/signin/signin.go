// Package signin finds out who makes a request, by the API token that it carries.
// It sets the actor of the request's context, which is all that casework needs of
// a host. It may stand before httpapi, or before pages of the host's own.
//
// Tokens are made, listed and revoked by package apitoken. This package asks the
// storage with each request whose a token is, so that a token that was revoked, or
// whose owner was deactivated, opens nothing from that moment, on any server.
package signin

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/apitoken"
	"github.com/opencasework/casework/casemgmt/fault"
)

// Options of sign-in by token. The zero value is ready to use.
type Options struct {
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Address is where a request comes from; nil is the address of the connection.
	// Behind a proxy all have the proxy's: then Address may read what the proxy says.
	Address func(*http.Request) string
	// Refuse answers a request that is not passed on: the storage fails
	// (fault.ErrUnavailable), or too many wrong tokens come from an address (a
	// *fault.Wait of fault.ErrTooMany). nil answers with a line of text;
	// httpapi.Refuse is as its routes answer.
	Refuse func(http.ResponseWriter, *http.Request, error)
	// Wrong is told of wrong tokens: from where, and how many there were from there
	// lately. It is called for the first ten, and then each time that they have doubled.
	Wrong func(address string, tries int)
	// Failed is told when the last use of tokens could not be kept; nobody waits for it.
	Failed func(error)
}

// Tokens is sign-in by API token.
type Tokens struct {
	keys  apitoken.Keys
	o     Options
	wrong *guard
	uses  *uses
}

// New is sign-in with the tokens of a storage.
// It panics without keys, which a storage has (bunstore's Store).
func New(keys apitoken.Keys, o Options) *Tokens {
	if keys == nil {
		panic("signin: the keys are nil; a storage has them")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Address == nil {
		o.Address = func(r *http.Request) string { return r.RemoteAddr }
	}
	if o.Refuse == nil {
		o.Refuse = refuse
	}
	return &Tokens{keys: keys, o: o, wrong: newGuard(o.Now), uses: &uses{keys: keys, failed: o.Failed}}
}

// Close waits until the last uses that were noted are kept.
func (t *Tokens) Close() { t.uses.wait() }

// Handler passes requests on with the actor whose token they carry. Without a
// token, or with a wrong one, a request is passed on without an actor, and the
// library refuses it. A wrong one waits before, longer with each that comes from
// the same address.
func (t *Tokens) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		secret, ok := bearer(r)
		if !ok {
			next.ServeHTTP(w, r)
			return
		}
		ctx, err := t.With(r.Context(), secret)
		if errors.Is(err, fault.ErrUnauthenticated) {
			ctx, err = r.Context(), t.refused(r)
		}
		if err != nil {
			t.o.Refuse(w, r, err)
			return
		}
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// With is a context in which a token's owner acts. A call that goes on for long
// asks again with access.Still. It fails with fault.ErrUnauthenticated for a token
// that opens nothing.
func (t *Tokens) With(ctx context.Context, secret string) (context.Context, error) {
	h := apitoken.HashOf(secret)
	key, err := t.key(ctx, h)
	if err != nil {
		return nil, err
	}
	t.uses.note(key, t.o.Now())
	ctx = access.With(ctx, access.Actor{Agency: key.Agency, User: key.User})
	return access.While(ctx, func(ctx context.Context) error {
		_, err := t.key(ctx, h)
		return err
	}), nil
}

// key is that of a token that opens something now.
func (t *Tokens) key(ctx context.Context, h apitoken.Hash) (*apitoken.Key, error) {
	key, err := t.keys.Key(ctx, h)
	if errors.Is(err, fault.ErrNotFound) || err == nil && !key.Opens(t.o.Now()) {
		return nil, fault.ErrUnauthenticated
	}
	return key, err
}

// refused makes a request with a wrong token wait. It fails when too many wait.
func (t *Tokens) refused(r *http.Request) error {
	address := network(t.o.Address(r))
	wait, tries, err := t.wrong.wrong(address)
	if t.o.Wrong != nil && worthTelling(tries) {
		t.o.Wrong(address, tries)
	}
	if err != nil || wait == 0 {
		return err
	}
	defer t.wrong.left()
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-r.Context().Done():
		return r.Context().Err()
	}
}

// worthTelling says of which numbers of wrong tokens the host is told.
func worthTelling(tries int) bool { return tries <= 10 || tries&(tries-1) == 0 }

// bearer is the token that a request carries.
func bearer(r *http.Request) (string, bool) {
	scheme, secret, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.TrimSpace(secret), ok && strings.EqualFold(scheme, "Bearer")
}

// refuse is how errors are answered unless the host says how.
func refuse(w http.ResponseWriter, _ *http.Request, err error) {
	var wait *fault.Wait
	switch {
	case errors.As(err, &wait):
		w.Header().Set("Retry-After", seconds(wait.After))
		http.Error(w, "too many wrong tokens", http.StatusTooManyRequests)
	case errors.Is(err, fault.ErrUnavailable):
		w.Header().Set("Retry-After", "2")
		http.Error(w, "the tokens cannot be read", http.StatusServiceUnavailable)
	default:
		http.Error(w, "the token could not be looked up", http.StatusInternalServerError)
	}
}
