package signin_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/opencasework/casework/adapters/httpapi"
	"github.com/opencasework/casework/adapters/signin"
	"github.com/opencasework/casework/adapters/storetest/databases"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/apitoken"
)

// BenchmarkToken is what it costs to ask the database with each request whose a
// token is: the question alone, and a small request with and without it, one after
// the other and from 8 at once.
func BenchmarkToken(b *testing.B) {
	for _, d := range databases.Databases() {
		db, prefix := d.Open(b)
		db.SetMaxOpenConns(16)
		db.SetMaxIdleConns(16)
		s := databases.Migrated(b, db, prefix)
		w := &world{World: databases.NewWorld(b, s)}
		_, secret := w.token(w.Worker)
		hash := apitoken.HashOf(secret)
		api := httpapi.New(httpapi.Services{Cases: w.Cases, Enrollments: w.Enrolling, FollowUp: w.FollowUp, CaseFiles: w.CaseFiles, Sessions: w.Sessions,
			Dashboards: w.Dashboards, Reports: w.Reports})
		tokens := signin.New(s.TokenKeys(), signin.Options{Now: w.Config.Now})
		b.Cleanup(tokens.Close)
		request := func(h http.Handler, signed bool) func() {
			return func() {
				r := httptest.NewRequest("GET", "/me", nil)
				if signed {
					r.Header.Set("Authorization", "Bearer "+secret)
				} else {
					r = r.WithContext(access.With(r.Context(), access.Actor{Agency: "metro", User: "worker"}))
				}
				answer := httptest.NewRecorder()
				if h.ServeHTTP(answer, r); answer.Code != 200 {
					b.Error(answer.Code)
				}
			}
		}
		for _, bench := range []struct {
			name string
			do   func()
		}{
			{"question", func() {
				if _, err := s.TokenKeys().Key(b.Context(), hash); err != nil {
					b.Error(err)
				}
			}},
			{"request", request(api, false)},
			{"request with token", request(tokens.Handler(api), true)},
		} {
			b.Run(d.Name+"/"+bench.name, func(b *testing.B) {
				for range b.N {
					bench.do()
				}
			})
			b.Run(d.Name+"/"+bench.name+"/8 at once", func(b *testing.B) {
				b.SetParallelism(4) // on two processors
				b.RunParallel(func(p *testing.PB) {
					for p.Next() {
						bench.do()
					}
				})
			})
		}
	}
}
