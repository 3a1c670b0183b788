package httpapi

import (
	"context"
	"net/http"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
)

// serve is the handler of every route: it reads the command, hands it to do, and
// answers with the problem if there is one. An error of do says that nothing
// was sent. Nothing is read of a request that nobody has signed: what is no
// agency's data is not for everybody either.
func serve[In any](r *route, do func(*visit, In) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		v := r.doors.enter(w, req)
		defer v.leave()
		if _, ok := access.From(req.Context()); !ok {
			v.problem(fault.ErrUnauthenticated)
			return
		}
		in, err := decode[In](v, r)
		if err == nil {
			err = do(v, in)
		}
		if err != nil {
			v.problem(err)
		}
	})
}

// answer calls a service method with a command, and encodes what it returns.
func answer[In, Out any](r *route, call func(context.Context, In) (Out, error)) func(*visit, In) error {
	return func(v *visit, in In) error {
		ctx := context.WithValue(v.req.Context(), langKey{}, language(v.req))
		if key := v.req.Header.Get("Idempotency-Key"); key != "" && r.once() {
			ctx = casemgmt.Once(ctx, key)
		}
		out, err := call(ctx, in)
		if err != nil {
			return err
		}
		return encode(v, r.status, out)
	}
}

type langKey struct{}

// language is the one that a request's reader wants.
func language(req *http.Request) i18n.Lang {
	return i18n.Negotiate(req.Header.Get("Accept-Language"))
}

// readerOf is the language of the reader of a call's answer, for answers that
// are written in one.
func readerOf(ctx context.Context) i18n.Lang {
	lang, _ := ctx.Value(langKey{}).(i18n.Lang)
	return lang
}

type reportKey struct{}

func reportError(r *http.Request, err error) {
	if report, ok := r.Context().Value(reportKey{}).(func(error)); ok {
		report(err)
	}
}

type routeKey struct{}

// Routed is a request of which the host learns by which route it was answered, such as
// GET /clients/{id}: for logs and metrics, which are not to have the path, as that has ids
// of people. It is empty until then, and where there is no such route.
func Routed(r *http.Request) (*http.Request, *string) {
	route := new(string)
	return r.WithContext(context.WithValue(r.Context(), routeKey{}, route)), route
}

// ReportErrors calls report with every error that is answered with 500 or 503,
// for the host's log. The errors carry no personal data.
func ReportErrors(h http.Handler, report func(*http.Request, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := context.WithValue(r.Context(), reportKey{}, func(err error) { report(r, err) })
		h.ServeHTTP(w, r.WithContext(ctx))
	})
}
