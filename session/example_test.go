package session_test

import (
	"fmt"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/adapters/storetest/databases"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/session"
)

// A session is started from a client's profile, is incomplete until its form is
// completed, and then counts.
func Example() {
	databases.Scratch(func(w *storetest.World) {
		x, err := w.Sessions.Start(w.Worker, session.Start{Client: w.Client().ID, Details: w.Details()})
		if err != nil {
			panic(err)
		}
		form := x.Participants[0].Forms[0]
		fmt.Println(form.Kind, x.Complete)

		answers := w.Answers("io")
		delete(answers, "support_received")
		form, err = w.Sessions.SaveForm(w.Worker, session.SaveForm{ID: form.ID, Version: form.Version,
			Content: session.Content{Program: form.Program, Answers: answers}})
		fmt.Println(form.Missing[0].Label.En, err)

		list, _ := w.Sessions.MyIncomplete(w.Worker, casemgmt.PageRequest{})
		fmt.Println(len(list.Items))

		answers["support_received"] = false
		_, err = w.Sessions.SaveForm(w.Worker, session.SaveForm{ID: form.ID, Version: form.Version,
			Content: session.Content{Program: form.Program, Answers: answers}})
		list, _ = w.Sessions.MyIncomplete(w.Worker, casemgmt.PageRequest{})
		fmt.Println(len(list.Items), err)
	})
	// Output:
	// io false
	// Support Services Received <nil>
	// 1
	// 0 <nil>
}
