package main

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The files for containers and systemd name settings that there are, with values that
// are taken, and commands that work. What an engine would build is built by its own steps.
func TestDeployment(t *testing.T) {
	named := regexp.MustCompile(`CASEWORK_([A-Z]+)=(\S+)`)
	for _, file := range []string{"Containerfile", "casework.service"} {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		env := map[string]string{}
		for _, m := range named.FindAllStringSubmatch(string(raw), -1) {
			env["CASEWORK_"+m[1]] = m[2]
		}
		if len(env) < 3 {
			t.Errorf("%s names %v", file, env)
		}
		asked := map[string]bool{}
		o, _, err := parse(nil, func(name string) string { asked[name] = true; return env[name] }, io.Discard)
		if err != nil || o.demo != "none" || o.log != "json" {
			t.Errorf("%s: %+v %v", file, o, err)
		}
		for name := range env {
			if !asked[name] {
				t.Errorf("%s: there is no setting %s", file, name)
			}
		}
	}
}

// The step of the Containerfile that builds the program does, and what it builds starts
// with nothing around it but the zones.
func TestContainerBuild(t *testing.T) {
	raw, err := os.ReadFile("Containerfile")
	if err != nil {
		t.Fatal(err)
	}
	step := regexp.MustCompile(`(?m)^RUN (CGO_ENABLED=0 go build .*) && mkdir /data$`).FindStringSubmatch(string(raw))
	if step == nil {
		t.Fatal("no step builds the program")
	}
	dir := t.TempDir()
	build := exec.Command("bash", "-c", strings.ReplaceAll(step[1], "/server ", filepath.Join(dir, "server")+" "))
	build.Dir = "../.."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%s %v", out, err)
	}
	cmd := exec.Command(filepath.Join(dir, "server"), "agency", "harbour", "Harbour House", "CA", "America/Halifax", "ana")
	cmd.Dir, cmd.Env = dir, []string{"CASEWORK_DATA=" + filepath.Join(dir, "casework.db")}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%s %v", out, err)
	}
}

// systemd itself takes the unit, where it is installed.
func TestUnit(t *testing.T) {
	path, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("no systemd-analyze: install systemd")
	}
	dir := t.TempDir()
	raw, err := os.ReadFile("casework.service")
	if err != nil {
		t.Fatal(err)
	}
	program, err := program()
	if err != nil {
		t.Fatal(err)
	}
	unit := filepath.Join(dir, "casework.service")
	if err := os.WriteFile(unit, []byte(strings.ReplaceAll(string(raw), "/usr/local/bin/casework", program)), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(path, "verify", "--recursive-errors=no", unit).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%s %v", out, err)
	}
}
