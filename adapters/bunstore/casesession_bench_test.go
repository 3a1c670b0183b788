package bunstore_test

import (
	"slices"
	"testing"
	"time"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/adapters/storetest/databases"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/casefile"
)

// BenchmarkAddCaseSession adds a session with 20 participants to a case through the
// service. Limit: 3 ms at the median on SQLite.
func BenchmarkAddCaseSession(b *testing.B) {
	for _, d := range databases.Databases() {
		b.Run(d.Name, func(b *testing.B) {
			db, prefix := d.Open(b)
			w := databases.NewWorld(b, databases.Migrated(b, db, prefix))
			keys := make([]casemgmt.ClientID, 20)
			for i := range keys {
				keys[i] = w.Client().ID
			}
			f := w.Case(keys...)
			cmd := casefile.AddSession{Case: f.ID, SessionDetails: casefile.SessionDetails{Date: storetest.Today, Time: "10:00", ServiceType: "1", ServiceSetting: "OFFICE"}}
			for _, c := range keys {
				cmd.Participants = append(cmd.Participants, casefile.Attendance{Client: c, Type: casefile.AsClient, ExternalReferral: &casefile.Referral{Purposes: []string{"HOUSING"}}})
			}
			var took []time.Duration
			b.ResetTimer()
			for range b.N {
				start := time.Now()
				x, err := w.CaseFiles.AddSession(w.Worker, cmd)
				took = append(took, time.Since(start))
				if err != nil || len(x.Participants) != len(keys) {
					b.Fatal(err)
				}
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
		})
	}
}
