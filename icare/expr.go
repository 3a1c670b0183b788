package icare

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// expr is an expression of the rules' small language (FORMAT section 4):
// filled(c), empty(c), c = 'x', c startswith 'x', c endswith 'x',
// any_yes(c1 c2 ...), none_yes(...), differ(a b), date_le(a b), num_le(a b),
// sum_eq(a b n), regex(c, r), slots(prefix n), and, or, not, false.
type expr interface {
	eval(get func(string) string) bool
	// columns adds the columns that it looks at.
	columns(add func(string))
}

type (
	both   struct{ a, b expr }
	either struct{ a, b expr }
	not    struct{ a expr }
	never  struct{}
	// compared is c = 'x', c startswith 'x' or c endswith 'x'.
	compared struct{ column, how, value string }
	// called is a function of columns.
	called struct {
		name string
		args []string
		re   *regexp.Regexp
		n    int
	}
)

func (e both) eval(get func(string) string) bool   { return e.a.eval(get) && e.b.eval(get) }
func (e either) eval(get func(string) string) bool { return e.a.eval(get) || e.b.eval(get) }
func (e not) eval(get func(string) string) bool    { return !e.a.eval(get) }
func (never) eval(func(string) string) bool        { return false }
func (e both) columns(add func(string))            { e.a.columns(add); e.b.columns(add) }
func (e either) columns(add func(string))          { e.a.columns(add); e.b.columns(add) }
func (e not) columns(add func(string))             { e.a.columns(add) }
func (never) columns(func(string))                 {}
func (e compared) columns(add func(string))        { add(e.column) }

func (e compared) eval(get func(string) string) bool {
	v := get(e.column)
	switch e.how {
	case "startswith":
		return strings.HasPrefix(v, e.value)
	case "endswith":
		return strings.HasSuffix(v, e.value)
	}
	return v == e.value
}

func (e called) columns(add func(string)) {
	for _, a := range e.args {
		add(a)
	}
}

func (e called) eval(get func(string) string) bool {
	switch e.name {
	case "filled":
		return get(e.args[0]) != ""
	case "empty":
		return get(e.args[0]) == ""
	case "any_yes", "none_yes":
		any := false
		for _, a := range e.args {
			any = any || get(a) == "Yes"
		}
		return any == (e.name == "any_yes")
	case "differ":
		return get(e.args[0]) != get(e.args[1])
	case "date_le":
		a, b := get(e.args[0]), get(e.args[1])
		return !isDate(a) || !isDate(b) || a <= b // what is no date has a finding of its own
	case "num_le":
		a, okA := number(get(e.args[0]))
		b, okB := number(get(e.args[1]))
		return !okA || !okB || a <= b
	case "sum_eq":
		a, okA := number(get(e.args[0]))
		b, okB := number(get(e.args[1]))
		return okA && okB && a+b == e.n
	case "regex":
		return e.re.MatchString(get(e.args[0]))
	case "slots":
		return slots(e.args, get)
	}
	return false
}

// slots says whether slots are filled from the first, without gaps or repeats.
func slots(columns []string, get func(string) string) bool {
	seen := map[string]bool{}
	gap := false
	for _, c := range columns {
		v := get(c)
		switch {
		case v == "":
			gap = true
		case gap || seen[v]:
			return false
		}
		seen[v] = true
	}
	return len(columns) == 0 || get(columns[0]) != ""
}

func number(s string) (int, bool) {
	n, err := strconv.Atoi(s)
	return n, err == nil
}

// arity is how many columns a function has; -1 is any number of them.
var arity = map[string]int{"filled": 1, "empty": 1, "any_yes": -1, "none_yes": -1, "differ": 2, "date_le": 2, "num_le": 2, "sum_eq": 2, "regex": 1, "slots": 1}

// parse reads an expression. It fails with an error that says where.
func parse(text string) (expr, error) {
	p := &parser{text: text}
	e, err := p.or(0)
	if err != nil {
		return nil, err
	}
	if p.skip(); p.at < len(p.text) {
		return nil, p.fail("the expression goes on after its end")
	}
	return e, nil
}

type parser struct {
	text string
	at   int
}

// maxNesting bounds expressions within expressions.
const maxNesting = 50

func (p *parser) fail(problem string) error {
	return fmt.Errorf("icare: expression, at %d: %s", p.at, problem)
}

func (p *parser) skip() {
	for p.at < len(p.text) && p.text[p.at] == ' ' {
		p.at++
	}
}

// word takes a word if it is the next one.
func (p *parser) word(w string) bool {
	p.skip()
	rest := p.text[p.at:]
	if !strings.HasPrefix(rest, w) || len(rest) > len(w) && inName(rest[len(w)]) {
		return false
	}
	p.at += len(w)
	return true
}

func inName(c byte) bool {
	return c == '_' || c == '[' || c == ']' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func (p *parser) name() string {
	p.skip()
	start := p.at
	for p.at < len(p.text) && inName(p.text[p.at]) {
		p.at++
	}
	return p.text[start:p.at]
}

func (p *parser) or(depth int) (expr, error) {
	a, err := p.and(depth)
	for err == nil && p.word("or") {
		var b expr
		b, err = p.and(depth)
		a = either{a, b}
	}
	return a, err
}

func (p *parser) and(depth int) (expr, error) {
	a, err := p.single(depth)
	for err == nil && p.word("and") {
		var b expr
		b, err = p.single(depth)
		a = both{a, b}
	}
	return a, err
}

func (p *parser) single(depth int) (expr, error) {
	if depth > maxNesting {
		return nil, p.fail("too deep")
	}
	if p.word("not") {
		e, err := p.single(depth + 1)
		return not{e}, err
	}
	if p.word("false") {
		return never{}, nil
	}
	if p.skip(); p.at < len(p.text) && p.text[p.at] == '(' {
		p.at++
		e, err := p.or(depth + 1)
		if err != nil {
			return nil, err
		}
		return e, p.expect(')')
	}
	name := p.name()
	if name == "" {
		return nil, p.fail("a column or a function is expected")
	}
	if p.at < len(p.text) && p.text[p.at] == '(' {
		return p.call(name)
	}
	for _, how := range []string{"startswith", "endswith"} {
		if p.word(how) {
			return p.comparison(name, how)
		}
	}
	if err := p.expect('='); err != nil {
		return nil, err
	}
	return p.comparison(name, "=")
}

func (p *parser) expect(c byte) error {
	if p.skip(); p.at >= len(p.text) || p.text[p.at] != c {
		return p.fail(fmt.Sprintf("%q is expected", c))
	}
	p.at++
	return nil
}

func (p *parser) comparison(column, how string) (expr, error) {
	if err := p.expect('\''); err != nil {
		return nil, err
	}
	end := strings.IndexByte(p.text[p.at:], '\'')
	if end < 0 {
		return nil, p.fail("a text has no end")
	}
	value := p.text[p.at : p.at+end]
	p.at += end + 1
	return compared{column, how, value}, nil
}

func (p *parser) call(name string) (expr, error) {
	want, ok := arity[name]
	if !ok {
		return nil, p.fail("there is no function of that name")
	}
	p.at++
	e := called{name: name}
	for len(e.args) < want || want < 0 {
		arg := p.name()
		if arg == "" {
			break
		}
		e.args = append(e.args, arg)
	}
	if len(e.args) == 0 || want > 0 && len(e.args) != want {
		return nil, p.fail("the function has other columns")
	}
	switch name {
	case "regex":
		if err := p.expect(','); err != nil {
			return nil, err
		}
		p.skip()
		end := p.closing()
		re, err := regexp.Compile(p.text[p.at:end])
		if err != nil {
			return nil, p.fail("the pattern cannot be read")
		}
		e.re, p.at = re, end
	case "sum_eq", "slots":
		n, err := strconv.Atoi(p.name())
		if err != nil || name == "slots" && (n < 1 || n > 100) {
			return nil, p.fail("a number is expected")
		}
		e.n = n
		if name == "slots" {
			prefix := e.args[0]
			e.args = nil
			for i := range n {
				e.args = append(e.args, prefix+strconv.Itoa(i+1))
			}
		}
	}
	return e, p.expect(')')
}

// closing is where the bracket that a call opened ends; patterns have brackets too.
func (p *parser) closing() int {
	depth := 0
	for i := p.at; i < len(p.text); i++ {
		switch p.text[i] {
		case '\\':
			i++
		case '(':
			depth++
		case ')':
			if depth == 0 {
				return i
			}
			depth--
		}
	}
	return len(p.text)
}
