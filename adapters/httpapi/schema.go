package httpapi

import (
	"encoding/json"
	"fmt"
	"path"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
)

// schemas collects the schemas of structs by their names. No two types have the
// same one.
type schemas struct {
	named object
	types map[string]reflect.Type
}

// of is the schema of a type. What is required of a struct, and what a text can
// be, its tags and its method Values say.
func (s schemas) of(t reflect.Type) object {
	t = direct(t)
	if text := textSchema(t); text != nil {
		return text
	}
	switch t.Kind() {
	case reflect.Struct:
		return s.structOf(t, func(visibleField) bool { return true })
	case reflect.Map:
		return object{"type": "object", "additionalProperties": s.elem(t.Elem())}
	case reflect.Slice:
		return object{"type": "array", "items": s.of(t.Elem())}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return object{"type": "integer"}
	case reflect.Float64:
		return object{"type": "number"}
	case reflect.Interface:
		return object{}
	}
	panic("httpapi: no schema for " + t.String())
}

// elem is the schema of a map's values, which may be null.
func (s schemas) elem(t reflect.Type) object {
	if t.Kind() == reflect.Pointer {
		return orNull(s.of(t))
	}
	return s.of(t)
}

// orNull is a schema that lets null pass as well.
func orNull(schema object) object {
	kind, ok := schema["type"].(string)
	if !ok {
		return object{"anyOf": []any{schema, object{"type": "null"}}}
	}
	schema["type"] = []any{kind, "null"}
	if list, ok := schema["enum"].([]any); ok {
		schema["enum"] = append(list, nil)
	}
	return schema
}

// textSchema is the schema of a type that is a text, or any JSON; nil of others.
func textSchema(t reflect.Type) object {
	switch {
	case t == reflect.TypeFor[civil.Date]():
		return object{"type": "string", "format": "date"}
	case t == reflect.TypeFor[time.Time]():
		return object{"type": "string", "format": "date-time"}
	case t == reflect.TypeFor[json.RawMessage]():
		return object{}
	case reflect.PointerTo(t).Implements(textType) && t.Kind() == reflect.Array:
		return object{"type": "string", "format": "uuid"}
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8:
		return object{"type": "string", "contentEncoding": "base64"}
	case reflect.PointerTo(t).Implements(textType):
		return object{"type": "string"}
	case t.Kind() != reflect.String:
		return nil
	}
	if list := valuesOf(t); list != nil {
		return object{"type": "string", "enum": list}
	}
	return object{"type": "string"}
}

// valuesOf are the values of a type that has a fixed list of them, by its method
// Values; nil of others.
func valuesOf(t reflect.Type) []any {
	m, ok := t.MethodByName("Values")
	if !ok || m.Type.NumIn() != 1 || m.Type.NumOut() != 1 || m.Type.Out(0) != reflect.SliceOf(t) {
		return nil
	}
	list := m.Func.Call([]reflect.Value{reflect.Zero(t)})[0]
	out := make([]any, list.Len())
	for i := range out {
		out[i] = list.Index(i).String()
	}
	return out
}

// property is the schema of a field. The empty text is "not given" where it need
// not be.
func (s schemas) property(f visibleField, required bool) object {
	schema := s.of(f.typ)
	if f.name == "limit" && schema["type"] == "integer" {
		schema["minimum"], schema["maximum"], schema["default"] = 1, casemgmt.MaxPage, casemgmt.UsualPage
	}
	if list, ok := schema["enum"].([]any); ok && !required && !slices.Contains(list, any("")) {
		schema["enum"] = append(list, "")
	}
	return schema
}

// command is the schema of a route's JSON body. What comes from the path and
// from If-Match is not required in it, nor what records get from the library.
func (s schemas) command(r *route) object {
	inPath := r.params()
	return s.structOf(direct(r.in), func(f visibleField) bool {
		return !f.head && !slices.Contains(inPath, f.name) && !(r.version && f.name == "version")
	})
}

// structOf names the schema of a struct, and makes it if it is the first time.
// Of those fields that may be required, the ones are that are never left out.
func (s schemas) structOf(t reflect.Type, may func(visibleField) bool) object {
	name := schemaName(t)
	ref := object{"$ref": "#/components/schemas/" + name}
	if of, done := s.types[name]; done {
		if of != t {
			panic(fmt.Sprintf("httpapi: %s and %s have the same name in OpenAPI", of, t))
		}
		return ref
	}
	props, required := object{}, []any{}
	schema := object{"type": "object", "properties": props, "additionalProperties": false}
	if text := describe(t, ""); text != "" {
		schema["description"] = text
	}
	s.types[name], s.named[name] = t, schema // before its fields: a condition holds conditions
	for _, f := range visible(t) {
		needed := !f.omit && may(f)
		props[f.name] = s.property(f, needed)
		if f.nullable() && f.typ.Kind() == reflect.Pointer {
			props[f.name] = orNull(props[f.name].(object))
		}
		if needed {
			required = append(required, f.name)
		}
		props[f.name] = described(props[f.name].(object), describeField(t, f.index))
	}
	if len(required) > 0 {
		schema["required"] = required
	}
	return ref
}

var (
	kernel = reflect.TypeFor[casemgmt.Agency]().PkgPath()
	own    = reflect.TypeFor[Problem]().PkgPath()
	// taken are names of what generators make themselves.
	taken = []string{"Client", "Server", "Request", "Response", "Error"}
	// leaves are the packages below casemgmt that everything else uses.
	leaves = []string{"access", "civil", "event", "fault", "i18n", "id", "match"}
)

// schemaName is the name of a type for generators, in letters and digits: the
// type's own if it is of casemgmt or one of its leaves, else with the package's
// before it, unless it begins with that (session.Session). A page is the name of
// its items and Page, a list of them and List.
func schemaName(t reflect.Type) string {
	t = direct(t)
	base, _, generic := strings.Cut(t.Name(), "[")
	if list, ok := t.FieldByName("Items"); generic && ok {
		if t.PkgPath() == own {
			base = "List"
		}
		return schemaName(list.Type.Elem()) + base
	}
	base = capital(base)
	if t.PkgPath() == kernel && slices.Contains(taken, base) {
		base += "Record"
	}
	if t.PkgPath() == kernel || t.PkgPath() == own || path.Dir(t.PkgPath()) == kernel && slices.Contains(leaves, path.Base(t.PkgPath())) {
		return base
	}
	if prefix := capital(path.Base(t.PkgPath())); !strings.HasPrefix(base, prefix) {
		return prefix + base
	}
	return base
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
