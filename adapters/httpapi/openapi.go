package httpapi

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/forms"
	"github.com/opencasework/casework/session"
	"github.com/opencasework/casework/session/export"
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
	} else if !r.stream {
		params = append(params, object{"name": "Idempotency-Key", "in": "header", "schema": object{"type": "string", "maxLength": 200},
			"description": "A repeated request with the same key is carried out once"})
	}
	if r.version {
		params = append(params, object{"name": "If-Match", "in": "header", "required": true, "schema": object{"type": "string"},
			"description": "The ETag of the record that was read"})
	}
	params = append(params, object{"name": "Accept-Language", "in": "header", "schema": object{"type": "string"}})
	content := object{"application/json": object{"schema": s.of(r.out)}}
	if r.stream {
		content = object{ndjson: object{"schema": s.of(r.out)}}
	}
	if r.raw {
		content = object{"*/*": object{"schema": object{"type": "string", "contentMediaType": "application/octet-stream"}}}
	}
	done := object{"description": "Done", "content": content}
	if hasVersion(r.out) {
		done["headers"] = object{"ETag": object{"schema": object{"type": "string"}, "description": "The record's version, for If-Match"}}
	}
	out := object{
		"operationId": r.name, "summary": r.summary, "parameters": params,
		"responses": object{
			strconv.Itoa(r.status): done,
			"default":              object{"$ref": "#/components/responses/Problem"},
		},
	}
	if r.stream {
		out["requestBody"] = object{"required": true, "content": object{ndjson: object{"schema": s.of(r.in)}}}
	}
	if r.upload {
		file := object{"schema": object{"type": "string", "contentMediaType": bytesType}}
		out["requestBody"] = object{"required": true, "content": object{workbookType: file, bytesType: file}}
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
	if values, ok := enums[t]; ok {
		return object{"type": "string", "enum": values}
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
	schema := object{"type": "object", "properties": props}
	if needed := required[t]; len(needed) > 0 {
		schema["required"] = needed
	}
	s.named[name] = schema // before its fields: a condition holds conditions
	for _, f := range visible(t) {
		props[f.name] = s.of(f.typ)
	}
	return ref
}

func hasVersion(t reflect.Type) bool {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return false
	}
	f, ok := t.FieldByName("Version")
	return ok && f.Type.Kind() == reflect.Int64
}

func keysOf(list []casemgmt.Coded) []string {
	var out []string
	for _, c := range list {
		out = append(out, c.Key)
	}
	return out
}

func outcomes() []string {
	var out []string
	for _, o := range batch.Outcomes() {
		out = append(out, string(o))
	}
	return out
}

func exportStates() []string {
	var out []string
	for _, s := range session.ExportStates() {
		out = append(out, string(s))
	}
	return out
}

func fileStates() []string {
	var out []string
	for _, s := range export.FileStates() {
		out = append(out, string(s))
	}
	return out
}

func reasons() []string {
	var out []string
	for _, r := range export.Reasons() {
		out = append(out, string(r))
	}
	return out
}

// enums are the string types with a fixed list of values. The empty text is
// "not given" where a field is not required.
var enums = map[reflect.Type][]string{
	reflect.TypeFor[session.Type]():         append(keysOf(session.Types()), ""),
	reflect.TypeFor[session.Delivery]():     append(keysOf(session.Deliveries()), ""),
	reflect.TypeFor[session.Way]():          {string(session.FromNothing), string(session.FromProfile), string(session.FromDashboard), ""},
	reflect.TypeFor[forms.Stage]():          {string(forms.Draft), string(forms.Complete), string(forms.ForFunder)},
	reflect.TypeFor[casemgmt.ContactKind](): {string(casemgmt.Employer), string(casemgmt.Mentor), string(casemgmt.Partner)},
	reflect.TypeFor[casemgmt.ClientKind]():        {string(casemgmt.Named), string(casemgmt.Anonymous)},
	reflect.TypeFor[batch.State]():          {string(batch.Selected), string(batch.Posted), string(batch.Reversed)},
	reflect.TypeFor[batch.Outcome]():        outcomes(),
	reflect.TypeFor[session.ExportState]():  exportStates(),
	reflect.TypeFor[export.FileState]():     fileStates(),
	reflect.TypeFor[export.Reason]():        reasons(),
	reflect.TypeFor[fault.Severity]():       {string(fault.Error), string(fault.Warning)},
}

// required are the properties without which a command is always refused. A test
// leaves out each property of each example and compares.
var required = map[reflect.Type][]string{
	reflect.TypeFor[i18n.Text]():                 {"en", "fr"},
	reflect.TypeFor[casemgmt.Agency]():           {"name", "zone"},
	reflect.TypeFor[casemgmt.Question]():         {"form", "field"},
	reflect.TypeFor[forms.Field]():               {"key", "kind", "label"},
	reflect.TypeFor[forms.Option]():              {"key", "label"},
	reflect.TypeFor[casemgmt.Site]():             {"name", "address"},
	reflect.TypeFor[casemgmt.Program]():          {"name"},
	reflect.TypeFor[casemgmt.Funder]():           {"name"},
	reflect.TypeFor[casemgmt.Statement]():        {"text"},
	reflect.TypeFor[casemgmt.Staff]():            {"user", "name", "programs"},
	reflect.TypeFor[casemgmt.Membership]():       {"program"},
	reflect.TypeFor[casemgmt.Contact]():          {"kind", "name"},
	reflect.TypeFor[casemgmt.Plan]():             {"client", "goals"},
	reflect.TypeFor[casemgmt.Profile]():          {"given", "family", "gender", "birth_date"},
	reflect.TypeFor[casemgmt.Identifier]():       {"kind", "value"},
	reflect.TypeFor[casemgmt.RegisterClient]():   {"accepted", "profile"},
	reflect.TypeFor[casemgmt.Distinct]():         {"from", "reason"},
	reflect.TypeFor[casemgmt.AcceptStatement]():  {"accepted"},
	reflect.TypeFor[casemgmt.ServiceGroup]():     {"name"},
	reflect.TypeFor[casemgmt.ServiceCode]():      {"group", "name"},
	reflect.TypeFor[casemgmt.Enroll]():           {"client", "program", "start"},
	reflect.TypeFor[casemgmt.UpdateEnrollment](): {"start"},
	reflect.TypeFor[casemgmt.Intake]():           {"date", "situation"},
	reflect.TypeFor[casemgmt.BarClient]():        {"client", "reason", "incident", "start"},
	reflect.TypeFor[casemgmt.LiftBar]():          {"reason"},
	reflect.TypeFor[batch.Content]():             {"description", "program", "services"},
	reflect.TypeFor[batch.Update]():              {"description", "program", "services"},
	reflect.TypeFor[batch.Include]():             {"code"},
	reflect.TypeFor[batch.ChangeRun]():           {"batch_date", "service_date"},
	reflect.TypeFor[batch.AddClients]():          {"clients"},
	reflect.TypeFor[batch.ReverseRun]():          {"reason"},
	reflect.TypeFor[batch.RestoreRun]():          {"reason"},
	reflect.TypeFor[batch.ReverseEntry]():        {"reason"},
	reflect.TypeFor[batch.RestoreEntry]():        {"reason"},
	reflect.TypeFor[session.Start]():             {"service_date", "languages"},
	reflect.TypeFor[session.StartClient]():       {"client"},
	reflect.TypeFor[session.StartForm]():         {"kind"},
	reflect.TypeFor[session.Update]():            {"service_date", "site", "languages"},
	reflect.TypeFor[session.AddClient]():         {"client"},
	reflect.TypeFor[session.AddForm]():           {"client"},
	reflect.TypeFor[session.AddDocument]():       {"name", "content"},
	reflect.TypeFor[export.Make]():               {"funder", "from", "to"},
	reflect.TypeFor[export.Accept]():             {"accepted"},
	reflect.TypeFor[export.SetRecord]():          {"record"},
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
