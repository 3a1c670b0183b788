package icare

import (
	"embed"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
)

//go:embed data/*.csv data/templates/*.csv data/codes/*.csv
var data embed.FS

// Edition is the state of the templates, lists and marks that are built in.
const Edition = "2018-07"

// Kind is what a column holds (FORMAT section 4).
type Kind string

// The kinds of columns.
const (
	Result     Kind = "result" // written by iCARE
	YesNo      Kind = "yes_no"
	Code       Kind = "code" // a label of a list
	Date       Kind = "date" // text of the form 2006-01-02
	PostalCode Kind = "postal_code"
	Phone      Kind = "phone"
	Email      Kind = "email"
	Identifier Kind = "identifier"
	RecordID   Kind = "record_id"
	CourseCode Kind = "course_code"
	Text       Kind = "text"
	Integer    Kind = "integer"
)

// Column is a column of a template. Its id is what names it: labels repeat.
type Column struct {
	ID        string
	Label     string
	Kind      Kind
	Mandatory bool
	Condition string // when it is to be filled, in words
	List      string // of a Code or YesNo
	Format    string
	Notes     string
	Letter    string // of the spreadsheet column, such as F
}

// Template is one kind of workbook.
type Template struct {
	Key     string // such as client_profile
	Title   string // the third line of cell A1
	Columns []Column
	Date    string // of the file that was seen; empty if none was
	Version string
	index   map[string]int
	// what stands in A1 and C1 of the sheet LOV, where it is known
	lovCode, lovNumber string
}

// Column is a column by its id.
func (t *Template) Column(id string) (*Column, bool) {
	i, ok := t.index[id]
	if !ok {
		return nil, false
	}
	return &t.Columns[i], true
}

// Value is a value of a list. Records hold the label.
type Value struct {
	ID      string // the number that iCARE keeps; empty where it is not known
	Label   string
	LabelFR string // empty where it is not known
	Grade   string // how sure it is, A to D (FORMAT section 1)
}

// List is a list of values, in its own order.
type List struct {
	Name   string
	Grade  string
	Source string
	Values []Value
	index  map[string]int // by label
	folded map[string]int // by label as it is compared
}

func newList(name, grade, source string, values []Value) *List {
	l := &List{Name: name, Grade: grade, Source: source, Values: values, index: map[string]int{}, folded: map[string]int{}}
	for i, v := range values {
		l.index[v.Label] = i
		l.folded[fold(v.Label)] = i
	}
	return l
}

// Lookup is the value with a label, written exactly so.
func (l *List) Lookup(label string) (Value, bool) {
	i, ok := l.index[label]
	if !ok {
		return Value{}, false
	}
	return l.Values[i], true
}

// Spec is the templates, lists and rules of an edition.
type Spec struct {
	Templates []*Template
	Rules     []*Rule
	lists     map[string]*List
}

// Builtin is the edition of July 2018. The present one of iCARE was not found in
// public; docs/icare.md says what changed.
func Builtin() *Spec { return builtin() }

// Template is a template by its key, or nil.
func (s *Spec) Template(key string) *Template {
	i := slices.IndexFunc(s.Templates, func(t *Template) bool { return t.Key == key })
	if i < 0 {
		return nil
	}
	return s.Templates[i]
}

// List is a list by its name, or nil.
func (s *Spec) List(name string) *List { return s.lists[name] }

// ListNames are the names of the lists, sorted.
func (s *Spec) ListNames() []string {
	var out []string
	for name := range s.lists {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

var builtin = sync.OnceValue(func() *Spec {
	s, err := load()
	if err != nil {
		panic(err) // a test loads it
	}
	return s
})

func load() (*Spec, error) {
	s := &Spec{lists: map[string]*List{}}
	index, err := table("data/codes_index.csv")
	if err != nil {
		return nil, err
	}
	for _, row := range index {
		rows, err := table("data/codes/" + row["code_list"] + ".csv")
		if err != nil {
			return nil, err
		}
		var values []Value
		for _, v := range rows {
			values = append(values, Value{v["id"], v["label_en"], v["label_fr"], v["grade"]})
		}
		s.lists[row["code_list"]] = newList(row["code_list"], row["grade"], row["source"], values)
	}
	if index, err = table("data/templates_index.csv"); err != nil {
		return nil, err
	}
	for _, row := range index {
		t := &Template{Key: row["template"], Title: row["title_row_text"], Date: known(row["file_date"]), Version: known(row["file_version"]),
			index: map[string]int{}, lovCode: known(row["lov_a1"]), lovNumber: known(row["lov_c1"])}
		columns, err := table("data/templates/" + t.Key + ".csv")
		if err != nil {
			return nil, err
		}
		for i, c := range columns {
			if c["position"] != strconv.Itoa(i+1) {
				return nil, fmt.Errorf("icare: %s: column %d is at another place", t.Key, i+1)
			}
			t.index[c["column_id"]] = i
			t.Columns = append(t.Columns, Column{ID: c["column_id"], Label: c["label"], Kind: Kind(c["type"]), Mandatory: c["mandatory"] == "yes",
				Condition: c["condition"], List: c["code_list"], Format: c["format"], Notes: c["notes"], Letter: letter(i)})
		}
		s.Templates = append(s.Templates, t)
	}
	rows, err := table("data/rules.csv")
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		r, err := newRule(row)
		if err != nil {
			return nil, err
		}
		s.Rules = append(s.Rules, r)
	}
	return s, nil
}

func known(s string) string {
	if s == "not found" {
		return ""
	}
	return s
}

// letter is the name of a spreadsheet column, from 0.
func letter(i int) string {
	if i < 26 {
		return string(rune('A' + i))
	}
	return letter(i/26-1) + string(rune('A'+i%26))
}

// table is the rows of a file, by the names of its columns.
func table(name string) ([]map[string]string, error) {
	f, err := data.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("icare: %s: %w", name, err)
	}
	var out []map[string]string
	for _, row := range rows[1:] {
		m := map[string]string{}
		for i, cell := range row {
			m[rows[0][i]] = cell
		}
		out = append(out, m)
	}
	return out, nil
}

var folds = strings.NewReplacer("\u2019", "'", "\u2018", "'", "\u2013", "-", "\u2014", "-", "\u2011", "-", "\u00a0", " ")

// fold is a label as it is compared: without blanks at its ends or twice,
// without differences of apostrophes, dashes and case.
func fold(s string) string {
	return strings.ToLower(strings.Join(strings.Fields(folds.Replace(s)), " "))
}
