package report_test

import (
	"fmt"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/casemgmt/report"
)

func ExampleService_Run() {
	storetest.Scratch(func(w *storetest.World) {
		w.Start(w.Worker, w.Client().ID, "io", "nonspec")
		r, err := w.Reports.Run(w.Admin, report.ServicesByKind, report.Criteria{From: storetest.Today, To: storetest.Today})
		if err != nil {
			panic(err)
		}
		for _, row := range r.Rows {
			fmt.Println(row.Label.En, *row.Count)
		}
		fmt.Println("incomplete, left out:", *r.IncompleteLeftOut)
	})
	// Output:
	// Information & Orientation 1
	// Non-Specified 1
	// incomplete, left out: 0
}
