package casemgmt_test

import (
	"errors"
	"fmt"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/adapters/storetest/databases"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
)

// Registering looks for duplicates; another person needs a reason.
func ExampleService_RegisterClient() {
	databases.Scratch(func(w *storetest.World) {
		salma := casemgmt.Profile{Given: "Salma", Family: "Rahimi", Gender: "female", BirthDate: civil.MustParse("1991-04-12")}
		first, err := w.Cases.RegisterClient(w.Worker, casemgmt.RegisterClient{Accepted: true, Profile: salma})
		fmt.Println(first.Name(), err)

		_, err = w.Cases.RegisterClient(w.Worker, casemgmt.RegisterClient{Accepted: true, Profile: salma})
		var found *casemgmt.PossibleDuplicates
		if errors.As(err, &found) {
			fmt.Println(found.LookAlikes[0].Client.ID == first.ID, found.LookAlikes[0].Reasons)
		}

		second, err := w.Cases.RegisterClient(w.Worker, casemgmt.RegisterClient{Accepted: true, Profile: salma,
			Distinct: &casemgmt.Distinct{From: []casemgmt.ClientID{first.ID}, Reason: "A cousin, born on the same day"}})
		fmt.Println(second.Number-first.Number, err)
	})
	// Output:
	// Salma Rahimi <nil>
	// true [same_name_and_birth_date]
	// 1 <nil>
}

// A call that may be sent twice is carried out once.
func ExampleOnce() {
	databases.Scratch(func(w *storetest.World) {
		ctx := casemgmt.Once(w.Worker, "the form that was sent twice")
		a, _ := w.Cases.RegisterAnonymous(ctx, casemgmt.RegisterAnonymous{})
		b, _ := w.Cases.RegisterAnonymous(ctx, casemgmt.RegisterAnonymous{})
		fmt.Println(a.ID == b.ID)
	})
	// Output: true
}
