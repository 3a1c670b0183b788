package export

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/opencasework/casework/casemgmt/i18n"
)

var tableHead = map[i18n.Lang][]string{
	i18n.English: {"worker", "e-mail", "client number", "case", "session", "service date", "form", "file", "field", "column", "rule", "severity", "message", "suggestion"},
	i18n.French:  {"intervenant", "courriel", "numéro de client", "dossier", "séance", "date du service", "formulaire", "fichier", "champ", "colonne", "règle", "gravité", "message", "suggestion"},
}

// WriteCSV writes the problems as a table for spreadsheets, in the order of the
// workers (XPT-06): UTF-8 with a byte order mark, without which spreadsheets take
// it for something else. It fails with the writer's error.
func (r *Report) WriteCSV(w io.Writer, lang i18n.Lang) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	if !lang.Valid() {
		lang = i18n.English
	}
	out := csv.NewWriter(w)
	if err := out.Write(tableHead[lang]); err != nil {
		return err
	}
	for _, by := range r.Workers {
		for _, p := range by.Problems {
			day := ""
			if !p.Date.IsZero() {
				day = p.Date.String()
			}
			field := p.Label.In(lang)
			if field == "" {
				field = p.Field
			}
			err := out.Write([]string{plainCell(by.Name), plainCell(by.Email), strconv.FormatInt(p.Number, 10), p.Case.Number, cmp.Or(p.CaseSession.Number, p.Session.String()), day, p.Kind, p.File, field, p.Column, p.Rule,
				string(p.Severity), plainCell(p.Message.In(lang)), p.Suggestion})
			if err != nil {
				return err
			}
		}
	}
	if r.Unlisted > 0 {
		more := map[i18n.Lang]string{i18n.English: "%d more problems are not listed", i18n.French: "%d autres problèmes ne sont pas énumérés"}
		line := make([]string, len(tableHead[lang]))
		line[len(line)-2] = fmt.Sprintf(more[lang], r.Unlisted)
		if err := out.Write(line); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// plainCell keeps a spreadsheet from taking what somebody typed, or the funder
// wrote, for a formula.
func plainCell(s string) string {
	if strings.IndexAny(s, "=+-@\t\r") == 0 {
		return "'" + s
	}
	return s
}
