package dexexport_test

import (
	"flag"
	"fmt"
	"testing"
	"time"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/adapters/storetest/databases"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/casefile"
	"github.com/opencasework/casework/casemgmt/casefile/score"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/session/export"
)

var benchCases = flag.Int("cases", 10_000, "cases in each of ten half years of BenchmarkExtract, of ten sessions each")

// BenchmarkExtract checks and makes the files of a half year with 100,000 sessions,
// 150,000 participations and 50,000 assessments, out of 1,000,000 sessions. Limits: 12 s for
// both together, and 64 MB.
func BenchmarkExtract(b *testing.B) {
	for _, d := range databases.Databases() {
		b.Run(d.Name, func(b *testing.B) {
			if b.N > 1 {
				return // one round measures all
			}
			db, prefix := d.Open(b)
			a := newAgency(b, databases.NewWorld(b, databases.Migrated(b, db, prefix)))
			a.history(*benchCases)
			if _, err := db.Exec("ANALYZE"); err != nil {
				b.Fatal(err)
			}
			var took [2]time.Duration
			var report *export.Report
			var run *export.Run
			check := storetest.PeakHeap(func() {
				start := time.Now()
				report = a.check()
				took[0] = time.Since(start)
			})
			write := storetest.PeakHeap(func() {
				start := time.Now()
				run = a.make()
				took[1] = time.Since(start)
			})
			b.ReportMetric(float64(report.Good), "records")
			b.ReportMetric(float64(report.Bad), "bad")
			b.ReportMetric(took[0].Seconds(), "check-s")
			b.ReportMetric(took[1].Seconds(), "make-s(limit:12)")
			b.ReportMetric(float64(check)/(1<<20), "check-MB")
			b.ReportMetric(float64(write)/(1<<20), "make-MB(limit:64)")
			b.ReportMetric(float64(len(run.Files)), "files")
		})
	}
}

// history puts ten half years of cases past the rules; the last is that of the tests.
func (a *agency) history(cases int) {
	a.t.Helper()
	clients := make([]*casemgmt.Client, 2*cases)
	write := func(n int, fn func(tx casefile.Tx, i int) error) {
		for from := 0; from < n; from += 1000 {
			a.NoError(a.Store.CaseFiles().Update(a.setup, a.key, func(tx casefile.Tx) error {
				for i := from; i < min(n, from+1000); i++ {
					if err := fn(tx, i); err != nil {
						return err
					}
				}
				return nil
			}))
		}
	}
	write(len(clients), func(tx casefile.Tx, i int) error {
		p := a.Profile()
		p.Identifiers, p.Address = nil, casemgmt.Address{Street: fmt.Sprintf("%d Sample Street", i), City: "Hamilton", Region: "nsw", PostalCode: "2303"}
		c := &casemgmt.Client{Head: casemgmt.NewHead[casemgmt.Client](), Number: int64(i + 1), Kind: casemgmt.Named, Profile: p, RegisteredBy: a.staff}
		clients[i] = c
		if err := tx.Clients().Insert(a.setup, c); err != nil {
			return err
		}
		person := &casefile.Person{Head: casemgmt.NewHead[casefile.Person](), PersonDetails: answers(i%2 == 0)}
		person.ID, person.ReportingID = casefile.PersonID(c.ID), fmt.Sprintf("K%013d", i*7919)
		return tx.People().Insert(a.setup, person)
	})
	minutes, no := 60, false
	for half := range 10 {
		from := civil.Date{Year: storetest.Today.Year, Month: 1, Day: 1}.AddDays(-182 * half)
		write(cases, func(tx casefile.Tx, i int) error {
			f := &casefile.File{Head: casemgmt.NewHead[casefile.File](), Program: a.program.ID, Opened: storetest.Now, Worker: a.staff, Details: casefile.Details{
				Status: casefile.Open, CaseID: fmt.Sprintf("C%02d%011d", half, i*7919), Activity: a.activities[i%2].ID, AttendanceProfile: "FAMILY"}}
			for j := range 1 + i%2 {
				f.Clients = append(f.Clients, &casefile.Client{Client: clients[2*i+j].ID, Joining: casefile.Joining{ReferralSource: "SELF", PrimaryReason: "FAMILY", OtherReasons: []string{"MONEY"}}})
			}
			if err := tx.Files().Insert(a.setup, f); err != nil {
				return err
			}
			for n := range 10 {
				x := &casefile.Session{Head: casemgmt.NewHead[casefile.Session](), Case: f.ID, Created: storetest.Now, Worker: a.staff,
					SessionDetails: casefile.SessionDetails{SessionID: fmt.Sprintf("S%013d", n*7919), Date: from.AddDays((i*7 + n*16) % 160), ServiceType: "1",
						ServiceSetting: "ORGOUTLETOFFICE", Minutes: &minutes, InterpreterPresent: &no}}
				for j, in := range f.Clients {
					p := &casefile.Participant{Attendance: casefile.Attendance{Client: in.Client, Type: casefile.AsClient}}
					if j == 0 && n%2 == 0 {
						p.Assessments = []score.Assessment{storetest.Assessed(score.Circumstances, score.Pre, 1+n%5)}
					}
					x.Participants = append(x.Participants, p)
				}
				if err := tx.Sessions().Insert(a.setup, x); err != nil {
					return err
				}
			}
			return nil
		})
	}
}
