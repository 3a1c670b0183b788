package forms

import (
	"errors"
	"fmt"
	"slices"

	"github.com/opencasework/casework/casemgmt/i18n"
)

// usable says why nobody could ever use a form.
func (d Definition) usable() error {
	switch {
	case d.Key == "":
		return errors.New("it has no key")
	case d.Version < 1:
		return errors.New("its version is not at least 1")
	case i18n.Blank(d.Title.In(i18n.English)):
		return errors.New("it has no title")
	case len(d.Sessions) == 0:
		return errors.New("it is for no type of session")
	case !d.On.Valid():
		return fmt.Errorf("it is attached to %q, which is none of %v", d.On, d.On.Values())
	case len(d.Fields()) == 0:
		return errors.New("it has no field")
	}
	return nil
}

// usable says why nobody could ever answer a field.
func (f Field) usable() error {
	choice := f.Kind == Choice || f.Kind == Choices
	switch {
	case len(f.Options) > 0 && f.List != "":
		return errors.New("it has options and a list")
	case !choice && (len(f.Options) > 0 || f.List != ""):
		return errors.New("options are for choices")
	case f.Kind == Group && len(f.Fields) == 0:
		return errors.New("the group has no fields")
	case f.Kind != Group && len(f.Fields) > 0:
		return errors.New("fields are for groups")
	case f.Min != nil && f.Max != nil && *f.Min > *f.Max:
		return errors.New("its least value is more than its greatest")
	case f.Max != nil && *f.Max < 0 || f.Max != nil && *f.Max == 0 && !f.Kind.number():
		return errors.New("its greatest length leaves no room")
	case f.Step < 0:
		return errors.New("its step is negative")
	case f.Kind == Ref && !slices.Contains([]string{"employer", "mentor", "partner", "plan", "form"}, f.Target):
		return fmt.Errorf("there is no target %q", f.Target)
	}
	return nil
}

func (k FieldKind) number() bool { return k == Integer || k == Decimal || k == Money }

// satisfiable says why a condition never holds, as far as one of its parts alone can
// say so. own are the fields beside it, parent those of the form around a group.
func (c *Cond) satisfiable(find func(name string) (*field, bool)) error {
	if c == nil {
		return nil
	}
	if parts := c.parts(); parts != 1 {
		return fmt.Errorf("a condition has %d parts, and must have one", parts)
	}
	if c.Field != "" {
		return c.answerable(find)
	}
	for _, part := range slices.Concat(c.All, c.Any) {
		if err := part.satisfiable(find); err != nil {
			return err
		}
	}
	return c.Not.satisfiable(find)
}

// answerable: one of the answers that the condition waits for can be given.
func (c *Cond) answerable(find func(name string) (*field, bool)) error {
	f, ok := find(c.Field)
	if !ok {
		return nil // said elsewhere
	}
	for _, v := range c.In {
		switch {
		case f.Kind == Bool && (v == "true" || v == "false"):
			return nil
		case f.labels != nil:
			if _, ok := f.labels[v]; ok {
				return nil
			}
		case f.Kind != Bool:
			return nil
		}
	}
	return fmt.Errorf("it waits for an answer of %s that cannot be given", c.Field)
}

// parts counts the parts that are set.
func (c *Cond) parts() int {
	n := 0
	for _, set := range []bool{c.Always, c.Field != "", c.Filled != "", len(c.All) > 0, len(c.Any) > 0, c.Not != nil} {
		if set {
			n++
		}
	}
	return n
}

// wants is how many fields a demand looks at: at least, and at most unless 0.
var wants = map[Op][2]int{AtLeastOne: {1, 0}, NotAfter: {2, 2}, Differ: {2, 2}, WithinDays: {2, 2}, Nonzero: {1, 0}, StartsWith: {2, 2}, LabelFits: {2, 2}, Never: {1, 0}}

// usable says why a rule could never be kept, or never be broken.
func (r Rule) usable() error {
	n, ok := wants[r.Op]
	switch {
	case !ok:
		return fmt.Errorf("there is no demand %q", r.Op)
	case len(r.Fields) < n[0] || n[1] > 0 && len(r.Fields) > n[1]:
		return fmt.Errorf("%s looks at %d fields", r.Op, len(r.Fields))
	case r.Op == Never && r.When == nil:
		return errors.New("never needs to say when")
	}
	return nil
}
