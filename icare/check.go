package icare

import (
	"crypto/sha256"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// MaxRecords is how many records a file takes: the funder's templates have so
// many prepared rows (R003).
const MaxRecords = 2500

// FirstRow is the row of the first record in a workbook.
const FirstRow = 4

// Record is a record of a file.
type Record struct {
	Row    int      // of the workbook, from FirstRow
	Values []string // in the order of the template's columns; empty where nothing is
	// NotText are the places of the values that were not text cells (R004).
	NotText []int
}

// value is the value of a column by its place; empty where the record ends before it.
func (r *Record) value(column int) string {
	if column >= len(r.Values) {
		return ""
	}
	return r.Values[column]
}

// File is the records of one template.
type File struct {
	Name     string // for findings
	Template *Template
	Records  []Record
}

// Get is the value of a column; empty when the template has no such column.
func (f *File) Get(r *Record, column string) string {
	i, ok := f.Template.index[column]
	if !ok {
		return ""
	}
	return r.value(i)
}

// Client names a client as iCARE does.
type Client struct{ Type, ID string }

// Course is the dates of a course, of the form 2006-01-02.
type Course struct{ Start, End string }

// Enrolment names a client's enrolment in a course.
type Enrolment struct {
	Client
	Course string
}

// History is what iCARE has already. A nil map is not known.
type History struct {
	Profiles   map[Client]bool      // accepted
	Courses    map[string]Course    // by course code
	Enrolments map[Enrolment]string // with the day of the first class
	Sent       map[string]bool      // records by their Fingerprint
}

// Options are what a check can be told. The zero Options check all that the
// files say by themselves.
type Options struct {
	Spec    *Spec  // Builtin unless given
	Today   string // of the form 2006-01-02
	Month   string // the reporting month, of the form 2006-01
	History History
}

// Finding is what a check has found. It holds no value of the record.
type Finding struct {
	File       string
	Row        int    // of the workbook; 0 when it is about the file
	Column     string // its id
	Cell       string // such as F4
	Rule       string
	Severity   Severity
	Message    string // what to do, in English
	MessageFR  string
	Suggestion string // the label of the list that was probably meant
}

// String is the finding in one line.
func (f Finding) String() string {
	s := f.File + ":"
	if f.Cell != "" {
		s += " " + f.Cell
	} else if f.Row > 0 {
		s += fmt.Sprintf(" row %d", f.Row)
	}
	s += fmt.Sprintf(" %s %s", f.Severity, f.Rule)
	if f.Column != "" {
		s += " " + f.Column
	}
	s += ": " + f.Message
	if f.Suggestion != "" {
		s += fmt.Sprintf("; did you mean “%s”?", f.Suggestion)
	}
	return s
}

// Check checks files that are sent together: profiles, courses and enrolments
// of one are known to the others. It reports the findings file by file, row by
// row.
func Check(files []*File, opt Options, report func(Finding)) {
	if opt.Spec == nil {
		opt.Spec = Builtin()
	}
	opt.History = together(files, opt.History)
	for _, f := range files {
		c := NewChecker(f.Name, f.Template, opt, report)
		if n := len(f.Records); n > MaxRecords {
			c.say("R003", nil, "", "", "the file has more than 2500 records; split it", "le fichier compte plus de 2500 enregistrements; divisez-le")
		}
		for i := range f.Records {
			c.Check(&f.Records[i])
		}
	}
}

// Checker checks the records of one file as they come, for whoever does not have
// them all at once. It keeps what tells a record from those before, 100 bytes of
// each.
type Checker struct {
	opt     Options
	file    *File // without records
	rules   []*Rule
	report  func(Finding)
	seen    map[[32]byte]int // fingerprints, with their rows
	clients map[Client]int   // with their rows
}

// NewChecker makes the checker of a file. What other files bring is for the
// Options to say.
func NewChecker(name string, t *Template, opt Options, report func(Finding)) *Checker {
	if opt.Spec == nil {
		opt.Spec = Builtin()
	}
	c := &Checker{opt: opt, file: &File{Name: name, Template: t}, report: report, seen: map[[32]byte]int{}, clients: map[Client]int{}}
	for _, r := range opt.Spec.Rules {
		if r.when != nil && slices.Contains(r.Templates, t.Key) {
			c.rules = append(c.rules, r)
		}
	}
	return c
}

// Check reports what is wrong with the next record.
func (c *Checker) Check(r *Record) {
	c.columns(r)
	c.expressions(r)
	c.dates(r)
	c.others(r)
}

// together adds what the files themselves bring to what is known.
func together(files []*File, h History) History {
	out := History{Sent: h.Sent}
	for _, f := range files {
		for i := range f.Records {
			r := &f.Records[i]
			switch f.Template.Key {
			case "client_profile":
				out.Profiles = put(out.Profiles, h.Profiles, f.client(r), true)
			case "lt_course_setup":
				out.Courses = put(out.Courses, h.Courses, f.Get(r, "course_cd"), Course{f.Get(r, "start_dt"), f.Get(r, "end_dt")})
			case "lt_client_enrolment":
				out.Enrolments = put(out.Enrolments, h.Enrolments, Enrolment{f.client(r), f.Get(r, "course_cd")}, f.Get(r, "first_class_dt"))
			}
		}
	}
	if out.Profiles == nil {
		out.Profiles = h.Profiles
	}
	if out.Courses == nil {
		out.Courses = h.Courses
	}
	if out.Enrolments == nil {
		out.Enrolments = h.Enrolments
	}
	return out
}

// put adds to a map that begins as a copy of another one.
func put[K comparable, V any](m, start map[K]V, key K, value V) map[K]V {
	if m == nil {
		m = make(map[K]V, len(start)+1)
		for k, v := range start {
			m[k] = v
		}
	}
	m[key] = value
	return m
}

func (f *File) client(r *Record) Client {
	return Client{f.Get(r, "client_validation_type_id"), f.Get(r, "client_validation_id")}
}

// Fingerprint is a record without what iCARE writes or numbers, to tell whether
// it was sent before.
func (f *File) Fingerprint(r *Record) string {
	var b strings.Builder
	b.WriteString(f.Template.Key)
	for i, c := range f.Template.Columns {
		if c.Kind != Result && i < len(r.Values) {
			b.WriteByte(0)
			b.WriteString(r.Values[i])
		}
	}
	return b.String()
}

// say reports a finding of a rule, if the rule is one of this template.
func (c *Checker) say(rule string, r *Record, column, suggestion, en, fr string) {
	known := c.opt.Spec.Rule(rule)
	if known == nil || !slices.Contains(known.Templates, c.file.Template.Key) {
		return
	}
	f := Finding{File: c.file.Name, Rule: rule, Severity: known.Severity, Column: column, Message: en, MessageFR: fr, Suggestion: suggestion}
	if r != nil {
		f.Row = r.Row
		if col, ok := c.file.Template.Column(column); ok {
			f.Cell = fmt.Sprintf("%s%d", col.Letter, r.Row)
		}
	}
	c.report(f)
}

var (
	postalForm    = regexp.MustCompile(`^[A-Z][0-9][A-Z][0-9][A-Z][0-9]$`)
	postalLetters = regexp.MustCompile(`^[ABCEGHJ-NPRSTVXY][0-9][ABCEGHJ-NPRSTV-Z][0-9][ABCEGHJ-NPRSTV-Z][0-9]$`)
	phoneForm     = regexp.MustCompile(`^[0-9]{3}-[0-9]{3}-[0-9]{4}$`)
	emailForm     = regexp.MustCompile(`^[^@\s]+@[^@\s.]+(\.[^@\s.]+)+$`)
)

// columns checks each value by its column (R004, R008 to R015).
func (c *Checker) columns(r *Record) {
	for _, i := range r.NotText {
		c.say("R004", r, c.file.Template.Columns[i].ID, "", "the cell is no text; format it as text and type the value again", "la cellule n’est pas du texte; mettez-la en format texte et retapez la valeur")
	}
	for i := range c.file.Template.Columns {
		col := &c.file.Template.Columns[i]
		v := ""
		if i < len(r.Values) {
			v = r.Values[i]
		}
		if v == "" {
			if col.Mandatory {
				c.say("R008", r, col.ID, "", fmt.Sprintf("“%s” is mandatory; fill it in", col.Label), fmt.Sprintf("« %s » est obligatoire; remplissez-le", col.Label))
			}
			continue
		}
		switch col.Kind {
		case Result:
			c.say("R015", r, col.ID, "", "this column is iCARE’s own; leave it empty", "cette colonne est réservée à iEDEC; laissez-la vide")
		case Code, YesNo:
			c.label(r, col, v)
		case Date:
			if !isDate(v) {
				c.say("R010", r, col.ID, "", "write the date as YYYY-MM-DD, and one that exists", "écrivez la date sous la forme AAAA-MM-JJ; elle doit exister")
			}
		case PostalCode:
			switch {
			case !postalForm.MatchString(v):
				c.say("R011", r, col.ID, "", "write the postal code as A1A1A1, in capitals without a blank", "écrivez le code postal sous la forme A1A1A1, en majuscules et sans espace")
			case !postalLetters.MatchString(v):
				c.say("R012", r, col.ID, "", "the postal code has a letter that none has in that place; compare it", "le code postal a une lettre qui ne peut s’y trouver; vérifiez-le")
			}
		case Phone:
			if !phoneForm.MatchString(v) {
				c.say("R013", r, col.ID, "", "write the telephone number as 000-000-0000", "écrivez le numéro de téléphone sous la forme 000-000-0000")
			}
		case Email:
			if !emailForm.MatchString(v) {
				c.say("R014", r, col.ID, "", "this is not an e-mail address; correct it", "ce n’est pas une adresse électronique; corrigez-la")
			}
		}
	}
}

func (c *Checker) label(r *Record, col *Column, v string) {
	l := c.opt.Spec.List(col.List)
	if l == nil || len(l.Values) == 0 { // the city list was not found
		return
	}
	if _, ok := l.Lookup(v); !ok {
		c.say("R009", r, col.ID, l.Nearest(v), fmt.Sprintf("this is not a label of the list of “%s”; choose one of the list", col.Label),
			fmt.Sprintf("ce n’est pas un libellé de la liste de « %s »; choisissez-en un de la liste", col.Label))
	}
}

// expressions checks the rules about one record.
func (c *Checker) expressions(r *Record) {
	get := func(id string) string { return c.file.Get(r, id) }
	for _, rule := range c.rules {
		if !rule.when.eval(get) || rule.expect.eval(get) {
			continue
		}
		a := advise(rule.expect, get, c.file.Template)
		if a.column == "" { // the situation itself is unusual
			rule.when.columns(func(id string) {
				if a.column == "" {
					a.column = id
				}
			})
		}
		en, fr := reason(rule.when, c.file.Template)
		c.say(rule.ID, r, a.column, "", en+a.en, fr+a.fr)
	}
}

// closing are the columns that say in which month a service belongs.
var closing = map[string][]string{
	"needs_assessment_referrals": {"assessment_completed_dt"}, "community_connections": {"service_end_dt"}, "information_orientation": {"end_dttm"},
	"employment": {"intervention_end_dt"}, "lt_client_enrolment": {"first_class_dt"}, "lt_client_exit": {"exit_course_dt"},
}

// dates checks the dates of a record with each other, with today and with the
// month (R019, R020, R146).
func (c *Checker) dates(r *Record) {
	birth := c.file.Get(r, "client_birth_dt")
	if isDate(birth) {
		if birth < "1900-01-01" || c.opt.Today != "" && birth > c.opt.Today {
			c.say("R019", r, "client_birth_dt", "", "the date of birth is before 1900 or in the future; correct it", "la date de naissance est avant 1900 ou dans l’avenir; corrigez-la")
		}
		for _, col := range c.file.Template.Columns {
			if v := c.file.Get(r, col.ID); col.Kind == Date && col.ID != "client_birth_dt" && isDate(v) && v < birth {
				c.say("R020", r, col.ID, "", "this is before the date of birth; correct one of them", "c’est avant la date de naissance; corrigez l’une des deux")
				break
			}
		}
	}
	for _, id := range closing[c.file.Template.Key] {
		v := c.file.Get(r, id)
		if !isDate(v) {
			continue
		}
		if c.opt.Month != "" && v[:7] != c.opt.Month {
			c.say("R146", r, id, "", "this is not in the month of the file; send it with its own month", "ce n’est pas dans le mois du fichier; envoyez-le avec le mois auquel il appartient")
		}
	}
}

// others checks a record with others, here and in iCARE (R005 to R007, R144, R145).
func (c *Checker) others(r *Record) {
	f := c.file
	who := f.client(r)
	if c.opt.History.Profiles != nil && who.ID != "" && !c.opt.History.Profiles[who] && f.Template.Key != "client_profile" {
		c.say("R005", r, "client_validation_id", "", "send the client’s profile first, and have it accepted", "envoyez d’abord le profil du client et faites-le accepter")
	}
	if f.Get(r, "update_record_id") == "" {
		content := f.Fingerprint(r)
		print := sha256.Sum256([]byte(content))
		if row := c.seen[print]; row > 0 {
			c.say("R006", r, "", "", fmt.Sprintf("this is the same record as in row %d; keep one", row), fmt.Sprintf("c’est le même enregistrement qu’à la ligne %d; n’en gardez qu’un", row))
		} else if c.opt.History.Sent[content] {
			c.say("R006", r, "", "", "this record was sent before; leave it out", "cet enregistrement a déjà été envoyé; retirez-le")
		} else if row := c.clients[who]; row > 0 && who.ID != "" {
			c.say("R007", r, "client_validation_id", "", fmt.Sprintf("this client has a record in row %d; one a month is sent", row), fmt.Sprintf("ce client a déjà un enregistrement à la ligne %d; on en envoie un par mois", row))
		}
		c.seen[print] = r.Row
		if c.clients[who] == 0 {
			c.clients[who] = r.Row
		}
	}
	code := f.Get(r, "course_cd")
	switch f.Template.Key {
	case "lt_client_enrolment":
		if c.opt.History.Courses == nil || code == "" {
			return
		}
		course, ok := c.opt.History.Courses[code]
		day := f.Get(r, "first_class_dt")
		switch {
		case !ok:
			c.say("R144", r, "course_cd", "", "the course is not known; send the course first, or correct its code", "le cours est inconnu; envoyez d’abord le cours ou corrigez son code")
		case isDate(day) && (day < course.Start || course.End != "" && day > course.End):
			c.say("R144", r, "first_class_dt", "", "this is not within the dates of the course; correct it", "ce n’est pas dans les dates du cours; corrigez-le")
		}
	case "lt_client_exit":
		if c.opt.History.Enrolments == nil || code == "" {
			return
		}
		first, ok := c.opt.History.Enrolments[Enrolment{who, code}]
		left := f.Get(r, "exit_course_dt")
		switch {
		case !ok:
			c.say("R145", r, "course_cd", "", "the client has no enrolment in this course; send it first, or correct the code", "le client n’est pas inscrit à ce cours; envoyez d’abord l’inscription ou corrigez le code")
		case isDate(left) && left < first:
			c.say("R145", r, "exit_course_dt", "", "this is before the client’s first class; correct it", "c’est avant le premier cours du client; corrigez-le")
		}
	}
}

// Nearest is the label of the list that was probably meant: one that differs in
// case, blanks, apostrophes or dashes only, or is a slip or two away. It is empty
// when there is none, or more than one.
func (l *List) Nearest(label string) string {
	f := fold(label)
	if i, ok := l.folded[f]; ok {
		return l.Values[i].Label
	}
	best, at := 3, ""
	for _, v := range l.Values {
		switch n := apart(f, fold(v.Label)); {
		case n < best && 3*n < len(v.Label):
			best, at = n, v.Label
		case n == best:
			at = ""
		}
	}
	return at
}

// apart is how many letters differ; 3 stands for any larger number.
func apart(a, b string) int {
	if len(a) > len(b)+2 || len(b) > len(a)+2 {
		return 3
	}
	before := make([]int, len(b)+1)
	for j := range before {
		before[j] = j
	}
	for i := range len(a) {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			row[j+1] = min(row[j], before[j+1]) + 1
			if a[i] == b[j] {
				row[j+1] = min(row[j+1], before[j])
			} else {
				row[j+1] = min(row[j+1], before[j]+1)
			}
		}
		before = row
	}
	return min(before[len(b)], 3)
}
