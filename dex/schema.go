package dex

import (
	"cmp"
	_ "embed"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
	"sync"
)

//go:embed schema.csv
var schemaCSV string

// Root is the name of the outermost element.
const Root = "DEXFileUpload"

// Kind is what an element holds.
type Kind string

// The kinds of elements (FORMAT section 3).
const (
	KindGroup    Kind = "group"    // other elements
	KindText     Kind = "text"     // one line that is not blank
	KindID       Kind = "id"       // a text of at most 50 characters
	KindSLK      Kind = "slk"      // a linkage key
	KindBool     Kind = "bool"     // true or false
	KindDate     Kind = "date"     // 2006-01-02
	KindInt      Kind = "int"      // a whole number of 32 bits
	KindUint     Kind = "uint"     // a whole number of 0 to 4294967295
	KindCount    Kind = "count"    // 0 to 999
	KindDecimal  Kind = "decimal"  // a decimal number, not negative
	KindMonth    Kind = "month"    // an English name
	KindCode     Kind = "code"     // a value of a list
	KindPostcode Kind = "postcode" // 4 digits
	KindSuburb   Kind = "suburb"   // a text of at most 50 characters
)

// Many is the Max of an element that may be repeated without limit.
const Many = -1

// Element is an element at its place within a parent.
type Element struct {
	Name      string
	Kind      Kind
	Group     string // of a group: which elements it holds; usually its own name
	Min, Max  int    // how often; Max may be Many
	Nillable  bool
	List      string // the code list of its values
	Since     string // the specification that brought it; empty in 2015
	Until     string // the specification that took it away
	Certainty string // how well its name and place are known
}

// Schema says which elements a specification has, and in which order. It is
// data: a schema that was downloaded from the portal takes its place (LoadXSD).
type Schema struct {
	Name   string
	groups map[string]*group
}

// group is the elements within an element of kind KindGroup.
type group struct {
	elements []Element
	index    map[string]int
}

func (g *group) add(e Element) {
	g.index[e.Name] = len(g.elements)
	g.elements = append(g.elements, e)
}

// Elements are the elements within a group, in their order.
func (s *Schema) Elements(group string) []Element {
	if g := s.groups[group]; g != nil {
		return g.elements
	}
	return nil
}

// find is an element of a parent, and its place.
func (s *Schema) find(parent, name string) (*Element, int) {
	g := s.groups[parent]
	if g == nil {
		return nil, 0
	}
	i, ok := g.index[name]
	if !ok {
		return nil, 0
	}
	return &g.elements[i], i
}

// Schema2015 is the specification as of December 2015, exactly.
func Schema2015() *Schema { return builtin().y2015 }

// Current is what is known of the present specification. Names of the elements
// that were added are published; where they stand is partly inferred, as
// Element.Certainty says.
func Current() *Schema { return builtin().current }

// everything has the elements of all specifications, for readers.
func everything() *Schema { return builtin().all }

type schemas struct{ y2015, current, all *Schema }

var builtin = sync.OnceValue(func() schemas {
	rows, err := csv.NewReader(strings.NewReader(schemaCSV)).ReadAll()
	if err != nil {
		panic(err) // a test reads it
	}
	out := schemas{newSchema("2015"), newSchema("current"), newSchema("all")}
	for _, row := range rows[1:] {
		e, err := elementOf(row)
		if err != nil {
			panic(err)
		}
		out.all.add(row[0], e)
		if e.Since == "" {
			out.y2015.add(row[0], e)
		}
		if e.Until == "" {
			out.current.add(row[0], e)
		}
	}
	return out
})

func newSchema(name string) *Schema { return &Schema{Name: name, groups: map[string]*group{}} }

func (s *Schema) add(parent string, e Element) {
	g := s.groups[parent]
	if g == nil {
		g = &group{index: map[string]int{}}
		s.groups[parent] = g
	}
	g.add(e)
}

func elementOf(row []string) (Element, error) {
	kind, group, _ := strings.Cut(row[2], " ")
	e := Element{Name: row[1], Kind: Kind(kind), Nillable: row[5] == "nil", List: row[6], Since: row[7], Until: row[8], Certainty: row[9]}
	var err error
	if e.Min, err = strconv.Atoi(row[3]); err != nil {
		return e, fmt.Errorf("schema: %s: %w", e.Name, err)
	}
	if e.Kind == KindGroup {
		e.Group = cmp.Or(group, e.Name)
	}
	e.Max = Many
	if row[4] != "*" {
		if e.Max, err = strconv.Atoi(row[4]); err != nil {
			return e, fmt.Errorf("schema: %s: %w", e.Name, err)
		}
	}
	return e, nil
}

// SchemaNamed is a built-in schema, 2015 or current.
func SchemaNamed(name string) (*Schema, error) {
	switch name {
	case "2015":
		return Schema2015(), nil
	case "current":
		return Current(), nil
	}
	return nil, fmt.Errorf("dex: there is no schema of that name; there are 2015 and current")
}
