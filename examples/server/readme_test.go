package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/opencasework/casework/adapters/storetest/databases"
)

var update = flag.Bool("update", false, "write what the commands of README.md and docs answer now")

const readme = "../../README.md"

// command is one that a transcript shows, with what it answered.
type command struct{ run, answer string }

// transcripts are the blocks of a page that show commands.
func transcripts(page string) []string {
	var out []string
	for _, block := range regexp.MustCompile("(?s)```\n(.*?)```").FindAllStringSubmatch(page, -1) {
		if strings.HasPrefix(block[1], "$ ") {
			out = append(out, block[1])
		}
	}
	return out
}

// commands takes a transcript apart. A command goes on with lines that begin
// with a space; comments and empty lines between commands are nobody's answer.
func commands(block string) []command {
	var out []command
	for line := range strings.Lines(block) {
		run, is := strings.CutPrefix(line, "$ ")
		switch {
		case is:
			out = append(out, command{run: run})
		case line == "\n" || strings.HasPrefix(line, "# "):
		case strings.HasPrefix(line, " "):
			out[len(out)-1].run += line
		default:
			out[len(out)-1].answer += line
		}
	}
	return out
}

// perform runs commands in one shell and gives back what each answered.
func perform(t *testing.T, dir, before string, list []command) []string {
	t.Helper()
	const mark = "---- next command ----\n"
	script := "set -u\n" + before
	for _, c := range list {
		script += c.run + "printf %s " + "'" + mark + "'\n"
	}
	cmd := exec.Command("bash", "-c", script)
	cmd.Dir = dir
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s%s", err, stdout.String(), stderr.String())
	}
	answers := strings.Split(strings.TrimSuffix(stdout.String(), mark), mark)
	if len(answers) != len(list) {
		t.Fatalf("%d commands and %d answers:\n%s%s", len(list), len(answers), stdout.String(), stderr.String())
	}
	return answers
}

// plain takes out of an answer what is another one each time.
func plain(answer string) string {
	for _, p := range []struct{ what, is string }{
		{`[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}`, "ID"},
		{`\d{4}-\d\d-\d\dT[\d:.]+Z`, "TIME"},
		{`\d{4}-\d\d-\d\d`, "DATE"},
		{`run-[0-9a-f]{6}`, "RUN"},
	} {
		answer = regexp.MustCompile(p.what).ReplaceAllString(answer, p.is)
	}
	return answer
}

// What README.md and the pages in docs show is what their commands answer: each transcript
// is run on a server with a new demo, with the program in an empty folder, or in the
// module's folder when it is about a file there.
func TestReadme(t *testing.T) {
	for _, tool := range []string{"bash", "curl", "jq", "zip", "unzip"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed", tool)
		}
	}
	names, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	for _, name := range append(names, readme) {
		t.Run(filepath.Base(name), func(t *testing.T) { holds(t, name) })
	}
}

// holds runs the transcripts of a page.
func holds(t *testing.T, name string) {
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	page := string(raw)
	for i, block := range transcripts(page) {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			list, dir, before := commands(block), "../..", ""
			switch {
			case strings.Contains(block, "http://127.0.0.1:8080"):
				dir, before = t.TempDir(), onServer(t, list)
			case strings.Contains(block, "$ server "):
				dir, before = t.TempDir(), withProgram(t, block)
			}
			for n, answer := range perform(t, dir, before, list) {
				if diff := cmp.Diff(plain(list[n].answer), plain(answer)); diff != "" && !*update {
					t.Errorf("%s(-page +now):\n%s", list[n].run, diff)
				}
				if list[n].answer != "" && *update {
					page = strings.Replace(page, list[n].run+list[n].answer, list[n].run+answer, 1)
				}
			}
		})
	}
	if *update && !t.Failed() {
		if err := os.WriteFile(name, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// withProgram lets the shell find the server, and two empty databases where a page speaks
// of PostgreSQL.
func withProgram(t *testing.T, block string) string {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	if err := os.Symlink(path, filepath.Join(bin, "server")); err != nil {
		t.Fatal(err)
	}
	before := "exec 2>&1\nexport PATH=" + bin + ":$PATH\n"
	if strings.Contains(block, "$DSN") {
		source, restored := twoDatabases(t)
		before += fmt.Sprintf("export PATH=%s:$PATH DSN='%s' EMPTY='%s'\n", filepath.Dir(databases.PostgresProgram(t, "pg_dump")), source, restored)
	}
	return before
}

// onServer starts a server for commands and is what the shell must know of it:
// the tokens, which the README leaves out, and another address.
func onServer(t *testing.T, list []command) string {
	t.Helper()
	for time.Now().In(zone()).Day() != time.Now().Add(20*time.Second).In(zone()).Day() {
		time.Sleep(time.Second) // the day of the demo is to be that of the commands
	}
	s := startServer(t, "-data", filepath.Join(t.TempDir(), "casework.db"))
	for i := range list {
		list[i].run = strings.ReplaceAll(list[i].run, "http://127.0.0.1:8080", s.url)
		list[i].run = regexp.MustCompile(` [A-Z]=\.\.\.`).ReplaceAllString(list[i].run, "")
	}
	uploader := regexp.MustCompile(`bulk-upload operator +(\S+)`).FindStringSubmatch(s.out)
	if !slices.ContainsFunc(list, func(c command) bool { return strings.Contains(c.run, s.url) }) || uploader == nil {
		t.Fatalf("no address or no operator:\n%s", s.out)
	}
	return fmt.Sprintf("T=%[1]s W=%[1]s Y=%[2]s A=%[3]s B=%[4]s S=%[5]s\n", s.tokens["worker"], s.tokens["youth"], s.tokens["admin"], uploader[1], s.tokens["au-worker"])
}
