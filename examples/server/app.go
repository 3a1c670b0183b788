package main

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the PostgreSQL driver
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	_ "modernc.org/sqlite" // the SQLite driver

	"github.com/opencasework/casework/adapters/bunstore"
	"github.com/opencasework/casework/adapters/dexexport"
	"github.com/opencasework/casework/adapters/httpapi"
	"github.com/opencasework/casework/adapters/icareexport"
	"github.com/opencasework/casework/adapters/signin"
	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/apitoken"
	"github.com/opencasework/casework/casemgmt/casefile"
	"github.com/opencasework/casework/casemgmt/country"
	"github.com/opencasework/casework/casemgmt/enroll"
	"github.com/opencasework/casework/casemgmt/followup"
	"github.com/opencasework/casework/examples/server/reference"
	"github.com/opencasework/casework/forms/catalog"
	"github.com/opencasework/casework/icare"
	"github.com/opencasework/casework/session"
	"github.com/opencasework/casework/session/dashboard"
	"github.com/opencasework/casework/session/export"
	"github.com/opencasework/casework/session/report"
)

// open connects to the database that the options name, and says where it is.
func open(ctx context.Context, o options) (*bun.DB, string, error) {
	if o.dsn != "" {
		db, err := openPostgres(o.dsn)
		if err != nil {
			return nil, "", err
		}
		ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		if err := db.PingContext(ctx); err != nil {
			db.Close()
			return nil, "", fmt.Errorf("cannot connect to PostgreSQL at %s: %s", host(o.dsn), withoutSecrets(err, o.dsn))
		}
		return db, "PostgreSQL at " + host(o.dsn), nil
	}
	path, err := filepath.Abs(o.data)
	if err != nil {
		return nil, "", err
	}
	if f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return nil, "", fmt.Errorf("cannot use the data file: %w", err)
	} else {
		f.Close()
	}
	// one writer that commits waiting units of work together, a checkpoint every 64 MB
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+
		"?_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=wal_autocheckpoint(16000)")
	if err != nil {
		return nil, "", err
	}
	db.SetMaxOpenConns(16)
	db.SetMaxIdleConns(16)
	if err := reach(ctx, db); err != nil {
		db.Close()
		return nil, "", fmt.Errorf("cannot use the data file %s: %w", path, err)
	}
	return bun.NewDB(db, sqlitedialect.New()), path, nil
}

// reach connects to a data file. Of several servers that start at once on a new file one
// switches it to its way of writing, and SQLite refuses the others at once meanwhile,
// whatever the busy timeout says.
func reach(ctx context.Context, db *sql.DB) error {
	for end := time.Now().Add(5 * time.Second); ; {
		err := db.PingContext(ctx)
		var code interface{ Code() int }
		if !errors.As(err, &code) || code.Code()&0xff != sqliteBusy || time.Now().After(end) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// sqliteBusy is SQLITE_BUSY: somebody else has the data file.
const sqliteBusy = 5

// openPostgres makes the pool of connections to an address. It connects to nobody yet.
func openPostgres(dsn string) (*bun.DB, error) {
	db, err := sql.Open("pgx", withExec(dsn))
	if err != nil {
		return nil, errors.New("the PostgreSQL address cannot be read")
	}
	db.SetMaxOpenConns(16)
	db.SetMaxIdleConns(16)
	return bun.NewDB(db, pgdialect.New()), nil
}

// withExec: bun's statements carry their arguments, so a cache would only fill up.
// And nobody waits for minutes for a server that is away.
func withExec(dsn string) string {
	u, err := url.Parse(dsn)
	if err != nil {
		return dsn
	}
	q := u.Query()
	for name, value := range map[string]string{"default_query_exec_mode": "exec", "connect_timeout": "5"} {
		if q.Get(name) == "" {
			q.Set(name, value)
		}
	}
	u.RawQuery = q.Encode()
	return u.String()
}

func host(dsn string) string {
	u, err := url.Parse(dsn)
	if err != nil {
		return "the given address"
	}
	return u.Host + u.Path
}

func withoutSecrets(err error, dsn string) string {
	msg := strings.ReplaceAll(err.Error(), "\n", " ")
	if u, bad := url.Parse(dsn); bad == nil && u.User != nil {
		if password, ok := u.User.Password(); ok && password != "" {
			msg = strings.ReplaceAll(msg, password, "***")
		}
	}
	return msg
}

// app is the server without its listener.
type app struct {
	db        *bun.DB
	replica   *bun.DB // nil without
	store     *bunstore.Store
	settings  settings
	signIn    *signin.Tokens
	tokens    *apitoken.Service
	cases     *casemgmt.Service
	enrolling *enroll.Service
	followUp  *followup.Service
	caseFiles *casefile.Service
	sessions  *session.Service
	boards    *dashboard.Service
	batches   *batch.Service
	exports   *export.Service
	reports   *report.Service
	log       *slog.Logger
	options   options
}

func newApp(ctx context.Context, db *bun.DB, o options, stderr io.Writer) (*app, error) {
	a := &app{db: db, settings: settings{db}, options: o, log: slog.New(slog.NewTextHandler(stderr, nil))}
	if o.log == "json" {
		a.log = slog.New(slog.NewJSONHandler(stderr, nil))
	}
	var err error
	if o.replica != "" { // it may be away, and come later
		if a.replica, err = openPostgres(o.replica); err != nil {
			return nil, err
		}
	}
	if a.store, err = bunstore.New(db, bunstore.Options{NoPrepare: o.pooled, Replica: a.replica, CommitEach: o.commitEach}); err != nil {
		return nil, err
	}
	if err := a.store.Migrate(ctx); err != nil {
		return nil, err
	}
	if err := a.settings.migrate(ctx); err != nil {
		return nil, err
	}
	a.signIn = a.newSignIn()
	return a, a.services(o)
}

// close ends what goes on beside requests; the database stays open.
func (a *app) close() {
	a.signIn.Close()
	a.store.Close()
	if a.replica != nil {
		a.replica.Close()
	}
}

// services makes the services over the store.
func (a *app) services(o options) error {
	edition, err := templates(o.icare)
	if err != nil {
		return err
	}
	cfg := casemgmt.Config{Forms: catalog.Registry(), Systems: []casemgmt.System{
		{Name: catalog.ICARE, Extension: country.Settlement}, {Name: dexexport.System, Country: "AU"}}}
	format, err := icareexport.New(cfg.Forms, edition)
	if err != nil {
		return err
	}
	var errs [10]error
	a.cases, errs[0] = casemgmt.New(a.store.Cases(), cfg)
	a.enrolling, errs[1] = enroll.New(a.store.Enrollments(), cfg)
	a.followUp, errs[2] = followup.New(a.store.FollowUp(), cfg)
	a.sessions, errs[3] = session.New(a.store.Sessions(), cfg)
	a.boards, errs[4] = dashboard.New(a.store.Dashboards(), cfg)
	a.batches, errs[5] = batch.New(a.store.Batches(), cfg)
	a.exports, errs[6] = export.New(a.store.Exports(), cfg, format, dexexport.New(dexexport.Options{}))
	a.reports, errs[7] = report.New(a.store.Reports(), cfg)
	a.caseFiles, errs[9] = casefile.New(a.store.CaseFiles(), cfg)
	a.tokens, errs[8] = apitoken.New(a.store.Tokens(), cfg)
	return errors.Join(errs[:]...)
}

// handler is everything that is served.
func (a *app) handler() http.Handler {
	api := httpapi.New(httpapi.Services{Cases: a.cases, Enrollments: a.enrolling, FollowUp: a.followUp, CaseFiles: a.caseFiles, Sessions: a.sessions,
		Dashboards: a.boards, Batches: a.batches, Exports: a.exports, Reports: a.reports, ReferenceData: dexexport.ReadReferenceData, Tokens: a.tokens})
	api = httpapi.ReportErrors(a.signIn.Handler(api), func(r *http.Request, err error) {
		a.log.Error("request failed", "request", requestOf(r.Context()), "method", r.Method, "error", err) // no path: it has ids of people
	})
	set := a.measured()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /metrics", metricsPage(set))
	mux.HandleFunc("GET /api/{$}", reference.Page)
	mux.HandleFunc("GET /api/scalar.js", reference.Script)
	mux.Handle("/api/", http.StripPrefix("/api", api))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.Handle("GET /readyz", &ready{write: a.store.Ready, read: func(ctx context.Context) error {
		_, err := a.settings.get(ctx, demoState)
		return err
	}})
	return newWeb(a.log, set, words[string](a.options.origins), mux)
}

// serve listens until the context ends, and then lets running requests finish.
func (a *app) serve(ctx context.Context, l net.Listener, started func(url string)) error {
	srv := &http.Server{Handler: a.handler(), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10, ErrorLog: slog.NewLogLogger(a.log.Handler(), slog.LevelWarn)}
	closing := make(chan struct{})
	srv.BaseContext = func(net.Listener) context.Context {
		return httpapi.EndStreams(context.Background(), closing)
	}
	srv.RegisterOnShutdown(func() { close(closing) })
	done := make(chan error, 1)
	scheme := "http://"
	if a.options.cert != "" {
		scheme = "https://"
	}
	go func() {
		if a.options.cert != "" {
			done <- srv.ServeTLS(l, a.options.cert, a.options.key)
			return
		}
		done <- srv.Serve(l)
	}()
	started(scheme + l.Addr().String())
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	a.log.Info("finishing running requests")
	last, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := srv.Shutdown(last); err != nil {
		return fmt.Errorf("some requests did not finish: %w", err)
	}
	return nil
}

// command is one of the words after the flags.
func (a *app) command(ctx context.Context, o options, args []string, stdout io.Writer) error {
	if n, ok := agencyOf(args[1:]); ok && args[0] == "agency" {
		return a.makeAgency(ctx, n, o, stdout)
	}
	return a.tokenCommand(ctx, args, stdout)
}

// templates are those of the empty workbooks in a folder, downloaded from iCARE,
// in place of the built-in ones of 2018; nil without a folder.
func templates(folder string) (*icare.Spec, error) {
	if folder == "" {
		return nil, nil
	}
	names, err := filepath.Glob(filepath.Join(folder, "*.xlsx"))
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("-icare: there is no workbook (.xlsx) in %s", folder)
	}
	spec := icare.Builtin()
	for _, name := range names {
		book, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		if spec, _, err = spec.WithWorkbook(bytes.NewReader(book), int64(len(book))); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return spec, nil
}
