package icare

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"
	"unicode/utf8"
)

// xmlReader goes through the XML of a part of a workbook. It takes what
// spreadsheets write: UTF-8, without document types. encoding/xml takes five
// times as long, and a workbook is little else.
type xmlReader struct {
	in    *bufio.Reader
	name  []byte // of the element, without a prefix
	attrs []xmlAttr
	text  []byte
	tag   []byte // what name and attrs are parts of
	ended bool   // the element has no content, its end is next
	open  []byte // names of the elements that are open, one after the other
	marks []int  // where each begins
}

type xmlAttr struct{ name, value []byte }

type xmlToken int

const (
	xmlStart xmlToken = iota
	xmlEnd
	xmlText
	xmlDone
)

// Limits that no workbook comes near.
const (
	maxDepth = 64
	maxTag   = 1 << 16
	maxChars = 4 * maxText
)

var errUnpacked = errors.New("unpacks to too much")

// budget counts down the bytes that a workbook may unpack to, over all parts.
type budget struct {
	in   io.Reader
	left *int64
}

func (b budget) Read(p []byte) (int, error) {
	n, err := b.in.Read(p)
	if *b.left -= int64(n); *b.left < 0 {
		return 0, errUnpacked
	}
	return n, err
}

func newXMLReader(in io.Reader) *xmlReader { return &xmlReader{in: bufio.NewReaderSize(in, 64<<10)} }

// next is the next token. The text, the name and the attributes hold until then.
func (x *xmlReader) next() (xmlToken, error) {
	if x.ended {
		x.ended = false
		return xmlEnd, x.pop(x.open[x.marks[len(x.marks)-1]:])
	}
	for {
		c, err := x.in.ReadByte()
		if err == io.EOF && len(x.marks) == 0 {
			return xmlDone, nil
		}
		if err != nil {
			return xmlDone, err
		}
		if c != '<' {
			if err := x.in.UnreadByte(); err != nil {
				return xmlDone, err
			}
			return xmlText, x.chars()
		}
		t, skip, err := x.markup()
		if !skip || err != nil {
			return t, err
		}
	}
}

// chars reads text up to the next tag.
func (x *xmlReader) chars() error {
	x.text = x.text[:0]
	for {
		part, err := x.in.ReadSlice('<')
		done := err == nil
		if done {
			part = part[:len(part)-1]
			if err := x.in.UnreadByte(); err != nil {
				return err
			}
		}
		x.text = append(x.text, part...)
		switch {
		case len(x.text) > maxChars:
			return damaged
		case done || err == io.EOF:
			return x.decode()
		case err != bufio.ErrBufferFull:
			return err
		}
	}
}

// decode puts the characters for entities, in place.
func (x *xmlReader) decode() error {
	var err error
	x.text, err = unentity(x.text)
	if err == nil && (!utf8.Valid(x.text) || bytes.ContainsFunc(x.text, func(r rune) bool { return r < ' ' && isControl(byte(r)) })) {
		err = damaged
	}
	return err
}

// isControl says whether a character is one that XML does not take.
func isControl(c byte) bool { return c < ' ' && c != '\t' && c != '\n' && c != '\r' }

// unentity puts the characters for entities, in place.
func unentity(text []byte) ([]byte, error) {
	at := bytes.IndexByte(text, '&')
	if at < 0 {
		return text, nil
	}
	out := text[:at]
	for at < len(text) {
		if text[at] != '&' {
			out = append(out, text[at])
			at++
			continue
		}
		end := bytes.IndexByte(text[at:min(len(text), at+12)], ';')
		if end < 0 {
			return nil, damaged
		}
		name := string(text[at+1 : at+end])
		at += end + 1
		switch name {
		case "amp":
			out = append(out, '&')
		case "lt":
			out = append(out, '<')
		case "gt":
			out = append(out, '>')
		case "quot":
			out = append(out, '"')
		case "apos":
			out = append(out, '\'')
		default:
			r, ok := charRef(name)
			if !ok {
				return nil, damaged
			}
			out = utf8.AppendRune(out, r) // never longer than the reference
		}
	}
	return out, nil
}

// charRef is the character of a reference such as #233 or #xE9.
func charRef(name string) (rune, bool) {
	if len(name) < 2 || name[0] != '#' {
		return 0, false
	}
	digits, base := name[1:], 10
	if digits[0] == 'x' {
		digits, base = digits[1:], 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil || n > utf8.MaxRune || !utf8.ValidRune(rune(n)) || isControl(byte(min(n, 255))) {
		return 0, false
	}
	return rune(n), true
}

// markup reads what follows a <. Comments and instructions are skipped.
func (x *xmlReader) markup() (t xmlToken, skip bool, err error) {
	head, err := x.in.Peek(1)
	if err == io.EOF {
		err = damaged
	}
	if err != nil {
		return 0, false, err
	}
	switch head[0] {
	case '?':
		return 0, true, x.until("?", "?>")
	case '!':
		if head, _ := x.in.Peek(8); string(head) == "![CDATA[" {
			if err := x.until("![CDATA[", "]]>"); err != nil {
				return 0, false, err
			}
			x.text = append(x.text[:0], x.tag[len("![CDATA["):len(x.tag)-len("]]>")]...)
			return xmlText, false, nil
		}
		if head, _ := x.in.Peek(3); string(head) == "!--" {
			return 0, true, x.until("!--", "-->")
		}
		return 0, false, damaged // a document type
	}
	if err := x.readTag(); err != nil {
		return 0, false, err
	}
	if x.tag[0] == '/' {
		return xmlEnd, false, x.pop(bytes.TrimRight(x.tag[1:], " \t\r\n"))
	}
	return xmlStart, false, x.start()
}

// until reads from one mark to the end of another into tag.
func (x *xmlReader) until(begin, end string) error {
	x.tag = x.tag[:0]
	for len(x.tag) < len(begin)+len(end) || !bytes.HasSuffix(x.tag, []byte(end)) {
		c, err := x.in.ReadByte()
		if err == errUnpacked {
			return err
		}
		if err != nil || len(x.tag) > maxChars {
			return damaged
		}
		x.tag = append(x.tag, c)
	}
	return nil
}

// readTag reads a tag up to its >, which is not part of it.
func (x *xmlReader) readTag() error {
	x.tag = x.tag[:0]
	for {
		part, err := x.in.ReadSlice('>')
		x.tag = append(x.tag, part...)
		switch {
		case err != nil && err != bufio.ErrBufferFull:
			if err == io.EOF {
				err = damaged
			}
			return err
		case len(x.tag) > maxTag:
			return damaged
		case err == nil && !inQuotes(x.tag):
			x.tag = x.tag[:len(x.tag)-1]
			if len(x.tag) == 0 {
				return damaged
			}
			return nil
		}
	}
}

// inQuotes says whether a tag ends within the value of an attribute.
func inQuotes(tag []byte) bool {
	var quote byte
	for _, c := range tag {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		}
	}
	return quote != 0
}

// start reads the name and the attributes of a tag.
func (x *xmlReader) start() error {
	tag := x.tag
	if tag[len(tag)-1] == '/' {
		x.ended, tag = true, tag[:len(tag)-1]
	}
	end := bytes.IndexAny(tag, " \t\r\n")
	if end < 0 {
		end = len(tag)
	}
	if len(x.marks) == maxDepth || end == 0 {
		return damaged
	}
	x.marks = append(x.marks, len(x.open))
	x.open = append(x.open, tag[:end]...)
	x.name = local(tag[:end])
	x.attrs = x.attrs[:0]
	rest := bytes.TrimLeft(tag[end:], " \t\r\n")
	for len(rest) > 0 {
		eq := bytes.IndexByte(rest, '=')
		if eq < 0 {
			return damaged
		}
		name := local(bytes.TrimRight(rest[:eq], " \t\r\n"))
		rest = bytes.TrimLeft(rest[eq+1:], " \t\r\n")
		if len(rest) < 2 || rest[0] != '"' && rest[0] != '\'' {
			return damaged
		}
		stop := bytes.IndexByte(rest[1:], rest[0])
		if stop < 0 {
			return damaged
		}
		value, err := unentity(rest[1 : 1+stop])
		if err != nil {
			return err
		}
		x.attrs = append(x.attrs, xmlAttr{name, value})
		rest = bytes.TrimLeft(rest[stop+2:], " \t\r\n")
	}
	return nil
}

func local(name []byte) []byte {
	return name[bytes.IndexByte(name, ':')+1:]
}

// pop closes the innermost element, whose name it must be.
func (x *xmlReader) pop(name []byte) error {
	if len(x.marks) == 0 {
		return damaged
	}
	at := x.marks[len(x.marks)-1]
	if !bytes.Equal(x.open[at:], name) {
		return damaged
	}
	x.name = local(name) // holds until the next tag
	x.open, x.marks = x.open[:at], x.marks[:len(x.marks)-1]
	return nil
}

// attr is an attribute of the element; nil when it has none of the name.
func (x *xmlReader) attr(name string) []byte {
	for _, a := range x.attrs {
		if string(a.name) == name {
			return a.value
		}
	}
	return nil
}
