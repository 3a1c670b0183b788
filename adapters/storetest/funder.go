package storetest

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"regexp"
	"strconv"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/forms"
	"github.com/opencasework/casework/session"
	"github.com/opencasework/casework/session/export"
)

// FunderAnswers complete a form and are what iCARE takes without an error.
func (w *World) FunderAnswers(kind string) forms.Answers {
	a := w.Answers(kind)
	maps.Copy(a, forms.Answers{"referred_by": "not_referred", "institution": "settlement_provider", "support_received": false})
	if kind == "io" || kind == "cc" || kind == "employment" {
		a["skills_received"] = false
	}
	switch kind {
	case "io":
		maps.Copy(a, forms.Answers{"end": "2025-06-15", "life_received": false, "hours": 1.0, "minutes": 0.0})
	case "needs":
		maps.Copy(a, forms.Answers{"end": "2025-06-15", "citizen_intent": "yes"})
	case "cc":
		maps.Copy(a, forms.Answers{"language": "english", "official_language": "english", "end": "2025-06-12", "hours": 1.0, "minutes": 0.0})
	case "employment":
		maps.Copy(a, forms.Answers{"language": "english", "official_language": "english", "registered": false, "hours": 1.0, "minutes": 0.0})
	}
	return a
}

// Agreement is a new contribution agreement with iCARE.
func (w *World) Agreement() *casemgmt.Funder {
	w.T.Helper()
	n := w.Next()
	return Must(w.Cases.CreateFunder(w.Setup, casemgmt.Funder{Name: i18n.T(fmt.Sprint("Agreement ", n), fmt.Sprint("Entente ", n)), System: "icare", Agreement: fmt.Sprint("S", n)}))(w.T)
}

// Serve records a complete service that an agreement pays for.
func (w *World) Serve(f *casemgmt.Funder, client casemgmt.ClientID, kind string, change ...func(*session.Start)) *session.Session {
	w.T.Helper()
	cmd := session.Start{Details: w.Details(), Clients: []session.StartClient{{Client: client, Forms: []session.StartForm{
		{Kind: kind, Content: session.Content{Funder: f.ID, Answers: w.FunderAnswers(kind)}}}}}}
	def, _ := w.Config.Forms.Latest(kind)
	cmd.Type = session.Type(def.Definition.Sessions[0])
	for _, c := range change {
		c(&cmd)
	}
	return Must(w.Sessions.Start(w.Worker, cmd))(w.T)
}

// rowStart is where a row of a sheet starts.
var rowStart = regexp.MustCompile(`<row r="(\d+)"[^>]*>`)

// Returned is a workbook as the funder returns it, with what it says of some rows in
// their first cell, which is empty in a workbook that was made.
func (w *World) Returned(f *export.File, details map[int]string) []byte {
	w.T.Helper()
	d := Must(w.Exports.Download(w.Uploader, export.FileKey{Run: f.Run, ID: f.ID}))(w.T)
	book := Must(zip.NewReader(bytes.NewReader(d.Content), int64(len(d.Content))))(w.T)
	var out bytes.Buffer
	returned := zip.NewWriter(&out)
	for _, part := range book.File {
		if part.Name != "xl/worksheets/sheet1.xml" {
			w.NoError(returned.Copy(part))
			continue
		}
		sheet := Must(io.ReadAll(Must(part.Open())(w.T)))(w.T)
		said := 0
		sheet = rowStart.ReplaceAllFunc(sheet, func(start []byte) []byte {
			row := string(rowStart.FindSubmatch(start)[1])
			text, ok := details[Must(strconv.Atoi(row))(w.T)]
			if !ok {
				return start
			}
			said++
			var cell bytes.Buffer
			fmt.Fprintf(&cell, `%s<c r="A%s" t="inlineStr"><is><t>`, start, row)
			w.NoError(xml.EscapeText(&cell, []byte(text)))
			cell.WriteString("</t></is></c>")
			return cell.Bytes()
		})
		if said != len(details) {
			w.T.Fatalf("the workbook has %d rows of %d", said, len(details))
		}
		_, err := Must(returned.Create(part.Name))(w.T).Write(sheet)
		w.NoError(err)
	}
	w.NoError(returned.Close())
	return out.Bytes()
}
