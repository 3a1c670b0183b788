package export_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/adapters/storetest/databases"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/forms"
	"github.com/opencasework/casework/icare"
	"github.com/opencasework/casework/session"
	"github.com/opencasework/casework/session/export"
)

// The rules of exports, on every database.
func TestRules(t *testing.T) {
	databases.Show(t, map[string]storetest.Rules{
		"access":     accessRules,
		"amendments": amendmentRules,
		"answers":    answerRules,
		"checks":     checkRules,
		"runs":       runRules,
	})
}

// month is the period of the tests.
func month(f *casemgmt.Funder) export.Criteria {
	return export.Criteria{Funder: f.ID, From: civil.Date{Year: 2025, Month: 6, Day: 1}, To: civil.Date{Year: 2025, Month: 6, Day: 30}}
}

// makeRun makes the files of some criteria, as the operator.
func makeRun(w *storetest.World, c export.Criteria) *export.Run {
	w.T.Helper()
	return storetest.Must(w.Exports.Make(w.Uploader, export.Make{Criteria: c}))(w.T)
}

// fileOf is the only file of a kind in a run.
func fileOf(t testing.TB, r *export.Run, kind string) *export.File {
	t.Helper()
	for _, f := range r.Files {
		if f.Kind == kind {
			return f
		}
	}
	t.Fatalf("no file of %s in %d files", kind, len(r.Files))
	return nil
}

// markSent says that a file was sent.
func markSent(w *storetest.World, f *export.File) *export.File {
	w.T.Helper()
	return storetest.Must(w.Exports.MarkSent(w.Uploader, export.MarkSent{Run: f.Run, ID: f.ID, Version: f.Version}))(w.T)
}

// accept says that the funder accepted n records of a file.
func accept(w *storetest.World, f *export.File, n int) *export.File {
	w.T.Helper()
	return storetest.Must(w.Exports.Accept(w.Uploader, export.Accept{Run: f.Run, ID: f.ID, Version: f.Version, Accepted: n}))(w.T)
}

// recordsOf are the records of a file, as package icare reads it.
func recordsOf(w *storetest.World, f *export.File) *icare.File {
	w.T.Helper()
	content := storetest.Must(w.Exports.Download(w.Uploader, export.FileKey{Run: f.Run, ID: f.ID}))(w.T).Content
	out, found, err := icare.Builtin().ReadWorkbook(f.Name, bytes.NewReader(content), int64(len(content)))
	w.NoError(err)
	if len(found) > 0 {
		w.T.Errorf("%v", found)
	}
	return out
}

// unable is a message as iCARE gives it.
const unable = "(Client) Unable to validate against database. / (Client) Impossible de valider dans la base de données."

// rejectedAt is what iCARE says of a record in a row.
func rejectedAt(row int) string {
	return fmt.Sprintf("[BUID:305939,RID:,ORP:%d/5,DTS:2025-07-03 10:05:04][1] %s", row, unable)
}

// readAnswer reads a file as the funder returned it.
func readAnswer(w *storetest.World, f *export.File, details map[int]string) *export.Read {
	w.T.Helper()
	return storetest.Must(w.Exports.ReadAnswer(w.Uploader, export.ReadAnswer{Run: f.Run, ID: f.ID, Content: w.Returned(f, details)}))(w.T)
}

// words are values with a blank between each.
func words(values ...any) string { return strings.TrimSuffix(fmt.Sprintln(values...), "\n") }

// leftOut is how many were left out for a reason.
func leftOut(n export.Counts, r export.Reason) int {
	for _, l := range n.LeftOut {
		if l.Reason == r {
			return l.Count
		}
	}
	return 0
}

// checkOf checks what is due.
func checkOf(w *storetest.World, c export.Criteria) *export.Report {
	w.T.Helper()
	return storetest.Must(w.Exports.Check(w.Uploader, c))(w.T)
}

// found lists the rules of the problems with errors, by worker.
func found(r *export.Report) []string {
	var out []string
	for _, w := range r.Workers {
		for _, p := range w.Problems {
			if p.Severity == fault.Error {
				out = append(out, p.Rule+" "+p.Field)
			}
		}
	}
	slices.Sort(out)
	return out
}

// saveAs changes the answers of a session's only form.
func saveAs(ctx context.Context, w *storetest.World, x *session.Session, change func(forms.Answers)) (*session.Form, error) {
	f := storetest.Must(w.Sessions.Form(ctx, x.Participants[0].Forms[0].ID))(w.T)
	c := f.Content
	c.Answers = maps.Clone(c.Answers)
	change(c.Answers)
	return w.Sessions.SaveForm(ctx, session.SaveForm{ID: f.ID, Version: f.Version, Content: c})
}

// toFix is what somebody has to fix of an agreement.
func toFix(ctx context.Context, w *storetest.World, f *casemgmt.Funder) []export.ToFix {
	w.T.Helper()
	var out []export.ToFix
	p := casemgmt.PageRequest{Limit: 2}
	for {
		page := storetest.Must(w.Exports.MyRejections(ctx, p))(w.T)
		for _, x := range page.Items {
			if x.Funder == f.ID {
				out = append(out, x)
			}
		}
		if p.After = page.Next; p.After == "" {
			return out
		}
	}
}
