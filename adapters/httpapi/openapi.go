package httpapi

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/opencasework/casework/casemgmt/civil"
)

type object = map[string]any

// openAPI describes the routes as OpenAPI 3.1, from the same table that serves
// them. The document is made once; a route that cannot be described panics at
// the first start of any program, so that a test sees it.
func openAPI(known []route) []byte {
	s := schemas{object{}}
	paths := object{}
	for i := range known {
		r := &known[i]
		item, ok := paths[r.path].(object)
		if !ok {
			item = object{}
			paths[r.path] = item
		}
		item[strings.ToLower(r.method)] = s.operation(r)
	}
	s.named["Problem"] = s.of(reflect.TypeFor[Problem]())
	doc := object{
		"openapi": "3.1.0",
		"info": object{"title": "casework", "version": "1", "license": object{"name": "Apache-2.0", "identifier": "Apache-2.0"},
			"description": "Case management for human-services agencies. Errors are application/problem+json; texts follow Accept-Language (en, fr)."},
		"servers": []any{object{"url": "."}},
		"paths":   paths,
		"components": object{"schemas": s.named, "responses": object{"Problem": object{
			"description": "An error; issues name the fields and rules",
			"content":     object{"application/problem+json": object{"schema": object{"$ref": "#/components/schemas/Problem"}}},
		}}},
	}
	raw, err := json.MarshalIndent(doc, "", " ")
	if err != nil {
		panic(err)
	}
	return raw
}

func (s schemas) operation(r *route) object {
	params := []any{}
	inPath := map[string]bool{}
	for _, name := range r.params() {
		inPath[name] = true
		schema := object{"type": "string"}
		if f, ok := fieldOf(reflect.New(r.in).Elem(), name); ok {
			schema = s.of(f.Type())
		}
		params = append(params, object{"name": name, "in": "path", "required": true, "schema": schema})
	}
	if r.method == http.MethodGet {
		for _, f := range visible(r.in) {
			if !inPath[f.name] {
				params = append(params, object{"name": f.name, "in": "query", "schema": s.of(f.typ)})
			}
		}
	} else {
		params = append(params, object{"name": "Idempotency-Key", "in": "header", "schema": object{"type": "string", "maxLength": 200},
			"description": "A repeated request with the same key is carried out once"})
	}
	if r.version {
		params = append(params, object{"name": "If-Match", "in": "header", "required": true, "schema": object{"type": "string"},
			"description": "The ETag of the record that was read"})
	}
	params = append(params, object{"name": "Accept-Language", "in": "header", "schema": object{"type": "string"}})
	content := object{"application/json": object{"schema": s.of(r.out)}}
	if r.raw {
		content = object{"*/*": object{"schema": object{"type": "string", "contentMediaType": "application/octet-stream"}}}
	}
	out := object{
		"operationId": r.name, "summary": r.summary, "parameters": params,
		"responses": object{
			strconv.Itoa(r.status): object{"description": "Done", "content": content},
			"default":              object{"$ref": "#/components/responses/Problem"},
		},
	}
	if r.body {
		out["requestBody"] = object{"required": true, "content": object{"application/json": object{"schema": s.of(r.in)}}}
	}
	return out
}

// schemas collects the schemas of named structs.
type schemas struct{ named object }

func (s schemas) of(t reflect.Type) object {
	if t.Kind() == reflect.Pointer {
		return s.of(t.Elem())
	}
	switch {
	case t == reflect.TypeFor[civil.Date]():
		return object{"type": "string", "format": "date"}
	case t == reflect.TypeFor[time.Time]():
		return object{"type": "string", "format": "date-time"}
	case t == reflect.TypeFor[json.RawMessage]():
		return object{}
	case reflect.PointerTo(t).Implements(textType) && t.Kind() == reflect.Array:
		return object{"type": "string", "format": "uuid"}
	case reflect.PointerTo(t).Implements(textType):
		return object{"type": "string"}
	}
	switch t.Kind() {
	case reflect.Struct:
		return s.structOf(t)
	case reflect.Map:
		return object{"type": "object", "additionalProperties": s.of(t.Elem())}
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return object{"type": "string", "contentEncoding": "base64"}
		}
		return object{"type": "array", "items": s.of(t.Elem())}
	case reflect.String:
		return object{"type": "string"}
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

func (s schemas) structOf(t reflect.Type) object {
	name := schemaName(t)
	ref := object{"$ref": "#/components/schemas/" + name}
	if _, done := s.named[name]; done {
		return ref
	}
	props := object{}
	s.named[name] = object{"type": "object", "properties": props} // before its fields: a condition holds conditions
	for _, f := range visible(t) {
		props[f.name] = s.of(f.typ)
	}
	return ref
}

// schemaName is package and type: session.Start, Pages of casemgmt.ClientHit.
func schemaName(t reflect.Type) string {
	short := func(s string) string {
		if i := strings.LastIndexByte(s, '/'); i >= 0 {
			s = s[i+1:]
		}
		return s
	}
	base, arg, generic := strings.Cut(t.String(), "[")
	name := short(base)
	if generic {
		name += "." + short(strings.TrimSuffix(strings.TrimLeft(arg, "*"), "]"))
	}
	return strings.NewReplacer("*", "", "[", "_", "]", "").Replace(name)
}
