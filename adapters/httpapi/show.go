package httpapi

import (
	_ "embed"
	"encoding/json"
	"reflect"
	"sync"
)

// examples.json has a request of each operation with its answer, which the document
// shows: made of the tests' examples by go test ./adapters/httpapi -run DocumentExamples -update.
//
//go:embed examples.json
var examplesFile []byte

// shown is what the document shows of an operation.
type shown struct {
	Query    map[string]string `json:"query"`
	Request  json.RawMessage   `json:"request"`
	Response json.RawMessage   `json:"response"`
}

var examples = sync.OnceValue(func() map[string]shown {
	out := map[string]shown{}
	if err := json.Unmarshal(examplesFile, &out); err != nil {
		panic(err)
	}
	return out
})

// withExample is the content of a type, with an example if there is one.
func withExample(schema object, example json.RawMessage) object {
	out := object{"schema": schema}
	if len(example) > 0 {
		out["example"] = example
	}
	return out
}

// ofType is a parameter's text as a value of its type.
func ofType(text string, t reflect.Type) any {
	switch direct(t).Kind() {
	case reflect.Bool, reflect.Int, reflect.Int64, reflect.Float64:
		return json.RawMessage(text)
	case reflect.Slice:
		return []string{text}
	}
	return text
}
