package dex

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
)

// Declaration is how a file begins. All of them mean UTF-8; which spellings the
// portal accepts is known from files in use only (FORMAT section 1).
type Declaration string

// The declarations that were seen in use.
const (
	NoEncoding     Declaration = `<?xml version="1.0"?>` // the safest
	WithEncoding   Declaration = `<?xml version="1.0" encoding="UTF-8"?>`
	WithStandalone Declaration = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>`
)

// WriterOptions are what a Writer can be told.
type WriterOptions struct {
	Schema      *Schema     // Current unless given
	Declaration Declaration // NoEncoding unless given
	Outlets     bool        // write outlets too, which files may not be allowed to have
	// Omit leaves out what a record says and the schema has no place for; without it such a
	// record is refused.
	Omit bool
}

// WriteError says what cannot be written. It holds no value of the record but its id.
type WriteError struct {
	Section string // Client, Case, ...; empty when it is about the file
	ID      string
	Path    string // of the element within the record, such as ResidentialAddress/Postcode
	Problem string
}

func (e *WriteError) Error() string {
	s := "dex: "
	if e.Section != "" {
		s += e.Section + " " + e.ID + ": "
	}
	if e.Path != "" {
		s += e.Path + ": "
	}
	return s + e.Problem
}

const (
	xsiURI   = "http://www.w3.org/2001/XMLSchema-instance"
	rootOpen = "<" + Root + ` xmlns:xsi="` + xsiURI + `">` + "\n"
	rootEnd  = "</" + Root + ">\n"
)

// flushAt is how much a Writer collects before it writes.
const flushAt = 64 << 10

// Writer writes a file, record by record. What it is given is checked against
// the schema: what could not be read back as it is, is refused and leaves the
// file as it was. The business rules are Check's.
type Writer struct {
	w       io.Writer
	opt     WriterOptions
	enc     *encoder
	buf     []byte
	section int   // of the schema's sections, the one that is open; -1 before the first
	opened  int   // how many were opened
	err     error // of the output; nothing can be written after it
	closed  bool
}

// NewWriter makes a Writer. Nothing is written before the first record.
func NewWriter(w io.Writer, opt WriterOptions) *Writer {
	if opt.Schema == nil {
		opt.Schema = Current()
	}
	if opt.Declaration == "" {
		opt.Declaration = NoEncoding
	}
	return &Writer{w: w, opt: opt, enc: newEncoder(opt.Schema, opt.Omit), section: -1}
}

// Write writes a record. Records come in the order of the sections: clients,
// cases, sessions, assessments of sessions, of clients, outlets. It fails with
// *WriteError, after which other records can still be written, or with the
// output's error, after which nothing can.
func (w *Writer) Write(r Record) error {
	if w.w == nil || noRecord(r) {
		return errors.New("dex: the output or the record is nil")
	}
	at, err := w.place(r)
	if err != nil {
		return err
	}
	if e, ok := r.(*Encoded); ok {
		return w.raw(at, e.XML)
	}
	start := len(w.buf)
	w.open(at)
	before, opened := w.section, w.opened
	if at != w.section {
		w.section, w.opened = at, w.opened+1
	}
	if w.buf, err = w.enc.append(w.buf, r); err != nil {
		w.buf, w.section, w.opened = w.buf[:start], before, opened
		return err
	}
	return w.flushed()
}

// noRecord says whether there is no record, or a nil pointer to one.
func noRecord(r Record) bool {
	v := reflect.ValueOf(r)
	return r == nil || v.Kind() == reflect.Pointer && v.IsNil()
}

// raw writes a record that is in its final form.
func (w *Writer) raw(at int, record []byte) error {
	w.open(at)
	if at != w.section {
		w.section, w.opened = at, w.opened+1
	}
	w.buf = append(w.buf, record...)
	return w.flushed()
}

func (w *Writer) flushed() error {
	if len(w.buf) < flushAt {
		return nil
	}
	return w.flush()
}

// place is the section that a record belongs to, if it may be written now.
func (w *Writer) place(r Record) (int, error) {
	if w.err != nil {
		return 0, w.err
	}
	fail := func(problem string) (int, error) {
		return 0, &WriteError{Section: r.Section(), ID: r.ID(), Problem: problem}
	}
	at := slices.IndexFunc(w.enc.sections, func(s section) bool { return s.record == r.Section() })
	switch {
	case w.closed:
		return fail("the file is closed")
	case at < 0:
		return fail("the schema has no such section")
	case r.Section() == "Outlet" && !w.opt.Outlets:
		return fail("outlets are written only when the options ask for them")
	case at < w.section:
		return fail("its section comes before the one that was written last")
	case at > w.section && w.opened == maxSections:
		return at, &WriteError{Section: r.Section(), ID: r.ID(), Problem: tooMany}
	}
	return at, nil
}

const tooMany = "a file has at most five sections"

// maxSections is how many sections a file may have (FORMAT section 2).
const maxSections = 5

// open ends the section that is open and begins another, unless it is the same.
func (w *Writer) open(at int) {
	if at == w.section {
		return
	}
	if w.section < 0 {
		w.buf = append(append(w.buf, w.opt.Declaration...), '\n')
		w.buf = append(w.buf, rootOpen...)
	} else {
		w.buf = append(w.buf, w.enc.sections[w.section].end...)
	}
	w.buf = append(w.buf, w.enc.sections[at].begin...)
}

func (w *Writer) flush() error {
	_, w.err = w.w.Write(w.buf)
	w.buf = w.buf[:0]
	return w.err
}

var errNothing = errors.New("dex: a file holds at least one record")

// Close ends the file. It does not close what it is written to. A file without
// a record cannot be ended.
func (w *Writer) Close() error {
	if w.err != nil || w.closed {
		return w.err
	}
	if w.section < 0 {
		return errNothing
	}
	w.buf = append(append(w.buf, w.enc.sections[w.section].end...), rootEnd...)
	w.closed = true
	return w.flush()
}

// section is a section of a schema, as it is written.
type section struct {
	name, record string
	begin, end   string
}

// encoder writes records as a schema wants them.
type encoder struct {
	sections []section
	plans    map[string]*plan
}

func newEncoder(s *Schema, omit bool) *encoder {
	e := &encoder{plans: map[string]*plan{}}
	for _, outer := range s.Elements(Root) {
		inner := s.Elements(outer.Group)
		if len(inner) != 1 {
			continue
		}
		name := inner[0].Name
		e.sections = append(e.sections, section{outer.Name, name, "<" + outer.Name + ">\n", "</" + outer.Name + ">\n"})
		e.plans[name] = newPlan(s, inner[0], nil, omit)
	}
	return e
}

// append adds a record, or fails with *WriteError.
func (e *encoder) append(b []byte, r Record) ([]byte, error) {
	p := e.plans[r.Section()]
	out, err := p.group(b, r)
	if err != nil {
		err.Section, err.ID = r.Section(), r.ID()
		return b, err
	}
	return out, nil
}

// plan is how one element is written.
type plan struct {
	Element
	get              field
	open, end, empty string // the tags
	inner            []*plan
	without          []absent // what records can hold and the schema has no place for
	unknown          string   // an element that the schema wants and records do not have
}

type absent struct {
	name string
	get  field
}

func newPlan(s *Schema, e Element, get field, omit bool) *plan {
	p := &plan{Element: e, get: get, open: "<" + e.Name + ">", end: "</" + e.Name + ">\n", empty: "<" + e.Name + ` xsi:nil="true"/>` + "\n"}
	if e.Kind != KindGroup {
		return p
	}
	p.open += "\n"
	own := fields[e.Group] // none if the group is a list
	for _, c := range s.Elements(e.Group) {
		get, ok := own[c.Name]
		if own != nil && !ok {
			if c.Min > 0 {
				p.unknown = c.Name
			}
			continue
		}
		p.inner = append(p.inner, newPlan(s, c, get, omit))
	}
	for _, c := range everything().Elements(e.Group) {
		if el, _ := s.find(e.Group, c.Name); el == nil && own[c.Name] != nil && !omit {
			p.without = append(p.without, absent{c.Name, own[c.Name]})
		}
	}
	return p
}

// group writes an element that holds others, from a pointer to its record.
func (p *plan) group(b []byte, record any) ([]byte, *WriteError) {
	if p.unknown != "" {
		return b, &WriteError{Path: p.unknown, Problem: "the schema wants it, and it is not known here"}
	}
	for _, a := range p.without {
		if says(a.get(record)) {
			return b, &WriteError{Path: a.name, Problem: "is not part of this specification"}
		}
	}
	b = append(b, p.open...)
	for _, c := range p.inner {
		var err *WriteError
		if b, err = c.element(b, c.get(record)); err != nil {
			return b, err
		}
	}
	return append(b, p.end...), nil
}

// says whether a record holds something for an element.
func says(v any) bool {
	switch v := v.(type) {
	case interface{ state() State }:
		return v.state() != Omitted
	case *string:
		return *v != ""
	case *bool:
		return *v
	case *int:
		return *v != 0
	case *Date:
		return !v.IsZero()
	}
	return true
}

// element writes what a record holds for an element, from a pointer to it.
func (p *plan) element(b []byte, v any) ([]byte, *WriteError) {
	switch v := v.(type) {
	case *Opt[string]: // the most frequent ones first; the others are optional below
		if v.State == Given {
			return p.leaf(b, &v.Value)
		}
		return p.none(b, v.State)
	case several:
		return p.list(b, v)
	case optional:
		if v.state() == Given {
			return p.value(b, v.value())
		}
		return p.none(b, v.state())
	}
	return p.value(b, v)
}

func (p *plan) value(b []byte, v any) ([]byte, *WriteError) {
	if p.Kind != KindGroup {
		return p.leaf(b, v)
	}
	b, err := p.group(b, v)
	return b, p.within(err)
}

// within names the element that an error is about.
func (p *plan) within(err *WriteError) *WriteError {
	if err != nil && err.Path == "" {
		err.Path = p.Name
	} else if err != nil {
		err.Path = p.Name + "/" + err.Path
	}
	return err
}

func (p *plan) fail(problem string) *WriteError { return &WriteError{Path: p.Name, Problem: problem} }

// none writes an element without a value.
func (p *plan) none(b []byte, s State) ([]byte, *WriteError) {
	switch {
	case s == Omitted && p.Min == 0:
		return b, nil
	case s == Omitted:
		return b, p.fail("is mandatory")
	case !p.Nillable:
		return b, p.fail("may not be nil")
	}
	return append(b, p.empty...), nil
}

// list writes a list with its items.
func (p *plan) list(b []byte, v several) ([]byte, *WriteError) {
	if v.state() != Given {
		return p.none(b, v.state())
	}
	item := p.inner[0]
	switch n := v.length(); {
	case n == 0:
		return b, p.fail("has no items; leave it out")
	case item.Max != Many && n > item.Max:
		return b, p.fail(fmt.Sprintf("has more than %d items", item.Max))
	}
	b = append(b, p.open...)
	for i := range v.length() {
		var err *WriteError
		if b, err = item.value(b, v.at(i)); err != nil {
			return b, p.within(err)
		}
	}
	return append(b, p.end...), nil
}

// leaf writes an element with a value, from a pointer to it.
func (p *plan) leaf(b []byte, v any) ([]byte, *WriteError) {
	b = append(b, p.open...)
	var problem string
	switch v := v.(type) {
	case *string:
		if problem = p.text(*v); problem == "" {
			b, problem = appendText(b, *v)
		}
	case *bool:
		if *v {
			b = append(b, "true"...)
		} else {
			b = append(b, "false"...)
		}
	case *int:
		if problem = p.number(*v); problem == "" {
			b = appendInt(b, *v)
		}
	case *Date:
		if !v.Valid() {
			problem = "is not a date"
		} else {
			b = v.append(b)
		}
	case *Month:
		if !isMonth(string(*v)) {
			problem = "is not the English name of a month"
		}
		b = append(b, *v...)
	case *Decimal:
		if !isDecimal(string(*v)) {
			problem = "is not a decimal number of 0 or more"
		}
		b = append(b, *v...)
	}
	if problem != "" {
		return b, p.fail(problem)
	}
	return append(b, p.end...), nil
}
