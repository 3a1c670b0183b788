package dex

import (
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

type xsdSchema struct {
	XMLName  xml.Name     `xml:"http://www.w3.org/2001/XMLSchema schema"`
	Elements []xsdElement `xml:"http://www.w3.org/2001/XMLSchema element"`
	Complex  []xsdComplex `xml:"http://www.w3.org/2001/XMLSchema complexType"`
	Simple   []xsdSimple  `xml:"http://www.w3.org/2001/XMLSchema simpleType"`
}

type xsdElement struct {
	Name    string      `xml:"name,attr"`
	Ref     string      `xml:"ref,attr"`
	Type    string      `xml:"type,attr"`
	Min     string      `xml:"minOccurs,attr"`
	Max     string      `xml:"maxOccurs,attr"`
	Nil     string      `xml:"nillable,attr"`
	Complex *xsdComplex `xml:"http://www.w3.org/2001/XMLSchema complexType"`
	Simple  *xsdSimple  `xml:"http://www.w3.org/2001/XMLSchema simpleType"`
}

type xsdComplex struct {
	Name     string    `xml:"name,attr"`
	Sequence *xsdGroup `xml:"http://www.w3.org/2001/XMLSchema sequence"`
	Choice   *xsdGroup `xml:"http://www.w3.org/2001/XMLSchema choice"`
	Others   []xsdAny  `xml:",any"`
}

type xsdGroup struct {
	Elements []xsdElement `xml:"http://www.w3.org/2001/XMLSchema element"`
	Others   []xsdAny     `xml:",any"`
}

// xsdAny is what is not understood, such as a choice within a sequence.
type xsdAny struct{ XMLName xml.Name }

// odd is the first of them that matters; notes do not.
func odd(list []xsdAny) string {
	for _, x := range list {
		if x.XMLName.Local != "annotation" {
			return x.XMLName.Local
		}
	}
	return ""
}

type xsdSimple struct {
	Name string `xml:"name,attr"`
	Base struct {
		Base string `xml:"base,attr"`
	} `xml:"http://www.w3.org/2001/XMLSchema restriction"`
}

// LoadXSD reads the file upload schema that the portal offers. Order,
// occurrence and nil are taken from it; what values an element has, and of
// which list, from this package where it knows the element.
func LoadXSD(r io.Reader) (*Schema, error) {
	limited := &io.LimitedReader{R: r, N: maxReference}
	var x xsdSchema
	if err := xml.NewDecoder(limited).Decode(&x); err != nil {
		return nil, fmt.Errorf("dex: not an XML schema: %w", err)
	}
	l := xsdLoader{out: newSchema("loaded"), complex: map[string]xsdComplex{}, simple: map[string]string{}}
	for _, c := range x.Complex {
		l.complex[c.Name] = c
	}
	for _, s := range x.Simple {
		l.simple[s.Name] = s.Base.Base
	}
	for _, e := range x.Elements {
		if e.Name == Root {
			if err := l.group(Root, e, 0); err != nil {
				return nil, err
			}
			return l.out, nil
		}
	}
	return nil, fmt.Errorf("dex: the XML schema has no element %s", Root)
}

type xsdLoader struct {
	out     *Schema
	complex map[string]xsdComplex
	simple  map[string]string // the base of a type
}

// content is what an element holds, if it holds elements. It fails when that
// has a form that is not understood: an element that was overlooked would be
// left out of every file.
func (l *xsdLoader) content(e xsdElement) ([]xsdElement, bool, error) {
	c := e.Complex
	if c == nil {
		named, ok := l.complex[local(e.Type)]
		if !ok {
			return nil, false, nil
		}
		c = &named
	}
	group := c.Sequence
	if group == nil {
		group = c.Choice
	}
	strange := odd(c.Others)
	if group != nil && strange == "" {
		strange = odd(group.Others)
	}
	switch {
	case strange != "":
		return nil, true, fmt.Errorf("dex: the XML schema has a form that is not understood: %s in %s", strange, e.Name)
	case group == nil || len(group.Elements) == 0 || c.Sequence != nil && c.Choice != nil:
		return nil, true, fmt.Errorf("dex: the XML schema has a form that is not understood: the content of %s", e.Name)
	case c.Choice != nil && e.Name != Root:
		return nil, true, fmt.Errorf("dex: the XML schema has a form that is not understood: choice in %s", e.Name)
	}
	return group.Elements, true, nil
}

func local(name string) string { return name[strings.IndexByte(name, ':')+1:] }

// group adds the elements of a group, and what they hold.
func (l *xsdLoader) group(name string, e xsdElement, depth int) error {
	if l.out.groups[name] != nil { // an address is in several places
		return nil
	}
	if depth > 20 {
		return errors.New("dex: the XML schema goes too deep")
	}
	inner, _, err := l.content(e)
	if err != nil {
		return err
	}
	l.out.groups[name] = &group{index: map[string]int{}}
	for _, c := range inner {
		known, _ := everything().find(name, c.Name)
		if c.Name == "" || c.Ref != "" {
			return fmt.Errorf("dex: the XML schema has a form that is not understood: a reference to an element in %s", e.Name)
		}
		_, holds, err := l.content(c)
		if err != nil {
			return err
		}
		el := Element{Name: c.Name, Kind: l.kind(c, holds), Certainty: "loaded schema"}
		if known != nil {
			el.Kind, el.List, el.Group = known.Kind, known.List, known.Group
		}
		if el.Min, err = occurs(c.Min); err != nil {
			return err
		}
		if el.Max, err = occurs(c.Max); err != nil {
			return err
		}
		if name == Root { // sections: a choice
			el.Min, el.Max = 0, 1
		}
		el.Nillable = c.Nil == "true" || c.Nil == "1"
		if holds != (el.Kind == KindGroup) {
			return fmt.Errorf("dex: the XML schema has another kind of %s than is known", c.Name)
		}
		l.out.add(name, el)
		if el.Kind != KindGroup {
			continue
		}
		i := len(l.out.groups[name].elements) - 1
		group := cmp.Or(el.Group, c.Name)
		l.out.groups[name].elements[i].Group = group
		if err := l.group(group, c, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func occurs(s string) (int, error) {
	switch s {
	case "":
		return 1, nil
	case "unbounded":
		return Many, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return 0, errors.New("dex: the XML schema has an occurrence that is no number")
	}
	return n, nil
}

// kind is what an element holds that this package does not know.
func (l *xsdLoader) kind(e xsdElement, holds bool) Kind {
	if holds {
		return KindGroup
	}
	base := e.Type
	if e.Simple != nil {
		base = e.Simple.Base.Base
	}
	for range 10 {
		next, ok := l.simple[local(base)]
		if !ok {
			break
		}
		base = next
	}
	switch local(base) {
	case "boolean":
		return KindBool
	case "date":
		return KindDate
	case "int", "integer", "short", "long":
		return KindInt
	case "unsignedInt", "nonNegativeInteger":
		return KindUint
	case "decimal":
		return KindDecimal
	}
	return KindText
}
