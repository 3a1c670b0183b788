package httpapi

import (
	"context"
	"slices"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/country"
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
	// keys are those of definitions.
	keys struct {
		Keys []string `json:"keys"`
	}
	// codes are the values of the fields that have a fixed list.
	codes struct {
		Genders            []i18n.Coded `json:"genders"`
		Marital            []i18n.Coded `json:"marital"`
		ImmigrationClasses []i18n.Coded `json:"immigration_classes,omitempty"`
		AgeBands           []i18n.Coded `json:"age_bands"`
		SessionTypes       []i18n.Coded `json:"session_types"`
		Deliveries         []i18n.Coded `json:"deliveries"`
		Situations         []i18n.Coded `json:"situations"`
		IntakeNeeds        []i18n.Coded `json:"intake_needs"`
	}
)

// formRoutes are what forms are made of, as far as the caller's agency has it, for
// everybody who is signed in.
func formRoutes(c *casemgmt.Service) []*route {
	d := definitions{c.Forms}
	out := []*route{
		op("GET /form-definitions", "listDefinitions", "The keys of the service forms of the agency", d.keys),
		op("GET /form-definitions/{kind}", "getDefinition", "A form's definition (FRM-09)", d.find),
		op("GET /form-definitions/{kind}/schema", "getFormSchema", "JSON Schema of a form's answers at a stage", d.schema),
		op("GET /lists", "listLists", "The keys of the shared lists", d.lists),
		op("GET /lists/{key}", "getList", "A shared list", d.list),
		op("GET /codes", "getCodes", "The values of fields with a fixed list", codesOf(c)),
		op("GET /setting", "getSetting", "What is particular to the agency's country and extensions: parts of addresses, provinces or states, kinds of identifiers", plain(c.Setting)),
	}
	for _, r := range out {
		r.toAll()
	}
	return out
}

// codesOf are the codes that the agency has: immigration classes are of settlement alone.
func codesOf(c *casemgmt.Service) func(context.Context, nothing) (codes, error) {
	return func(ctx context.Context, _ nothing) (codes, error) {
		agency, err := c.Agency(ctx)
		if err != nil {
			return codes{}, err
		}
		out := codes{Genders: casemgmt.Genders(), Marital: casemgmt.MaritalStatuses(), AgeBands: casemgmt.AgeBands(), SessionTypes: session.Types(),
			Deliveries: session.Deliveries(), Situations: enroll.Situations(), IntakeNeeds: enroll.IntakeNeeds()}
		if agency.Has(country.Settlement) {
			out.ImmigrationClasses = casemgmt.ImmigrationClasses()
		}
		return out, nil
	}
}

// definitions answers from the forms and lists of the caller's agency.
type definitions struct {
	of func(context.Context) (*forms.Registry, error)
}

func (d definitions) keys(ctx context.Context, _ nothing) (keys, error) {
	r, err := d.of(ctx)
	if err != nil {
		return keys{}, err
	}
	return keys{r.Keys()}, nil
}

func (d definitions) lists(ctx context.Context, _ nothing) (keys, error) {
	r, err := d.of(ctx)
	if err != nil {
		return keys{}, err
	}
	return keys{r.Lists()}, nil
}

func (d definitions) find(ctx context.Context, in definitionKey) (forms.Definition, error) {
	r, err := d.of(ctx)
	if err != nil {
		return forms.Definition{}, err
	}
	f, ok := r.Latest(in.Kind)
	if in.Version != 0 {
		f, ok = r.Version(in.Kind, in.Version)
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
	r, err := d.of(ctx)
	if err != nil {
		return nil, err
	}
	var bad fault.Issues
	bad.OneOf("CMP-06", "/stage", in.Stage.Valid(), string(in.Stage))
	bad.OneOf("CMP-06", "/funder", sentTo(r, in.Funder), in.Funder)
	bad.OneOf("", "/lang", in.Lang.Valid(), string(in.Lang))
	if in.Stage == "" {
		in.Stage = forms.Complete
	}
	return jsonschema.Schema(r, def, in.Stage, in.Funder, in.Lang), bad.Err()
}

// sentTo says whether any form goes into a file of a funder's system.
func sentTo(r *forms.Registry, system string) bool {
	return slices.ContainsFunc(r.Keys(), func(key string) bool {
		form, _ := r.Latest(key)
		return form.Definition.Files[system] != ""
	})
}

func (d definitions) list(ctx context.Context, in listKey) (forms.List, error) {
	r, err := d.of(ctx)
	if err != nil {
		return forms.List{}, err
	}
	l, ok := r.List(in.Key)
	if !ok {
		return l, fault.ErrNotFound
	}
	return l, nil
}
