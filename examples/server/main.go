// Command server is casework as a program of its own: the JSON API over SQLite,
// or over PostgreSQL when one machine is not enough, with API tokens for its
// users and an invented agency to try it on.
//
//	go run ./examples/server
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/signal"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"

	"github.com/opencasework/casework/adapters/bunstore"
)

// options are the flags; each has an environment variable of the same name in
// capitals behind CASEWORK_, such as CASEWORK_ADDRESS.
type options struct {
	address, data, dsn, replica, demo, log, icare string
	languages, extensions                         string // of a new agency
	cert, key, origins                            string
	connections                                   int
	pooled                                        bool

	commitEach bool // for the benchmark of commits together; not a flag
}

func parse(args []string, getenv func(string) string, stderr io.Writer) (options, []string, error) {
	var o options
	fs := flag.NewFlagSet("server", flag.ContinueOnError)
	fs.SetOutput(stderr)
	def := func(name, value string) string {
		if v := getenv("CASEWORK_" + strings.ToUpper(name)); v != "" {
			return v
		}
		return value
	}
	fs.StringVar(&o.address, "address", def("address", "127.0.0.1:8080"), "address to listen on")
	fs.StringVar(&o.data, "data", def("data", "casework.db"), "SQLite file; it is made when missing")
	fs.StringVar(&o.dsn, "dsn", def("dsn", ""), "postgres://… to use PostgreSQL instead of SQLite")
	fs.StringVar(&o.replica, "replica", def("replica", ""), "postgres://… of a standby of that PostgreSQL, for lists and reports")
	fs.BoolVar(&o.pooled, "pooled", def("pooled", "") != "", "PostgreSQL is behind a pooler that shares connections between transactions: nothing is prepared")
	fs.StringVar(&o.demo, "demo", def("demo", "small"), "invented agency for an empty database: none, small, or large (100,000 clients, 1,000,000 sessions)")
	fs.StringVar(&o.icare, "icare", def("icare", ""), "folder of empty workbooks downloaded from iCARE, to use their columns and lists")
	most, err := strconv.Atoi(def("connections", "1000"))
	if err != nil {
		return o, nil, errors.New("CASEWORK_CONNECTIONS is a number")
	}
	fs.IntVar(&o.connections, "connections", most, "how many connections are open at once; others wait")
	fs.StringVar(&o.languages, "languages", def("languages", ""), "languages of a new agency, such as en,fr; those of its country without it")
	fs.StringVar(&o.extensions, "extensions", def("extensions", ""), "extensions of a new agency, such as settlement")
	fs.StringVar(&o.cert, "cert", def("cert", ""), "file with the certificate for TLS, and -key with its key")
	fs.StringVar(&o.key, "key", def("key", ""), "file with the key of -cert")
	fs.StringVar(&o.origins, "origins", def("origins", ""), "origins whose pages may call the API, such as https://desk.example; none without it")
	fs.StringVar(&o.log, "log", def("log", "text"), "log format: text or json")
	fs.Usage = func() {
		fmt.Fprint(stderr, `Usage: server [flags]                 serve the API
       server [flags] init KEY NAME COUNTRY ZONE USER
                                      make an agency with its first administrator, unless it is
                                      there, and serve the API: the first start, and each later one
       server [flags] agency KEY NAME COUNTRY ZONE USER
                                      make one more agency
       server [flags] token AGENCY USER [NAME [END]]
                                      make an API token for a user, for a year or to the day END
       server [flags] tokens AGENCY   list the API tokens, with their last use
       server [flags] revoke AGENCY ID
                                      revoke an API token, on all servers at once
       server [flags] backup FILE     copy the SQLite database, also while servers run on it
       server [flags] restore FILE    make the data file of a backup, if the backup is whole
       server [flags] check           read the whole database, and say what is wrong with it

Each flag can be given as an environment variable, such as CASEWORK_ADDRESS.

`)
		fs.PrintDefaults()
	}
	if err := fs.Parse(args); err != nil {
		return o, nil, err
	}
	if o.demo != "none" && o.demo != "small" && o.demo != "large" {
		return o, nil, errors.New("-demo is none, small or large")
	}
	if o.log != "text" && o.log != "json" {
		return o, nil, errors.New("-log is text or json")
	}
	if (o.cert == "") != (o.key == "") {
		return o, nil, errors.New("-cert and -key belong together")
	}
	for _, origin := range words[string](o.origins) {
		if u, err := url.Parse(origin); err != nil || u.Host == "" || u.Path != "" || u.Scheme != "https" && u.Scheme != "http" {
			return o, nil, errors.New("-origins are of the form https://desk.example, with commas between them")
		}
	}
	if o.connections < 1 {
		return o, nil, errors.New("-connections is at least 1")
	}
	return o, fs.Args(), o.addresses()
}

// addresses says what is wrong with those of databases.
func (o options) addresses() error {
	for name, dsn := range map[string]string{"-dsn": o.dsn, "-replica": o.replica} {
		if dsn != "" && !strings.HasPrefix(dsn, "postgres://") && !strings.HasPrefix(dsn, "postgresql://") {
			return errors.New(name + " must start with postgres://")
		}
	}
	if o.replica != "" && o.dsn == "" {
		return errors.New("-replica is a copy of the PostgreSQL of -dsn")
	}
	return nil
}

func main() {
	collectLess()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	o, args, err := parse(os.Args[1:], os.Getenv, os.Stderr)
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err == nil {
		err = run(ctx, o, args, os.Stdout, os.Stderr)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "server:", explain(err))
		stop()
		os.Exit(1)
	}
}

// explain is one line for the person at the terminal.
func explain(err error) string {
	if errors.Is(err, bunstore.ErrNewer) {
		return "the database was made by a newer version of this program; start that one"
	}
	return strings.ReplaceAll(err.Error(), "\n", " ")
}

func run(ctx context.Context, o options, args []string, stdout, stderr io.Writer) error {
	if done, err := maintain(ctx, o, args, stdout); done {
		return err
	}
	db, where, err := open(ctx, o)
	if err != nil {
		return err
	}
	defer db.Close()
	a, err := newApp(ctx, db, o, stderr)
	if err != nil {
		return err
	}
	defer a.close()
	begin, isInit := newAgency{}, false
	if len(args) > 0 && args[0] == "init" {
		begin, isInit = agencyOf(args[1:])
	}
	if len(args) > 0 && !isInit {
		return a.command(ctx, o, args, stdout)
	}
	l, err := net.Listen("tcp", o.address) // first: a start that fails leaves nothing behind
	if err != nil {
		return fmt.Errorf("cannot listen on %s: is another program using it? (%w)", o.address, err)
	}
	l = newEntrance(l.(*net.TCPListener), o.connections)
	defer l.Close()
	var users []demoUser
	if isInit {
		err = a.first(ctx, begin, o, stdout)
	} else {
		users, err = a.prepareDemo(ctx, o.demo, stderr)
	}
	if err != nil {
		return err
	}
	for _, w := range o.warnings() {
		a.log.Warn(w)
	}
	return a.serve(ctx, l, func(url string) { greet(stdout, url, where, users) })
}

// greet says where everything is.
func greet(w io.Writer, url, where string, users []demoUser) {
	fmt.Fprintf(w, "casework is at  %s\ndata are in     %s\n", url, where)
	if len(users) == 0 {
		return
	}
	fmt.Fprintf(w, "\nDemo users (their tokens are new at each start):\n")
	for _, u := range users {
		fmt.Fprintf(w, "  %-38s %s\n", u.what, u.token)
	}
	fmt.Fprintf(w, "\nTry it:\n  curl -s -H 'Authorization: Bearer %s' '%s/api/clients?name=ok'\n\n", users[0].token, url)
}

// collectLess lets the heap grow to three times what is in use: that is a few MB
// here, and the collector would run forty times a second under load. Above 96 MB,
// as with many documents at once, it runs as often as it must. GOGC and GOMEMLIMIT
// of the environment win.
func collectLess() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(200)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(96 << 20)
	}
}
