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

// BenchmarkCaseSearch finds case files by a client's name, as somebody types it, among
// 200,000 of 100,000 clients. Limit: 5 ms at the 95th percentile.
func BenchmarkCaseSearch(b *testing.B) {
	const clients, each, unit = 100_000, 2, 2000
	for _, d := range databases.Databases() {
		b.Run(d.Name, func(b *testing.B) {
			db, prefix := d.Open(b)
			w := databases.NewWorld(b, databases.Migrated(b, db, prefix))
			activity := w.Activity()
			var typed []string
			for range clients / unit {
				w.NoError(w.Store.CaseFiles().Update(w.Setup, "metro", func(tx casefile.Tx) error {
					for range unit {
						p := w.Profile()
						c := &casemgmt.Client{Head: casemgmt.NewHead[casemgmt.Client](), Number: w.Next(), Kind: casemgmt.Named, Profile: p}
						if err := tx.Clients().Insert(w.Setup, c); err != nil {
							return err
						}
						typed = append(typed, p.Family[:4]+" "+p.Given[:2])
						for range each {
							f := &casefile.File{Head: casemgmt.NewHead[casefile.File](), Program: w.Program.ID, Opened: storetest.Now, Details: casefile.Details{
								Status: casefile.Open, CaseID: casemgmt.NewHead[casefile.File]().ID.String(), Activity: activity.ID, AttendanceProfile: "FAMILY"},
								Clients: []*casefile.Client{{Client: c.ID, Joining: casefile.Joining{ReferralSource: "SELF", PrimaryReason: "HOUSING"}}}}
							if err := tx.Files().Insert(w.Setup, f); err != nil {
								return err
							}
						}
					}
					return nil
				}))
			}
			if _, err := db.Exec("ANALYZE"); err != nil {
				b.Fatal(err)
			}
			var took []time.Duration
			b.ResetTimer()
			for i := range b.N {
				start := time.Now()
				page, err := w.CaseFiles.Search(w.Worker, casefile.Query{Client: typed[i*7919%len(typed)]}, casemgmt.PageRequest{})
				took = append(took, time.Since(start))
				if err != nil || len(page.Items) == 0 {
					b.Fatal(err, len(page.Items))
				}
			}
			slices.Sort(took)
			ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
			b.ReportMetric(ms(took[len(took)/2]), "p50-ms")
			b.ReportMetric(ms(took[len(took)*95/100]), "p95-ms(limit:5)")
		})
	}
}
