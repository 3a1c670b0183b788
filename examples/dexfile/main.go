// Command dexfile writes, reads and checks bulk upload files of the Australian
// Data Exchange (DEX), for people who have only a file.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
)

// What the program ends with.
const (
	good    = 0 // no errors; warnings are allowed
	faulty  = 1 // errors in the file
	unknown = 2 // it could not be checked: no such file, a wrong flag
)

// streams are what a command reads and writes besides files.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

type command struct {
	name, args, text string
	run              func(streams, []string) int
}

func commands() []command {
	return []command{
		{"check", "[flags] FILE...", "check files by the rules of DEX; - is standard input", check},
		{"show", "FILE", "say what is in a file", show},
		{"split", "FILE -o DIR", "split a file into files that are small enough to upload", split},
		{"fromcsv", "DIR -o OUT", "make checked files from tables; -headers DIR writes empty tables", fromCSV},
		{"slk", "-family NAME -given NAME -birth DATE -gender CODE", "make a statistical linkage key", slk},
	}
}

func main() { os.Exit(run(streams{os.Stdin, os.Stdout, os.Stderr}, os.Args[1:])) }

func run(s streams, args []string) int {
	if len(args) > 0 {
		for _, c := range commands() {
			if c.name == args[0] {
				return c.run(s, args[1:])
			}
		}
	}
	asked := len(args) > 0 && (args[0] == "help" || strings.TrimLeft(args[0], "-") == "help" || args[0] == "-h")
	to, code := s.err, unknown
	if asked {
		to, code = s.out, good
	} else if len(args) > 0 {
		fmt.Fprintln(to, "dexfile: there is no such command")
	}
	fmt.Fprintln(to, "Usage: dexfile COMMAND")
	for _, c := range commands() {
		fmt.Fprintf(to, "\n  dexfile %s %s\n      %s\n", c.name, c.args, c.text)
	}
	fmt.Fprintln(to, "\ndexfile COMMAND -help names the flags. It ends with 0 without errors, 1 with errors, 2 when it could not check.")
	return code
}

// flags makes the flags of a command.
func flags(s streams, name string) *flag.FlagSet {
	f := flag.NewFlagSet("dexfile "+name, flag.ContinueOnError)
	f.SetOutput(s.err)
	f.Usage = func() {
		for _, c := range commands() {
			if c.name == name {
				fmt.Fprintf(s.err, "Usage: dexfile %s %s\n%s\n", c.name, c.args, c.text)
			}
		}
		f.PrintDefaults()
	}
	return f
}

// parse reads flags that may stand before, between and behind the files. It
// answers false, with what to end with, when the command is over.
func parse(f *flag.FlagSet, args []string) (files []string, code int, ok bool) {
	for {
		switch err := f.Parse(args); {
		case errors.Is(err, flag.ErrHelp):
			return nil, good, false
		case err != nil:
			return nil, unknown, false
		}
		if f.NArg() == 0 {
			return files, good, true
		}
		files, args = append(files, f.Arg(0)), f.Args()[1:]
	}
}

// fail says why something could not be done.
func fail(s streams, err error) int {
	fmt.Fprintf(s.err, "dexfile: %v\n", err)
	return unknown
}

// open opens a file, or standard input for -.
func open(s streams, name string) (io.ReadCloser, int64, error) {
	if name == "-" {
		return io.NopCloser(s.in), 0, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		err = fmt.Errorf("%s is a folder", name)
	}
	if err != nil {
		f.Close()
		return nil, 0, err
	}
	return f, info.Size(), nil
}
