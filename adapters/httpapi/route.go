package httpapi

import (
	"context"
	"encoding/json"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/session"
)

// route is one operation: what the server does and what OpenAPI says are made
// from it alike.
type route struct {
	method, path string
	name         string // operation id
	summary      string
	status       int
	body         bool  // has a JSON body; else its fields come from the query
	limit        int64 // of the body, in bytes
	version      bool  // If-Match is required
	raw          bool  // answers with a file
	stream       bool  // takes and answers lines of JSON
	upload       bool  // takes a file
	in, out      reflect.Type
	handler      http.Handler
}

func (r *route) params() []string {
	var out []string
	for part := range strings.SplitSeq(r.path, "/") {
		if strings.HasPrefix(part, "{") {
			out = append(out, strings.Trim(part, "{}"))
		}
	}
	return out
}

// op makes a route from a service method. POST answers 201, all else 200; a
// PUT, and what else is marked with matched, needs If-Match.
func op[In, Out any](pattern, name, summary string, call func(context.Context, In) (Out, error)) route {
	method, path, _ := strings.Cut(pattern, " ")
	r := &route{method: method, path: path, name: name, summary: summary, status: http.StatusOK, limit: MaxBody,
		body: method != http.MethodGet, in: reflect.TypeFor[In](), out: reflect.TypeFor[Out]()}
	if method == http.MethodPost {
		r.status = http.StatusCreated
	}
	if r.in == reflect.TypeFor[session.AddDocument]() {
		r.limit = 2 * session.MaxDocument // base64
	}
	if method != http.MethodGet && r.in.Kind() == reflect.Struct && strings.Contains(path, "{") || method == http.MethodPut {
		_, r.version = fieldOf(reflect.New(r.in).Elem(), "version")
	}
	r.handler = http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		in, err := decode[In](w, req, r)
		var out Out
		if err == nil {
			ctx := req.Context()
			if key := req.Header.Get("Idempotency-Key"); key != "" && method != http.MethodGet {
				ctx = casemgmt.Once(ctx, key)
			}
			out, err = call(ctx, in)
		}
		if err != nil {
			problem(w, req, err)
			return
		}
		encode(w, req, r.status, out)
	})
	return *r
}

func encode(w http.ResponseWriter, r *http.Request, status int, out any) {
	lang := i18n.Negotiate(r.Header.Get("Accept-Language"))
	localize(out, lang)
	if v := reflect.Indirect(reflect.ValueOf(out)); v.Kind() == reflect.Struct {
		if version := v.FieldByName("Version"); version.IsValid() && version.CanInt() {
			w.Header().Set("ETag", `"`+strconv.FormatInt(version.Int(), 10)+`"`)
		}
	}
	raw, err := json.Marshal(out)
	if err != nil {
		problem(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(raw, '\n'))
}

// localize fills in the texts of warnings and issues in answers.
func localize(out any, lang i18n.Lang) {
	switch x := out.(type) {
	case *session.Session:
		if x != nil {
			x.Warnings = x.Warnings.In(lang)
			for _, l := range x.Participants {
				for _, f := range l.Forms {
					localizeForm(f, lang)
				}
			}
		}
	case casemgmt.Page[*session.Session]:
		for _, s := range x.Items {
			localize(s, lang)
		}
	case *batch.Added:
		localizeResults(x.Results, lang)
	case *batch.PostedPage:
		localizeResults(x.Results, lang)
	case *batch.Restored:
		localizeResults(x.Left, lang)
	case items[batch.Candidate]:
		for i := range x.Items {
			x.Items[i].Text = x.Items[i].Outcome.Text().In(lang)
		}
	case casemgmt.Page[session.Incomplete]:
		for _, s := range x.Items {
			for _, l := range s.Clients {
				for _, f := range l.Forms {
					localizeMissing(f.Missing, lang)
				}
			}
		}
	case *session.Form:
		if x != nil {
			localizeForm(x, lang)
		}
	case *checked:
		x.Issues = x.Issues.In(lang)
	}
}

func localizeResults(list []batch.Result, lang i18n.Lang) {
	for i := range list {
		list[i].Text = list[i].Outcome.Text().In(lang)
	}
}

func localizeForm(f *session.Form, lang i18n.Lang) {
	f.Warnings = f.Warnings.In(lang)
	localizeMissing(f.Missing, lang)
}

func localizeMissing(list []session.Missing, lang i18n.Lang) {
	for i := range list {
		if text := (fault.Issue{Code: list[i].Code}).Message(lang); !strings.Contains(text, "{") { // limits are not kept with what is missing
			list[i].Text = text
		}
	}
}

// checked is session.Checked with texts.
type checked struct{ session.Checked }

// signedIn guards what is no agency's data but still not for everybody.
func signedIn[In, Out any](call func(In) (Out, error)) func(context.Context, In) (Out, error) {
	return func(ctx context.Context, in In) (Out, error) {
		if _, ok := access.From(ctx); !ok {
			var none Out
			return none, fault.ErrUnauthenticated
		}
		return call(in)
	}
}

type reportKey struct{}

func reportError(r *http.Request, err error) {
	if report, ok := r.Context().Value(reportKey{}).(func(error)); ok {
		report(err)
	}
}

// ReportErrors calls report with every error that is answered with 500, for the
// host's log. The errors carry no personal data.
func ReportErrors(h http.Handler, report func(*http.Request, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := context.WithValue(r.Context(), reportKey{}, func(err error) { report(r, err) })
		h.ServeHTTP(w, r.WithContext(ctx))
	})
}
