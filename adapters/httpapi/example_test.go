package httpapi_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/opencasework/casework/adapters/httpapi"
	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/adapters/storetest/databases"
	"github.com/opencasework/casework/casemgmt/access"
)

// The API under a prefix of a host that has signed its user in.
func ExampleNew() {
	databases.Scratch(func(w *storetest.World) {
		api := httpapi.New(httpapi.Services{Cases: w.Cases, Enrollments: w.Enrolling, FollowUp: w.FollowUp, CaseFiles: w.CaseFiles, Sessions: w.Sessions,
			Dashboards: w.Dashboards, Reports: w.Reports})
		mux := http.NewServeMux()
		mux.Handle("/cases/", http.StripPrefix("/cases", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			ctx := access.With(r.Context(), access.Actor{Agency: "metro", User: "worker"}) // from the host's own session
			api.ServeHTTP(rw, r.WithContext(ctx))
		})))
		answer := httptest.NewRecorder()
		mux.ServeHTTP(answer, httptest.NewRequest("GET", "/cases/me", nil))
		fmt.Println(answer.Code, answer.Header().Get("ETag"))
	})
	// Output: 200 "1"
}
