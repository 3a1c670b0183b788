// Command coverage reads a test run (go test -json) from standard input. It
// writes, or with -check compares, docs/coverage.md: for each rule of
// docs/rules.md the tests that show it. It fails when a test failed or, with
// -noskip, was skipped, and ends with the counts.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
)

type line struct {
	Action, Package, Test, Output string
}

// defined finds where the rule book defines a rule: its id is in bold.
var defined = regexp.MustCompile(`\*\*((?:[A-Z]{2,3}|FLD|L)-[A-Za-z0-9_]+(?:-[0-9]+)?)`)

func main() {
	check := flag.Bool("check", false, "compare docs/coverage.md instead of writing it")
	noSkip := flag.Bool("noskip", false, "fail when a test was skipped")
	flag.Parse()
	if err := run(*check, *noSkip); err != nil {
		fmt.Fprintln(os.Stderr, "coverage:", err)
		os.Exit(1)
	}
}

func run(check, noSkip bool) error {
	text, err := os.ReadFile("docs/rules.md")
	if err != nil {
		return err
	}
	var ids []string
	for _, m := range defined.FindAllStringSubmatch(string(text), -1) {
		if !slices.Contains(ids, m[1]) {
			ids = append(ids, m[1])
		}
	}
	tests, counts, err := read()
	if err != nil {
		return err
	}
	doc := document(ids, tests)
	const name = "docs/coverage.md"
	if check {
		kept, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if string(kept) != doc {
			return fmt.Errorf("%s is not current; CONTRIBUTING.md says how to make it", name)
		}
	} else if err := os.WriteFile(name, []byte(doc), 0o644); err != nil {
		return err
	}
	fmt.Printf("%d passed, %d failed, %d skipped\n", counts["pass"], counts["fail"], counts["skip"])
	if counts["fail"] > 0 || counts["pass"] == 0 {
		return fmt.Errorf("%d tests failed", counts["fail"])
	}
	if noSkip && counts["skip"] > 0 {
		return fmt.Errorf("%d tests were skipped", counts["skip"])
	}
	return nil
}

// read collects the tests that passed, and prints what the others said.
func read() (map[string]bool, map[string]int, error) {
	passed, counts := map[string]bool{}, map[string]int{}
	said := map[string][]string{}
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<26)
	for in.Scan() {
		var l line
		if err := json.Unmarshal(in.Bytes(), &l); err != nil {
			fmt.Println(in.Text()) // a compiler's words
			continue
		}
		key := l.Package + " " + l.Test
		switch l.Action {
		case "output":
			said[key] = append(said[key], l.Output)
		case "pass", "fail", "skip":
			if l.Test == "" && l.Action == "fail" {
				fmt.Print(strings.Join(said[key], ""))
				counts["fail"]++
			}
			if l.Test == "" {
				continue
			}
			counts[l.Action]++
			if l.Action == "pass" {
				passed[path.Base(l.Package)+" "+l.Test] = true
			} else {
				fmt.Print(strings.Join(said[key], ""))
			}
			delete(said, key)
		case "build-output":
			fmt.Print(l.Output)
		}
	}
	return passed, counts, in.Err()
}

// document is the page. A test that ran on both databases is one line.
func document(ids []string, tests map[string]bool) string {
	var b strings.Builder
	b.WriteString("# Which tests show which rule\n\nMade from a test run by `.ci/coverage`; [rules.md](rules.md) has the rules.\n\n| rule | shown by |\n| --- | --- |\n")
	shown := 0
	for _, id := range ids {
		is := regexp.MustCompile(`(^|[/_ ])` + regexp.QuoteMeta(id) + `($|[/_ :])`)
		databases := map[string][]string{}
		for name := range tests {
			if !is.MatchString(name) || within(name, is, tests) {
				continue
			}
			plain, on := onDatabase(name)
			databases[plain] = append(databases[plain], on)
		}
		var names []string
		for plain, on := range databases {
			slices.Sort(on)
			text := strings.ReplaceAll(plain, "_", " ")
			if on = slices.DeleteFunc(on, func(s string) bool { return s == "" }); len(on) > 0 {
				text += " (" + strings.Join(on, ", ") + ")"
			}
			names = append(names, strings.ReplaceAll(text, "|", "\\|"))
		}
		slices.Sort(names)
		if len(names) == 0 {
			names = []string{"not yet"}
		} else {
			shown++
		}
		fmt.Fprintf(&b, "| %s | %s |\n", id, strings.Join(names, "<br>"))
	}
	fmt.Fprintf(&b, "\n%d of %d rules are shown.\n", shown, len(ids))
	return b.String()
}

// onDatabase takes the database out of a test's name; empty for none.
func onDatabase(name string) (plain, on string) {
	parts := strings.Split(name, "/")
	for i, part := range parts {
		if i > 0 && (part == "sqlite" || part == "postgres") {
			return strings.Join(slices.Delete(parts, i, i+1), "/"), part
		}
	}
	return name, ""
}

// within says whether a test is a part of another one that shows the same.
func within(name string, is *regexp.Regexp, tests map[string]bool) bool {
	_, on := onDatabase(name)
	for i := range name {
		if name[i] != '/' || !tests[name[:i]] || !is.MatchString(name[:i]) {
			continue
		}
		if _, same := onDatabase(name[:i]); same == on {
			return true
		}
	}
	return false
}
