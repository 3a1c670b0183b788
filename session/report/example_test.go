package report_test

import (
	"fmt"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/adapters/storetest/databases"
	"github.com/opencasework/casework/session/report"
)

func ExampleService_Make() {
	databases.Scratch(func(w *storetest.World) {
		w.Start(w.Worker, w.Client().ID, "io", "nonspec")
		r, err := w.Report(w.Admin, "services_by_form_kind", report.Criteria{From: storetest.Today, To: storetest.Today})
		if err != nil {
			panic(err)
		}
		for _, row := range r.Rows {
			fmt.Println(row.Label.En, *row.Values[report.Forms])
		}
		fmt.Println("incomplete, left out:", *r.IncompleteLeftOut)
	})
	// Output:
	// Information & Orientation 1
	// Non-Specified 1
	// incomplete, left out: 0
}
