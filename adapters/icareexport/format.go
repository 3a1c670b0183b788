// Package icareexport brings casework's records into iCARE's bulk upload
// workbooks: it is the export.Format of funders whose System is icare. Which
// column a field feeds is said by the form definitions (forms.Codes), and what a
// column takes by package icare.
package icareexport

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/forms"
	"github.com/opencasework/casework/icare"
	"github.com/opencasework/casework/session"
	"github.com/opencasework/casework/session/export"
)

// System is the name of the format in casemgmt.Funder.System, in forms.Codes
// and in forms.Definition.Files.
const System = "icare"

const (
	profile      = "client_profile"
	recordColumn = "update_record_id"
	reasonColumn = "assessment_update_reason_id"
)

// Format is iCARE's: an export.Format that fills in workbooks (export.Filler) and
// reads answers (export.Reader). It never changes once made.
type Format struct {
	spec     *icare.Spec
	registry *forms.Registry
	kinds    []export.FileKind
	forms    map[version]*mapping
	people   *mapping
}

var (
	_ export.Services = (*Format)(nil)
	_ export.Filler   = (*Format)(nil)
	_ export.Reader   = (*Format)(nil)
)

type version struct {
	form   string
	number int
}

// New reads the mapping from the form definitions of a registry. spec is the
// edition of the templates, nil for the one of 2018 that is built in; see
// icare.Spec.WithWorkbook for a newer one. It fails when a template has a
// mandatory column that nothing feeds, an option has a label that is not in the
// funder's list, or, with the built-in edition, a field feeds a column that is not
// there.
func New(r *forms.Registry, spec *icare.Spec) (*Format, error) {
	if r == nil {
		return nil, errors.New("icareexport: the registry of forms is nil; catalog.Registry() has the stock ones")
	}
	if spec == nil {
		spec = icare.Builtin()
	}
	f := &Format{spec: spec, registry: r, forms: map[version]*mapping{}}
	var err error
	if f.people, err = newProfile(f.spec, r); err != nil {
		return nil, err
	}
	fed := map[string]bool{profile: true}
	for _, key := range r.Keys() {
		latest, _ := r.Latest(key)
		for n := 1; n <= latest.Definition.Version; n++ {
			def, ok := r.Version(key, n)
			if !ok || def.Definition.Files[System] == "" {
				continue
			}
			m, err := newMapping(f.spec, r, def.Definition)
			if err != nil {
				return nil, fmt.Errorf("icareexport: %s version %d: %w", key, n, err)
			}
			f.forms[version{key, n}] = m
			fed[m.template.Key] = true
		}
	}
	for _, t := range f.spec.Templates { // in the order in which they are sent
		if fed[t.Key] {
			title, ok := titles[t.Key]
			if !ok {
				title = i18n.T(t.Title, t.Title)
			}
			f.kinds = append(f.kinds, export.FileKind{Key: t.Key, Title: title, Clients: t.Key == profile, First: icare.FirstRow,
				Most: icare.MaxRecords, Ending: ".xlsx", Media: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"})
		}
	}
	return f, nil
}

// titles are those of the templates; French is this project's.
var titles = map[string]i18n.Text{
	"client_profile":             i18n.T("Client Profile", "Profil du client"),
	"needs_assessment_referrals": i18n.T("Needs Assessment and Referrals Service", "Évaluation des besoins et aiguillage"),
	"community_connections":      i18n.T("Community Connections", "Liens avec la collectivité"),
	"information_orientation":    i18n.T("Information and Orientation", "Information et orientation"),
	"employment":                 i18n.T("Employment Related Services", "Services liés à l’emploi"),
	"lt_course_setup":            i18n.T("Language Training - Course Setup", "Formation linguistique – Création de cours"),
	"lt_client_enrolment":        i18n.T("Language Training - Client Enrolment", "Formation linguistique – Inscription de clients"),
	"lt_client_exit":             i18n.T("Language Training - Client Exit", "Formation linguistique – Départ de clients"),
}

// System is part of export.Format.
func (f *Format) System() string { return System }

// Kinds is part of export.Format.
func (f *Format) Kinds() []export.FileKind { return f.kinds }

// Write is part of export.Format. A record's body is a JSON array of strings: its cells
// in the order of the template's columns.
func (f *Format) Write(w io.Writer, kind string, records iter.Seq[[]byte]) error {
	out := &icare.File{Name: kind, Template: f.spec.Template(kind)}
	for body := range records {
		var values []string
		if err := json.Unmarshal(body, &values); err != nil {
			return fmt.Errorf("icareexport: a record of %s is not one that a checker of this format has made: %w", kind, err)
		}
		out.Records = append(out.Records, icare.Record{Row: icare.FirstRow + len(out.Records), Values: values})
	}
	return f.spec.WriteWorkbook(w, out)
}

// Fill is part of export.Filler.
func (f *Format) Fill(w io.Writer, kind string, written, base []byte) error {
	sent, err := f.read(kind, written)
	if err != nil {
		return err
	}
	if err := f.spec.FillWorkbook(w, base, sent); err != nil {
		return refuse(err)
	}
	return nil
}

// read reads a workbook of a kind.
func (f *Format) read(kind string, content []byte) (*icare.File, error) {
	file, _, err := f.spec.ReadWorkbook(kind, bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return nil, refuse(err)
	}
	if file.Template.Key != kind {
		var bad fault.Issues
		bad.Add("XPT-08", "/content", "not_this_file")
		return nil, bad.Err()
	}
	return file, nil
}

// refuse says what is wrong with a workbook that somebody gave.
func refuse(err error) error {
	var bad fault.Issues
	var no *icare.NotWorkbook
	switch {
	case errors.Is(err, icare.ErrTemplate):
		bad.Add("XPT-03", "/content", "not_this_file")
	case errors.As(err, &no):
		bad.Add("XPT-03", "/content", "not_a_workbook", "what", no.Problem)
	default:
		bad.Add("XPT-03", "/content", "not_a_workbook", "what", err.Error()) // the package's errors hold no values
	}
	return bad.Err()
}

// Read is part of export.Reader. A record with a number of iCARE was stored, and
// is accepted whatever is said of it.
func (f *Format) Read(kind string, sent, returned []byte) ([]export.Answer, error) {
	answer, err := f.read(kind, returned)
	if err != nil {
		return nil, err
	}
	original, err := f.read(kind, sent)
	if err != nil {
		return nil, fmt.Errorf("icareexport: the file that was sent: %w", err)
	}
	// the same client may stand in the same row of another month's file
	there, known := map[string]bool{}, 0
	for i := range original.Records {
		there[original.Fingerprint(&original.Records[i])] = true
	}
	for i := range answer.Records {
		if there[answer.Fingerprint(&answer.Records[i])] {
			known++
		}
	}
	if 2*known < len(answer.Records) {
		var bad fault.Issues
		bad.Add("XPT-08", "/content", "not_this_file")
		return nil, bad.Err()
	}
	var out []export.Answer
	for _, r := range answer.Rejections(original) {
		a := export.Answer{Accepted: r.RecordID != "", RecordID: r.RecordID}
		if r.Sent != nil {
			a.Row = r.Sent.Row
		}
		for _, m := range r.Messages {
			a.Messages = append(a.Messages, session.FunderMessage{Part: m.Part, En: m.En, Fr: m.Fr, Raw: m.Raw})
		}
		out = append(out, a)
	}
	return out, nil
}
