package main

import (
	"fmt"

	"github.com/opencasework/casework/dex"
	"github.com/opencasework/casework/examples/internal/cli"
)

func slk(s cli.Streams, args []string) int {
	f := cli.Flags(s, name, "slk")
	family := f.String("family", "", "the family name; empty if there is none")
	given := f.String("given", "", "the given name; empty if there is none")
	birth := f.String("birth", "", "the birth date, such as 1987-05-14")
	gender := f.String("gender", "", "the `code`: MALE, FEMALE, OTHER or NOTSTATED")
	rest, code, ok := cli.Parse(f, args)
	if !ok {
		return code
	}
	if len(rest) > 0 {
		return cli.Fail(s, fmt.Errorf("slk takes flags only; put names of several words in quotes"))
	}
	day, err := dex.ParseDate(*birth)
	if err != nil {
		return cli.Fail(s, fmt.Errorf("-birth: %w", err))
	}
	key, err := dex.SLK(*family, *given, day, *gender)
	if err != nil {
		return cli.Fail(s, err)
	}
	fmt.Fprintln(s.Out, key)
	return cli.Good
}
