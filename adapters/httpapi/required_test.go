package httpapi_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/opencasework/casework/casemgmt/fault"
)

// Every property of every command is in its example, so that it is wrong in
// turn; and the properties without which the example is refused are those that
// the document calls required. The same holds of the parameters of queries.
func TestExamplesAreWhole(t *testing.T) {
	w := newWorld(t)
	doc := w.document(t)
	examples := w.examples()
	l := leaving{schemas: doc["components"].(obj)["schemas"].(obj), missing: map[string]bool{}, there: map[string]bool{},
		refused: map[string]bool{}, documented: map[string]bool{}}
	for _, o := range operations(t, doc) {
		e := examples[o.id]
		if !o.hasBody {
			w.leaveOut(t, o, e, l)
			continue
		}
		item := doc["paths"].(obj)[o.path].(obj)[strings.ToLower(o.method)].(obj)
		content := item["requestBody"].(obj)["content"].(obj)
		if _, ok := content["application/json"]; !ok {
			continue // a stream
		}
		user := "worker"
		if e.who[0] == http.StatusForbidden {
			user = "admin"
		}
		l.walk(content["application/json"].(obj)["schema"].(obj), decoded(t, e.make().body), "", func(path string) bool {
			c := e.make()
			body := decoded(t, c.body)
			remove(body, strings.Split(path, "/")[1:])
			c.body = body
			return w.send(t, user, c).refuses(t, path)
		})
	}
	l.compare(t)
}

// leaving is what was learned by leaving properties out of examples, each named by
// schema and property, or operation and parameter.
type leaving struct {
	schemas             obj
	missing, there      map[string]bool // in no example, in one
	refused, documented map[string]bool // without it an example is refused, the document says so
}

// walk goes through an example with its schema. refuses says whether it is
// refused without a property.
func (l leaving) walk(schema obj, v any, path string, refuses func(path string) bool) {
	if either, ok := schema["anyOf"].([]any); ok { // or null
		schema = either[0].(obj)
	}
	ref, _ := schema["$ref"].(string)
	name := strings.TrimPrefix(ref, "#/components/schemas/")
	if ref != "" {
		schema = l.schemas[name].(obj)
	}
	switch v := v.(type) {
	case obj:
		props, _ := schema["properties"].(obj)
		needed, _ := schema["required"].([]any)
		for _, p := range needed {
			l.documented[name+" "+p.(string)] = true
		}
		for p, sub := range props {
			key := name + " " + p
			if _, ok := v[p]; !ok {
				l.missing[key] = true
				continue
			}
			l.there[key] = true
			if refuses(path + "/" + p) {
				l.refused[key] = true
			}
			l.walk(sub.(obj), v[p], path+"/"+p, refuses)
		}
	case []any:
		items, ok := schema["items"].(obj)
		for i, x := range v {
			if ok {
				l.walk(items, x, fmt.Sprintf("%s/%d", path, i), refuses)
			}
		}
	}
}

// refuses says whether an answer has an issue at a path.
func (a answer) refuses(t *testing.T, path string) bool {
	t.Helper()
	return a.status == http.StatusUnprocessableEntity && slices.ContainsFunc(a.problem(t).Issues, func(i fault.Issue) bool {
		return i.Path == path || strings.HasPrefix(i.Path, path+"/")
	})
}

func (l leaving) compare(t *testing.T) {
	t.Helper()
	for key := range l.missing {
		if name, p, _ := strings.Cut(key, " "); !l.there[key] && !fromElsewhere(name, p) {
			t.Errorf("no example has %s", key)
		}
	}
	for key := range l.refused {
		if !l.documented[key] && !conditional[key] {
			t.Errorf("the document does not say that %s is required", key)
		}
	}
	for key := range l.documented {
		if !l.refused[key] {
			t.Errorf("the document says that %s is required, and it is not", key)
		}
	}
}

// decoded is a body as JSON has it.
func decoded(t *testing.T, body any) any {
	t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	var out any
	if err := json.Unmarshal(raw, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// remove takes a property out of a decoded body.
func remove(v any, path []string) {
	switch v := v.(type) {
	case obj:
		if len(path) == 1 {
			delete(v, path[0])
			return
		}
		remove(v[path[0]], path[1:])
	case []any:
		if i, err := strconv.Atoi(path[0]); err == nil {
			remove(v[i], path[1:])
		}
	}
}

// leaveOut leaves out each parameter of a query in turn.
func (w *world) leaveOut(t *testing.T, o operation, e example, l leaving) {
	t.Helper()
	user := "worker"
	if e.who[0] == http.StatusForbidden {
		user = "manager"
	}
	for _, name := range o.paramsIn("query") {
		c := e.make()
		path, query, _ := strings.Cut(c.path, "?")
		q, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		if !q.Has(name) {
			continue
		}
		q.Del(name)
		c.path = path + "?" + q.Encode()
		if w.send(t, user, c).refuses(t, "/"+name) {
			l.refused[o.id+" "+name] = true
		}
	}
	for _, p := range o.params {
		if p := p.(obj); p["in"] == "query" && p["required"] == true {
			l.documented[o.id+" "+p["name"].(string)] = true
		}
	}
}

// fromElsewhere: ids and versions come from the path and If-Match, or are given
// by the library; the parts of a question that are not the agency's to give.
func fromElsewhere(schema, property string) bool {
	switch schema + " " + property {
	case "Statement number", "Statement published", "Question since", "Agency key":
		return true
	case "UpdateClient sketch": // an anonymous client's
		return true
	case "Profile one_name": // of the example with one name
		return true
	case "Address street": // of agencies without the extension settlement
		return true
	}
	if schema == "FormsField" {
		return slices.Contains([]string{"funder", "show", "target", "form_kind", "closes", "fields", "codes", "rule"}, property)
	}
	if schema == "FormsCond" || schema == "FormsOption" && property == "codes" {
		return true
	}
	return slices.Contains([]string{"id", "version", "session", "program", "staff", "client", "batch", "run", "row", "case"}, property) ||
		schema == "EnrollBarClient" && (property == "facility" || property == "agency") // or the program
}

// conditional are properties that only the example's other answers demand.
var conditional = map[string]bool{
	"UpdateClient profile": true, "SessionStart interpreters": true, "SessionUpdate interpreters": true,
	"Agency extensions":                     true, // of an agency that has some
	"CasefileAddClient primary_reason":      true, // with other reasons
	"CasefileUpdateClient primary_reason":   true,
	"CasefileAddPerson has_disability":      true, // with disabilities
	"CasefileAddPerson income_frequency":    true, // with an income
	"CasefileAddPerson arrival_year":        true, // with the month
	"CasefileAddPerson arrival_month":       true, // with the year
	"CasefileUpdatePerson has_disability":   true,
	"CasefileUpdatePerson income_frequency": true,
	"CasefileUpdatePerson arrival_year":     true,
	"CasefileUpdatePerson arrival_month":    true,
	"CasefileAssess client":                 true, // but of a community score
	"CasefileCorrectAssessment client":      true,
	"CasefileRemoveAssessment client":       true,
	"CasefileLoadReference from":            true, // of a list that is there
	"Text en":                               true, // of the agency's languages
	"Text fr":                               true,
	"Address postal_code":                   true, // of a site
	"SessionStart client":                   true, // from a profile
	"BatchPick client":                      true, // or the number
	"Enroll intake":                         true, // of a new or inactive client
	"EnrollBarClient program":               true, // or the facility, or the agency
	"EnrollBarClient end":                   true, // or permanent
	"EnrollExtendBar end":                   true, // or permanent
	"SessionStart site":                     true, // without a default
	"checkForm funder":                      true, // at the stage funder
	"listBarred program":                    true, // or the facility
	"ExportMake good_only":                  true, // when there are bad ones
	"ReportSaved form_kind":                 true, // of a report on answers
	"ReportSaved field":                     true,
}
