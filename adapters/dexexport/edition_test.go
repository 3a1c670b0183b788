package dexexport_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/opencasework/casework/adapters/bunstore"
	"github.com/opencasework/casework/adapters/dexexport"
	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/adapters/storetest/databases"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/casefile"
	"github.com/opencasework/casework/dex"
	"github.com/opencasework/casework/session/export"
)

// each runs a test on every database, with an agency whose format has some options.
func each(t *testing.T, opt dexexport.Options, test func(t *testing.T, a *agency)) {
	databases.Each(t, func(t *testing.T, s *bunstore.Store) {
		test(t, newAgency(t, storetest.NewWorld(t, s, storetest.Options{Formats: []export.Format{dexexport.New(opt)}})))
	})
}

// A run in the edition of 2015 leaves out what that has no place for: its file passes the
// check without a finding, and xmllint.
func TestEdition2015(t *testing.T) {
	each(t, dexexport.Options{Schema: dex.Schema2015()}, func(t *testing.T, a *agency) {
		c := a.reported(true)
		f := a.open(0, c)
		a.session(f, func(s *casefile.AddSession) { s.ServiceSetting, s.Unidentified = "CLRES", 2 })
		run := a.make()
		content := storetest.Must(a.Exports.Download(a.uploader, export.FileKey{Run: run.ID, ID: run.Files[0].ID}))(t).Content
		_, err := dex.Check(bytes.NewReader(content), dex.Options{Schema: dex.Schema2015(), Complete: true}, func(f dex.Finding) { t.Errorf("%s", f) })
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(content), "ClientAttendanceProfileCode") || strings.Contains(string(content), "ServiceSettingCode") {
			t.Errorf("%s", content)
		}
		if _, err := exec.LookPath("xmllint"); err != nil {
			t.Skip("no xmllint: install libxml2-utils")
		}
		xsd := "../../dex/testdata/dex-extended.xsd"
		if own := os.Getenv("DEX_XSD"); own != "" {
			xsd = own
		}
		cmd := exec.Command("xmllint", "--noout", "--schema", xsd, "-")
		cmd.Stdin = bytes.NewReader(content)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v %s\n%s", err, out, content)
		}
	})
}

// DEX-10: a file is below the limit, and larger data are split by whole records, in the order
// of the sections.
func TestSplit(t *testing.T) {
	const limit = 6000
	each(t, dexexport.Options{MaxBytes: limit}, func(t *testing.T, a *agency) {
		sessions := 0
		for range 6 {
			f := a.open(0, a.reported(true), a.reported(false))
			for range 3 {
				a.session(f)
				sessions++
			}
		}
		run := a.make()
		check := dex.NewChecker(dex.Options{Complete: true})
		var order []string
		seen := map[string]int{}
		for i, file := range run.Files {
			content := storetest.Must(a.Exports.Download(a.uploader, export.FileKey{Run: run.ID, ID: file.ID}))(t).Content
			if len(content) > limit {
				t.Errorf("DEX-10: file %d has %d bytes", i, len(content))
			}
			// what a later file refers to was in an earlier one
			if _, err := check.Check(bytes.NewReader(content), func(f dex.Finding) {
				if f.Severity == dex.Error {
					t.Errorf("DEX-10: file %d: %s", i, f)
				}
			}); err != nil {
				t.Fatal(err)
			}
			in, n := dex.NewReader(bytes.NewReader(content), dex.ReaderOptions{}), 0
			for {
				r, err := in.Read()
				if err == io.EOF {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				n++
				order = append(order, r.Section())
				seen[r.Section()+r.ID()+dex.KeyOf(r).CaseID]++
			}
			storetest.Equal(t, "DEX-10: records of a file", n, file.Records)
		}
		if len(run.Files) < 4 || !slices.IsSortedFunc(order, func(a, b string) int {
			return slices.Index([]string{"Client", "Case", "Session"}, a) - slices.Index([]string{"Client", "Case", "Session"}, b)
		}) {
			t.Errorf("DEX-10: %d files with %v", len(run.Files), order)
		}
		storetest.Equal(t, "DEX-10: records", len(seen), 12+6+sessions)
		storetest.Equal(t, "DEX-10: records", len(order), 12+6+sessions)
	})
}

// lines reads a report of the form that this test has made up: severity, section, client,
// case, session and message, with commas.
type lines struct{ *csv.Reader }

func (l lines) Read() (dex.ErrorLine, error) {
	row, err := l.Reader.Read()
	if err != nil {
		return dex.ErrorLine{}, err
	}
	return dex.ErrorLine{Severity: dex.Severity(row[0]), Section: row[1], ClientID: row[2], CaseID: row[3], SessionID: row[4], Message: row[5], Raw: strings.Join(row, ",")}, nil
}

// XPT-08: where somebody has a reader for the portal's report it is read back by the ids of
// the records.
func TestReport(t *testing.T) {
	opt := dexexport.Options{Report: func(r io.Reader) dex.ErrorReader { return lines{csv.NewReader(r)} }}
	each(t, opt, func(t *testing.T, a *agency) {
		c := a.reported(true)
		f := a.open(0, c)
		x, fine := a.session(f), a.session(f)
		run := a.make()
		report := fmt.Sprintf("error,Session,,%s,%s,The date is not in the period.\nwarning,Session,,%s,%s,Look at the fees.\nerror,Client,unknown,,,Nobody.\nerror,,,,,The file.\n",
			f.CaseID, x.SessionID, f.CaseID, fine.SessionID)
		key := export.FileKey{Run: run.ID, ID: run.Files[0].ID}
		read := storetest.Must(a.Exports.ReadAnswer(a.uploader, export.ReadAnswer{Run: key.Run, ID: key.ID, Content: []byte(report)}))(t)
		storetest.Equal(t, "XPT-08: rejected, accepted and unmatched", [3]int{read.Rejected, read.Accepted, read.Unmatched}, [3]int{1, 1, 1})
		list := storetest.Must(a.Exports.MyRejections(a.worker, casemgmt.PageRequest{}))(t)
		storetest.Equal(t, "XPT-08: on the list", len(list.Items), 1)
		storetest.Equal(t, "XPT-08: session", list.Items[0].CaseSession.Number, x.SessionID)
		storetest.Equal(t, "XPT-08: message", list.Items[0].Messages[0].En, "The date is not in the period.")
		again := storetest.Must(a.Exports.ReadAnswer(a.uploader, export.ReadAnswer{Run: key.Run, ID: key.ID, Content: []byte(report)}))(t)
		storetest.Equal(t, "XPT-08: again", again.File.Version, read.File.Version)
	})
	databases.Each(t, func(t *testing.T, s *bunstore.Store) {
		a := newAgency(t, databases.NewWorld(t, s))
		a.session(a.open(0, a.reported(true)))
		run := a.make()
		_, err := a.Exports.ReadAnswer(a.uploader, export.ReadAnswer{Run: run.ID, ID: run.Files[0].ID, Content: []byte("x")})
		storetest.Refused(t, err, "/content", "no_format", "XPT-04")
	})
}
