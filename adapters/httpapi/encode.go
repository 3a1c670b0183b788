package httpapi

import (
	"encoding/json"
	"net/url"
	"reflect"
	"strconv"

	"github.com/opencasework/casework/casemgmt/i18n"
)

// encode writes an answer: a file, or JSON in the reader's language, with the
// version as ETag. It fails before anything is sent.
func encode(to *visit, status int, out any) error {
	if f, ok := out.(attachment); ok {
		download(to, f)
		return nil
	}
	v, w := reflect.ValueOf(out), to.w
	localize(v, language(to.req))
	raw, err := json.Marshal(out)
	if err != nil {
		return err
	}
	if version, ok := versionOf(v); ok {
		w.Header().Set("ETag", `"`+strconv.FormatInt(version, 10)+`"`)
	}
	w.Header().Set("Content-Type", jsonType)
	w.WriteHeader(status)
	_ = to.send(append(raw, '\n')) // nobody is there to be told
	return nil
}

func download(to *visit, f attachment) {
	w := to.w
	w.Header().Set("Content-Type", f.media)
	w.Header().Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(f.name))
	w.Header().Set("Content-Length", strconv.Itoa(len(f.content)))
	_ = to.send(f.content)
}

// versionOf is the version of an answer that is a record.
func versionOf(v reflect.Value) (int64, bool) {
	if v = reflect.Indirect(v); !v.IsValid() || !hasVersion(v.Type()) {
		return 0, false
	}
	return v.FieldByName("Version").Int(), true
}

// hasVersion says whether the answers of a type are records.
func hasVersion(t reflect.Type) bool {
	if t = direct(t); t.Kind() != reflect.Struct {
		return false
	}
	f, ok := t.FieldByName("Version")
	return ok && reflect.Zero(f.Type).CanInt()
}

// direct is a type without a pointer before it.
func direct(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

// localize fills in the texts of an answer that has some, or of the items of a
// list.
func localize(v reflect.Value, lang i18n.Lang) {
	if !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
		return
	}
	if x, ok := v.Interface().(interface{ Localize(i18n.Lang) }); ok {
		x.Localize(lang)
		return
	}
	if list := listOf(v); list.IsValid() {
		for i := range list.Len() {
			item := list.Index(i)
			if item.Kind() != reflect.Pointer {
				item = item.Addr()
			}
			localize(item, lang)
		}
	}
}

// listOf are the items of an answer that is a list or a page of one.
func listOf(v reflect.Value) reflect.Value {
	if v = reflect.Indirect(v); v.Kind() == reflect.Struct {
		v = v.FieldByName("Items")
	}
	if v.Kind() == reflect.Slice {
		return v
	}
	return reflect.Value{}
}
