package cli

import (
	"fmt"
	"os"
	"strings"
)

// Commands are the arguments of a program's commands as a page of docs prints them, a line
// each that begins with "go run ./examples/PROGRAM"; for tests that run what is printed.
func Commands(page, program string) ([][]string, error) {
	text, err := os.ReadFile(page)
	if err != nil {
		return nil, err
	}
	var out [][]string
	for line := range strings.Lines(string(text)) {
		rest, is := strings.CutPrefix(line, "go run ./examples/"+program+" ")
		if !is {
			continue
		}
		rest, _, _ = strings.Cut(rest, " #")
		out = append(out, strings.Fields(rest))
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s has no command of %s", page, program)
	}
	return out, nil
}
