package icareexport

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/forms"
	"github.com/opencasework/casework/icare"
	"github.com/opencasework/casework/session/export"
)

// mapping says where each column of a template comes from.
type mapping struct {
	spec     *icare.Spec
	template *icare.Template
	sources  []source // by column; one without a value feeds nothing
	byColumn map[string]*source
}

// source is where a column comes from.
type source struct {
	field  string // where to mend it, such as /answers/language
	label  i18n.Text
	value  func(in export.Input) string
	shared bool // it is the client's or the site's, not the service's own
}

// newMapping reads the mapping of a form version.
func newMapping(spec *icare.Spec, r *forms.Registry, d forms.Definition) (*mapping, error) {
	m, err := emptyMapping(spec, d.Files[System])
	if err != nil {
		return nil, err
	}
	for column, from := range d.Fixed[System] {
		s, ok := fixed[from]
		if !ok {
			return nil, fmt.Errorf("the column %s has the unknown source %s", column, from)
		}
		s.value, s.shared = labels(r, from, s.value), true
		if err := m.set(column, s); err != nil {
			return nil, err
		}
	}
	for _, field := range d.Fields() {
		if err := m.setField(r, field); err != nil {
			return nil, err
		}
	}
	return m, m.whole()
}

func emptyMapping(spec *icare.Spec, key string) (*mapping, error) {
	t := spec.Template(key)
	if t == nil {
		return nil, fmt.Errorf("there is no template %s", key)
	}
	return &mapping{spec: spec, template: t, sources: make([]source, len(t.Columns)), byColumn: map[string]*source{}}, nil
}

func (m *mapping) set(column string, s source) error {
	i := slices.IndexFunc(m.template.Columns, func(c icare.Column) bool { return c.ID == column })
	switch {
	case i < 0 && m.spec != icare.Builtin(): // the funder does not ask any more
		return nil
	case i < 0:
		return fmt.Errorf("%s has no column %s", m.template.Key, column)
	}
	if m.byColumn[column] != nil {
		return fmt.Errorf("the column %s has two sources", column)
	}
	m.sources[i] = s
	m.byColumn[column] = &m.sources[i]
	return nil
}

// setField maps a field, or the fields of a group by the number of the item:
// the [] of a column's id stands for it.
func (m *mapping) setField(r *forms.Registry, f forms.Field) error {
	path := "/answers/" + f.Key
	if column := f.Codes[System]; column != "" {
		word, err := m.words(r, f, column)
		if err != nil {
			return err
		}
		key := f.Key
		if err := m.set(column, source{field: path, label: f.Label, value: func(in export.Input) string { return word(in.Form.Answers[key]) }}); err != nil {
			return err
		}
	}
	if f.Kind != forms.Group {
		return nil
	}
	for _, inner := range f.Fields {
		pattern := inner.Codes[System]
		if pattern == "" {
			continue
		}
		if f.Max == nil {
			return fmt.Errorf("%s has no greatest number of items, and feeds columns", f.Key)
		}
		for i := range int(*f.Max) {
			column := strings.Replace(pattern, "[]", fmt.Sprintf("[%d]", i+1), 1)
			word, err := m.words(r, inner, column)
			if err != nil {
				return err
			}
			group, key := f.Key, inner.Key
			s := source{field: fmt.Sprintf("%s/%d/%s", path, i, inner.Key), label: inner.Label, value: func(in export.Input) string {
				list, _ := in.Form.Answers[group].([]any)
				if i >= len(list) {
					return ""
				}
				item, _ := list[i].(map[string]any)
				return word(item[key])
			}}
			if err := m.set(column, s); err != nil {
				return err
			}
		}
	}
	return nil
}

// words is how the answers to a field are written in a column.
func (m *mapping) words(r *forms.Registry, f forms.Field, column string) (func(any) string, error) {
	col, ok := m.template.Column(column)
	switch {
	case !ok && m.spec != icare.Builtin():
		return func(any) string { return "" }, nil
	case !ok:
		return nil, fmt.Errorf("%s feeds %s, which %s does not have", f.Key, column, m.template.Key)
	}
	switch f.Kind {
	case forms.Bool:
		return func(v any) string {
			b, ok := v.(bool)
			if !ok {
				return ""
			}
			return yesNo(b)
		}, nil
	case forms.Choice:
		options := f.Options
		if f.List != "" {
			l, ok := r.List(f.List)
			if !ok {
				return nil, fmt.Errorf("%s has the unknown list %s", f.Key, f.List)
			}
			options = l.Options
		}
		byKey := map[string]string{}
		list := m.spec.List(col.List)
		for _, o := range options {
			label := o.Codes[System]
			if label == "" {
				continue // such as "referral only", which the funder knows by other columns
			}
			if list == nil {
				return nil, fmt.Errorf("the column %s takes no list, and %s is a choice", column, f.Key)
			}
			if _, known := list.Lookup(label); !known {
				return nil, fmt.Errorf("the option %s of %s has a label that the list %s does not have", o.Key, f.Key, col.List)
			}
			byKey[o.Key] = label
		}
		return func(v any) string { s, _ := v.(string); return byKey[s] }, nil
	case forms.Integer:
		return func(v any) string {
			n, ok := v.(float64)
			if !ok {
				return ""
			}
			return strconv.Itoa(int(n))
		}, nil
	case forms.Date, forms.Text:
		return func(v any) string { s, _ := v.(string); return s }, nil
	}
	return nil, fmt.Errorf("%s is of the kind %s, which no column takes", f.Key, f.Kind)
}

// whole makes sure that every mandatory column has a source.
func (m *mapping) whole() error {
	for i, c := range m.template.Columns {
		if c.Mandatory && m.sources[i].value == nil {
			return fmt.Errorf("nothing feeds the mandatory column %s", c.ID)
		}
	}
	return nil
}

// values are the record of an input, in the order of the columns.
func (m *mapping) values(in export.Input) []string {
	out := make([]string, len(m.sources))
	for i, s := range m.sources {
		switch column := m.template.Columns[i].ID; {
		case s.value == nil:
		case column == recordColumn:
			out[i] = in.Amends
		case column == reasonColumn && in.Amends == "": // an answer of an earlier amendment
		default:
			out[i] = s.value(in)
		}
	}
	return out
}

// print tells a record from any other, without what iCARE numbers and why it
// was changed; core leaves out what the client and the site say, and has the site
// itself instead.
func (m *mapping) print(values []string, core bool, site casemgmt.SiteID) string {
	h := sha256.New()
	h.Write([]byte(m.template.Key))
	if core {
		h.Write(site[:])
	}
	for i, v := range values {
		if c := m.template.Columns[i].ID; c != recordColumn && c != reasonColumn && !(core && m.sources[i].shared) {
			if v != "" { // a column that a newer edition adds makes no difference while it is empty
				fmt.Fprintf(h, "\x00%s=%s", c, v)
			}
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

func yesNo(b bool) string {
	if b {
		return "Yes"
	}
	return "No"
}

// fixed are the sources of columns that no field feeds, by the names that form
// definitions have for them (forms.Definition.Fixed).
var fixed = map[string]source{
	"result":               {value: func(export.Input) string { return "" }}, // iCARE's own
	"export.update_record": {value: func(in export.Input) string { return in.Amends }},
	"client.identifier_kind": {field: "/profile/identifiers", label: i18n.T("Identifier of the client", "Identifiant du client"),
		value: func(in export.Input) string { return in.Client.Profile.SettlementIdentifier().Kind }},
	"client.identifier": {field: "/profile/identifiers", label: i18n.T("Identifier of the client", "Identifiant du client"),
		value: func(in export.Input) string { return in.Client.Profile.SettlementIdentifier().Value }},
	"client.birth_date": {field: "/profile/birth_date", label: i18n.T("Date of birth", "Date de naissance"),
		value: func(in export.Input) string { return day(in.Client.Profile.BirthDate) }},
	"site.postal_code": {field: "/site", label: i18n.T("Postal code of the site", "Code postal du lieu"),
		value: func(in export.Input) string { return in.Site.Address.PostalCode }},
}

// lists are the shared lists whose keys some of the sources give.
var lists = map[string]string{
	"client.identifier_kind": "client_validation_type", "profile.official_language": "official_language_preference",
	"profile.street_type": "street_type", "profile.direction": "street_direction", "profile.province": "province",
}

// labels turns the keys of a list that a source gives into the funder's labels.
func labels(r *forms.Registry, name string, value func(export.Input) string) func(export.Input) string {
	l, ok := r.List(lists[name])
	if !ok {
		return value
	}
	byKey := map[string]string{}
	for _, o := range l.Options {
		byKey[o.Key] = o.Codes[System]
	}
	return func(in export.Input) string { return byKey[value(in)] }
}

func day(d civil.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}
