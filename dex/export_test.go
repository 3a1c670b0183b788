package dex

import "reflect"

// FieldNames are the names of the elements that the fields of a record hold, in
// the order of the fields. A field without an element has an empty name.
func FieldNames(record any, group string) []string {
	v := reflect.ValueOf(record).Elem()
	out := make([]string, v.NumField())
	for name, get := range fields[group] {
		at := reflect.ValueOf(get(record)).Pointer()
		for i := range v.NumField() {
			if f := v.Field(i); f.Addr().Pointer() == at && f.Addr().Type() == reflect.TypeOf(get(record)) {
				out[i] = name
			}
		}
	}
	return out
}
