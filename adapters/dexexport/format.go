package dexexport

import (
	"fmt"
	"io"
	"iter"

	"github.com/opencasework/casework/casemgmt/casefile"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/dex"
	"github.com/opencasework/casework/session/export"
)

// System is the name of the format in casemgmt.Funder.System.
const System = "dex"

// The kinds of records of a file. A client's is export.ClientSubject.
const (
	CaseSubject              export.SubjectKind = "case"
	SessionSubject           export.SubjectKind = "case_session"
	SessionAssessmentSubject export.SubjectKind = "session_assessment"
	ClientAssessmentSubject  export.SubjectKind = "client_assessment"
)

// Options of a format. The zero value has the current specification, and cannot read what
// the portal says of a file.
type Options struct {
	// Schema is the edition of the specification; nil is dex.Current(). What an edition has
	// no place for is left out.
	Schema *dex.Schema
	// Report reads the portal's error report, whose form is not published; nil is that
	// somebody enters what it says (export.Reject).
	Report func(io.Reader) dex.ErrorReader
	// MaxBytes is how large a file may become; 0 is just below what the portal takes
	// (DEX-10). A record that is larger has a file of its own.
	MaxBytes int
}

// Tx is what the format needs besides export.Tx of the storage of exports.
type Tx interface {
	CaseReports() casefile.Reports
}

// Format is the Data Exchange's: an export.Source that is made of case files, and an
// export.Reader. It never changes once made.
//
// A run takes the sessions of a period with their cases, the clients of these, and the
// assessments. What was uploaded before and is unchanged does not go again; what was changed
// goes again under the same ids.
type Format struct {
	opt     Options
	encoder *dex.Encoder
}

var (
	_ export.Source = (*Format)(nil)
	_ export.Reader = (*Format)(nil)
)

// New makes the format.
func New(opt Options) *Format {
	if opt.Schema == nil {
		opt.Schema = dex.Current()
	}
	if opt.MaxBytes == 0 {
		opt.MaxBytes = dex.MaxFile - 1
	}
	f := &Format{opt: opt}
	f.encoder = dex.NewEncoder(f.writing())
	return f
}

func (f *Format) writing() dex.WriterOptions {
	return dex.WriterOptions{Schema: f.opt.Schema, Omit: true}
}

// System is part of export.Format.
func (*Format) System() string { return System }

// frame is more than the bytes of a file besides its records.
const frame = 600

// kind is the only kind of file.
const kind = "dex"

// Kinds is part of export.Format: a file has all sections, and is below the portal's limit
// (DEX-10).
func (f *Format) Kinds() []export.FileKind {
	return []export.FileKind{{Key: kind, Title: i18n.T("Data Exchange file", "Fichier de l’échange de données"), First: 1,
		MostBytes: max(1, f.opt.MaxBytes-frame), Ending: ".xml", Media: "application/xml"}}
}

// sections are the elements of records, in the order in which a file has them.
var sections = []string{"Client", "Case", "Session", "SessionAssessment", "ClientAssessment"}

// Write is part of export.Format. A record's body is its element, after a byte that says
// which one of sections it is.
func (f *Format) Write(w io.Writer, _ string, records iter.Seq[[]byte]) error {
	out := dex.NewWriter(w, f.writing())
	for body := range records {
		if len(body) == 0 || int(body[0]) >= len(sections) {
			return fmt.Errorf("dexexport: a record is not one that this format has made")
		}
		if err := out.Write(&dex.Encoded{Name: sections[body[0]], XML: body[1:]}); err != nil {
			return err
		}
	}
	return out.Close()
}
