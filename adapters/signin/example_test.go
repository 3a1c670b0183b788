package signin_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/opencasework/casework/adapters/httpapi"
	"github.com/opencasework/casework/adapters/signin"
	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/adapters/storetest/databases"
	"github.com/opencasework/casework/casemgmt/apitoken"
)

// The API for who has a token; its secret is shown once, when it is made.
func ExampleTokens() {
	databases.Scratch(func(w *storetest.World) {
		api := httpapi.New(httpapi.Services{Cases: w.Cases, Enrollments: w.Enrolling, FollowUp: w.FollowUp, CaseFiles: w.CaseFiles, Sessions: w.Sessions,
			Dashboards: w.Dashboards, Reports: w.Reports, Tokens: w.Tokens})
		tokens := signin.New(w.Store.TokenKeys(), signin.Options{Now: w.Config.Now, Refuse: httpapi.Refuse})
		defer tokens.Close()
		handler := tokens.Handler(api)

		token, secret, err := w.Tokens.Make(w.Worker, apitoken.Make{Name: "Night job"})
		if err != nil {
			fmt.Println(err)
			return
		}
		ask := func() {
			r := httptest.NewRequest("GET", "/me", nil)
			r.Header.Set("Authorization", "Bearer "+secret)
			answer := httptest.NewRecorder()
			handler.ServeHTTP(answer, r)
			fmt.Println(http.StatusText(answer.Code))
		}
		fmt.Println(token.Name, "until", token.End)
		ask()
		if _, err := w.Tokens.Revoke(w.Worker, apitoken.Revoke{ID: token.ID}); err != nil {
			fmt.Println(err)
			return
		}
		ask()
	})
	// Output:
	// Night job until 2026-06-15
	// OK
	// Unauthorized
}
