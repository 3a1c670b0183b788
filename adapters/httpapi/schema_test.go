package httpapi

import (
	"reflect"
	"slices"
	"testing"

	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/enroll"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/session"
	"github.com/opencasework/casework/session/dashboard"
	"github.com/opencasework/casework/session/export"
	"github.com/opencasework/casework/session/report"
)

// Names say whose type it is, and nothing twice.
func TestSchemaNames(t *testing.T) {
	for want, of := range map[string]reflect.Type{
		"Agency":             reflect.TypeFor[casemgmt.Agency](),
		"Issue":              reflect.TypeFor[fault.Issue](),
		"Session":            reflect.TypeFor[*session.Session](),
		"SessionStart":       reflect.TypeFor[session.Start](),
		"Batch":              reflect.TypeFor[batch.Batch](),
		"BatchUpdate":        reflect.TypeFor[batch.Update](),
		"Enrollment":         reflect.TypeFor[enroll.Enrollment](),
		"EnrollBar":          reflect.TypeFor[enroll.Bar](),
		"ExportRun":          reflect.TypeFor[export.Run](),
		"ReportResult":       reflect.TypeFor[report.Result](),
		"DashboardClient":    reflect.TypeFor[dashboard.Client](),
		"Codes":              reflect.TypeFor[codes](),
		"ClientHitPage":      reflect.TypeFor[casemgmt.Page[casemgmt.ClientHit]](),
		"SessionPage":        reflect.TypeFor[casemgmt.Page[*session.Session]](),
		"BatchRunPage":       reflect.TypeFor[casemgmt.Page[batch.Run]](),
		"BatchCandidateList": reflect.TypeFor[items[batch.Candidate]](),
		"EnrollBarList":      reflect.TypeFor[items[*enroll.Bar]](),
	} {
		if got := schemaName(of); got != want {
			t.Errorf("%s is %s, want %s", of, got, want)
		}
	}
}

// A field of an embedded struct that has that struct's name is in its JSON, and in the document.
func TestFieldNamedAsItsStruct(t *testing.T) {
	names := map[string]bool{}
	for _, f := range visible(reflect.TypeFor[export.ToFix]()) {
		if names[f.name] {
			t.Errorf("%s is there twice", f.name)
		}
		names[f.name] = true
	}
	if !names["row"] || !names["client_name"] || !names["run"] {
		t.Errorf("there are %v", names)
	}
}

// Two types of one name would be one in the document: no program starts so.
func TestTwoTypesOfOneNamePanic(t *testing.T) {
	type Agency struct{}
	s := schemas{named: object{}, types: map[string]reflect.Type{}}
	s.of(reflect.TypeFor[casemgmt.Agency]())
	s.of(reflect.TypeFor[casemgmt.Agency]()) // the same again
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	s.of(reflect.TypeFor[Agency]())
}

// What is required, and which texts a code can be, its tag says.
func TestTagsSayWhatIsRequired(t *testing.T) {
	type Sample struct {
		casemgmt.Head[casemgmt.Site]
		Lang  i18n.Lang        `json:"lang"`
		Other i18n.Lang        `json:"other,omitempty"`
		By    report.Dimension `json:"by,omitempty"`
		List  []i18n.Lang      `json:"list,omitempty"`
	}
	for name, tt := range map[string]struct {
		make func(schemas) object
		want []any
	}{
		"an answer":     {func(s schemas) object { return s.of(reflect.TypeFor[Sample]()) }, []any{"id", "version", "lang"}},
		"a command":     {func(s schemas) object { return s.command(&route{path: "/x", in: reflect.TypeFor[Sample]()}) }, []any{"lang"}},
		"one of a path": {func(s schemas) object { return s.command(&route{path: "/x/{lang}", in: reflect.TypeFor[Sample]()}) }, nil},
		"one with a version": {func(s schemas) object {
			return s.command(&route{version: true, in: reflect.TypeFor[session.SaveForm]()})
		}, []any{"id"}},
	} {
		s := schemas{named: object{}, types: map[string]reflect.Type{}}
		tt.make(s)
		for called, schema := range s.named {
			if called != "Sample" && called != "SessionSaveForm" {
				continue
			}
			if got, _ := schema.(object)["required"].([]any); !slices.Equal(got, tt.want) {
				t.Errorf("%s requires %v, want %v", name, got, tt.want)
			}
		}
	}
	s := schemas{named: object{}, types: map[string]reflect.Type{}}
	s.of(reflect.TypeFor[Sample]())
	props := s.named["Sample"].(object)["properties"].(object)
	for name, want := range map[string][]any{"lang": {"en", "fr"}, "other": {"en", "fr", ""}} {
		if got, _ := props[name].(object)["enum"].([]any); !slices.Equal(got, want) {
			t.Errorf("%s can be %q, want %q", name, got, want)
		}
	}
	if got := props["list"].(object)["items"].(object)["enum"].([]any); !slices.Equal(got, []any{"en", "fr"}) {
		t.Errorf("an item can be %q", got)
	}
	empty := 0
	for _, value := range props["by"].(object)["enum"].([]any) {
		if value == "" {
			empty++
		}
	}
	if empty != 1 {
		t.Errorf("a dimension can be empty %d times", empty)
	}
}
