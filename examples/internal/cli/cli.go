// Package cli is what the programs of examples/ for files have in common:
// commands, flags, and what they end with.
package cli

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
)

// What a program ends with.
const (
	Good    = 0 // no errors; warnings are allowed
	Faulty  = 1 // errors in the file
	Unknown = 2 // it could not be checked: no such file, a wrong flag
)

// Streams are what a command reads and writes besides files.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
}

// Command is a command of a program.
type Command struct {
	Name, Args, Text string
	Run              func(Streams, []string) int
}

// Program is a program of several commands.
type Program struct {
	Name     string
	Commands []Command
}

// Main runs the program and ends it.
func (p *Program) Main() { os.Exit(p.Run(Streams{os.Stdin, os.Stdout, os.Stderr}, os.Args[1:])) }

// Run runs the command that the first argument names.
func (p *Program) Run(s Streams, args []string) int {
	if len(args) > 0 {
		for _, c := range p.Commands {
			if c.Name == args[0] {
				return c.Run(s, args[1:])
			}
		}
	}
	asked := len(args) > 0 && (args[0] == "help" || strings.TrimLeft(args[0], "-") == "help" || args[0] == "-h")
	to, code := s.Err, Unknown
	if asked {
		to, code = s.Out, Good
	} else if len(args) > 0 {
		fmt.Fprintf(to, "%s: there is no such command\n", p.Name)
	}
	fmt.Fprintf(to, "Usage: %s COMMAND\n", p.Name)
	for _, c := range p.Commands {
		fmt.Fprintf(to, "\n  %s %s %s\n      %s\n", p.Name, c.Name, c.Args, c.Text)
	}
	fmt.Fprintf(to, "\n%s COMMAND -help names the flags. It ends with 0 without errors, 1 with errors, 2 when it could not check.\n", p.Name)
	return code
}

// Flags makes the flags of a command.
func Flags(s Streams, program, command string) *flag.FlagSet {
	f := flag.NewFlagSet(program+" "+command, flag.ContinueOnError)
	f.SetOutput(s.Err)
	f.Usage = func() {
		fmt.Fprintf(s.Err, "Usage of %s %s; %s help says what it does.\n", program, command, program)
		f.PrintDefaults()
	}
	return f
}

// Parse reads flags that may stand before, between and behind the files. It
// answers false, with what to end with, when the command is over.
func Parse(f *flag.FlagSet, args []string) (files []string, code int, ok bool) {
	for {
		switch err := f.Parse(args); {
		case errors.Is(err, flag.ErrHelp):
			return nil, Good, false
		case err != nil:
			return nil, Unknown, false
		}
		if f.NArg() == 0 {
			return files, Good, true
		}
		files, args = append(files, f.Arg(0)), f.Args()[1:]
	}
}

// Fail says why something could not be done.
func Fail(s Streams, err error) int {
	fmt.Fprintf(s.Err, "error: %v\n", err)
	return Unknown
}

// Open opens a file, or standard input for -.
func Open(s Streams, name string) (io.ReadCloser, int64, error) {
	if name == "-" {
		return io.NopCloser(s.In), 0, nil
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

// Counted is a number with its word.
func Counted(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}
