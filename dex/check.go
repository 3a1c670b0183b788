package dex

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
)

// Program is a kind of program whose cases have rules of their own.
type Program string

// The programs with rules of their own. Rural financial counselling has
// elements of its own and no rule.
const (
	CHSP         Program = "CHSP"      // Commonwealth Home Support
	NDAP         Program = "NDAP"      // National Disability Advocacy
	RFCS         Program = "RFCS"      // Rural Financial Counselling
	FamilyLaw    Program = "FAMILYLAW" // family law services
	OtherProgram Program = "OTHER"
)

// Activity is what the organisation may report at an outlet.
type Activity struct {
	OutletActivityID int
	Program          Program // OtherProgram if none of those with rules; empty: not known
	ServiceTypes     []int   // that the activity has; none: not known
}

// Period is a reporting period, both days included.
type Period struct{ From, To Date }

// PeriodOf is the half year of a day: January to June, or July to December.
func PeriodOf(d Date) Period {
	if d.Month <= 6 {
		return Period{Date{d.Year, 1, 1}, Date{d.Year, 6, 30}}
	}
	return Period{Date{d.Year, 7, 1}, Date{d.Year, 12, 31}}
}

// SessionRef names a session: its id is unique within its case only.
type SessionRef struct{ CaseID, SessionID string }

// CaseClientRef names a client of a case.
type CaseClientRef struct{ CaseID, ClientID string }

// Uploaded is what the portal has already. A nil map is not known.
type Uploaded struct {
	Clients  map[string]bool
	Cases    map[string]bool
	Sessions map[SessionRef]bool
	Assessed map[CaseClientRef]bool // with PRE, of any score type
}

// Options are what a check can be told. The zero Options check all that a file
// says by itself; Summary.NotRun says what was left out.
type Options struct {
	Schema     *Schema    // Current unless given
	Codes      *CodeLists // BuiltinCodes unless given
	Today      Date
	Period     Period     // the reporting period that is open
	Program    Program    // of all cases, where Activities do not say
	Activities []Activity // all of the organisation
	Uploaded   Uploaded
	// Complete says that the files hold all clients, cases and sessions they
	// refer to.
	Complete bool
	// WebService also warns of what has failed in the web service only (CA-3).
	WebService bool
	MaxBytes   int64 // how much of a file is read; 40,000,000 unless given
}

// Finding is what a check has found. It holds no value of the record but its id.
type Finding struct {
	Position
	Rule     string
	Severity Severity
	Section  string // Client, Case, ...; empty when it is about the file
	ID       string // of the record
	Path     string // of the element within the record
	Message  string // what to do
}

// String is the finding in one line.
func (f Finding) String() string {
	s := fmt.Sprintf("%d:%d: %s %s", f.Line, f.Column, f.Severity, f.Rule)
	if f.Section != "" {
		s += " " + f.Section + " " + f.ID
	}
	s += ": "
	if f.Path != "" {
		s += f.Path + " "
	}
	return s + f.Message
}

// NotRun is a rule, or a part of it, that was not applied for want of something.
type NotRun struct {
	Rule  string
	Needs Need
}

// Summary is what a check went through.
type Summary struct {
	Records          map[string]int // by section
	Errors, Warnings int            // that were reported
	Unreported       int            // findings of records that have more than 100
	// Stopped says that the file could not be read to its end.
	Stopped bool
	// Unjudged are lists whose codes are not known: what is sent was not compared.
	Unjudged []string
	NotRun   []NotRun
}

// Checker checks files that are uploaded one after the other: what one of them
// brings is known to the next.
type Checker struct {
	opt        Options
	activities map[int]Activity
	known      known
	file       int
}

// NewChecker makes a Checker.
func NewChecker(opt Options) *Checker {
	if opt.Schema == nil {
		opt.Schema = Current()
	}
	if opt.Codes == nil {
		opt.Codes = BuiltinCodes()
	}
	if opt.MaxBytes == 0 {
		opt.MaxBytes = readAtMost
	}
	c := &Checker{opt: opt, activities: map[int]Activity{}, known: newKnown()}
	for _, a := range opt.Activities {
		c.activities[a.OutletActivityID] = a
	}
	return c
}

// Check checks one file.
func Check(r io.Reader, opt Options, report func(Finding)) (Summary, error) {
	return NewChecker(opt).Check(r, report)
}

// Check checks the next file. It reads it once, and keeps the ids that it holds
// and not the file. Findings of a record come when it is read, those about what
// records say of each other at the end, if the file was read so far; at most 100
// of one record are reported, the others counted in Summary.Unreported. A file
// that is not one of DEX is a finding; Check fails only when the file cannot be
// read at all, with the input's error.
func (c *Checker) Check(r io.Reader, report func(Finding)) (Summary, error) {
	if r == nil {
		return Summary{}, errors.New("dex: the input is nil")
	}
	if report == nil {
		report = func(Finding) {}
	}
	c.file++
	c.known.begin()
	s := newScanner(r, c.opt.MaxBytes)
	run := &run{Checker: c, walker: newWalker(s), out: report, sum: Summary{Records: map[string]int{}, NotRun: c.notRun(), Unjudged: c.unjudged()},
		sections: map[string]bool{}}
	err := run.all()
	var syntax *SyntaxError
	if errors.As(err, &syntax) {
		run.sum.Stopped = true
	}
	if run.sum.Stopped && !(syntax.Rule == "F-1" && run.large) { // said when it went over the limit
		run.add(Finding{Position: syntax.Position, Rule: syntax.Rule, Severity: Error, Message: syntax.Problem})
	}
	if run.sum.Stopped {
		return run.sum, nil
	}
	if err != nil {
		return run.sum, err
	}
	run.references()
	return run.sum, nil
}

func (c *Checker) unjudged() []string {
	var out []string
	for _, name := range c.opt.Codes.Names() {
		if c.opt.Codes.List(name).Assumed {
			out = append(out, name)
		}
	}
	return out
}

func (c *Checker) has(n Need) bool {
	o := &c.opt
	switch n {
	case NeedsToday:
		return !o.Today.IsZero()
	case NeedsPeriod:
		return !o.Period.From.IsZero()
	case NeedsActivities:
		return len(o.Activities) > 0
	case NeedsProgram:
		return o.Program != "" || slices.ContainsFunc(o.Activities, func(a Activity) bool { return a.Program != "" })
	case NeedsCases:
		return o.Complete || o.Uploaded.Cases != nil
	case NeedsSessions:
		return o.Complete || o.Uploaded.Sessions != nil
	case NeedsHistory:
		return o.Uploaded.Assessed != nil
	}
	return true
}

func (c *Checker) notRun() []NotRun {
	var out []NotRun
	for _, r := range rules {
		for _, n := range r.Needs {
			if !c.has(n) {
				out = append(out, NotRun{r.ID, n})
			}
		}
	}
	return out
}

// run is the check of one file.
type run struct {
	*Checker
	*walker
	out      func(Finding)
	sum      Summary
	rec      Record
	sections map[string]bool
	large    bool
	unread   []int32 // elements of the record whose values were not taken over
	count    int     // sections so far
	began    Position
	records  int // in the section
	said     int // findings of the record
}

func (c *run) add(f Finding) {
	if f.Severity == Error {
		c.sum.Errors++
	} else {
		c.sum.Warnings++
	}
	c.out(f)
}

// at reports about an element of the record.
func (c *run) at(rule string, severity Severity, n int32, message string) {
	if c.said++; c.said > maxFindings {
		c.sum.Unreported++
		return
	}
	c.add(Finding{c.tree.nodes[n].pos, rule, severity, c.rec.Section(), c.rec.ID(), c.tree.path(n), message})
}

// maxFindings is how many findings of a record are reported.
const maxFindings = 100

func (c *run) all() error {
	for {
		kind, pos, err := c.walker.next()
		if err != nil {
			return err
		}
		if size := c.scanner.done + int64(c.scanner.at); size > MaxFile && !c.large {
			c.large = true
			c.here(pos, "F-1", Error, "the file is over 10,000,000 bytes; split it")
		}
		switch kind {
		case atEnd:
			c.left()
			c.ended(pos)
			return nil
		case atSection:
			c.left()
			c.entered(pos)
		case atStray:
			c.here(pos, "F-4", Error, "text between elements; remove it")
		case atRecord:
			c.record(pos)
		}
	}
}

func (c *run) here(pos Position, rule string, severity Severity, message string) {
	c.add(Finding{Position: pos, Rule: rule, Severity: severity, Message: message})
}

// encodings are the declarations that were seen in use.
var encodings = regexp.MustCompile(`^<\?xml version=("1\.0"|'1\.0')( encoding="UTF-8")?( standalone="yes")?\s*\?>$`)

var otherEncoding = regexp.MustCompile(`encoding\s*=\s*["']([^"']*)["']`)

// left looks at a section that has ended.
func (c *run) left() {
	if c.count > 0 && c.records == 0 && !c.null {
		c.here(c.began, "F-4", Error, "the section has no record; leave it out")
	}
}

func (c *run) entered(pos Position) {
	if len(c.sections) == 0 {
		if c.mark {
			c.here(Position{1, 1}, "F-3", Warning, "the file begins with a byte-order mark; save it without one")
		}
		if d := c.declaration; d != "" && !encodings.MatchString(d) {
			message := "the XML declaration has a spelling that was not seen in use; write <?xml version=\"1.0\"?>"
			if m := otherEncoding.FindStringSubmatch(d); m != nil && !strings.EqualFold(m[1], "UTF-8") {
				message = "the XML declaration names another encoding than UTF-8; save the file as UTF-8"
			}
			c.here(Position{1, 1}, "F-3", Warning, message)
		}
	}
	known, _ := c.opt.Schema.find(Root, c.section)
	switch {
	case known == nil:
		c.here(pos, "F-2", Error, "an unknown section; the sections are Clients, Cases, Sessions, SessionAssessments, ClientAssessments and Outlets")
	case c.sections[c.section]:
		c.here(pos, "F-7", Warning, "the section is there more than once; put its records together")
	}
	if c.count++; c.count == maxSections+1 {
		c.here(pos, "F-2", Error, "a sixth section; a file has at most five")
	}
	if c.odd {
		c.here(pos, "F-4", Error, "the section, or the outermost element, has an attribute that does not belong; remove it")
	}
	if c.null {
		c.here(pos, "F-4", Error, "a section may not be nil; leave it out")
	}
	c.sections[c.section], c.began, c.records = true, pos, 0
}

func (c *run) ended(pos Position) {
	if len(c.sections) == 0 {
		c.here(pos, "F-2", Error, "the file has no section; it holds at least one")
	}
}

// record checks one record by itself, and keeps what others refer to.
func (c *run) record(pos Position) {
	c.records++
	c.said = 0
	element := c.tree.nodes[0].name
	rec := newRecord(element)
	if rec == nil || sectionOf(element) != c.section {
		if known, _ := c.opt.Schema.find(Root, c.section); known != nil {
			c.here(pos, "F-4", Error, "an element that does not belong into this section; it holds "+strings.TrimSuffix(c.section, "s"))
		}
		return
	}
	c.rec = rec
	c.sum.Records[element]++
	// problems wait until the record is read, so that they can name it
	var problems []problem
	c.unread = c.unread[:0]
	v := validator{schema: c.opt.Schema, codes: c.opt.Codes, tree: &c.tree, report: func(p problem) {
		if len(problems) == maxFindings {
			c.sum.Unreported++
			return
		}
		if problems = append(problems, p); !p.lenient {
			c.unread = append(c.unread, p.node)
		}
	}}
	if c.tree.nodes[0].null {
		v.fail("F-4", 0, "may not be nil")
	}
	v.group(element, 0, rec)
	c.said = len(problems)
	for _, p := range problems {
		c.add(Finding{c.tree.nodes[p.node].pos, p.rule, p.severity, element, rec.ID(), join(c.tree.path(p.node), p.missing), p.message})
	}
	switch x := rec.(type) {
	case *Client:
		c.client(x)
	case *Case:
		c.kase(x)
	case *Session:
		c.session(x)
	case *SessionAssessment:
		c.sessionAssessment(x)
	case *ClientAssessment:
		c.clientAssessment(x)
	case *Outlet:
		c.outlet(x)
	}
}

// reads says whether the record has an element, and its value was taken over.
func (c *run) reads(name string) bool {
	n := c.tree.child(0, name)
	return n >= 0 && !slices.Contains(c.unread, n)
}

// unreadIn says whether a value within an element was not taken over.
func (c *run) unreadIn(outer int32) bool {
	return slices.ContainsFunc(c.unread, func(n int32) bool { return c.tree.within(n, outer) })
}

// repeated are the places in a list whose value stands there before. Values that
// are not there, or were not taken over, are zero.
func repeated[T any, K comparable](list []T, key func(T) K) []int {
	var zero K
	seen := make(map[K]bool, len(list))
	var out []int
	for i, x := range list {
		if k := key(x); k == zero {
			continue
		} else if seen[k] {
			out = append(out, i)
		} else {
			seen[k] = true
		}
	}
	return out
}

// program is the program of a case; empty when it is not known.
func (c *Checker) program(outletActivity int) Program {
	if a, ok := c.activities[outletActivity]; ok && a.Program != "" {
		return a.Program
	}
	return c.opt.Program
}

func (a *Activity) offers(serviceType int) bool {
	return len(a.ServiceTypes) == 0 || slices.Contains(a.ServiceTypes, serviceType)
}
