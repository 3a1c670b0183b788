package casemgmt

import "reflect"

// copied is a value that shares nothing with another that either could change: a
// unit of work that is tried again begins with the command as it was sent, and
// the sender's own is never changed. Bytes are shared; nobody changes them.
func copied[T any](v T) T {
	in := reflect.ValueOf(&v).Elem()
	if !shares(in.Type()) {
		return v
	}
	out := reflect.New(in.Type()).Elem()
	copyInto(out, in)
	return out.Interface().(T)
}

// shares says whether copies of a type may share what one of them changes.
func shares(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
		return true
	case reflect.Array:
		return shares(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if shares(t.Field(i).Type) {
				return true
			}
		}
	}
	return false
}

func copyInto(out, in reflect.Value) {
	out.Set(in) // what no branch looks into, such as fields that are not exported
	switch in.Kind() {
	case reflect.Pointer:
		if !in.IsNil() {
			out.Set(reflect.New(in.Type().Elem()))
			copyInto(out.Elem(), in.Elem())
		}
	case reflect.Interface:
		if !in.IsNil() {
			inner := reflect.New(in.Elem().Type()).Elem()
			copyInto(inner, in.Elem())
			out.Set(inner)
		}
	case reflect.Slice:
		if in.IsNil() || in.Type().Elem().Kind() == reflect.Uint8 {
			return
		}
		out.Set(reflect.MakeSlice(in.Type(), in.Len(), in.Len()))
		if !shares(in.Type().Elem()) {
			reflect.Copy(out, in)
			return
		}
		for i := range in.Len() {
			copyInto(out.Index(i), in.Index(i))
		}
	case reflect.Array:
		for i := range in.Len() {
			if shares(in.Type().Elem()) {
				copyInto(out.Index(i), in.Index(i))
			}
		}
	case reflect.Map:
		if in.IsNil() {
			return
		}
		out.Set(reflect.MakeMapWithSize(in.Type(), in.Len()))
		for _, key := range in.MapKeys() {
			inner := reflect.New(in.Type().Elem()).Elem()
			copyInto(inner, in.MapIndex(key))
			out.SetMapIndex(key, inner)
		}
	case reflect.Struct:
		for i := range in.NumField() {
			if f := in.Type().Field(i); f.IsExported() && shares(f.Type) {
				copyInto(out.Field(i), in.Field(i))
			}
		}
	}
}
