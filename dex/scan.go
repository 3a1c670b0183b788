package dex

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Position is a place in a file. Line and Column begin with 1; columns count
// characters.
type Position struct{ Line, Column int }

func (p Position) String() string { return fmt.Sprintf("line %d, column %d", p.Line, p.Column) }

// SyntaxError says why a file cannot be read on (rules F-1 and F-2).
type SyntaxError struct {
	Position
	Rule    string
	Problem string
}

func (e *SyntaxError) Error() string { return "dex: " + e.Position.String() + ": " + e.Problem }

// Limits of what is read.
const (
	MaxFile  = 10_000_000 // bytes; the portal takes no larger file
	maxDepth = 64
	maxToken = 1 << 20 // bytes of a tag, a comment or a text
)

type tokenKind uint8

const (
	tokenEOF tokenKind = iota
	tokenStart
	tokenEnd
	tokenText
)

// token is a piece of a document. Its bytes are valid until the next one.
type token struct {
	kind tokenKind
	name []byte // of an element
	text []byte // with references replaced and line ends as \n
	null bool   // the element has xsi:nil="true"
	odd  bool   // it has an attribute that does not belong
	pos  Position
}

// scanner reads the XML that files consist of: elements, texts, comments, CDATA
// sections and processing instructions. It takes no document type, so that
// there are no entities but XML's own five, and asks nothing from outside.
type scanner struct {
	r        io.Reader
	buf      []byte // what is read and not yet done with
	at       int
	done     int64 // bytes before buf
	end      bool
	most     int64
	line     int
	lineAt   int64 // where the line begins
	wide     int   // bytes in it that are no characters of their own
	text     []byte
	stack    [][]byte // the names of the open elements
	names    []byte
	nilNames []nilName
	pending  bool // an end is to follow: the element was <a/>
	rooted   bool
	// what the beginning says
	mark        bool   // a byte-order mark
	declaration string // its text, if there is one
	attribute   string // CodeType of the last tag: reference data has it
	err         error
}

// nilName is a prefix that stands for the namespace of xsi:nil, or no longer.
type nilName struct {
	depth int
	name  string
	xsi   bool
}

func newScanner(r io.Reader, most int64) *scanner {
	return &scanner{r: r, most: most, line: 1, buf: make([]byte, 0, 64<<10)}
}

// fill reads more. It keeps what is not done with; at moves to its beginning.
func (s *scanner) fill() bool {
	if s.end {
		return false
	}
	if s.at > 0 {
		n := copy(s.buf, s.buf[s.at:])
		s.done += int64(s.at)
		s.buf, s.at = s.buf[:n], 0
	}
	if len(s.buf) == cap(s.buf) {
		grown := make([]byte, len(s.buf), 2*cap(s.buf))
		copy(grown, s.buf)
		s.buf = grown
	}
	for range 100 {
		n, err := s.r.Read(s.buf[len(s.buf):cap(s.buf)])
		s.buf = s.buf[:len(s.buf)+n]
		if err != nil {
			s.end = true
			if err != io.EOF {
				s.err = err
			}
			return n > 0
		}
		if n > 0 {
			return true
		}
	}
	s.end, s.err = true, io.ErrNoProgress
	return false
}

// have makes sure that n bytes are there.
func (s *scanner) have(n int) bool {
	for len(s.buf)-s.at < n {
		if !s.fill() {
			return false
		}
	}
	return true
}

func (s *scanner) pos() Position {
	return Position{s.line, int(s.done+int64(s.at)-s.lineAt) - s.wide + 1}
}

func (s *scanner) fail(p Position, problem string) error {
	if s.err == nil {
		s.err = &SyntaxError{p, "F-2", problem}
	}
	return s.err
}

const errShort = "the file ends in the middle: it was cut off, or an element was not closed"

// skip goes over n bytes that are there, counting lines and characters. It
// says false when they are not UTF-8, or not for XML to hold.
func (s *scanner) skip(n int) bool {
	b := s.buf[s.at : s.at+n]
	for i := 0; i < len(b); {
		c := b[i]
		if c < utf8.RuneSelf {
			i++
			if c >= ' ' || c == '\t' {
				continue
			}
			switch c {
			case '\r':
				if i < len(b) && b[i] == '\n' || i == len(b) && s.peekNewline(n) {
					continue
				}
			case '\n':
			default:
				s.at += i - 1
				return false
			}
			s.line++
			s.lineAt, s.wide = s.done+int64(s.at+i), 0
			continue
		}
		r, size := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && size <= 1 || r == 0xFFFE || r == 0xFFFF {
			s.at += i
			return false
		}
		i += size
		s.wide += size - 1
	}
	s.at += n
	return true
}

// peekNewline says whether the byte behind the next n is a line feed.
func (s *scanner) peekNewline(n int) bool {
	return s.at+n < len(s.buf) && s.buf[s.at+n] == '\n'
}

const (
	badCharacter = "a character that XML cannot hold, or that is not UTF-8"
	tooLong      = "a text or a tag of more than a million bytes"
)

// begin looks at the first bytes.
func (s *scanner) begin() error {
	s.have(4)
	b := s.buf[s.at:]
	start := Position{1, 1}
	switch {
	case len(b) == 0 && s.err == nil:
		return s.fail(start, "the file is empty")
	case bytes.HasPrefix(b, []byte{0xEF, 0xBB, 0xBF}):
		s.mark = true
		s.at += 3
		s.lineAt = 3
	case bytes.HasPrefix(b, []byte{0xFE, 0xFF}), bytes.HasPrefix(b, []byte{0xFF, 0xFE}),
		len(b) > 3 && (b[0] == 0 || b[1] == 0 || b[2] == 0):
		if s.err == nil {
			s.err = &SyntaxError{start, "F-3", "the file is UTF-16 or UTF-32; save it as UTF-8"}
		}
		return s.err
	case bytes.HasPrefix(b, []byte("PK\x03\x04")), bytes.HasPrefix(b, []byte{0x1F, 0x8B}):
		return s.fail(start, "the file is a compressed archive, not XML; take the XML file out of it first")
	case bytes.HasPrefix(b, []byte("%PDF")), bytes.HasPrefix(b, []byte{0xD0, 0xCF, 0x11, 0xE0}):
		return s.fail(start, "the file is a document, not XML")
	}
	return s.err
}

// next is the next token.
func (s *scanner) next() (token, error) {
	if s.done == 0 && s.at == 0 && !s.rooted && s.err == nil {
		if err := s.begin(); err != nil {
			return token{}, err
		}
	}
	if s.pending {
		s.pending = false
		t := token{kind: tokenEnd, name: s.stack[len(s.stack)-1], pos: s.pos()}
		s.leave()
		return t, nil
	}
	for {
		if s.err != nil {
			return token{}, s.err
		}
		if s.done+int64(s.at) > s.most {
			s.err = &SyntaxError{s.pos(), "F-1", fmt.Sprintf("the file goes on after %d bytes; no larger file is read", s.most)}
			return token{}, s.err
		}
		if !s.have(1) {
			if s.err != nil {
				return token{}, s.err
			}
			if len(s.stack) > 0 {
				return token{}, s.fail(s.pos(), errShort)
			}
			if !s.rooted {
				return token{}, s.fail(s.pos(), "the file has no element "+Root)
			}
			return token{kind: tokenEOF, pos: s.pos()}, nil
		}
		if s.buf[s.at] != '<' {
			t, err := s.chars()
			if err != nil || len(s.stack) > 0 {
				return t, err
			}
			if len(bytes.TrimLeft(t.text, " \t\r\n")) > 0 {
				return token{}, s.fail(t.pos, "the file is not XML: there is text outside of "+Root)
			}
			continue
		}
		s.have(2)
		if len(s.buf)-s.at < 2 {
			return token{}, s.fail(s.pos(), errShort)
		}
		switch s.buf[s.at+1] {
		case '?':
			if err := s.instruction(); err != nil {
				return token{}, err
			}
		case '!':
			t, ok, err := s.declared()
			if ok || err != nil {
				return t, err
			}
		case '/':
			return s.endTag()
		default:
			return s.startTag()
		}
	}
}

// until finds what ends a piece that begins at at. It gives the length with it.
func (s *scanner) until(from int, end string) (int, error) {
	for seen := from; ; {
		b := s.buf[s.at:]
		if i := bytes.Index(b[min(seen, len(b)):], []byte(end)); i >= 0 {
			return min(seen, len(b)) + i + len(end), nil
		}
		if len(b) > maxToken {
			return 0, s.fail(s.pos(), tooLong)
		}
		seen = max(from, len(b)-len(end)+1)
		if !s.fill() {
			if s.err != nil {
				return 0, s.err
			}
			return 0, s.fail(s.pos(), errShort)
		}
	}
}

// chars is the text up to the next markup.
func (s *scanner) chars() (token, error) {
	t := token{kind: tokenText, pos: s.pos()}
	s.text = s.text[:0]
	for {
		if !s.have(1) {
			break
		}
		b := s.buf[s.at:]
		n := special(b)
		if n < 0 {
			n = whole(b)
			if n == 0 && !s.end { // a character that is not all there
				s.fill()
				continue
			}
			if n == 0 {
				n = len(b)
			}
		}
		if len(s.text)+n > maxToken {
			return t, s.fail(t.pos, tooLong)
		}
		s.text = append(s.text, b[:n]...)
		if !s.skip(n) {
			return t, s.fail(s.pos(), badCharacter)
		}
		if s.at == len(s.buf) {
			continue
		}
		switch s.buf[s.at] {
		case '<':
			t.text = s.text
			return t, nil
		case '&':
			if err := s.reference(); err != nil {
				return t, err
			}
		case ']':
			if s.have(3) && string(s.buf[s.at:s.at+3]) == "]]>" {
				return t, s.fail(s.pos(), "]]> within a text")
			}
			s.text = append(s.text, ']')
			s.skip(1)
		case '\r': // a line ends with \n for who reads it
			s.have(2)
			if len(s.buf)-s.at < 2 || s.buf[s.at+1] != '\n' {
				s.text = append(s.text, '\n')
			}
			s.skip(1)
		}
	}
	t.text = s.text
	return t, s.err
}

// special is where the first character is that a text does not simply hold, or -1.
func special(b []byte) int {
	for i, c := range b {
		if c == '<' || c == '&' || c == '\r' || c == ']' {
			return i
		}
	}
	return -1
}

// whole is how many bytes there are without a character that is cut off.
func whole(b []byte) int {
	for i := 1; i <= 3 && i <= len(b); i++ {
		if c := b[len(b)-i]; utf8.RuneStart(c) {
			if c >= utf8.RuneSelf && !utf8.FullRune(b[len(b)-i:]) {
				return len(b) - i
			}
			break
		}
	}
	return len(b)
}

// instruction goes over <?...?>; the declaration is kept.
func (s *scanner) instruction() error {
	pos := s.pos()
	first := s.done+int64(s.at) == 0 || s.mark && s.done+int64(s.at) == 3
	n, err := s.until(2, "?>")
	if err != nil {
		return err
	}
	text := string(s.buf[s.at : s.at+n])
	name := text[2 : 2+nameLength([]byte(text[2:]))]
	if rest := text[2+len(name):]; name == "" || rest != "?>" && !isSpace(rest[0]) {
		return s.fail(pos, "a processing instruction without a name")
	}
	if strings.EqualFold(name, "xml") {
		if !first || name != "xml" {
			return s.fail(pos, "the XML declaration does not stand at the very beginning")
		}
		if !declarations.MatchString(text) {
			return s.fail(pos, "the XML declaration is not well-formed")
		}
		s.declaration = text
	}
	if !s.skip(n) {
		return s.fail(s.pos(), badCharacter)
	}
	return nil
}

var declarations = regexp.MustCompile(`^<\?xml\s+version\s*=\s*("1\.[0-9]+"|'1\.[0-9]+')(\s+encoding\s*=\s*("[A-Za-z][A-Za-z0-9._-]*"|'[A-Za-z][A-Za-z0-9._-]*'))?` +
	`(\s+standalone\s*=\s*("(yes|no)"|'(yes|no)'))?\s*\?>$`)

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// declared reads what begins with <!: a comment, or the text of a CDATA section.
func (s *scanner) declared() (token, bool, error) {
	pos := s.pos()
	s.have(9)
	b := s.buf[s.at:]
	switch {
	case bytes.HasPrefix(b, []byte("<!--")):
		n, err := s.until(4, "--")
		if err != nil {
			return token{}, false, err
		}
		if !s.have(n+1) || s.buf[s.at+n] != '>' {
			if s.err != nil || s.end && len(s.buf)-s.at <= n {
				return token{}, false, s.fail(pos, errShort)
			}
			return token{}, false, s.fail(pos, "a comment with two hyphens in it")
		}
		if !s.skip(n + 1) {
			return token{}, false, s.fail(s.pos(), badCharacter)
		}
		return token{}, false, nil
	case bytes.HasPrefix(b, []byte("<![CDATA[")):
		if len(s.stack) == 0 {
			return token{}, false, s.fail(pos, "there is text outside of "+Root)
		}
		n, err := s.until(9, "]]>")
		if err != nil {
			return token{}, false, err
		}
		s.text = append(s.text[:0], s.buf[s.at+9:s.at+n-3]...)
		if !s.skip(n) {
			return token{}, false, s.fail(s.pos(), badCharacter)
		}
		s.text = bytes.ReplaceAll(s.text, []byte("\r\n"), []byte("\n"))
		s.text = bytes.ReplaceAll(s.text, []byte("\r"), []byte("\n"))
		return token{kind: tokenText, text: s.text, pos: pos}, true, nil
	case bytes.HasPrefix(b, []byte("<!DOCTYPE")), bytes.HasPrefix(bytes.ToUpper(b[:min(len(b), 9)]), []byte("<!DOCTYPE")):
		return token{}, false, s.fail(pos, "a document type is not taken: the file is not a DEX file, such as a web page that was saved")
	}
	return token{}, false, s.fail(pos, "the file is not XML")
}
