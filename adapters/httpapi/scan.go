package httpapi

import (
	"bytes"
	"cmp"
	"encoding"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/opencasework/casework/casemgmt/fault"
)

// What one body may hold. The largest that is meant is a list of 1,000 clients, or
// an agency's settings with all questions.
const (
	maxDepth  = 64
	maxValues = 50_000
	maxIssues = 100
)

// What becomes of a value takes so much memory besides its text: a field, an item
// of a list, an issue about it. A name is kept until its object ends.
const (
	valueSize = 256
	nameSize  = 64
)

// scanner goes over JSON as it arrives and says what is wrong with its shape. It
// makes nothing of it: json.Unmarshal does that, of what is right and not too much.
type scanner struct {
	*incoming
	at     int
	depth  int
	values int
	owed   int64 // memory for what becomes of it, not taken yet,
	texts  int64 // and for its texts
	file   fileText
	bad    fault.Issues
}

// fileText is a base64 text of the command's own, which may be large: it is read from
// where it stands.
type fileText struct {
	name     string
	from, to int
}

var (
	errSyntax = errors.New("httpapi: this is not JSON")
	errEnough = errors.New("httpapi: enough is wrong")
)

// decodeJSON reads one JSON value into v. What is no JSON is unreadable, wrong shapes
// are *fault.Invalid with the path of each, in the order in which they come.
func decodeJSON(b *incoming, v reflect.Value) error {
	defer b.drop()
	s := scanner{incoming: b}
	if err := s.scan(v.Type()); err != nil {
		return err
	}
	if err := cmp.Or(s.bad.Err(), s.pay(0)); err != nil {
		return err
	}
	content, err := s.readFile()
	if err != nil {
		return err
	}
	raw, err := b.whole(s.file.from, s.file.to)
	if err = cmp.Or(err, b.visit.take(s.texts)); err != nil {
		return err
	}
	if err := json.Unmarshal(raw, v.Addr().Interface()); err != nil {
		s.bad.Add("", "", "malformed") // what the scanner lets pass and json does not
		return s.bad.Err()
	}
	if content != nil {
		f, _ := fieldOf(v, s.file.name)
		f.SetBytes(content)
	}
	return nil
}

// readFile is the content of the file, nil without one.
func (s *scanner) readFile() ([]byte, error) {
	size := s.file.to - s.file.from
	if size == 0 {
		return nil, nil
	}
	if err := s.visit.take(int64(size)); err != nil {
		return nil, err
	}
	content := bytes.NewBuffer(make([]byte, 0, base64.StdEncoding.DecodedLen(size)+bytes.MinRead))
	if _, err := io.Copy(content, base64.NewDecoder(base64.StdEncoding, &reader{s.incoming, s.file.from, s.file.to})); err != nil {
		s.bad.Add("", "/"+s.file.name, "malformed")
	}
	return content.Bytes(), s.bad.Err()
}

// scan goes over all of the body, which is to become a t.
func (s *scanner) scan(t reflect.Type) error {
	what := "not JSON"
	if _, err := s.peek(); errors.Is(err, io.ErrUnexpectedEOF) {
		what = "empty"
	}
	err := s.value("", t, false)
	if err == nil {
		if _, err = s.peek(); err == nil {
			err, what = errSyntax, "more than one JSON value"
		} else if errors.Is(err, io.ErrUnexpectedEOF) {
			return nil
		}
	}
	switch {
	case errors.Is(err, errEnough):
		return nil
	case errors.Is(err, errSyntax), errors.Is(err, io.ErrUnexpectedEOF):
		var bad fault.Issues
		bad.Add("", "", "not_json", "what", what)
		return unreadable(bad)
	}
	return err
}

// add says what is wrong. Nobody reads a million issues.
func (s *scanner) add(path, code string, params ...any) error {
	s.bad.Add("", path, code, params...)
	if len(s.bad) == maxIssues {
		return errEnough
	}
	return nil
}

// peek is the next byte that is not space. There being none is
// io.ErrUnexpectedEOF.
func (s *scanner) peek() (byte, error) {
	for {
		c, err := s.look(s.at)
		if err != nil || c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			return c, err
		}
		s.at++
	}
}

// look is a byte of the body, which is read that far.
func (s *scanner) look(i int) (byte, error) {
	for i >= s.size {
		if err := s.more(); errors.Is(err, io.EOF) {
			return 0, io.ErrUnexpectedEOF
		} else if err != nil {
			return 0, err
		}
	}
	return s.byte(i), nil
}

// owe counts memory, and takes it by the page.
func (s *scanner) owe(n int) error {
	s.owed += int64(n)
	return s.pay(4 << 10)
}

// pay takes the memory that is owed, if it is more than so much.
func (s *scanner) pay(least int64) error {
	if s.owed <= least {
		return nil
	}
	err := s.visit.take(s.owed)
	s.owed = 0
	return err
}

// value goes over a value that is to become a t; null says that it may be null. One
// that becomes nothing, as something around it is wrong, has no t.
func (s *scanner) value(path string, t reflect.Type, null bool) error {
	if s.values++; s.values > maxValues {
		var bad fault.Issues
		bad.Add("", "", "too_many", "max", maxValues)
		return &readError{kind: "too_large", status: http.StatusRequestEntityTooLarge, issues: bad}
	}
	c, err := s.peek()
	if err == nil && t != nil {
		err = s.owe(valueSize)
	}
	if err != nil {
		return err
	}
	is := kindOf(c)
	if is == "" {
		return errSyntax
	}
	if t != nil {
		t = direct(t)
		if want := wanted(t); !suits(want, is) && !(null && is == "null") {
			err, t = s.add(path, "wrong_type", "want", want), nil
		}
	}
	if err != nil {
		return err
	}
	switch is {
	case "object":
		return s.object(path, t)
	case "list":
		return s.list(path, t)
	case "text":
		return s.text(path, t)
	case "number":
		return s.number(path, t)
	}
	return s.word()
}

// kindOf is the kind of a value by its first byte, as people call it.
func kindOf(c byte) string {
	switch {
	case c == '{':
		return "object"
	case c == '[':
		return "list"
	case c == '"':
		return "text"
	case c == 't' || c == 'f':
		return "true or false"
	case c == 'n':
		return "null"
	case c == '-' || '0' <= c && c <= '9':
		return "number"
	}
	return ""
}

var textType = reflect.TypeFor[encoding.TextUnmarshaler]()

// wanted is the kind of value that a type takes, "" for any.
func wanted(t reflect.Type) string {
	if reflect.PointerTo(t).Implements(textType) {
		return "text"
	}
	switch t.Kind() {
	case reflect.Struct, reflect.Map:
		return "object"
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return "base64 text"
		}
		return "list"
	case reflect.String:
		return "text"
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int64:
		return "whole number"
	case reflect.Float64:
		return "number"
	}
	return ""
}

func suits(want, is string) bool {
	return want == "" || want == is || want == "base64 text" && is == "text" || want == "whole number" && is == "number"
}

// nullable says whether a field may be null: what is known or not, such as yes, no
// or neither. All else is left out, or empty.
func (f visibleField) nullable() bool {
	return f.typ.Kind() == reflect.Interface || f.typ.Kind() == reflect.Pointer && f.omit
}

// inside goes over what stands between brackets, with commas between.
func (s *scanner) inside(end byte, each func(i int) error) error {
	s.at++
	if s.depth++; s.depth > maxDepth {
		var bad fault.Issues
		bad.Add("", "", "too_deep", "max", maxDepth)
		return unreadable(bad)
	}
	defer func() { s.depth-- }()
	c, err := s.peek()
	if err == nil && c == end {
		s.at++
		return nil
	}
	for i := 0; err == nil; i++ {
		if err = each(i); err != nil {
			break
		}
		if c, err = s.peek(); err != nil {
			break
		}
		s.at++
		if c == end {
			return nil
		}
		if c != ',' {
			return errSyntax
		}
	}
	return err
}

func (s *scanner) list(path string, t reflect.Type) error {
	elem := t
	if t != nil && t.Kind() == reflect.Slice {
		elem = t.Elem()
	}
	return s.inside(']', func(i int) error {
		at := path
		if elem != t {
			at = fault.At(path, i)
		}
		return s.value(at, elem, elem != nil && elem.Kind() == reflect.Interface)
	})
}

func (s *scanner) object(path string, t reflect.Type) error {
	var fields map[string]visibleField
	elem := t
	switch {
	case t == nil:
	case t.Kind() == reflect.Struct:
		fields = fieldsOf(t)
	case t.Kind() == reflect.Map:
		elem = t.Elem()
	}
	var seen names
	return s.inside('}', func(int) error {
		name, err := s.name()
		if err != nil {
			return err
		}
		f, known := fields[name]
		at := path
		if known {
			at += "/" + name
		}
		if seen.again(name) {
			err = s.add(at, "repeated_key")
		}
		switch {
		case err != nil:
			return err
		case known:
			return s.value(at, f.typ, f.nullable())
		case fields == nil: // of a map, whose names may be values
			return s.value(at, elem, elem != nil && (elem.Kind() == reflect.Interface || elem.Kind() == reflect.Pointer))
		}
		if err := s.add(unknownAt(path, name), "unknown_field"); err != nil {
			return err
		}
		return s.value(at, nil, true)
	})
}

var fieldName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

// unknownAt is the path of a field that there is not. Its name is in it when it
// looks like one; anything else may be a value.
func unknownAt(path, name string) string {
	if fieldName.MatchString(name) {
		return path + "/" + name
	}
	return path
}

// name goes over the name of a member and the colon behind it.
func (s *scanner) name() (string, error) {
	c, err := s.peek()
	if err == nil && c != '"' {
		err = errSyntax
	}
	if err != nil {
		return "", err
	}
	start := s.at
	_, err = s.quoted()
	if err = cmp.Or(err, s.owe(s.at-start+nameSize)); err != nil {
		return "", err
	}
	name := unquoted(s.part(start, s.at))
	if c, err = s.peek(); err == nil && c != ':' {
		err = errSyntax
	}
	s.at++
	return name, err
}

// names are those of an object that have come.
type names struct {
	few  []string
	many map[string]bool
}

// again says whether a name came before, and keeps it.
func (n *names) again(name string) bool {
	if n.many != nil {
		known := n.many[name]
		n.many[name] = true
		return known
	}
	if slices.Contains(n.few, name) {
		return true
	}
	if n.few = append(n.few, name); len(n.few) == 32 {
		n.many = map[string]bool{}
		for _, x := range n.few {
			n.many[x] = true
		}
	}
	return false
}

// quoted goes over a text with its quotes, and says whether there are escapes in it.
func (s *scanner) quoted() (escapes bool, err error) {
	for i := s.at + 1; ; i++ {
		c, err := s.look(i)
		if err != nil {
			return false, err
		}
		switch {
		case c == '"':
			s.at = i + 1
			return escapes, nil
		case c < ' ':
			return false, errSyntax
		case c == '\\':
			escapes = true
			if i, err = s.escape(i + 1); err != nil {
				return false, err
			}
		}
	}
}

// escape goes over what stands behind a backslash and gives the place of its last
// byte.
func (s *scanner) escape(i int) (int, error) {
	c, err := s.look(i)
	if err != nil || bytes.IndexByte([]byte(`"\/bfnrt`), c) >= 0 {
		return i, err
	}
	if c != 'u' {
		return i, errSyntax
	}
	if _, err := s.look(i + 4); err != nil {
		return i, err
	}
	if _, err := strconv.ParseUint(string(s.part(i+1, i+5)), 16, 16); err != nil {
		return i, errSyntax
	}
	return i + 4, nil
}

// unquoted is a text without its quotes.
func unquoted(raw []byte) string {
	if bytes.IndexByte(raw, '\\') < 0 && utf8.Valid(raw) {
		return string(raw[1 : len(raw)-1])
	}
	var out string
	_ = json.Unmarshal(raw, &out) // it was gone over
	return out
}

// longText is more than any text has that is read as something else, such as a date.
const longText = 1000

func (s *scanner) text(path string, t reflect.Type) error {
	start := s.at
	escapes, err := s.quoted()
	if err != nil || t == nil {
		return err
	}
	if t.Kind() == reflect.Slice && s.depth == 1 && !escapes {
		s.file = fileText{strings.TrimPrefix(path, "/"), start + 1, s.at - 1}
		return nil
	}
	s.texts += int64(s.at - start)
	if reflect.PointerTo(t).Implements(textType) {
		text := "too long"
		if s.at-start < longText {
			text = unquoted(s.part(start, s.at))
		}
		if err := reflect.New(t).Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(text)); err != nil {
			return s.add(path, textCode(err))
		}
	}
	return nil
}

// reader reads a part of what has come.
type reader struct {
	*incoming
	from, to int
}

func (r *reader) Read(p []byte) (int, error) {
	if r.from == r.to {
		return 0, io.EOF
	}
	n := copy(p, r.rest(r.from, r.to))
	r.from += n
	return n, nil
}

func (s *scanner) number(path string, t reflect.Type) error {
	start := s.at
	for {
		c, err := s.look(s.at)
		if errors.Is(err, io.ErrUnexpectedEOF) || err == nil && bytes.IndexByte([]byte("+-.eE0123456789"), c) < 0 {
			break
		}
		if err != nil {
			return err
		}
		s.at++
	}
	raw := s.part(start, s.at)
	if !json.Valid(raw) {
		return errSyntax
	}
	if t == nil {
		return nil
	}
	if wanted(t) == "whole number" {
		if _, err := strconv.ParseInt(string(raw), 10, t.Bits()); err != nil {
			return s.add(path, "wrong_type", "want", "whole number")
		}
		return nil
	}
	if _, err := strconv.ParseFloat(string(raw), 64); err != nil {
		return s.add(path, "malformed") // larger than any number that can be kept
	}
	return nil
}

// word goes over true, false or null.
func (s *scanner) word() error {
	for _, word := range []string{"true", "false", "null"} {
		if s.byte(s.at) != word[0] {
			continue
		}
		if _, err := s.look(s.at + len(word) - 1); err != nil {
			return err
		}
		if string(s.part(s.at, s.at+len(word))) == word {
			s.at += len(word)
			return nil
		}
	}
	return errSyntax
}
