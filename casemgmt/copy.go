package casemgmt

import (
	"reflect"

	"github.com/opencasework/casework/casemgmt/i18n"
)

// copied is a value that shares nothing with another that either could change: a
// unit of work that is tried again begins with the command as it was sent, and
// the sender's own is never changed. Bytes are shared; nobody changes them.
func copied[T any](v T) T { return copyOf(copier{}, v) }

// trimmed is a copy whose texts have lost the blanks around them (see i18n.Trim):
// what a person has not really written is not there for any rule.
func trimmed[T any](v T) T { return copyOf(copier{trim: true}, v) }

// copier copies; with trim, texts lose the blanks around them.
type copier struct{ trim bool }

func copyOf[T any](c copier, v T) T {
	in := reflect.ValueOf(&v).Elem()
	if !c.looksInto(in.Type()) {
		return v
	}
	out := reflect.New(in.Type()).Elem()
	c.copy(out, in)
	return out.Interface().(T)
}

// looksInto says whether copies of a type may share what one of them changes, or
// have texts to trim.
func (c copier) looksInto(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
		return true
	case reflect.String:
		return c.trim
	case reflect.Array:
		return c.looksInto(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if c.looksInto(t.Field(i).Type) {
				return true
			}
		}
	}
	return false
}

func (c copier) copy(out, in reflect.Value) {
	out.Set(in) // what no branch looks into, such as fields that are not exported
	switch in.Kind() {
	case reflect.String:
		if c.trim {
			out.SetString(i18n.Trim(in.String()))
		}
	case reflect.Pointer:
		if !in.IsNil() {
			out.Set(reflect.New(in.Type().Elem()))
			c.copy(out.Elem(), in.Elem())
		}
	case reflect.Interface:
		if !in.IsNil() {
			inner := reflect.New(in.Elem().Type()).Elem()
			c.copy(inner, in.Elem())
			out.Set(inner)
		}
	case reflect.Slice:
		if in.IsNil() || in.Type().Elem().Kind() == reflect.Uint8 {
			return
		}
		out.Set(reflect.MakeSlice(in.Type(), in.Len(), in.Len()))
		if !c.looksInto(in.Type().Elem()) {
			reflect.Copy(out, in)
			return
		}
		for i := range in.Len() {
			c.copy(out.Index(i), in.Index(i))
		}
	case reflect.Array:
		for i := range in.Len() {
			if c.looksInto(in.Type().Elem()) {
				c.copy(out.Index(i), in.Index(i))
			}
		}
	case reflect.Map:
		if in.IsNil() {
			return
		}
		out.Set(reflect.MakeMapWithSize(in.Type(), in.Len()))
		for _, key := range in.MapKeys() {
			inner := reflect.New(in.Type().Elem()).Elem()
			c.copy(inner, in.MapIndex(key))
			out.SetMapIndex(key, inner)
		}
	case reflect.Struct:
		for i := range in.NumField() {
			if f := in.Type().Field(i); f.IsExported() && c.looksInto(f.Type) {
				c.copy(out.Field(i), in.Field(i))
			}
		}
	}
}
