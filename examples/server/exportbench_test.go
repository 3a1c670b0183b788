package main

import (
	"context"
	"flag"
	"testing"
	"time"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/session/export"
)

var benchSessions = flag.Int("sessions", 1_000_000, "sessions of the demo in BenchmarkExport, ten for each client")

// BenchmarkExport checks and makes a month's files over 1,000,000 sessions: with
// 20,000 services in the period the check is to take under 10 s, in memory that
// does not grow with the period.
func BenchmarkExport(b *testing.B) {
	for _, s := range setups {
		if s.name == "sqlite-normal" {
			continue // reads do not depend on it
		}
		b.Run(s.name, func(b *testing.B) {
			if b.N > 1 {
				return // one round measures all
			}
			a, _ := big(b, s.open(b), *benchSessions/10, *benchSessions)
			ctx := access.With(context.Background(), access.Actor{Agency: demoAgency, User: "uploader"})
			funders, err := a.cases.Funders(ctx, casemgmt.PageRequest{})
			if err != nil {
				b.Fatal(err)
			}
			days := 20_000 * 1094 * 100 / 95 / *benchSessions
			to := civil.DateOf(time.Now(), zone()).AddDays(-300)
			period := func(days int) export.Criteria {
				return export.Criteria{Funder: funders.Items[0].ID, From: to.AddDays(-days + 1), To: to}
			}
			for _, m := range []struct {
				name string
				days int
			}{{"quarter", days / 4}, {"month", days}, {"months", 4 * days}} {
				var report *export.Report
				var took time.Duration
				peak := storetest.PeakHeap(func() {
					start := time.Now()
					report, err = a.exports.Check(ctx, period(max(m.days, 1)))
					took = time.Since(start)
				})
				if err != nil {
					b.Fatal(err)
				}
				services := 0
				for _, k := range report.Kinds {
					if k.Kind != "client_profile" {
						services += k.Good + k.Bad
					}
				}
				b.ReportMetric(float64(services), "services-"+m.name)
				b.ReportMetric(took.Seconds(), "check-s-"+m.name)
				b.ReportMetric(float64(peak)/(1<<20), "check-MB-"+m.name)
			}
			b.ReportMetric(10, "limit-s-month")
			start := time.Now()
			run, err := a.exports.Make(ctx, export.Make{Criteria: period(days), GoodOnly: true})
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(time.Since(start).Seconds(), "make-s-month")
			b.ReportMetric(float64(len(run.Files)), "files-month")
		})
	}
}
