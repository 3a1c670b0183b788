package forms

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
)

// Form is a definition made ready for checking.
type Form struct {
	Definition Definition
	fields     []field
	byKey      map[string]int
	refs       []Field
	reported   []Field
}

type field struct {
	Field
	labels map[string]i18n.Text
	fields []field
	byKey  map[string]int
}

func (f *field) limit(def int) int {
	if f.Max != nil {
		return int(*f.Max)
	}
	return def
}

// Label is the label of a field by its path below /answers, such as
// services/0/date; the path itself when there is no such field.
func (f *Form) Label(key string) i18n.Text {
	if i, ok := f.byKey[key]; ok {
		return f.fields[i].Label
	}
	return i18n.T(key, key)
}

// Has says whether the form has a field outside of groups.
func (f *Form) Has(key string) bool { _, ok := f.byKey[key]; return ok }

// Refs are the fields of kind Ref, and Reported those whose values reports count,
// both outside of groups. They are not to be changed.
func (f *Form) Refs() []Field { return f.refs }

// Reported are the fields whose values reports count.
func (f *Form) Reported() []Field { return f.reported }

// Takes says whether the form is for a session type.
func (d Definition) Takes(session string) bool { return slices.Contains(d.Sessions, session) }

// Registry holds every version of every form, and the shared lists. It never
// changes once made.
type Registry struct {
	forms map[string][]*Form // by key, oldest version first
	lists map[string]List
	keys  []string
	views *sync.Map // of extensions to what agencies with them have
}

// NewRegistry checks the definitions and makes them ready. It fails on a
// definition that contradicts itself: a field twice, a condition on a field
// that is not there, a choice without options, a field without a label.
func NewRegistry(lists []List, defs ...Definition) (*Registry, error) {
	r := &Registry{forms: map[string][]*Form{}, lists: map[string]List{}, views: &sync.Map{}}
	for _, l := range lists {
		if err := checkOptions(l.Options); err != nil {
			return nil, fmt.Errorf("forms: list %q: %w", l.Key, err)
		}
		if _, twice := r.lists[l.Key]; twice || l.Key == "" {
			return nil, fmt.Errorf("forms: list %q twice or without a key", l.Key)
		}
		r.lists[l.Key] = l
	}
	for _, d := range defs {
		if err := d.usable(); err != nil {
			return nil, fmt.Errorf("forms: %s version %d: %w", d.Key, d.Version, err)
		}
		f, err := r.Compile(d)
		if err != nil {
			return nil, err
		}
		if len(r.forms[d.Key]) == 0 {
			r.keys = append(r.keys, d.Key)
		}
		r.forms[d.Key] = append(r.forms[d.Key], f)
		slices.SortFunc(r.forms[d.Key], func(a, b *Form) int { return a.Definition.Version - b.Definition.Version })
	}
	for key, versions := range r.forms {
		for i := 1; i < len(versions); i++ {
			if versions[i].Definition.Version == versions[i-1].Definition.Version {
				return nil, fmt.Errorf("forms: %s has version %d twice", key, versions[i].Definition.Version)
			}
		}
	}
	return r, r.refers()
}

// For is what agencies with some extensions have of the forms and lists: those
// without an extension, and those of theirs; where theirs bring no forms, those that are General.
func (r *Registry) For(extensions ...string) *Registry {
	key := strings.Join(slices.Sorted(slices.Values(extensions)), " ")
	if view, ok := r.views.Load(key); ok {
		return view.(*Registry)
	}
	if !slices.ContainsFunc(r.keys, func(k string) bool {
		own := r.forms[k][0].Definition.Extension
		return own != "" && slices.Contains(extensions, own)
	}) {
		extensions = append(slices.Clone(extensions), General)
	}
	has := func(extension string) bool { return extension == "" || slices.Contains(extensions, extension) }
	view := &Registry{forms: map[string][]*Form{}, lists: map[string]List{}, views: &sync.Map{}}
	for _, k := range r.keys {
		versions := slices.DeleteFunc(slices.Clone(r.forms[k]), func(f *Form) bool { return !has(f.Definition.Extension) })
		if len(versions) > 0 {
			view.keys, view.forms[k] = append(view.keys, k), versions
		}
	}
	for k, l := range r.lists {
		if has(l.Extension) {
			view.lists[k] = view.own(l)
		}
	}
	kept, _ := r.views.LoadOrStore(key, view)
	return kept.(*Registry)
}

// own is a list without the codes of systems that no form goes to.
func (r *Registry) own(l List) List {
	sent := map[string]bool{}
	for _, versions := range r.forms {
		for _, f := range versions {
			for system := range f.Definition.Files {
				sent[system] = true
			}
		}
	}
	l.Options = slices.Clone(l.Options)
	for i, o := range l.Options {
		l.Options[i].Codes = maps.Clone(o.Codes)
		maps.DeleteFunc(l.Options[i].Codes, func(system, _ string) bool { return !sent[system] })
		if len(l.Options[i].Codes) == 0 {
			l.Options[i].Codes = nil
		}
	}
	return l
}

// refers: a reference to forms names a kind of form that there is.
func (r *Registry) refers() error {
	for _, key := range r.keys {
		for _, f := range r.forms[key] {
			for _, field := range f.refs {
				if field.FormKind != "" && r.forms[field.FormKind] == nil {
					return fmt.Errorf("forms: %s: field %s refers to forms of the kind %q, of which there is none", key, field.Key, field.FormKind)
				}
			}
		}
	}
	return nil
}

// Latest is the newest version of a form.
func (r *Registry) Latest(key string) (*Form, bool) {
	versions := r.forms[key]
	if len(versions) == 0 {
		return nil, false
	}
	return versions[len(versions)-1], true
}

// Version is a certain version of a form.
func (r *Registry) Version(key string, version int) (*Form, bool) {
	for _, f := range r.forms[key] {
		if f.Definition.Version == version {
			return f, true
		}
	}
	return nil, false
}

// Begins are the forms that whoever is added to a session of a type begins with.
func (r *Registry) Begins(session string) []*Form {
	var out []*Form
	for _, key := range r.keys {
		if f, _ := r.Latest(key); f.Definition.Begins && f.Definition.Takes(session) {
			out = append(out, f)
		}
	}
	return out
}

// Keys are the keys of all forms, in the order of their registration.
func (r *Registry) Keys() []string { return slices.Clone(r.keys) }

// List is a shared list.
func (r *Registry) List(key string) (List, bool) {
	l, ok := r.lists[key]
	return l, ok
}

// Lists are the keys of the shared lists.
func (r *Registry) Lists() []string { return slices.Sorted(maps.Keys(r.lists)) }

// Compile makes a definition ready for checking, or says what contradicts
// itself in it. Stock forms come through NewRegistry; an agency's questions
// are compiled alone.
func (r *Registry) Compile(d Definition) (*Form, error) {
	f := &Form{Definition: d}
	var err error
	if f.fields, f.byKey, err = r.compile(d.Fields()); err != nil {
		return nil, fmt.Errorf("forms: %s version %d: %w", d.Key, d.Version, err)
	}
	for _, own := range f.fields {
		if own.Kind == Ref {
			f.refs = append(f.refs, own.Field)
		}
		if own.Reportable {
			f.reported = append(f.reported, own.Field)
		}
	}
	for _, rule := range d.Rules {
		if err := rule.usable(); err != nil {
			return nil, fmt.Errorf("forms: %s: rule %s: %w", d.Key, rule.ID, err)
		}
		if !fault.Known(rule.Code) {
			return nil, fmt.Errorf("forms: %s: rule %s: unknown code %s", d.Key, rule.ID, rule.Code)
		}
		for _, k := range append(rule.When.names(), rule.Fields...) {
			if _, ok := f.byKey[k]; !ok {
				return nil, fmt.Errorf("forms: %s: rule %s names the unknown field %s", d.Key, rule.ID, k)
			}
		}
	}
	for i := range f.fields {
		if err := f.conditions(f.fields, i, f.byKey, nil); err != nil {
			return nil, fmt.Errorf("forms: %s version %d: %w", d.Key, d.Version, err)
		}
	}
	if name, loops := f.showLoops(); loops {
		return nil, fmt.Errorf("forms: %s version %d: field %s is never shown: what shows it depends on itself", d.Key, d.Version, name)
	}
	return f, nil
}

func (r *Registry) compile(fields []Field) ([]field, map[string]int, error) {
	out, byKey := make([]field, len(fields)), map[string]int{}
	for i, spec := range fields {
		if _, twice := byKey[spec.Key]; twice || spec.Key == "" {
			return nil, nil, fmt.Errorf("field %q twice or without a key", spec.Key)
		}
		byKey[spec.Key] = i
		if spec.Reportable && !spec.Kind.Countable() {
			return nil, nil, fmt.Errorf("field %s: its values cannot be counted", spec.Key)
		}
		if i18n.Blank(spec.Label.In(i18n.English)) {
			return nil, nil, fmt.Errorf("field %s: without a label", spec.Key)
		}
		f := field{Field: spec}
		err := spec.usable()
		if err != nil {
			return nil, nil, fmt.Errorf("field %s: %w", spec.Key, err)
		}
		switch spec.Kind {
		case Choice, Choices:
			options := spec.Options
			if spec.List != "" {
				options = r.lists[spec.List].Options
			}
			if err := checkOptions(options); err != nil {
				return nil, nil, fmt.Errorf("field %s: %w", spec.Key, err)
			}
			f.labels = map[string]i18n.Text{}
			for _, o := range options {
				f.labels[o.Key] = o.Label
			}
		case Group:
			if f.fields, f.byKey, err = r.compile(spec.Fields); err != nil {
				return nil, nil, fmt.Errorf("group %s: %w", spec.Key, err)
			}
		case Ref:
			if spec.Target == "" || (spec.Target == "form") != (spec.FormKind != "") {
				return nil, nil, fmt.Errorf("field %s: reference without a target", spec.Key)
			}
		case Text, Note, Date, Bool, Integer, Decimal, Money:
		default:
			return nil, nil, fmt.Errorf("field %s: unknown kind %q", spec.Key, spec.Kind)
		}
		out[i] = f
	}
	return out, byKey, nil
}

func checkOptions(options []Option) error {
	if len(options) == 0 {
		return errors.New("no options")
	}
	seen := map[string]bool{}
	retired := 0
	for _, o := range options {
		if o.Key == "" || seen[o.Key] || i18n.Blank(o.Label.In(i18n.English)) {
			return fmt.Errorf("option %q twice, or without a key or a label", o.Key)
		}
		seen[o.Key] = true
		if o.Retired {
			retired++
		}
	}
	if retired == len(options) {
		return errors.New("all options are retired")
	}
	return nil
}

// conditions makes sure that conditions name fields that there are.
func (f *Form) conditions(fields []field, i int, own, parent map[string]int) error {
	spec := &fields[i]
	conds := []*Cond{spec.Required, spec.Show, spec.Closes}
	for _, c := range spec.Funder {
		conds = append(conds, c)
	}
	find := func(name string) (*field, bool) {
		if j, ok := own[name]; ok {
			return &fields[j], true
		}
		j, ok := parent[name]
		if !ok {
			return nil, false
		}
		return &f.fields[j], true
	}
	for _, c := range conds {
		if err := c.satisfiable(find); err != nil {
			return fmt.Errorf("field %s: %w", spec.Key, err)
		}
		for _, name := range c.names() {
			_, here := own[name]
			_, above := parent[name]
			if !here && !above {
				return fmt.Errorf("field %s has a condition on the unknown field %s", spec.Key, name)
			}
		}
	}
	for j := range spec.fields {
		if err := f.conditions(spec.fields, j, spec.byKey, own); err != nil {
			return err
		}
	}
	return nil
}

// Known says whether a shared list has a key.
func (r *Registry) Known(list, key string) bool {
	return slices.ContainsFunc(r.lists[list].Options, func(o Option) bool { return o.Key == key })
}

// Field is one whose values reports count, by its key.
func (f *Form) Field(key string) (Field, bool) {
	i := slices.IndexFunc(f.reported, func(x Field) bool { return x.Key == key })
	if i < 0 {
		return Field{}, false
	}
	return f.reported[i], true
}

// showLoops finds a field whose showing depends on an answer that depends on its own.
func (f *Form) showLoops() (string, bool) {
	const open, done = 1, 2
	state := make([]int, len(f.fields))
	var walk func(i int) bool
	walk = func(i int) bool {
		if state[i] != 0 {
			return state[i] == open
		}
		state[i] = open
		for _, name := range f.fields[i].Show.names() {
			if j, ok := f.byKey[name]; ok && walk(j) {
				return true
			}
		}
		state[i] = done
		return false
	}
	for i := range f.fields {
		if walk(i) {
			return f.fields[i].Key, true
		}
	}
	return "", false
}
