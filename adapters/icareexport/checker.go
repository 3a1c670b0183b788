package icareexport

import (
	"encoding/json"
	"slices"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/forms"
	"github.com/opencasework/casework/icare"
	"github.com/opencasework/casework/session/export"
)

// checker checks the records of one run.
type checker struct {
	format *Format
	opt    icare.Options
	period export.Period
	files  map[string]*icare.Checker
	found  []icare.Finding // of the record that is looked at
	rows   map[string]int
	client casemgmt.ClientID // whose records are looked at
}

// Begin is part of export.Format.
func (f *Format) Begin(p export.Period) export.Checker {
	c := &checker{format: f, period: p, files: map[string]*icare.Checker{}, rows: map[string]int{}}
	c.opt = icare.Options{Spec: f.spec, Today: day(p.Today)}
	if !p.From.IsZero() && p.From.Year == p.To.Year && p.From.Month == p.To.Month {
		c.opt.Month = p.From.String()[:7]
	}
	return c
}

// check checks the next record of a template. Records come client by client, and
// are compared with the same client's alone.
func (c *checker) check(m *mapping, in export.Input) export.Record {
	client, values := in.Client, m.values(in)
	key := m.template.Key
	if client.ID != c.client {
		c.client = client.ID
		for _, f := range c.files {
			f.Forget()
		}
	}
	if c.files[key] == nil {
		c.files[key] = icare.NewChecker(key, m.template, c.opt, func(f icare.Finding) { c.found = append(c.found, f) })
		c.rows[key] = icare.FirstRow
	}
	c.found = c.found[:0]
	c.files[key].Check(&icare.Record{Row: c.rows[key], Values: values})
	c.rows[key]++
	body, _ := json.Marshal(values) // texts always can be
	out := export.Record{Kind: key, Body: body}
	var site casemgmt.SiteID
	if in.Site != nil {
		site = in.Site.ID
	}
	out.Print, out.Core = m.print(values, false, site), m.print(values, true, site)
	for _, f := range c.found {
		x := export.Finding{Column: f.Column, Rule: f.Rule, Severity: fault.Warning, Message: i18n.T(f.Message, f.MessageFR), Suggestion: f.Suggestion}
		if f.Severity == icare.Error {
			x.Severity = fault.Error
		}
		if own, ok := alike[f.Rule]; ok {
			x.Message = own // the rows of the check are not those of the file
		}
		if s := m.byColumn[f.Column]; s != nil {
			x.Field, x.Label = s.field, s.label
		}
		out.Findings = append(out.Findings, x)
	}
	return out
}

// Client is part of export.Checker.
func (c *checker) Client(client *casemgmt.Client) export.Record {
	m := c.format.people
	return c.check(m, export.Input{Client: client})
}

// Service is part of export.Checker. What the form definition demands before an
// export is said too, where the file's own rules do not say it (HDR-02).
func (c *checker) Service(in export.Input) export.Record {
	m := c.format.forms[version{in.Form.Kind, in.Form.Definition}]
	out := c.check(m, in)
	if in.Amends != "" && !slices.ContainsFunc(out.Findings, func(f export.Finding) bool { return f.Column == reasonColumn && f.Severity == fault.Error }) {
		if s := m.byColumn[reasonColumn]; s != nil && s.value(in) == "" {
			out.Findings = append(out.Findings, export.Finding{Field: s.field, Label: s.label, Column: reasonColumn, Rule: "XPT-10", Severity: fault.Error,
				Message: i18n.T("The funder has accepted this record. Say why it is changed.", "Le bailleur de fonds a accepté cet enregistrement. Indiquez pourquoi il est modifié.")})
		}
	}
	def, ok := c.format.registry.Version(in.Form.Kind, in.Form.Definition)
	if !ok {
		return out
	}
	for _, i := range def.Check(in.Form.Answers, forms.ForFunder, forms.Env{Today: c.period.Today, Funder: System}) {
		if i.Severity == fault.Error && slices.ContainsFunc(out.Findings, func(f export.Finding) bool { return f.Field == i.Path && f.Severity == fault.Error }) {
			continue
		}
		x := export.Finding{Field: i.Path, Rule: i.Rule, Severity: i.Severity, Message: i18n.T(i.Message(i18n.English), i.Message(i18n.French))}
		for _, s := range m.sources {
			if s.field == i.Path {
				x.Label = s.label
			}
		}
		out.Findings = append(out.Findings, x)
	}
	return out
}

// alike are what is said of records that are like another of the same client.
var alike = map[string]i18n.Text{
	"R006": i18n.T("The client has another service in this period with the same content. Is it the same service, recorded twice?",
		"Le client a un autre service au même contenu pendant cette période. Est-ce le même service, consigné deux fois?"),
	"R007": i18n.T("The client has another service of this kind in this period; some partnerships send one a month.",
		"Le client a un autre service de ce type pendant cette période; certains partenariats n’en envoient qu’un par mois."),
}
