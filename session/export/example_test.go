package export_test

import (
	"fmt"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/adapters/storetest/databases"
	"github.com/opencasework/casework/session"
	"github.com/opencasework/casework/session/export"
)

// A month is checked, made into files, and followed until the funder has answered.
func ExampleService_Make() {
	databases.Scratch(func(w *storetest.World) {
		agreement := w.Agreement()
		w.Serve(agreement, w.Client().ID, "io")
		w.Serve(agreement, w.Client().ID, "io", func(s *session.Start) { delete(s.Clients[0].Forms[0].Answers, "end") })

		june := export.Criteria{Funder: agreement.ID, From: storetest.Today.AddDays(-14), To: storetest.Today}
		report, err := w.Exports.Check(w.Uploader, june)
		if err != nil {
			panic(err)
		}
		fmt.Println(report.Good, "good,", report.Bad, "bad")
		for _, by := range report.Workers {
			for _, p := range by.Problems {
				fmt.Println(by.Email, p.Rule, p.Field)
			}
		}

		run, err := w.Exports.Make(w.Uploader, export.Make{Criteria: june, GoodOnly: true})
		if err != nil {
			panic(err)
		}
		for _, f := range run.Files {
			sent, err := w.Exports.MarkSent(w.Uploader, export.MarkSent{Run: run.ID, ID: f.ID, Version: f.Version})
			if err != nil {
				panic(err)
			}
			fmt.Println(sent.Kind, sent.Records, sent.State)
		}
	})
	// Output:
	// 3 good, 1 bad
	// worker@metro.example R008 /answers/end
	// client_profile 2 pending
	// information_orientation 1 pending
}
