package icare

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"path"
	"strconv"
	"strings"
)

// NotWorkbook says why a file is not a workbook that can be read.
type NotWorkbook struct{ Problem string }

func (e *NotWorkbook) Error() string { return "icare: " + e.Problem }

var damaged = &NotWorkbook{"the workbook is damaged: a part of it cannot be read"}

// Limits of what is read: a workbook that goes beyond is refused.
const (
	maxUnpacked = 100 << 20 // bytes of all parts together
	maxStrings  = 2_000_000
	maxText     = 32767 // characters of a cell, as spreadsheets have it
	maxSheets   = 100
	maxRow      = 1 << 20 // of a sheet, as spreadsheets have it
)

// archive is a workbook's parts.
type archive struct {
	parts   map[string]*zip.File
	left    int64    // bytes that may still be unpacked
	strings []string // that cells refer to
	dates   []bool   // of the cells' styles, whether they show a date
	from04  bool     // its days are counted from 1904
}

func openArchive(r io.ReaderAt, size int64) (*archive, error) {
	head := make([]byte, 8)
	n, err := r.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return nil, err
	}
	switch head = head[:n]; {
	case n == 0:
		return nil, &NotWorkbook{"the file is empty"}
	case bytes.HasPrefix(head, []byte{0xD0, 0xCF, 0x11, 0xE0}):
		return nil, compound(r, size)
	case !bytes.HasPrefix(head, []byte("PK")):
		return nil, &NotWorkbook{"the file is not a workbook (.xlsx)"}
	}
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, &NotWorkbook{"the workbook is damaged: it cannot be unpacked"}
	}
	a := &archive{parts: map[string]*zip.File{}, left: maxUnpacked}
	for _, f := range z.File {
		a.parts[strings.TrimPrefix(f.Name, "/")] = f
	}
	switch {
	case a.parts["xl/vbaProject.bin"] != nil:
		return nil, &NotWorkbook{"the workbook has macros; save it as a workbook without macros (.xlsx)"}
	case a.parts["word/document.xml"] != nil:
		return nil, &NotWorkbook{"the file is a document, not a workbook"}
	case a.parts["xl/workbook.bin"] != nil:
		return nil, &NotWorkbook{"the file is a binary workbook (.xlsb); save it as .xlsx"}
	case a.parts["xl/workbook.xml"] == nil:
		return nil, &NotWorkbook{"the file is not a workbook (.xlsx)"}
	}
	return a, nil
}

// compound tells a workbook with a password from one of before 2007: both are
// kept in the same container.
func compound(r io.ReaderAt, size int64) error {
	mark := []byte("E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00")
	buf := make([]byte, 64<<10)
	for at := int64(0); at < min(size, 64<<20); at += int64(len(buf) - len(mark)) {
		n, err := r.ReadAt(buf, at)
		if bytes.Contains(buf[:n], mark) {
			return &NotWorkbook{"the workbook is protected by a password; save it without one"}
		}
		if err != nil {
			break
		}
	}
	return &NotWorkbook{"the file is an old workbook (.xls); save it as .xlsx"}
}

// each goes through the elements of a part; each is called at the start of one.
func (a *archive) each(part string, each func(*xmlReader) error) error {
	return a.read(part, func(x *xmlReader) error {
		for {
			t, err := x.next()
			if err != nil || t == xmlDone {
				return err
			}
			if t == xmlStart {
				if err := each(x); err != nil {
					return err
				}
			}
		}
	})
}

// read reads a part.
func (a *archive) read(part string, with func(*xmlReader) error) error {
	f := a.parts[part]
	if f == nil {
		return damaged
	}
	in, err := f.Open()
	if err != nil {
		return damaged
	}
	defer in.Close()
	err = with(newXMLReader(budget{in, &a.left}))
	var no *NotWorkbook
	var large *TooLarge
	switch {
	case err == nil, err == errStop:
		return nil
	case errors.Is(err, errUnpacked):
		return &NotWorkbook{"the workbook unpacks to more than 100 MB"}
	case errors.As(err, &no), errors.As(err, &large), errors.Is(err, ErrTemplate):
		return err
	}
	return damaged
}

// errStop ends the reading of a part.
var errStop = errors.New("enough")

// sheetPart is a sheet of a workbook.
type sheetPart struct {
	name, part string
	hidden     bool
}

// sheets are the sheets, those that are shown first.
func (a *archive) sheets() ([]sheetPart, error) {
	targets := map[string]string{}
	err := a.each("xl/_rels/workbook.xml.rels", func(x *xmlReader) error {
		if string(x.name) == "Relationship" {
			target := string(x.attr("Target"))
			if !strings.HasPrefix(target, "/") {
				target = path.Join("xl", target)
			}
			targets[string(x.attr("Id"))] = strings.TrimPrefix(target, "/")
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var shown, hidden []sheetPart
	seen := map[string]bool{}
	err = a.each("xl/workbook.xml", func(x *xmlReader) error {
		switch string(x.name) {
		case "workbookPr":
			a.from04 = isTrue(x.attr("date1904"))
		case "sheet":
			target := targets[string(x.attr("id"))]
			if target == "" || seen[target] {
				return nil
			}
			seen[target] = true
			if len(seen) > maxSheets {
				return damaged
			}
			s := sheetPart{name: string(x.attr("name")), part: target}
			if state := x.attr("state"); len(state) > 0 && string(state) != "visible" {
				s.hidden = true
				hidden = append(hidden, s)
			} else {
				shown = append(shown, s)
			}
		}
		return nil
	})
	return append(shown, hidden...), err
}

func isTrue(v []byte) bool { return string(v) == "1" || string(v) == "true" }

// readStrings reads the texts that cells refer to.
func (a *archive) readStrings() error {
	if a.parts["xl/sharedStrings.xml"] == nil {
		return nil
	}
	return a.each("xl/sharedStrings.xml", func(x *xmlReader) error {
		if string(x.name) != "si" {
			return nil
		}
		if len(a.strings) == maxStrings {
			return &NotWorkbook{"the workbook has more than two million texts"}
		}
		text, err := richText(x)
		a.strings = append(a.strings, text)
		return err
	})
}

// richText is the text of an element to its end: that of its t elements, but for
// phonetic ones.
func richText(x *xmlReader) (string, error) {
	var b []byte
	depth, phonetic, in := 1, 0, false
	for depth > 0 {
		t, err := x.next()
		switch {
		case err != nil:
			return "", err
		case t == xmlDone:
			return "", damaged
		case t == xmlStart:
			depth++
			if string(x.name) == "rPh" && phonetic == 0 {
				phonetic = depth
			}
			in = string(x.name) == "t" && phonetic == 0
		case t == xmlEnd:
			if depth == phonetic {
				phonetic = 0
			}
			depth--
			in = false
		case in:
			b = append(b, x.text...)
		}
		if len(b) > maxChars {
			return "", damaged
		}
	}
	return unescape(string(b)), nil
}

// unescape puts the characters for what spreadsheets write as _x000D_.
func unescape(s string) string {
	at := strings.Index(s, "_x")
	if at < 0 {
		return s
	}
	var b strings.Builder
	for at >= 0 {
		b.WriteString(s[:at])
		s = s[at:]
		n, err := uint64(0), error(strconv.ErrSyntax)
		if len(s) >= 7 && s[6] == '_' {
			n, err = strconv.ParseUint(s[2:6], 16, 16)
		}
		if err != nil {
			b.WriteString("_x")
			s = s[2:]
		} else {
			b.WriteRune(rune(n))
			s = s[7:]
		}
		at = strings.Index(s, "_x")
	}
	return b.String() + s
}

// readStyles finds out which styles of cells show a date.
func (a *archive) readStyles() error {
	if a.parts["xl/styles.xml"] == nil {
		return nil
	}
	formats := map[int]bool{}
	inCells := false
	return a.read("xl/styles.xml", func(x *xmlReader) error {
		for {
			t, err := x.next()
			switch {
			case err != nil || t == xmlDone:
				return err
			case t == xmlEnd && string(x.name) == "cellXfs":
				inCells = false
			case t != xmlStart:
			case string(x.name) == "cellXfs":
				inCells = true
			case string(x.name) == "numFmt":
				if n, err := strconv.Atoi(string(x.attr("numFmtId"))); err == nil {
					formats[n] = isDateFormat(string(x.attr("formatCode")))
				}
			case string(x.name) == "xf" && inCells:
				n, _ := strconv.Atoi(string(x.attr("numFmtId")))
				custom, ok := formats[n]
				a.dates = append(a.dates, ok && custom || !ok && (n >= 14 && n <= 22 || n >= 27 && n <= 36 || n >= 45 && n <= 47 || n >= 50 && n <= 58))
				if len(a.dates) > 1<<16 {
					return damaged
				}
			}
		}
	})
}

// isDateFormat says whether a number format shows a date: it has a letter of one
// outside of quotation marks and brackets.
func isDateFormat(code string) bool {
	quoted, bracket := false, false
	for i := 0; i < len(code); i++ {
		switch c := code[i]; {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '\\':
			i++
		case c == '[':
			bracket = true
		case c == ']':
			bracket = false
		case bracket:
		case strings.IndexByte("yYmMdDhHsS", c) >= 0:
			return true
		}
	}
	return false
}
