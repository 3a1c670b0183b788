package dex

import (
	"bytes"
	"math"
	"strconv"
	"unicode/utf8"
)

// validator compares a record with a schema and takes its values over.
type validator struct {
	schema *Schema
	codes  *CodeLists // nil: codes are not looked up
	tree   *tree
	report func(problem)
}

// problem is what is wrong with an element.
type problem struct {
	rule     string
	severity Severity
	node     int32
	missing  string // the element that is not there, within node
	message  string
	lenient  bool // a Reader reads it all the same
}

func (v *validator) fail(rule string, n int32, message string) {
	v.report(problem{rule: rule, severity: Error, node: n, message: message})
}

func (v *validator) warn(rule string, n int32, message string) {
	v.report(problem{rule: rule, severity: Warning, node: n, message: message, lenient: true})
}

// group goes through the elements of a group; into is the record that takes them.
func (v *validator) group(name string, at int32, into any) {
	t := v.tree
	if t.nodes[at].stray {
		v.fail("F-4", at, "text between elements; remove it")
	}
	if at == 0 {
		v.attributes(at)
	}
	elements := v.schema.Elements(name)
	own := fields[name]
	var seen uint64
	last := 0
	for c := t.nodes[at].first; c >= 0; c = t.nodes[c].next {
		e, i := v.schema.find(name, t.nodes[c].name)
		if e == nil {
			if e, _ = everything().find(name, t.nodes[c].name); e == nil {
				v.report(problem{rule: "F-4", severity: Error, node: c, message: "is no element of this format; remove it or mend its spelling", lenient: true})
				continue
			}
			v.report(problem{rule: "F-4", severity: Error, node: c, message: "is not part of this specification (" + v.schema.Name + "); remove it", lenient: true})
		} else {
			if i < last {
				v.report(problem{rule: "F-4", severity: Error, node: c, message: "stands after " + elements[last].Name + "; it belongs before it", lenient: true})
			}
			last = max(last, i)
			if e.Max == 1 && seen&(1<<(i&63)) != 0 {
				v.fail("F-4", c, "is there twice; keep one")
				continue
			}
			seen |= 1 << (i & 63)
		}
		v.element(e, c, own[e.Name], into)
	}
	for i := range elements {
		if e := &elements[i]; e.Min > 0 && seen&(1<<(i&63)) == 0 {
			rule := "F-4"
			if name == "ResidentialAddress" {
				rule = "AD-1"
			}
			v.report(problem{rule: rule, severity: Error, node: at, missing: e.Name, message: "is mandatory and not there; add it"})
		}
	}
}

// attributes complains of those that do not belong.
func (v *validator) attributes(at int32) {
	if v.tree.nodes[at].odd {
		v.report(problem{rule: "F-4", severity: Error, node: at, message: "has an attribute that does not belong; remove it", lenient: true})
	}
}

func (v *validator) element(e *Element, at int32, get field, into any) {
	t := v.tree
	v.attributes(at)
	n := &t.nodes[at]
	var target any
	if get != nil {
		target = get(into)
	}
	if n.null {
		switch {
		case n.first >= 0 || n.to > n.from:
			v.fail("F-4", at, "is nil and has a content; keep one of the two")
		case !e.Nillable:
			v.fail("F-4", at, "may not be nil; give a value"+orOmit(e))
		}
		if o, ok := target.(interface{ setState(State) }); ok {
			o.setState(Nil)
		}
		return
	}
	if e.Kind == KindGroup {
		v.inner(e, at, target)
		return
	}
	if n.first >= 0 || n.stray {
		v.fail("F-4", at, "holds elements; it is a plain value")
		return
	}
	if o, ok := target.(optional); ok {
		o.setState(Given)
		target = o.value()
	}
	v.leaf(e, at, target)
}

func orOmit(e *Element) string {
	if e.Min > 0 {
		return ""
	}
	return " or leave the element out"
}

// inner goes into an element that holds others.
func (v *validator) inner(e *Element, at int32, target any) {
	t := v.tree
	if list, ok := target.(several); ok {
		list.setState(Given)
		inner := v.schema.Elements(e.Group)
		if inner == nil {
			inner = everything().Elements(e.Group)
		}
		if t.nodes[at].first < 0 {
			v.fail("F-4", at, "is empty; "+map[bool]string{true: "leave it out", false: "it holds at least one"}[e.Min == 0])
			return
		}
		if t.nodes[at].stray {
			v.fail("F-4", at, "text between elements; remove it")
		}
		item, n := &inner[0], 0
		for c := t.nodes[at].first; c >= 0; c = t.nodes[c].next {
			if t.nodes[c].name != item.Name {
				v.report(problem{rule: "F-4", severity: Error, node: c, message: "does not belong here; this list holds " + item.Name, lenient: true})
				continue
			}
			if n++; item.Max != Many && n == item.Max+1 {
				v.fail("F-4", c, "is one more than the "+strconv.Itoa(item.Max)+" that are allowed here")
			}
			v.element(item, c, func(any) any { return list.grow() }, nil)
		}
		return
	}
	if o, ok := target.(optional); ok {
		o.setState(Given)
		target = o.value()
	}
	v.group(e.Group, at, target)
}

// leaf takes a value over, or says what is wrong with it.
func (v *validator) leaf(e *Element, at int32, target any) {
	raw := v.tree.value(at)
	switch e.Kind {
	case KindText, KindID, KindSLK, KindCode, KindPostcode, KindSuburb:
		if !v.text(e, at, raw) {
			return
		}
		if s, ok := target.(*string); ok {
			*s = string(raw)
		}
		return
	}
	b := bytes.Trim(raw, " \t\r\n")
	if len(b) == 0 {
		v.empty(e, at)
		return
	}
	switch e.Kind {
	case KindBool:
		v.boolean(at, b, target)
	case KindDate:
		v.date(at, b, target)
	case KindInt, KindUint, KindCount:
		v.integer(e, at, b, target)
	case KindDecimal:
		if !isDecimal(string(b)) {
			v.fail("F-4", at, "is not a decimal number of 0 or more; write it as 25 or 25.50")
		} else if d, ok := target.(*Decimal); ok {
			*d = Decimal(b)
		}
	case KindMonth:
		if !isMonth(string(b)) {
			v.fail("F-4", at, "is not the English name of a month, such as January")
		} else if m, ok := target.(*Month); ok {
			*m = Month(b)
		}
	}
}

// ruleOf is the rule that an element's own form belongs to.
func ruleOf(e *Element) string {
	switch e.Kind {
	case KindID:
		return "ID-1"
	case KindSLK:
		return "SLK-1"
	case KindPostcode, KindSuburb:
		return "AD-1"
	}
	if e.List == "State" {
		return "AD-1"
	}
	return "F-4"
}

func (v *validator) empty(e *Element, at int32) {
	rule := "F-4"
	if r := ruleOf(e); r == "AD-1" {
		rule = r
	}
	message := "is empty; give a value" + orOmit(e)
	v.fail(rule, at, message)
}

func (v *validator) text(e *Element, at int32, raw []byte) bool {
	if len(raw) == 0 {
		v.empty(e, at)
		return false
	}
	trimmed := bytes.Trim(raw, " \t\n\r")
	switch {
	case len(trimmed) == 0:
		v.fail("F-5", at, "holds only blanks; give a value"+orOmit(e))
		return false
	case bytes.IndexByte(raw, '\n') >= 0 || bytes.IndexByte(raw, '\r') >= 0:
		v.fail("F-5", at, "has a line break; write it in one line")
		return false
	case len(trimmed) != len(raw):
		v.warn("F-5", at, "begins or ends with a blank; remove it")
	}
	own := e.Kind != KindID || v.tree.nodes[at].parent == 0 && e.Name == v.tree.nodes[0].name+"Id" // not where it refers to another record
	if v.codes != nil && own && e.Kind != KindCode && e.Kind != KindSLK && e.Kind != KindPostcode && bytes.ContainsAny(raw, "*&%#@") {
		v.warn("F-6", at, "has one of * & % # @, which the portal's search understands otherwise; leave them out")
	}
	switch e.Kind {
	case KindID:
		n := utf8.RuneCount(raw)
		if n > maxID {
			v.fail("ID-1", at, "is longer than 50 characters; shorten it")
			return false
		}
		if n > 30 && own && v.codes != nil {
			v.warn("ID-1", at, "is longer than 30 characters, which was refused at times; shorten it")
		}
	case KindSuburb, KindPostcode, KindSLK:
		if bad := e.text(string(raw)); bad != "" {
			v.fail(ruleOf(e), at, bad+"; correct it")
			return false
		}
	case KindCode:
		v.code(e, at, string(trimmed))
	}
	return true
}

// code looks a code up (CODE-1, CODE-2).
func (v *validator) code(e *Element, at int32, code string) {
	if v.codes == nil || e.List == "" {
		return
	}
	l := v.codes.List(e.List)
	if l == nil || l.Assumed {
		return
	}
	found, ok := l.Lookup(code)
	near := ""
	if !ok {
		if near = l.Nearest(code); near != "" {
			near = "; did you mean " + near + "?"
		}
	}
	switch _, folded := l.folded[fold(code)]; {
	case ok && (found.Status == Legacy || found.Status == Unverified):
		v.warn("CODE-2", at, "is known only as "+string(found.Status)+" in the list "+e.List+"; compare it with the reference data of the portal")
	case ok:
	case folded:
		v.warn("CODE-1", at, "differs from the list "+e.List+" in upper and lower case"+near)
	case l.Partly:
		v.warn("CODE-2", at, "is not among the codes of the list "+e.List+" that are known, which are not all; compare it with the reference data of the portal"+near)
	default:
		v.report(problem{rule: "CODE-1", severity: Error, node: at, message: "is not a code of the list " + e.List + near, lenient: true})
	}
}

func (v *validator) boolean(at int32, b []byte, target any) {
	var yes bool
	switch string(b) {
	case "true":
		yes = true
	case "false":
	case "1":
		yes = true
		v.warn("F-4", at, "is written as 1; the specification asks for true")
	case "0":
		v.warn("F-4", at, "is written as 0; the specification asks for false")
	default:
		v.fail("F-4", at, "is neither true nor false, in lower case")
		return
	}
	if p, ok := target.(*bool); ok {
		*p = yes
	}
}

func (v *validator) date(at int32, b []byte, target any) {
	day, zone := b, false
	if len(b) > 10 {
		day, zone = b[:10], isZone(b[10:])
		if !zone {
			v.fail("F-4", at, "is not a date of the form 2006-01-02")
			return
		}
	}
	d, ok := dateOf(day)
	if !ok {
		v.fail("F-4", at, "is not a date of the form 2006-01-02, or there is no such day")
		return
	}
	if zone {
		v.warn("F-4", at, "has a time zone; write the day alone")
	}
	if p, ok := target.(*Date); ok {
		*p = d
	}
}

// isZone says whether a date may end so: Z, or +10:00.
func isZone(b []byte) bool {
	if string(b) == "Z" {
		return true
	}
	return len(b) == 6 && (b[0] == '+' || b[0] == '-') && b[3] == ':' && number(b[1:3]) >= 0 && number(b[1:3]) <= 14 && number(b[4:6]) >= 0 && number(b[4:6]) < 60
}

func (v *validator) integer(e *Element, at int32, b []byte, target any) {
	n, err := strconv.ParseInt(string(b), 10, 64)
	bad := "is not a whole number, or too large a one"
	if err == nil && n >= math.MinInt32 && n <= math.MaxUint32 {
		bad = e.number(int(n))
	}
	if bad != "" {
		v.fail("F-4", at, bad+"; correct it")
		return
	}
	if v.codes != nil && e.List != "" {
		if l := v.codes.List(e.List); l != nil {
			if _, ok := l.Lookup(strconv.FormatInt(n, 10)); !ok {
				v.report(problem{rule: "SE-3", severity: Error, node: at, message: "is not a value of the list " + e.List + "; correct it", lenient: true})
			}
		}
	}
	if p, ok := target.(*int); ok {
		*p = int(n)
	}
}
