package catalog

import (
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/forms"
)

// field is a forms.Field in the making, so that a form reads as a table.
type field struct{ forms.Field }

func newField(kind forms.FieldKind, key, en, fr string) field {
	return field{forms.Field{Key: key, Kind: kind, Label: i18n.T(en, fr)}}
}

func text(key, en, fr string) field    { return newField(forms.Text, key, en, fr) }
func note(key, en, fr string) field    { return newField(forms.Note, key, en, fr) }
func date(key, en, fr string) field    { return newField(forms.Date, key, en, fr) }
func yesNo(key, en, fr string) field   { return newField(forms.Bool, key, en, fr) }
func integer(key, en, fr string) field { return newField(forms.Integer, key, en, fr) }
func decimal(key, en, fr string) field { return newField(forms.Decimal, key, en, fr) }
func money(key, en, fr string) field   { return newField(forms.Money, key, en, fr) }

func choice(key, list, en, fr string) field {
	f := newField(forms.Choice, key, en, fr)
	f.List = list
	return f
}

func pick(key, en, fr string, options ...forms.Option) field {
	f := newField(forms.Choice, key, en, fr)
	f.Options = options
	return f
}

func pickAny(key, en, fr string, options ...forms.Option) field {
	f := newField(forms.Choices, key, en, fr)
	f.Options = options
	return f
}

func ref(key, target, en, fr string) field {
	f := newField(forms.Ref, key, en, fr)
	f.Target = target
	return f
}

// of names the kind of form that a reference is to, and what ends it.
func (f field) of(kind string, closes *forms.Cond) field {
	f.FormKind, f.Closes = kind, closes
	return f
}

// counted marks the field for reports.
func (f field) counted() field { f.Reportable = true; return f }

// in is a list of session types.
func in(types ...string) []string { return types }

func group(key, en, fr string, items int, fields ...field) field {
	f := newField(forms.Group, key, en, fr)
	f.Fields = list(fields...)
	return f.most(float64(items))
}

func opt(key, en, fr string) forms.Option { return forms.Option{Key: key, Label: i18n.T(en, fr)} }

// must makes the field mandatory to complete (M).
func (f field) must() field { return f.mustIf(forms.Always()) }

func (f field) mustIf(c *forms.Cond) field { f.Required = c; return f }

// funder makes the field mandatory for the iCARE file (I).
func (f field) funder() field {
	f.Funder = map[string]*forms.Cond{ICARE: forms.Always()}
	return f
}

// icare names the column that the field feeds.
func (f field) icare(column string) field {
	if column != "" {
		f.Codes = forms.Codes{ICARE: column}
	}
	return f
}

func (f field) when(c *forms.Cond) field { f.Show = c; return f }

func (f field) rule(id string) field { f.Rule = id; return f }

func (f field) least(n float64) field { f.Min = &n; return f }

func (f field) most(n float64) field { f.Max = &n; return f }

func (f field) steps(n float64) field { f.Step = n; return f }

func (f field) past() field { f.NotFuture = true; return f }

func list(fields ...field) []forms.Field {
	out := make([]forms.Field, len(fields))
	for i, f := range fields {
		out[i] = f.Field
	}
	return out
}

func section(key, en, fr string, fields ...field) forms.Section {
	return forms.Section{Key: key, Title: i18n.T(en, fr), Fields: list(fields...)}
}

// icareFixed are the columns of a service row that come from the client, the
// site and the export itself.
func icareFixed() map[string]forms.Codes {
	return map[string]forms.Codes{ICARE: {
		"processing_details":        "result",
		"update_record_id":          "export.update_record",
		"client_validation_type_id": "client.identifier_kind",
		"client_validation_id":      "client.identifier",
		"client_birth_dt":           "client.birth_date",
		"postal_cd":                 "site.postal_code",
	}}
}
