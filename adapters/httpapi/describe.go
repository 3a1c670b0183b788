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

// describeField is the comment of a field, which may be one of an embedded struct.
func describeField(t reflect.Type, index []int) string {
	of := direct(t)
	for _, i := range index[:len(index)-1] {
		of = direct(of.Field(i).Type)
	}
	return describe(of, of.Field(index[len(index)-1]).Name)
}

// described is a schema with a description; what refers to another one has it beside the
// reference.
func described(schema object, text string) object {
	if text != "" {
		schema["description"] = text
	}
	return schema
}
