package signin_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opencasework/casework/adapters/bunstore"
	"github.com/opencasework/casework/adapters/httpapi"
	"github.com/opencasework/casework/adapters/signin"
	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/adapters/storetest/databases"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/apitoken"
	"github.com/opencasework/casework/casemgmt/fault"
)

// world is two servers of the API over one database, with sign-in by token.
type world struct {
	*storetest.World
	urls [2]string
}

// each runs a test on each database.
func each(t *testing.T, name string, test func(t *testing.T, w *world)) {
	for _, d := range databases.Databases() {
		t.Run(name+" "+d.Name, func(t *testing.T) {
			db, prefix := d.Open(t)
			w := &world{World: databases.NewWorld(t, databases.Migrated(t, db, prefix))}
			for i := range w.urls {
				// a store of its own: the servers share nothing but the database
				s, err := bunstore.New(db, bunstore.Options{Prefix: prefix})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { s.Close() })
				w.urls[i] = w.serve(t, s, signin.Options{})
			}
			test(t, w)
		})
	}
}

// serve serves the API over a store, whose clock is the world's.
func (w *world) serve(t *testing.T, s storetest.Storage, o signin.Options) string {
	t.Helper()
	own := w.Elsewhere(s)
	o.Now, o.Refuse = w.Config.Now, httpapi.Refuse
	tokens := signin.New(s.TokenKeys(), o)
	srv := httptest.NewServer(tokens.Handler(httpapi.New(httpapi.Services{Cases: own.Cases, Enrollments: own.Enrolling, FollowUp: own.FollowUp, CaseFiles: own.CaseFiles, Sessions: own.Sessions,
		Dashboards: own.Dashboards, Batches: own.Batches, Reports: own.Reports, Tokens: own.Tokens})))
	t.Cleanup(func() { srv.Close(); tokens.Close() })
	return srv.URL
}

// token makes a token.
func (w *world) token(who context.Context) (*apitoken.Token, string) {
	w.T.Helper()
	x, secret, err := w.Tokens.Make(who, apitoken.Make{Name: "Test"})
	w.NoError(err)
	return x, secret
}

// get asks with a token, and gives the status and the header.
func get(t *testing.T, url, secret string) (int, http.Header) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if secret != "" {
		req.Header.Set("Authorization", "Bearer "+secret)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, resp.Header
}

// What a token opens it opens on every server, and nowhere from the moment on at
// which it is revoked, it ends, or its owner is deactivated.
func TestEndsEverywhereAtOnce(t *testing.T) {
	each(t, "SGN-04 ACC-09", func(t *testing.T, w *world) {
		paths := []string{"/me", "/form-definitions", "/clients?name=x"} // one of which asks nothing of the storage
		status := func(secret string, want int) {
			t.Helper()
			for i, url := range w.urls {
				for _, path := range paths {
					if got, head := get(t, url+path, secret); got != want || want == 401 && head.Get("WWW-Authenticate") != "Bearer" {
						t.Errorf("server %d, %s: %d %v, want %d", i, path, got, head, want)
					}
				}
			}
		}
		person := storetest.Must(w.Cases.Caller(w.FreshWorker(w.Program)))(t)
		as := w.As("metro", person.User)
		x, secret := w.token(as)
		_, other := w.token(as)
		status(secret, 200)
		status("", 401)
		storetest.Must(w.Tokens.Revoke(as, apitoken.Revoke{ID: x.ID}))(t)
		status(secret, 401)
		status(other, 200)
		person.Deactivated = true
		person = storetest.Must(w.Cases.UpdateStaff(w.Admin, *person))(t)
		status(other, 401)
		person.Deactivated = false
		storetest.Must(w.Cases.UpdateStaff(w.Admin, *person))(t)
		status(other, 200)
		w.Clock.Store(int64((apitoken.Lifetime + 1) * 24 * 3600))
		status(other, 401)
		w.Clock.Store(0)
	})
}

// A token gives its owner's rights and no more.
func TestRightsOfTheOwner(t *testing.T) {
	each(t, "SGN-04", func(t *testing.T, w *world) {
		_, worker := w.token(w.Worker)
		_, admin := w.token(w.Admin)
		for secret, want := range map[string]int{worker: 403, admin: 200} {
			if got, _ := get(t, w.urls[0]+"/events", secret); got != want {
				t.Errorf("the audit trail: %d, want %d", got, want)
			}
		}
		_, other := w.token(w.OtherWorker)
		if got, _ := get(t, w.urls[0]+"/sites/"+w.Site.ID.String(), other); got != 404 {
			t.Errorf("another agency's record: %d", got)
		}
	})
}

// An open stream of scans ends with the next line when its token is revoked or its
// owner deactivated, also by another server; a line that comes then is not applied.
func TestStreamEnds(t *testing.T) {
	each(t, "SGN-04 ACC-09", func(t *testing.T, w *world) {
		for name, end := range map[string]func(s *casemgmt.Staff, x *apitoken.Token){
			"revoked": func(_ *casemgmt.Staff, x *apitoken.Token) {
				storetest.Must(w.Tokens.Revoke(w.Admin, apitoken.Revoke{ID: x.ID}))(t)
			},
			"deactivated": func(s *casemgmt.Staff, _ *apitoken.Token) {
				s.Deactivated = true
				storetest.Must(w.Cases.UpdateStaff(w.Admin, *s))(t)
			},
		} {
			t.Run(name, func(t *testing.T) {
				person := storetest.Must(w.Cases.Caller(w.FreshWorker(w.Program)))(t)
				x, secret := w.token(w.As("metro", person.User))
				run := w.Use(w.DropIn(true), storetest.Today)
				in, out := io.Pipe()
				req, err := http.NewRequest("POST", w.urls[0]+"/runs/"+run.ID.String()+"/scans", in)
				if err != nil {
					t.Fatal(err)
				}
				req.Header.Set("Authorization", "Bearer "+secret)
				req.Header.Set("Content-Type", "application/x-ndjson")
				answers := make(chan string)
				go func() {
					defer close(answers)
					resp, err := http.DefaultClient.Do(req)
					if err != nil {
						return
					}
					defer resp.Body.Close()
					for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
						answers <- lines.Text()
					}
				}()
				scan := func(number string) {
					fmt.Fprintf(out, "{\"scan\":%q,\"card\":%q,\"at\":%q}\n", number, w.Card(w.Enrolled().ID).Value, storetest.Now.Format(time.RFC3339))
				}
				scan(name + "1")
				if got := <-answers; !strings.Contains(got, `"posted"`) {
					t.Fatalf("before: %s", got)
				}
				end(person, x)
				scan(name + "2")
				if got := <-answers; !strings.Contains(got, `"refused"`) {
					t.Errorf("after: %s", got)
				}
				if got, more := <-answers; more {
					t.Errorf("the stream goes on with %s", got)
				}
				out.Close()
				if got := storetest.Must(w.Batches.Run(w.Worker, run.ID))(t).Counts.Posted; got != 1 {
					t.Errorf("%d posted", got)
				}
			})
		}
	})
}

// countingKeys counts what sign-in asks of a storage, and may fail or be slow.
type countingKeys struct {
	apitoken.Keys
	read, used atomic.Int64
	fail       atomic.Pointer[error]
	hold       chan struct{}
}

func (k *countingKeys) Key(ctx context.Context, h apitoken.Hash) (*apitoken.Key, error) {
	k.read.Add(1)
	if err := k.fail.Load(); err != nil {
		return nil, *err
	}
	return k.Keys.Key(ctx, h)
}

func (k *countingKeys) Used(ctx context.Context, agency string, at time.Time, tokens []apitoken.ID) error {
	k.used.Add(1)
	if k.hold != nil {
		<-k.hold
	}
	return k.Keys.Used(ctx, agency, at, tokens)
}

// page is one of the host's.
var page = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "hello") })

// The last use is kept once in five minutes, and no request waits for it.
func TestLastUse(t *testing.T) {
	each(t, "SGN-04", func(t *testing.T, w *world) {
		keys := &countingKeys{Keys: w.Store.TokenKeys(), hold: make(chan struct{})}
		tokens := signin.New(keys, signin.Options{Now: w.Config.Now})
		srv := httptest.NewServer(tokens.Handler(page))
		defer srv.Close()
		as := w.FreshWorker(w.Program)
		_, secret := w.token(as)
		for range 20 { // while the first writing is held
			if got, _ := get(t, srv.URL, secret); got != 200 {
				t.Fatal(got)
			}
		}
		close(keys.hold)
		tokens.Close()
		last := func() time.Time {
			return storetest.Must(w.Tokens.List(as, apitoken.Query{}, casemgmt.PageRequest{}))(t).Items[0].LastUsed
		}
		if got := keys.used.Load(); got != 1 || !last().Equal(storetest.Now) {
			t.Errorf("kept %d times, last use %s", got, last())
		}
		w.Clock.Store(240)
		get(t, srv.URL, secret)
		w.Clock.Store(301)
		get(t, srv.URL, secret)
		tokens.Close()
		if got := keys.used.Load(); got != 2 || !last().Equal(storetest.Now.Add(301*time.Second)) {
			t.Errorf("kept %d times, last use %s", got, last())
		}
		w.Clock.Store(0)
		if got := keys.read.Load(); got != 22 {
			t.Errorf("%d requests read %d keys: something is kept of them", 22, got)
		}
	})
}

// A storage that fails is not taken for a wrong token.
func TestStorageFails(t *testing.T) {
	db, prefix := databases.OpenSQLite(t)
	s := databases.Migrated(t, db, prefix)
	for _, tt := range []struct {
		err    error
		refuse func(http.ResponseWriter, *http.Request, error)
		want   int
	}{{fault.ErrUnavailable, nil, 503}, {fault.ErrUnavailable, httpapi.Refuse, 503}, {errors.New("broken"), nil, 500}, {errors.New("broken"), httpapi.Refuse, 500}} {
		keys := &countingKeys{Keys: s.TokenKeys()}
		keys.fail.Store(&tt.err)
		told := false
		srv := httptest.NewServer(signin.New(keys, signin.Options{Refuse: tt.refuse, Wrong: func(string, int) { told = true }}).Handler(page))
		got, head := get(t, srv.URL, "x")
		srv.Close()
		if got != tt.want || (head.Get("Retry-After") != "") != (tt.want == 503) || told {
			t.Errorf("%v: %d %v, told of a wrong token: %t", tt.err, got, head, told)
		}
	}
}

// Wrong tokens of an address wait, too many are refused, and the host is told of
// them; a right token of the same address does not wait.
func TestWrongTokensWait(t *testing.T) {
	db, prefix := databases.OpenSQLite(t)
	w := &world{World: databases.NewWorld(t, databases.Migrated(t, db, prefix))}
	_, secret := w.token(w.Worker)
	var mu sync.Mutex
	var told []string
	url := w.serve(t, w.Store.(*bunstore.Store), signin.Options{Wrong: func(address string, n int) {
		mu.Lock()
		defer mu.Unlock()
		told = append(told, fmt.Sprint(address, " ", n))
	}})
	for range 5 { // which do not wait; see TestWaitGrows
		if got, _ := get(t, url+"/me", "wrong"); got != 401 {
			t.Fatal(got)
		}
	}
	var wg sync.WaitGroup
	var refused, late atomic.Int64
	begin := make(chan struct{})
	for range 40 {
		wg.Go(func() {
			<-begin
			start := time.Now()
			switch got, head := get(t, url+"/me", "wrong"); {
			case got == 429 && head.Get("Retry-After") != "" && head.Get("Content-Type") == "application/problem+json":
				refused.Add(1)
			case got == 401 && head.Get("WWW-Authenticate") == "Bearer" && time.Since(start) > 40*time.Millisecond:
				late.Add(1)
			default:
				t.Errorf("%d %v after %s", got, head, time.Since(start))
			}
		})
	}
	close(begin)
	time.Sleep(50 * time.Millisecond)
	fastest := time.Hour // a busy machine may be slow once, and not each time
	for range 10 {
		start := time.Now()
		if got, _ := get(t, url+"/me", secret); got != 200 {
			t.Errorf("a right token: %d", got)
		}
		fastest = min(fastest, time.Since(start))
	}
	if fastest > 500*time.Millisecond {
		t.Errorf("right tokens wait %s and longer", fastest)
	}
	wg.Wait()
	if refused.Load() == 0 || late.Load() == 0 {
		t.Errorf("%d are refused, %d came late", refused.Load(), late.Load())
	}
	mu.Lock()
	defer mu.Unlock()
	if len(told) != 12 || told[0] != "127.0.0.1 1" || told[11] != "127.0.0.1 32" {
		t.Errorf("told %q", told)
	}
}

// The scheme may be written in any case; other schemes are not ours.
func TestSchemes(t *testing.T) {
	db, prefix := databases.OpenSQLite(t)
	w := &world{World: databases.NewWorld(t, databases.Migrated(t, db, prefix))}
	_, secret := w.token(w.Worker)
	url := w.serve(t, w.Store.(*bunstore.Store), signin.Options{Wrong: func(string, int) { t.Error("told of a wrong token") }})
	for value, want := range map[string]int{"Bearer " + secret: 200, "bearer " + secret: 200, "BEARER  " + secret: 200, "Basic " + secret: 401, secret: 401, "Bearer": 401} {
		req, _ := http.NewRequest("GET", url+"/me", nil)
		req.Header.Set("Authorization", value)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("%.8s: %d, want %d", value, resp.StatusCode, want)
		}
	}
}
