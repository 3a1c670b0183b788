package icare

import (
	"fmt"
	"strings"
)

// layout is a sheet on the way to being a file: where its columns are, and what
// is wrong with that.
type layout struct {
	spec   *Spec
	name   string // of the file, for findings
	sheet  string // its name
	probe  bool   // only whether it has a record of a template
	title  string
	ids    []string
	labels []string
	file   *File
	places []int // of the sheet's columns in the template; -1 for none
	found  []Finding
	moved  bool // the columns are not those of the template
	record *Record
	filled bool
	beyond map[int]bool // columns of no template that have a value
	strays []int        // those of the present row that are new, at most one more than maxStrays
	twice  bool         // the row has several cells in one place
}

// maxStrays is how many columns of no template are named one by one.
const maxStrays = 20

// begin begins a row. With the fourth it must be known which template this is.
func (l *layout) begin(row int) error {
	if row >= FirstRow && l.file == nil {
		if err := l.identify(); err != nil {
			return err
		}
	}
	l.keep()
	if row >= FirstRow {
		l.record, l.filled = &Record{Row: row}, false
	}
	if n := len(l.file.records()); n > maxRows {
		return &TooLarge{n}
	} else if n > 0 && l.probe {
		return errStop
	}
	return nil
}

func (f *File) records() []Record {
	if f == nil {
		return nil
	}
	return f.Records
}

// keep keeps the record that was read, unless it is empty.
func (l *layout) keep() {
	if l.record != nil {
		l.stray()
	}
	if l.record != nil && l.filled {
		l.file.Records = append(l.file.Records, *l.record)
	}
	l.record = nil
}

// stray says which columns of the row have a value that is not read: each once, and
// many of them together.
func (l *layout) stray() {
	switch {
	case len(l.strays) > maxStrays:
		l.say("R002", l.record.Row, "", letter(l.strays[0]), "there are values in many columns that have no id of the template, this one first; they are not read",
			"il y a des valeurs dans de nombreuses colonnes qui n’ont pas d’identifiant du modèle, celle-ci la première; elles ne sont pas lues")
	default:
		for _, column := range l.strays {
			l.say("R002", l.record.Row, "", letter(column), "there is a value in a column that has no id of the template; it is not read",
				"il y a une valeur dans une colonne qui n’a pas d’identifiant du modèle; elle n’est pas lue")
		}
	}
	l.strays, l.twice = l.strays[:0], false
}

// maxColumns is how far a sheet's ids may go to the right.
const maxColumns = 1000

func (l *layout) add(c cell) error {
	if c.text == "" && c.kind != FormulaCell {
		return nil
	}
	switch {
	case c.row == 1 && c.column == 0:
		l.title = c.text
	case c.row == 2 || c.row == 3:
		if c.column >= maxColumns {
			return ErrTemplate
		}
		row := &l.ids
		if c.row == 3 {
			row = &l.labels
		}
		for len(*row) <= c.column {
			*row = append(*row, "")
		}
		(*row)[c.column] = strings.TrimSpace(c.text)
	case l.record == nil:
	case c.column >= len(l.places) || l.places[c.column] < 0:
		if !l.beyond[c.column] && len(l.beyond) <= maxStrays {
			if l.beyond == nil {
				l.beyond = map[int]bool{}
			}
			l.beyond[c.column] = true
			l.strays = append(l.strays, c.column)
		}
	default:
		at := l.places[c.column]
		if l.record.Values == nil {
			l.record.Values = make([]string, len(l.file.Template.Columns))
		}
		if l.record.Values[at] != "" || l.record.notText(at) {
			if !l.twice {
				l.say("R002", c.row, l.file.Template.Columns[at].ID, letter(c.column), "the row has several cells in one place; the first is read", "la ligne a plusieurs cellules à la même place; la première est lue")
			}
			l.twice = true
			return nil
		}
		l.record.Values[at] = c.text
		l.filled = l.filled || c.text != ""
		if c.kind != "" {
			l.record.NotText = append(l.record.NotText, NotText{at, c.kind})
		}
	}
	return nil
}

// identify finds the template by the ids, and by the title where there are none.
func (l *layout) identify() error {
	var titled, best *Template
	known := 0
	for _, t := range l.spec.Templates {
		for _, line := range strings.FieldsFunc(l.title, func(r rune) bool { return r == '\n' || r == '\r' }) {
			if fold(line) == fold(t.Title) {
				titled = t
			}
		}
		n := 0
		for _, id := range l.ids {
			if _, ok := t.index[id]; ok {
				n++
			}
		}
		if n > known || n == known && t == titled {
			best, known = t, n
		}
	}
	few := best == nil || 2*known < len(best.Columns)
	switch {
	case few && titled == nil:
		return ErrTemplate
	case few:
		l.open(titled)
		l.moved = true
		l.say("R002", 2, "", "A", "the hidden second row does not have the ids of the columns; take a workbook that was downloaded",
			"la deuxième ligne, masquée, n’a pas les identifiants des colonnes; utilisez un classeur téléchargé")
		return nil
	}
	l.open(best)
	if titled != best {
		l.say("R001", 1, "", "A", "the title in A1 is not that of the template “"+best.Title+"”; take a workbook that was downloaded",
			"le titre en A1 n’est pas celui du modèle « "+best.Title+" »; utilisez un classeur téléchargé")
	}
	l.columns()
	return nil
}

func (l *layout) open(t *Template) {
	l.file = &File{Name: l.name, Template: t, letters: make([]string, len(t.Columns))}
	for i, c := range t.Columns {
		l.file.letters[i] = c.Letter
	}
}

// columns finds the place of each column, and says once what is wrong with all.
func (l *layout) columns() {
	t := l.file.Template
	l.places = make([]int, len(l.ids))
	seen := map[int]bool{}
	elsewhere, first := 0, 0
	for i, id := range l.ids {
		at, ok := t.index[id]
		if l.places[i] = at; !ok || seen[at] {
			l.places[i] = -1
			if id != "" {
				l.moved = true
				l.say("R002", 2, "", letter(i), "this id is none of the template, or is there twice; take a workbook that was downloaded",
					"cet identifiant n’est pas dans le modèle ou s’y trouve deux fois; utilisez un classeur téléchargé")
			}
			continue
		}
		seen[at] = true
		l.file.letters[at] = letter(i)
		if at != i {
			if elsewhere++; elsewhere == 1 {
				first = i
			}
		}
	}
	if elsewhere > 0 {
		l.moved = true
		l.say("R002", 2, l.ids[first], letter(first), fmt.Sprintf("%d columns stand at another place than in the template, this one first; take a workbook that was downloaded", elsewhere),
			fmt.Sprintf("%d colonnes ne sont pas à leur place dans le modèle, celle-ci la première; utilisez un classeur téléchargé", elsewhere))
	}
	for i, c := range t.Columns {
		if !seen[i] {
			l.moved = true
			l.say("R002", 2, c.ID, "", fmt.Sprintf("the column %s of “%s” is missing; take a workbook that was downloaded", c.ID, c.Label),
				fmt.Sprintf("la colonne %s de « %s » manque; utilisez un classeur téléchargé", c.ID, c.Label))
		}
	}
	l.checkLabels()
}

// checkLabels compares the labels of the third row, which a workbook in another
// language has otherwise, all of them.
func (l *layout) checkLabels() {
	others, first := 0, 0
	for i, at := range l.places {
		if at < 0 {
			continue
		}
		label := ""
		if i < len(l.labels) {
			label = l.labels[i]
		}
		if fold(label) != fold(l.file.Template.Columns[at].Label) {
			if others++; others == 1 {
				first = i
			}
		}
	}
	if others > 0 {
		l.say("R002", 3, l.ids[first], letter(first), fmt.Sprintf("%d labels of the third row are not those of the template, this one first; take a workbook that was downloaded", others),
			fmt.Sprintf("%d libellés de la troisième ligne ne sont pas ceux du modèle, celui-ci le premier; utilisez un classeur téléchargé", others))
	}
}

func (l *layout) say(rule string, row int, column, at, en, fr string) {
	f := Finding{File: l.name, Row: row, Column: column, Rule: rule, Severity: Error, Message: en, MessageFR: fr}
	if at != "" {
		f.Cell = fmt.Sprintf("%s%d", at, row)
	}
	l.found = append(l.found, f)
}

func (l *layout) end() error {
	if l.file == nil {
		if err := l.identify(); err != nil {
			return err
		}
	}
	l.keep()
	return nil
}
