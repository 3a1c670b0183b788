package main

import (
	"bufio"
	"encoding/csv"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/opencasework/casework/dex"
)

// checkFlags are the flags that say what a check is told.
type checkFlags struct {
	profile, today, period, program    string
	org, ref, xsd                      string
	clients, cases, sessions, assessed string
	complete, webService               bool
}

func (c *checkFlags) define(f *flag.FlagSet) {
	f.StringVar(&c.profile, "profile", "current", "the specification: current or 2015")
	f.StringVar(&c.today, "today", "", "today's date, such as 2026-07-20 (default: the clock's)")
	f.StringVar(&c.period, "period", "", "the open reporting period, such as 2026-01-01..2026-06-30; or a day in it")
	f.StringVar(&c.program, "program", "", "the program of all cases: CHSP, NDAP, RFCS, FAMILYLAW or OTHER")
	f.StringVar(&c.org, "org", "", "a `table` of the organisation's activities: outlet_activity_id,program,service_types")
	f.StringVar(&c.ref, "ref", "", "the reference data `file` of the portal, in place of the lists of this program")
	f.StringVar(&c.xsd, "xsd", "", "the file upload schema `file` of the portal, in place of -profile")
	f.StringVar(&c.clients, "clients", "", "a `file` with the ClientIds that were uploaded before, one a line")
	f.StringVar(&c.cases, "cases", "", "a `file` with the CaseIds that were uploaded before, one a line")
	f.StringVar(&c.sessions, "sessions", "", "a `table` of the sessions that were uploaded before: CaseId,SessionId")
	f.StringVar(&c.assessed, "assessed", "", "a `table` of the clients with scores from before a service: CaseId,ClientId")
	f.BoolVar(&c.complete, "complete", false, "the files hold all that they refer to")
	f.BoolVar(&c.webService, "webservice", false, "also warn of what has failed in the web service")
}

// options reads what the flags name.
func (c *checkFlags) options() (dex.Options, error) {
	o := dex.Options{Complete: c.complete, WebService: c.webService, Today: dex.DateOf(time.Now())}
	var err error
	if o.Schema, err = dex.SchemaNamed(c.profile); err != nil {
		return o, fmt.Errorf("-profile: %w", err)
	}
	if c.today != "" {
		if o.Today, err = dex.ParseDate(c.today); err != nil {
			return o, fmt.Errorf("-today: %w", err)
		}
	}
	if c.period != "" {
		if o.Period, err = parsePeriod(c.period); err != nil {
			return o, fmt.Errorf("-period: %w", err)
		}
	}
	switch o.Program = dex.Program(strings.ToUpper(c.program)); o.Program {
	case "", dex.CHSP, dex.NDAP, dex.RFCS, dex.FamilyLaw, dex.OtherProgram:
	default:
		return o, fmt.Errorf("-program: CHSP, NDAP, RFCS, FAMILYLAW or OTHER")
	}
	for _, file := range []struct {
		flag, name string
		read       func(io.Reader) error
	}{
		{"-org", c.org, func(r io.Reader) (err error) { o.Activities, err = activities(r); return err }},
		{"-ref", c.ref, func(r io.Reader) (err error) { o.Codes, err = dex.LoadReferenceData(r); return err }},
		{"-xsd", c.xsd, func(r io.Reader) (err error) { o.Schema, err = dex.LoadXSD(r); return err }},
		{"-clients", c.clients, func(r io.Reader) (err error) { o.Uploaded.Clients, err = ids(r); return err }},
		{"-cases", c.cases, func(r io.Reader) (err error) { o.Uploaded.Cases, err = ids(r); return err }},
		{"-sessions", c.sessions, func(r io.Reader) (err error) {
			o.Uploaded.Sessions, err = pairs(r, "CaseId,SessionId", func(a, b string) dex.SessionRef { return dex.SessionRef{CaseID: a, SessionID: b} })
			return err
		}},
		{"-assessed", c.assessed, func(r io.Reader) (err error) {
			o.Uploaded.Assessed, err = pairs(r, "CaseId,ClientId", func(a, b string) dex.CaseClientRef { return dex.CaseClientRef{CaseID: a, ClientID: b} })
			return err
		}},
	} {
		if file.name == "" {
			continue
		}
		f, err := os.Open(file.name)
		if err != nil {
			return o, fmt.Errorf("%s: %w", file.flag, err)
		}
		err = file.read(f)
		f.Close()
		if err != nil {
			return o, fmt.Errorf("%s %s: %w", file.flag, file.name, err)
		}
	}
	return o, nil
}

func parsePeriod(s string) (dex.Period, error) {
	first, last, two := strings.Cut(s, "..")
	from, err := dex.ParseDate(first)
	if err != nil {
		return dex.Period{}, err
	}
	if !two {
		return dex.PeriodOf(from), nil
	}
	to, err := dex.ParseDate(last)
	if err != nil {
		return dex.Period{}, err
	}
	if to.Before(from) {
		return dex.Period{}, fmt.Errorf("the period ends before it begins")
	}
	return dex.Period{From: from, To: to}, nil
}

// ids are the lines of a file that are not empty.
func ids(r io.Reader) (map[string]bool, error) {
	out := map[string]bool{}
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		if s := strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\uFEFF")); s != "" {
			out[s] = true
		}
	}
	return out, lines.Err()
}

// rows reads a table with a header.
func rows(r io.Reader, header string, row func(line int, cells []string) error) error {
	c := csv.NewReader(r)
	first, err := c.Read()
	if err != nil {
		return fmt.Errorf("line 1: the header %s is expected", header)
	}
	first[0] = strings.TrimPrefix(first[0], "\uFEFF")
	if strings.Join(first, ",") != header {
		return fmt.Errorf("line 1: the header is not %s", header)
	}
	for {
		cells, err := c.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		line, _ := c.FieldPos(0)
		if err := row(line, cells); err != nil {
			return fmt.Errorf("line %d: %w", line, err)
		}
	}
}

// pairs reads a table of two ids.
func pairs[K comparable](r io.Reader, header string, key func(a, b string) K) (map[K]bool, error) {
	out := map[K]bool{}
	return out, rows(r, header, func(_ int, cells []string) error {
		out[key(cells[0], cells[1])] = true
		return nil
	})
}

func activities(r io.Reader) ([]dex.Activity, error) {
	var out []dex.Activity
	err := rows(r, "outlet_activity_id,program,service_types", func(_ int, cells []string) error {
		id, err := strconv.Atoi(cells[0])
		if err != nil {
			return fmt.Errorf("outlet_activity_id is not a whole number")
		}
		a := dex.Activity{OutletActivityID: id, Program: dex.Program(cells[1])}
		switch a.Program {
		case dex.CHSP, dex.NDAP, dex.RFCS, dex.FamilyLaw, dex.OtherProgram:
		default:
			return fmt.Errorf("program is not one of CHSP, NDAP, RFCS, FAMILYLAW and OTHER")
		}
		for word := range strings.FieldsSeq(cells[2]) {
			n, err := strconv.Atoi(word)
			if err != nil {
				return fmt.Errorf("service_types are not whole numbers with blanks between them")
			}
			a.ServiceTypes = append(a.ServiceTypes, n)
		}
		out = append(out, a)
		return nil
	})
	if err == nil && len(out) == 0 {
		err = fmt.Errorf("the table has no row")
	}
	return out, err
}
