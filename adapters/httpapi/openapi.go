package httpapi

import (
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

type object = map[string]any

// openAPI describes the routes as OpenAPI 3.1, from the same table that serves
// them. The document is made once; a route that cannot be described panics at
// the first start of any program, so that a test sees it.
func openAPI(known []*route) []byte {
	s := schemas{named: object{}, types: map[string]reflect.Type{}}
	for _, r := range known { // commands first: they say what is required of a type that is an answer too
		if r.body == jsonBody {
			s.command(r)
		}
	}
	paths := object{}
	var tags []any
	for _, r := range known {
		item, ok := paths[r.path].(object)
		if !ok {
			item = object{}
			paths[r.path] = item
		}
		item[strings.ToLower(r.method)] = s.operation(r)
		if tag := (object{"name": r.tag, "description": tagTexts[r.tag]}); !slices.ContainsFunc(tags, func(t any) bool { return t.(object)["name"] == r.tag }) {
			tags = append(tags, tag)
		}
	}
	doc := object{
		"openapi": "3.1.0",
		"info": object{"title": "casework", "version": "1", "license": object{"name": "Apache-2.0", "identifier": "Apache-2.0"},
			"description": "Case management for human-services agencies. Errors are application/problem+json; texts follow Accept-Language (en, fr)."},
		"servers":  []any{object{"url": "."}},
		"tags":     tags,
		"security": []any{object{"token": []any{}}},
		"paths":    paths,
		"components": object{"responses": s.problems(), "schemas": s.named, "securitySchemes": object{"token": object{"type": "http", "scheme": "bearer",
			"description": "An API token of casework, or whatever the host program signs people in by."}}},
	}
	raw, err := json.MarshalIndent(doc, "", " ")
	if err != nil {
		panic(err)
	}
	return raw
}

// tagTexts say what the domains are.
var tagTexts = map[string]string{
	"agency": "The agency itself, its people, sites, programs, funders and directory, and the audit trail", "clients": "Clients, families and consent",
	"enrollments": "Enrollments with their intake, bars, scan cards and service codes", "followup": "Settlement plans", "casefiles": "Case files with their clients, outlet activities and lists of codes", "sessions": "Sessions, their service forms and documents",
	"forms": "What the agency's forms, lists and codes are", "dashboards": "The pages of a worker and of a client", "batches": "Services for many clients: batches, runs, scans",
	"exports": "The funder's files and what became of their records", "reports": "Counts, and saved reports", "tokens": "API tokens",
}

// problems are the answers to what goes wrong, by status.
func (s schemas) problems() object {
	schema := s.of(reflect.TypeFor[Problem]())
	out := object{}
	for status, kind := range statuses {
		out[problemName(status)] = object{"description": titles[kind].En, "content": object{problemType: object{"schema": schema}}}
	}
	return out
}

// problemName is the name of a status, in letters.
func problemName(status int) string {
	return strings.ReplaceAll(http.StatusText(status), " ", "")
}

func (s schemas) operation(r *route) object {
	responses := object{strconv.Itoa(r.status): s.success(r)}
	for _, status := range r.problems() {
		responses[strconv.Itoa(status)] = object{"$ref": "#/components/responses/" + problemName(status)}
	}
	out := object{"operationId": r.name, "summary": r.summary, "tags": []any{r.tag}, "parameters": s.parameters(r), "responses": responses}
	if r.body != noBody {
		content := object{}
		for _, media := range r.body.media() {
			var example json.RawMessage
			if media == jsonType {
				example = examples()[r.name].Request
			}
			content[media] = withExample(s.request(r, media), example)
		}
		out["requestBody"] = object{"required": true, "content": content}
	}
	return out
}

// request is the schema of a body.
func (s schemas) request(r *route, media string) object {
	switch r.body {
	case jsonBody:
		return s.command(r)
	case linesBody:
		return s.of(r.line)
	}
	return binary(media)
}

// binary is the schema of a file.
func binary(media string) object {
	if media == anyType {
		media = bytesType
	}
	return object{"type": "string", "contentMediaType": media}
}

// success is the answer when nothing goes wrong.
func (s schemas) success(r *route) object {
	if r.out == reflect.TypeFor[attachment]() {
		media, _, _ := strings.Cut(r.media, ";")
		return object{"description": "The file", "content": object{media: object{"schema": binary(media)}},
			"headers": object{"Content-Disposition": object{"schema": object{"type": "string"}, "description": "The file's name"}}}
	}
	done := object{"description": "Done", "content": object{r.media: withExample(s.of(r.out), examples()[r.name].Response)}}
	if r.body != linesBody && hasVersion(r.out) {
		done["headers"] = object{"ETag": object{"schema": object{"type": "string"}, "description": "The record's version, for If-Match"}}
	}
	return done
}

func (s schemas) parameters(r *route) []any {
	params := []any{}
	fields, inPath := fieldsOf(r.in), r.params()
	for _, name := range inPath {
		params = append(params, object{"name": name, "in": "path", "required": true, "schema": s.of(fields[name].typ)})
	}
	if r.method == http.MethodGet {
		for _, f := range visible(r.in) {
			if !slices.Contains(inPath, f.name) {
				param := object{"name": f.name, "in": "query", "required": !f.omit, "schema": s.property(f, !f.omit)}
				if text := describeField(direct(r.in), f.index); text != "" {
					param["description"] = text
				}
				if value, ok := examples()[r.name].Query[f.name]; ok {
					param["example"] = ofType(value, f.typ)
				}
				params = append(params, param)
			}
		}
	}
	if r.once() {
		params = append(params, object{"name": "Idempotency-Key", "in": "header", "schema": object{"type": "string", "maxLength": 200},
			"description": "A repeated request with the same key is carried out once"})
	}
	if r.version {
		params = append(params, object{"name": "If-Match", "in": "header", "required": true, "schema": object{"type": "string"},
			"description": "The ETag of the record that was read"})
	}
	return append(params, object{"name": "Accept-Language", "in": "header", "schema": object{"type": "string"}})
}
