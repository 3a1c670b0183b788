package icare

import (
	"crypto/sha256"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Checker checks the records of one file as they come, for whoever does not have
// them all at once. It keeps what tells a record from those before, less than
// 100 bytes of each.
type Checker struct {
	opt     Options
	file    *File // without records
	rules   []*Rule
	report  func(Finding)
	seen    map[mark]place // records by their fingerprints
	clients map[mark]place
	names   []string // of the files, for places
	count   int      // of the records of this file
	faulty  []string // columns of the record that have a finding
}

// mark is half a checksum, to keep little of each record.
type mark [16]byte

func marked(text string) mark {
	sum := sha256.Sum256([]byte(text))
	return mark(sum[:16])
}

// place is where a record stands.
type place struct{ file, row int32 }

// here is where a record of the present file stands.
func (c *Checker) here(r *Record) place {
	if n := len(c.names); n == 0 || c.names[n-1] != c.file.Name {
		c.names = append(c.names, c.file.Name)
	}
	return place{int32(len(c.names)), int32(r.Row)}
}

// in says where, for a record of a file.
func (p place) in(here place) (en, fr string) {
	if p.file == here.file {
		return fmt.Sprintf("in row %d", p.row), fmt.Sprintf("à la ligne %d", p.row)
	}
	return fmt.Sprintf("in row %d of another file", p.row), fmt.Sprintf("à la ligne %d d’un autre fichier", p.row)
}

// NewChecker makes the checker of a file. What other files bring is for the
// Options to say.
func NewChecker(name string, t *Template, opt Options, report func(Finding)) *Checker {
	if opt.Spec == nil {
		opt.Spec = Builtin()
	}
	c := &Checker{opt: opt, file: &File{Name: name, Template: t}, report: report, seen: map[mark]place{}, clients: map[mark]place{}}
	for _, r := range opt.Spec.Rules {
		if r.when != nil && slices.Contains(r.Templates, t.Key) {
			c.rules = append(c.rules, r)
		}
	}
	return c
}

// Forget forgets the records before: whoever hands them over client by client can
// do so between two clients.
func (c *Checker) Forget() {
	clear(c.seen)
	clear(c.clients)
}

// Check reports what is wrong with the next record.
//
// A record without a row, which was made by a program, is named by the row that it
// gets in a workbook: the first is in FirstRow.
func (c *Checker) Check(r *Record) {
	if r.Row == 0 {
		own := *r
		own.Row = FirstRow + c.count
		r = &own
	}
	c.count++
	c.faulty = c.faulty[:0]
	c.whole(r)
	c.columns(r)
	c.expressions(r)
	c.dates(r)
	c.others(r)
}

// whole: the record has no value behind the template's last column.
func (c *Checker) whole(r *Record) {
	last := len(c.file.Template.Columns)
	if len(r.Values) > last && slices.ContainsFunc(r.Values[last:], func(v string) bool { return v != "" }) {
		c.say("R002", r, "", "", "the record has more values than the template has columns", "l’enregistrement a plus de valeurs que le modèle n’a de colonnes")
	}
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
		if i, ok := c.file.Template.index[column]; ok {
			f.Cell = fmt.Sprintf("%s%d", c.file.letter(i), r.Row)
		}
	}
	c.faulty = append(c.faulty, column)
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
	said := make([]bool, len(c.file.Template.Columns))
	for _, x := range r.NotText {
		if x.Column < 0 || x.Column >= len(said) || said[x.Column] {
			continue
		}
		said[x.Column] = true
		a := notTextAdvice[x.Kind]
		c.say("R004", r, c.file.Template.Columns[x.Column].ID, "", a[0], a[1])
	}
	for i := range c.file.Template.Columns {
		col := &c.file.Template.Columns[i]
		v := r.value(i)
		switch {
		case said[i]:
		case v != "":
			c.value(r, col, v)
		case col.Mandatory:
			c.say("R008", r, col.ID, "", fmt.Sprintf("“%s” is mandatory; fill it in", col.Label), fmt.Sprintf("« %s » est obligatoire; remplissez-le", col.Label))
		}
	}
}

// notTextAdvice is what to do about a cell that is no text, in English and French.
var notTextAdvice = map[CellKind][2]string{
	NumberCell:  {"the cell holds a number; format it as text and type the value again", "la cellule contient un nombre; mettez-la en format texte et retapez la valeur"},
	DateCell:    {"the cell holds a date of the spreadsheet; format it as text and type the date as YYYY-MM-DD", "la cellule contient une date du tableur; mettez-la en format texte et tapez la date sous la forme AAAA-MM-JJ"},
	BoolCell:    {"the cell holds a truth value; format it as text and type Yes or No", "la cellule contient une valeur logique; mettez-la en format texte et tapez Yes ou No"},
	ErrorCell:   {"the cell holds an error of the spreadsheet; type the value", "la cellule contient une erreur du tableur; tapez la valeur"},
	FormulaCell: {"the cell holds a formula, which is never sent; type the value in its place", "la cellule contient une formule, qui n’est jamais envoyée; tapez la valeur à sa place"},
}

// blanks is added to the advice about a value that would be right without those
// at its ends.
func blanks(v string, right func(string) bool) (en, fr string) {
	if t := strings.TrimFunc(v, func(r rune) bool { return unicode.IsSpace(r) || r == '\u200b' }); t != v && right(t) {
		return "; take away the blanks before or behind it", "; supprimez les espaces avant ou après"
	}
	return "", ""
}

// value checks a value that is there.
func (c *Checker) value(r *Record, col *Column, v string) {
	said := func(rule string, right func(string) bool, en, fr string) {
		moreEn, moreFr := blanks(v, right)
		c.say(rule, r, col.ID, "", en+moreEn, fr+moreFr)
	}
	if !cellHolds(strings.ReplaceAll(v, "\r", "")) { // spreadsheets have carriage returns
		c.say("R004", r, col.ID, "", "the text is too long for a cell, or has a character that no workbook holds; type it again", "le texte est trop long pour une cellule, ou contient un caractère qu’aucun classeur n’accepte; retapez-le")
		return
	}
	switch col.Kind {
	case Result:
		c.say("R015", r, col.ID, "", "this column is iCARE’s own; leave it empty", "cette colonne est réservée à iEDEC; laissez-la vide")
	case Code, YesNo:
		c.label(r, col, v)
	case Date:
		if !isDate(v) {
			said("R010", isDate, "write the date as YYYY-MM-DD, and one that exists", "écrivez la date sous la forme AAAA-MM-JJ; elle doit exister")
		}
	case PostalCode:
		switch {
		case !postalForm.MatchString(v):
			said("R011", postalForm.MatchString, "write the postal code as A1A1A1, in capitals without a blank", "écrivez le code postal sous la forme A1A1A1, en majuscules et sans espace")
		case !postalLetters.MatchString(v):
			c.say("R012", r, col.ID, "", "the postal code has a letter that none has in that place; look it up", "le code postal a une lettre qui ne peut s’y trouver; vérifiez-le")
		}
	case Phone:
		if !phoneForm.MatchString(v) {
			said("R013", phoneForm.MatchString, "write the telephone number as 000-000-0000", "écrivez le numéro de téléphone sous la forme 000-000-0000")
		}
	case Email:
		if !emailForm.MatchString(v) {
			said("R014", emailForm.MatchString, "this is not an e-mail address; correct it", "ce n’est pas une adresse électronique; corrigez-la")
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

// expressions checks the rules about one record. A label that differs in case or
// blanks alone counts as the one that is meant: that it is misspelt is said. What
// a column has a finding for already is not said again.
func (c *Checker) expressions(r *Record) {
	get := func(id string) string {
		i, ok := c.file.Template.index[id]
		if !ok {
			return ""
		}
		v := r.value(i)
		if col := &c.file.Template.Columns[i]; v != "" && (col.Kind == Code || col.Kind == YesNo) {
			return c.opt.Spec.List(col.List).meant(v)
		}
		return v
	}
	known := len(c.faulty)
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
		if slices.Contains(c.faulty[:known], a.column) {
			continue
		}
		if own, ok := hints[rule.ID]; ok {
			a.en, a.fr = own[0], own[1]
		}
		en, fr := reason(rule.when, c.file.Template)
		c.say(rule.ID, r, a.column, "", en+a.en, fr+a.fr)
	}
}

// closing are the columns that say in which month a service belongs.
var closing = map[string][]string{
	"needs_assessment_referrals": {"assessment_completed_dt"}, "community_connections": {"service_end_dt"}, "information_orientation": {"end_dttm"},
	"employment": {"intervention_end_dt", "session_referral_dt", "short_term_service[1]entry_dt", "short_term_service[2]entry_dt", "short_term_service[3]entry_dt",
		"short_term_service[4]entry_dt", "short_term_service[5]entry_dt"}, "lt_client_enrolment": {"first_class_dt"}, "lt_client_exit": {"exit_course_dt"},
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
		c.again(r, who)
	}
	code := f.course(r)
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
		case isDate(day) && (isDate(course.Start) && day < course.Start || isDate(course.End) && day > course.End):
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
		case isDate(left) && isDate(first) && left < first:
			c.say("R145", r, "exit_course_dt", "", "this is before the client’s first class; correct it", "c’est avant le premier cours du client; corrigez-le")
		}
	}
}

// again looks for the same record, or the same client, before (R006, R007).
func (c *Checker) again(r *Record, who Client) {
	print, here := c.file.Fingerprint(r), c.here(r)
	content, client := marked(print), marked(who.Type+"\x00"+who.ID)
	same, twice := c.seen[content]
	other, known := c.clients[client]
	switch {
	case twice:
		en, fr := same.in(here)
		c.say("R006", r, "client_validation_id", "", "this is the same record as "+en+"; keep one", "cet enregistrement est le même que celui qui se trouve "+fr+"; n’en gardez qu’un")
	case c.opt.History.Sent[print]:
		c.say("R006", r, "client_validation_id", "", "this record was sent before; leave it out", "cet enregistrement a déjà été envoyé; retirez-le")
	case known && who.ID != "":
		en, fr := other.in(here)
		c.say("R007", r, "client_validation_id", "", "this client has a record "+en+"; one a month is sent", "ce client a déjà un enregistrement "+fr+"; on en envoie un par mois")
	}
	c.seen[content] = here
	if !known {
		c.clients[client] = here
	}
}
