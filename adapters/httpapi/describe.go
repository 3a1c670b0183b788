package httpapi

import (
	_ "embed"
	"encoding/json"
	"path"
	"reflect"
	"strings"
	"sync"
)

// descriptions.json has the comments of the types and fields that the document
// describes, by package, type and field: made of the source by
// go test ./adapters/httpapi -run Descriptions -update.
//
//go:embed descriptions.json
var descriptionsFile []byte

var descriptions = sync.OnceValue(func() map[string]string {
	out := map[string]string{}
	if err := json.Unmarshal(descriptionsFile, &out); err != nil {
		panic(err)
	}
	return out
})

// describe is the comment of a type, or of one of its own fields.
func describe(t reflect.Type, field string) string {
	name, _, _ := strings.Cut(t.Name(), "[")
	key := path.Base(t.PkgPath()) + "." + name
	if field != "" {
		key += "." + field
	}
	return descriptions()[key]
}

// describeField is the comment of a field, which may be one of an embedded struct; or
// what is usually meant by its name.
func describeField(t reflect.Type, index []int) string {
	of := direct(t)
	for _, i := range index[:len(index)-1] {
		of = direct(of.Field(i).Type)
	}
	field := of.Field(index[len(index)-1])
	if text := describe(of, field.Name); text != "" {
		return text
	}
	name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
	return usual[name]
}

// usual is what properties mean that many types have; a comment of their own is better.
var usual = map[string]string{
	"answers": "Answers by the keys of the form's fields", "at": "When it was done", "by": "The member of staff who did it", "client": "The client",
	"closed": "No longer offered; what has it keeps it", "code": "The code, which never changes", "created": "When it was recorded", "en": "In English", "fr": "In French",
	"description": "What it is, in the worker's words", "form_kind": "Kind of a form of the agency's catalogue", "id": "ID of the record, which never changes",
	"items": "The elements of this page, in the list's order", "key": "What it is called where it is referred to; it never changes", "label": "The text that people read",
	"kind": "Which kind it is", "made": "When it was made", "minutes": "Length, in minutes", "name": "What it is called, as people read it", "notes": "Free text for those who may see the record",
	"number": "The client's number at the agency", "on": "The day, at the agency", "program": "The program that it belongs to", "reason": "Why, in words or as a code of the list of reasons",
	"removal": "Who took it away, when and why; not there unless it was", "run": "The run that it belongs to", "service_date": "The day of the service, at the agency",
	"session": "The session", "state": "How far it has come", "title": "What it is called, as people read it", "version": "Version of the record, counted from 1, for If-Match",
	"address": "Where it is, or where mail goes", "agency": "The agency's key", "bad": "How many cannot be written as they are", "good": "How many can be written",
	"batch": "The batch that it was made of", "birth_date": "The day of birth", "card": "The scan card", "clients": "The clients, in the order of entering",
	"comments": "Free text for those who may see the record", "email": "An address for mail", "end": "The last day, or when it ended", "start": "The first day, or when it began",
	"enrollment": "The enrollment in a program", "exit": "The day on which the client left the program", "facility": "Where it happened", "family": "Family name", "given": "Given name",
	"file": "The file that it is in", "form": "The form", "forms": "The forms, in their order", "from": "The first day of the range", "to": "The last day of the range",
	"gender": "A code of the list genders", "interpreter": "Whether there was an interpreter", "location": "Where it happened", "message": "A text in the language that was asked for",
	"partner": "The organisation of the agency's directory", "performer": "The member of staff who did it", "permanent": "For good: it has no end", "phone": "A telephone number",
	"point_of_entry": "Where clients come in", "preferred": "The name that the client goes by", "profile": "What is known of the client", "report": "The report of the catalogue",
	"revoked": "When it was taken back", "rule": "The rule's id in the rule book", "services": "The services, by code", "settings": "How the agency works", "site": "The site",
	"staff": "The member of staff", "started": "When it was begun", "text": "The text that people read", "type": "Which type it is", "units": "How many units, where a service is counted in them",
	"warnings": "What is worth a look and hinders nothing", "worker": "The member of staff whose work it is",
}

// described is a schema with a description; what refers to another one has it beside the
// reference.
func described(schema object, text string) object {
	if text != "" {
		schema["description"] = text
	}
	return schema
}
