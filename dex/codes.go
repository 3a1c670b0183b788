package dex

import (
	"embed"
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
)

//go:embed codes/*.csv
var codeFiles embed.FS

// CodeStatus says how well a code is known.
type CodeStatus string

// The statuses of codes (FORMAT section 12).
const (
	Verified   CodeStatus = "verified"       // from a published list
	Likely     CodeStatus = "likely"         // used somewhere, not in a published list
	Legacy     CodeStatus = "legacy"         // of an old list
	Unverified CodeStatus = "unverified"     // an assumption
	NotFound   CodeStatus = "code not found" // the label is published, the code is not
)

// CodeValue is a value of a list.
type CodeValue struct {
	Code        string // empty when NotFound
	Label       string
	Status      CodeStatus
	Restriction string // the programs that it is for
	Notes       string
	Source      string
	ScoreType   string // of scores and their domains
	Domain      string // of scores
}

// CodeList is a list of values. Its order is the list's own.
type CodeList struct {
	Name   string
	Values []CodeValue
	index  map[string]int
	folded map[string]int
	// Partly says that some codes of the list are not known, and Assumed that
	// none is: what is sent cannot be judged by it.
	Partly, Assumed bool
}

// Lookup is the value of a code, written exactly as in the list.
func (l *CodeList) Lookup(code string) (CodeValue, bool) {
	i, ok := l.index[code]
	if !ok {
		return CodeValue{}, false
	}
	return l.Values[i], true
}

// Nearest is the code of the list that was probably meant: one that differs in
// case only, whose label was written, or which is a slip or two away. It is
// empty when there is none, or more than one.
func (l *CodeList) Nearest(code string) string {
	if i, ok := l.folded[fold(code)]; ok {
		return l.Values[i].Code
	}
	best, at, tied := 3, "", false
	for _, v := range l.Values {
		if v.Code == "" {
			continue
		}
		if strings.EqualFold(v.Label, strings.TrimSpace(code)) {
			return v.Code
		}
		if n := distance(fold(code), fold(v.Code)); n < best && 2*n < len(v.Code) {
			best, at, tied = n, v.Code, false
		} else if n == best && n < 3 {
			tied = true
		}
	}
	if tied || number([]byte(strings.TrimSpace(code))) >= 0 { // a digit off is another code
		return ""
	}
	return at
}

func fold(s string) string { return strings.ToUpper(strings.TrimSpace(s)) }

// distance is how many letters differ; far is more than anybody asks for.
func distance(a, b string) int {
	const far = 99
	if len(a)-len(b) > 3 || len(b)-len(a) > 3 || len(a) > 40 {
		return far
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := before
			if a[i] != b[j] {
				change++
			}
			before = row[j+1]
			row[j+1] = min(change, row[j]+1, before+1)
		}
	}
	return row[len(b)]
}

func (l *CodeList) add(v CodeValue) {
	if v.Code != "" {
		l.index[v.Code] = len(l.Values)
		l.folded[fold(v.Code)] = len(l.Values)
	}
	l.Values = append(l.Values, v)
}

func newCodeList(name string) *CodeList {
	return &CodeList{Name: name, index: map[string]int{}, folded: map[string]int{}}
}

// CodeLists are the lists by name.
type CodeLists struct {
	lists map[string]*CodeList
	// applies says whether a score type is for Client or for Session assessments.
	applies map[string]string
}

// List is a list by its name, or nil.
func (c *CodeLists) List(name string) *CodeList { return c.lists[name] }

// Names are the names of the lists, sorted.
func (c *CodeLists) Names() []string {
	var out []string
	for name := range c.lists {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// BuiltinCodes are the lists that are part of this package. Each value has its
// status and source; where codes were not found the lists say so.
func BuiltinCodes() *CodeLists { return builtinCodes() }

var builtinCodes = sync.OnceValue(func() *CodeLists {
	out := &CodeLists{map[string]*CodeList{}, map[string]string{}}
	files, err := codeFiles.ReadDir("codes")
	if err != nil {
		panic(err) // a test reads them
	}
	for _, f := range files {
		text, err := codeFiles.ReadFile(path.Join("codes", f.Name()))
		if err != nil {
			panic(err)
		}
		l, err := readCodes(strings.TrimSuffix(f.Name(), ".csv"), string(text))
		if err != nil {
			panic(err)
		}
		out.lists[l.Name] = l
	}
	for _, v := range out.lists["ScoreType"].Values {
		switch {
		case strings.HasPrefix(v.Notes, "ClientAssessments"):
			out.applies[v.Code] = "Client"
		case strings.HasPrefix(v.Notes, "SessionAssessments"):
			out.applies[v.Code] = "Session"
		}
	}
	return out
})

func readCodes(name, text string) (*CodeList, error) {
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("dex: list %s: %w", name, err)
	}
	l := newCodeList(name)
	l.Assumed = true
	for _, row := range rows[1:] {
		v := CodeValue{Code: row[0], Label: row[1], Status: CodeStatus(row[2]), Restriction: row[3], Notes: row[4], Source: row[5]}
		for part := range strings.SplitSeq(v.Notes, "; ") {
			switch key, value, _ := strings.Cut(part, "="); key {
			case "ScoreType":
				v.ScoreType = value
			case "Domain":
				v.Domain = value
			}
		}
		l.Partly = l.Partly || v.Code == ""
		l.Assumed = l.Assumed && v.Code != "" && v.Status == Unverified
		l.add(v)
	}
	return l, nil
}

// With are the lists with another one in the place of that of its name: an organisation's
// own, of which Name and Values are asked.
func (c *CodeLists) With(list CodeList) *CodeLists {
	out := &CodeLists{maps.Clone(c.lists), c.applies}
	own := newCodeList(list.Name)
	own.Assumed = len(list.Values) > 0
	for _, v := range list.Values {
		own.Partly = own.Partly || v.Code == ""
		own.Assumed = own.Assumed && v.Status == Unverified
		own.add(v)
	}
	out.lists[list.Name] = own
	return out
}

// LoadReferenceData reads the department's own reference data
// (DEXReferenceData, FORMAT section 6). The lists in it take the place of the
// built-in ones; those that it does not have stay. It fails with *SyntaxError.
func LoadReferenceData(r io.Reader) (*CodeLists, error) {
	out := &CodeLists{maps.Clone(BuiltinCodes().lists), maps.Clone(BuiltinCodes().applies)}
	fresh := map[string]bool{}
	list := func(name string) *CodeList {
		if !fresh[name] {
			fresh[name] = true
			out.lists[name] = newCodeList(name)
		}
		return out.lists[name]
	}
	const source = "reference data file"
	s := newScanner(r, maxReference)
	var open []string
	var text []byte
	var kind, scoreType, domain string
	var item CodeValue
	for {
		t, err := s.next()
		if err != nil {
			return nil, err
		}
		switch t.kind {
		case tokenEOF:
			if len(fresh) == 0 {
				return nil, &SyntaxError{t.pos, "F-2", "the reference data has no list"}
			}
			return out, nil
		case tokenText:
			text = append(text, t.text...)
		case tokenStart:
			if len(open) == 0 && string(t.name) != "DEXReferenceData" {
				return nil, &SyntaxError{t.pos, "F-2", "the file is not reference data: its outermost element is not DEXReferenceData"}
			}
			open, text = append(open, string(t.name)), text[:0]
			switch string(t.name) {
			case "ReferenceDataItems":
				kind, s.attribute = s.attribute, ""
			case "Item", "Score", "Domain":
				item = CodeValue{Status: Verified, Source: source}
			}
		case tokenEnd:
			value := strings.TrimSpace(string(text))
			switch name := open[len(open)-1]; name {
			case "CodeValue", "ScoreCode":
				item.Code = value
			case "CodeDescription", "Description":
				item.Label = value
			case "Item":
				if kind == "" || item.Code == "" {
					return nil, &SyntaxError{t.pos, "F-2", "an item without a code, or outside of a list"}
				}
				list(kind).add(item)
			case "ScoreType":
				scoreType = value
			case "ApplicableFor":
				out.applies[scoreType] = value
			case "DomainCode":
				domain = value
				list("ScoreDomain").add(CodeValue{Code: value, Status: Verified, Source: source, ScoreType: scoreType})
			case "DomainDescription":
				if l := list("ScoreDomain"); len(l.Values) > 0 {
					l.Values[len(l.Values)-1].Label = value
				}
			case "Score":
				item.ScoreType, item.Domain = scoreType, domain
				list("ScoreCode").add(item)
			}
			open, text = open[:len(open)-1], text[:0]
		}
	}
}

// maxReference is how large reference data and schemas may be.
const maxReference = 50 << 20

// domainOf is the domain and the score type of a score code.
func (c *CodeLists) domainOf(score string) (domain, scoreType string) {
	if l := c.List("ScoreCode"); l != nil {
		if v, ok := l.Lookup(score); ok {
			return v.Domain, v.ScoreType
		}
	}
	l := c.List("ScoreDomain")
	if l == nil || len(score) < 2 {
		return "", ""
	}
	v, ok := l.Lookup(score[:len(score)-1])
	if !ok {
		return "", ""
	}
	return v.Code, v.ScoreType
}
