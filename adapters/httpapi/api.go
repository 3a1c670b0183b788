// Package httpapi is casework as a JSON API: an http.Handler that can be
// mounted under any prefix of a host program. The host signs people in and says
// who acts (access.With in the request's context).
package httpapi

import (
	"io"
	"net/http"

	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/apitoken"
	"github.com/opencasework/casework/casemgmt/casefile"
	"github.com/opencasework/casework/casemgmt/enroll"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/followup"
	"github.com/opencasework/casework/session"
	"github.com/opencasework/casework/session/dashboard"
	"github.com/opencasework/casework/session/export"
	"github.com/opencasework/casework/session/report"
)

// Services are what the API offers. All must be given but Batches, Exports and
// Tokens, whose routes are not there without them.
type Services struct {
	Cases       *casemgmt.Service
	Enrollments *enroll.Service
	FollowUp    *followup.Service
	CaseFiles   *casefile.Service
	Sessions    *session.Service
	Dashboards  *dashboard.Service
	Batches     *batch.Service
	Exports     *export.Service
	Reports     *report.Service
	// ReferenceData reads a funder's file of the lists that case files choose from; without
	// it lists are loaded one by one.
	ReferenceData func(io.Reader) ([]casefile.LoadReference, error)
	// Tokens is for hosts that sign in by API token (adapters/signin).
	Tokens *apitoken.Service
	// Limits of the handler that New makes.
	Limits Limits
}

// MaxBody is the largest request body in bytes; documents have their own limit.
const MaxBody = 1 << 20

// New is the API. The routes are relative: mount it behind http.StripPrefix.
// It panics when a service is missing that must be given.
func New(s Services) http.Handler {
	for _, needed := range []struct {
		name    string
		missing bool
	}{{"Cases", s.Cases == nil}, {"Enrollments", s.Enrollments == nil}, {"FollowUp", s.FollowUp == nil}, {"CaseFiles", s.CaseFiles == nil}, {"Sessions", s.Sessions == nil},
		{"Dashboards", s.Dashboards == nil}, {"Reports", s.Reports == nil}} {
		if needed.missing {
			panic("httpapi: Services." + needed.name + " is missing")
		}
	}
	mux := http.NewServeMux()
	all := newDoors(s.Limits)
	known := routes(s, all)
	for _, r := range known {
		mux.Handle(r.method+" "+r.path, r.handler)
	}
	document := openAPI(known)
	mux.HandleFunc("GET /openapi.json", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", jsonType)
		_, _ = w.Write(document)
	})
	return problems{mux, all}
}

// routes is the table of all operations; the tag of each is its domain.
func routes(s Services, all *doors) []*route {
	var out []*route
	for _, domain := range []struct {
		tag    string
		routes []*route
	}{
		{"agency", agencyRoutes(s.Cases)},
		{"clients", clientRoutes(s.Cases)},
		{"enrollments", enrollmentRoutes(s.Enrollments)},
		{"followup", followUpRoutes(s.FollowUp)},
		{"casefiles", caseFileRoutes(s.CaseFiles, s.ReferenceData)},
		{"sessions", sessionRoutes(s.Sessions)},
		{"forms", formRoutes(s.Cases)},
		{"dashboards", dashboardRoutes(s.Dashboards)},
		{"batches", batchRoutes(s.Batches)},
		{"exports", exportRoutes(s.Exports)},
		{"reports", reportRoutes(s.Reports)},
		{"tokens", tokenRoutes(s.Tokens)},
	} {
		for _, r := range domain.routes {
			r.tag, r.doors = domain.tag, all
			out = append(out, r)
		}
	}
	return out
}

// problems answers what no route takes in the same form as all other errors.
type problems struct {
	mux   *http.ServeMux
	doors *doors
}

func (p problems) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	plainHeaders(w)
	h, pattern := p.mux.Handler(r)
	if route, ok := r.Context().Value(routeKey{}).(*string); ok {
		*route = pattern
	}
	if pattern == "" {
		v := p.doors.enter(w, r)
		defer v.leave()
		rec := &quiet{header: http.Header{}}
		h.ServeHTTP(rec, r)
		if rec.status == http.StatusMethodNotAllowed {
			w.Header().Set("Allow", rec.header.Get("Allow"))
			v.problem(&readError{kind: "method_not_allowed", status: http.StatusMethodNotAllowed})
			return
		}
		v.problem(fault.ErrNotFound)
		return
	}
	p.mux.ServeHTTP(w, r)
}

// plainHeaders are those of every answer.
func plainHeaders(w http.ResponseWriter) {
	w.Header().Set("Cache-Control", "no-store") // personal data
	w.Header().Set("X-Content-Type-Options", "nosniff")
}

// quiet takes an answer without sending it.
type quiet struct {
	header http.Header
	status int
}

func (q *quiet) Header() http.Header         { return q.header }
func (q *quiet) Write(b []byte) (int, error) { return len(b), nil }
func (q *quiet) WriteHeader(status int)      { q.status = status }
