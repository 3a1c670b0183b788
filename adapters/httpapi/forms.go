package httpapi

import (
	"context"
	"slices"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/enroll"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/forms"
	"github.com/opencasework/casework/forms/jsonschema"
	"github.com/opencasework/casework/session"
)

type (
	definitionKey struct {
		Kind    string `json:"kind"`
		Version int    `json:"definition,omitempty"` // the newest unless given
	}
	schemaKey struct {
		Kind   string      `json:"kind"`
		Stage  forms.Stage `json:"stage,omitempty"`
		Funder string      `json:"funder,omitempty"`
		Lang   i18n.Lang   `json:"lang,omitempty"`
	}
	listKey struct {
		Key string `json:"key"`
	}
	keys struct {
		Keys []string `json:"keys"`
	}
	// codes are the values of the fields that have a fixed list.
	codes struct {
		Genders            []casemgmt.Coded `json:"genders"`
		Marital            []casemgmt.Coded `json:"marital"`
		ImmigrationClasses []casemgmt.Coded `json:"immigration_classes"`
		AgeBands           []casemgmt.Coded `json:"age_bands"`
		SessionTypes       []casemgmt.Coded `json:"session_types"`
		Deliveries         []casemgmt.Coded `json:"deliveries"`
		Situations         []casemgmt.Coded `json:"situations"`
		IntakeNeeds        []casemgmt.Coded `json:"intake_needs"`
	}
)

// formRoutes are what forms are made of. They are no agency's own, and for
// everybody who is signed in.
func formRoutes(r *forms.Registry) []*route {
	d := definitions{r}
	out := []*route{
		op("GET /form-definitions", "listDefinitions", "The keys of all service forms", func(context.Context, nothing) (keys, error) { return keys{r.Keys()}, nil }),
		op("GET /form-definitions/{kind}", "getDefinition", "A form's definition (FRM-09)", d.find),
		op("GET /form-definitions/{kind}/schema", "getFormSchema", "JSON Schema of a form's answers at a stage", d.schema),
		op("GET /lists", "listLists", "The keys of the shared lists", func(context.Context, nothing) (keys, error) { return keys{r.Lists()}, nil }),
		op("GET /lists/{key}", "getList", "A shared list", d.list),
		op("GET /codes", "getCodes", "The values of fields with a fixed list", func(context.Context, nothing) (codes, error) {
			return codes{casemgmt.Genders(), casemgmt.MaritalStatuses(), casemgmt.ImmigrationClasses(), casemgmt.AgeBands(), session.Types(), session.Deliveries(),
				enroll.Situations(), enroll.IntakeNeeds()}, nil
		}),
	}
	for _, r := range out {
		r.toAll()
	}
	return out
}

type definitions struct{ registry *forms.Registry }

func (d definitions) find(_ context.Context, in definitionKey) (forms.Definition, error) {
	f, ok := d.registry.Latest(in.Kind)
	if in.Version != 0 {
		f, ok = d.registry.Version(in.Kind, in.Version)
	}
	if !ok {
		return forms.Definition{}, fault.ErrNotFound
	}
	return f.Definition, nil
}

func (d definitions) schema(ctx context.Context, in schemaKey) (map[string]any, error) {
	def, err := d.find(ctx, definitionKey{Kind: in.Kind})
	if err != nil {
		return nil, err
	}
	var bad fault.Issues
	bad.OneOf("CMP-06", "/stage", in.Stage.Valid(), string(in.Stage))
	bad.OneOf("CMP-06", "/funder", d.sentTo(in.Funder), in.Funder)
	bad.OneOf("", "/lang", in.Lang.Valid(), string(in.Lang))
	if in.Stage == "" {
		in.Stage = forms.Complete
	}
	return jsonschema.Schema(d.registry, def, in.Stage, in.Funder, in.Lang), bad.Err()
}

// sentTo says whether any form goes into a file of a funder's system.
func (d definitions) sentTo(system string) bool {
	return slices.ContainsFunc(d.registry.Keys(), func(key string) bool {
		form, _ := d.registry.Latest(key)
		return form.Definition.Files[system] != ""
	})
}

func (d definitions) list(_ context.Context, in listKey) (forms.List, error) {
	l, ok := d.registry.List(in.Key)
	if !ok {
		return l, fault.ErrNotFound
	}
	return l, nil
}
