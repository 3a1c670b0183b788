package dex

import (
	"bytes"
	"unicode/utf8"
)

// endTag reads </name>.
func (s *scanner) endTag() (token, error) {
	t := token{kind: tokenEnd, pos: s.pos()}
	n, err := s.until(2, ">")
	if err != nil {
		return t, err
	}
	name := bytes.TrimRight(s.buf[s.at+2:s.at+n-1], " \t\r\n")
	if len(s.stack) == 0 {
		return t, s.fail(t.pos, "the end of an element that was not opened")
	}
	t.name = s.stack[len(s.stack)-1]
	if !bytes.Equal(name, t.name) {
		return t, s.fail(t.pos, "the end of another element than the one that is open, which is "+short(t.name))
	}
	s.leave()
	s.skip(n)
	return t, nil
}

// short is a name for a message.
func short(name []byte) string {
	if len(name) > 60 {
		return "one with a long name"
	}
	return string(name)
}

// leave closes the innermost element.
func (s *scanner) leave() {
	last := s.stack[len(s.stack)-1]
	s.stack = s.stack[:len(s.stack)-1]
	s.names = s.names[:len(s.names)-len(last)]
	for len(s.nilNames) > 0 && s.nilNames[len(s.nilNames)-1].depth > len(s.stack) {
		s.nilNames = s.nilNames[:len(s.nilNames)-1]
	}
}

// startTag reads <name attributes> or <name/>.
func (s *scanner) startTag() (token, error) {
	t := token{kind: tokenStart, pos: s.pos()}
	n, err := s.tagEnd()
	if err != nil {
		return t, err
	}
	tag := s.buf[s.at+1 : s.at+n-1]
	if len(tag) > 0 && tag[len(tag)-1] == '/' {
		s.pending = true
		tag = tag[:len(tag)-1]
	}
	name := tag[:nameLength(tag)]
	rest := tag[len(name):]
	switch {
	case len(name) == 0:
		return t, s.fail(t.pos, "a < that begins no element; write &lt;")
	case len(rest) > 0 && !isSpace(rest[0]):
		return t, s.fail(t.pos, "a tag with a character that no name has")
	case len(s.stack) == 0 && s.rooted:
		return t, s.fail(t.pos, "a second element beside "+Root)
	case len(s.stack) == maxDepth:
		return t, s.fail(t.pos, "elements within elements, more than 64 deep")
	}
	s.rooted = true
	if cap(s.names)-len(s.names) < len(name) { // what the stack holds stays where it is
		s.names = make([]byte, 0, 2*cap(s.names)+len(name)+256)
		moved := s.stack
		for i, old := range moved {
			s.names = append(s.names, old...)
			s.stack[i] = s.names[len(s.names)-len(old):]
		}
	}
	s.names = append(s.names, name...)
	t.name = s.names[len(s.names)-len(name):]
	s.stack = append(s.stack, t.name)
	if len(rest) > 0 {
		if problem := s.attributes(rest, &t); problem != "" {
			return t, s.fail(t.pos, problem)
		}
	}
	if bytes.IndexByte(t.name, ':') >= 0 {
		return t, s.fail(t.pos, "an element with a prefix; DEX files have no namespace")
	}
	if !s.skip(n) {
		return t, s.fail(s.pos(), badCharacter)
	}
	return t, nil
}

// tagEnd is the length of a tag; a > within quotes is none.
func (s *scanner) tagEnd() (int, error) {
	quote := byte(0)
	for i := 1; ; i++ {
		if i > maxToken {
			return 0, s.fail(s.pos(), tooLong)
		}
		if s.at+i >= len(s.buf) && !s.have(i+1) {
			if s.err != nil {
				return 0, s.err
			}
			return 0, s.fail(s.pos(), errShort)
		}
		switch c := s.buf[s.at+i]; {
		case quote != 0 && c != '<':
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return i + 1, nil
		case c == '<':
			return 0, s.fail(s.pos(), "a < within a tag; write &lt; in texts")
		}
	}
}

// nameLength is how long the name at the beginning of b is.
func nameLength(b []byte) int {
	for i, c := range b {
		letter := c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' || c == ':' || c >= utf8.RuneSelf
		if !letter && (i == 0 || !(c >= '0' && c <= '9' || c == '-' || c == '.')) {
			return i
		}
	}
	return len(b)
}

// attributes reads what a tag has besides its name. xsi:nil counts; names of
// namespaces and places of schemas are gone over; others make the token odd.
func (s *scanner) attributes(b []byte, t *token) string {
	type attribute struct{ name, value string }
	var list []attribute
	for {
		trimmed := bytes.TrimLeft(b, " \t\r\n")
		if len(trimmed) == 0 {
			break
		}
		if len(trimmed) == len(b) {
			return "attributes without a blank between them"
		}
		n := nameLength(trimmed)
		name := string(trimmed[:n])
		b = bytes.TrimLeft(trimmed[n:], " \t\r\n")
		if n == 0 || len(b) < 2 || b[0] != '=' {
			return "an attribute that has no value"
		}
		b = bytes.TrimLeft(b[1:], " \t\r\n")
		if len(b) < 2 || b[0] != '"' && b[0] != '\'' {
			return "an attribute whose value has no quotes"
		}
		end := bytes.IndexByte(b[1:], b[0])
		if end < 0 {
			return "an attribute whose value has no end"
		}
		value := b[1 : end+1]
		plain, ok := unreferenced(value)
		if !ok {
			return "an attribute with an & that begins no reference that XML defines"
		}
		b = b[end+2:]
		for _, a := range list {
			if a.name == name {
				return "the same attribute twice"
			}
		}
		if len(list) == 20 {
			return "more than 20 attributes"
		}
		list = append(list, attribute{name, plain})
	}
	for _, a := range list {
		switch {
		case a.name == "xmlns" && a.value != "":
			return "an element in a namespace; DEX files have none"
		case len(a.name) > 6 && a.name[:6] == "xmlns:":
			s.nilNames = append(s.nilNames, nilName{len(s.stack), a.name[6:], a.value == xsiURI})
		}
	}
	for _, a := range list {
		prefix, local := "", a.name
		if i := bytes.IndexByte([]byte(a.name), ':'); i >= 0 {
			prefix, local = a.name[:i], a.name[i+1:]
		}
		switch {
		case a.name == "xmlns" || prefix == "xmlns" || prefix == "xml":
		case prefix == "":
			t.odd = true
			if a.name == "CodeType" {
				s.attribute = a.value
			}
		case !s.isXSI(prefix):
			return "an attribute with a prefix that is not declared as that of XML Schema instances"
		case local == "nil":
			switch a.value {
			case "true", "1":
				t.null = true
			case "false", "0":
			default:
				return "xsi:nil is true or false"
			}
		case local != "schemaLocation" && local != "noNamespaceSchemaLocation":
			t.odd = true
		}
	}
	return ""
}

// unreferenced is the value of an attribute with its references replaced.
func unreferenced(b []byte) (string, bool) {
	var out []byte
	for {
		i := bytes.IndexByte(b, '&')
		if i < 0 {
			return string(append(out, b...)), true
		}
		out = append(out, b[:i]...)
		name, rest, ok := bytes.Cut(b[i+1:], []byte(";"))
		r, known := referred(string(name[:min(len(name), 12)]))
		if !ok || !known || len(name) > 12 {
			return "", false
		}
		out = utf8.AppendRune(out, r)
		b = rest
	}
}

func (s *scanner) isXSI(prefix string) bool {
	for i := len(s.nilNames) - 1; i >= 0; i-- {
		if s.nilNames[i].name == prefix {
			return s.nilNames[i].xsi
		}
	}
	return false
}

// reference reads &lt; and the like, or &#65;.
func (s *scanner) reference() error {
	pos := s.pos()
	for n := 0; ; n++ {
		if n > 12 || !s.have(n+1) {
			return s.fail(pos, "an & that begins no reference; write &amp;")
		}
		if s.buf[s.at+n] == ';' {
			r, ok := referred(string(s.buf[s.at+1 : s.at+n]))
			if !ok {
				return s.fail(pos, "a reference to an entity that XML does not define")
			}
			s.text = utf8.AppendRune(s.text, r)
			s.skip(n + 1)
			return nil
		}
	}
}

func referred(name string) (rune, bool) {
	switch name {
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "amp":
		return '&', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	if len(name) < 2 || name[0] != '#' {
		return 0, false
	}
	var n rune
	digits, base := name[1:], rune(10)
	if digits[0] == 'x' {
		digits, base = digits[1:], 16
	}
	for _, c := range digits {
		d := rune(99)
		switch {
		case c >= '0' && c <= '9':
			d = c - '0'
		case c >= 'a' && c <= 'f':
			d = c - 'a' + 10
		case c >= 'A' && c <= 'F':
			d = c - 'A' + 10
		}
		if d >= base {
			return 0, false
		}
		if n = n*base + d; n > utf8.MaxRune {
			return 0, false
		}
	}
	return n, digits != "" && (n == '\t' || n == '\n' || n == '\r' || n >= ' ' && n < 0xD800 || n > 0xDFFF && n < 0xFFFE || n > 0xFFFF)
}
