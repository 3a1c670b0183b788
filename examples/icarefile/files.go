package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/opencasework/casework/examples/internal/cli"
	"github.com/opencasework/casework/icare"
)

// editionFlag is the flag for a template that is newer than those built in.
func editionFlag(f *flag.FlagSet) *string {
	return f.String("edition", "", "an empty `workbook` downloaded from iCARE, whose columns and lists are used")
}

// edition is the templates that are built in, with the one of a downloaded
// workbook if there is one.
func edition(file string) (*icare.Spec, error) {
	if file == "" {
		return icare.Builtin(), nil
	}
	book, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	spec, _, err := icare.Builtin().WithWorkbook(bytes.NewReader(book), int64(len(book)))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return spec, nil
}

// read reads a workbook, or a table when the name ends with .csv; key is the
// template of a table, or empty to find it by its columns.
func read(spec *icare.Spec, file, key string) (*icare.File, []icare.Finding, error) {
	var tpl *icare.Template
	if key != "" {
		if tpl = spec.Template(key); tpl == nil {
			return nil, nil, fmt.Errorf("there is no template %s; icarefile templates lists them", key)
		}
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, nil, err
	case info.IsDir():
		return nil, nil, fmt.Errorf("%s is a folder", file)
	}
	var out *icare.File
	var found []icare.Finding
	if strings.EqualFold(filepath.Ext(file), ".csv") {
		out, err = spec.ReadCSV(file, f, tpl)
	} else {
		out, found, err = spec.ReadWorkbook(file, f, info.Size())
	}
	switch {
	case err != nil:
		return nil, nil, fmt.Errorf("%s: %w", file, err)
	case tpl != nil && out.Template != tpl:
		return nil, nil, fmt.Errorf("%s: the file is of the template %s", file, out.Template.Key)
	}
	return out, found, nil
}

// only reads the one workbook that a command takes, and says what is wrong with
// its layout. With what it cannot read, or read whole, the command ends so.
func only(s cli.Streams, f *flag.FlagSet, args []string) (*icare.Spec, *icare.File, int) {
	newer := editionFlag(f)
	files, code, ok := cli.Parse(f, args)
	if !ok {
		return nil, nil, code
	}
	if len(files) != 1 {
		return nil, nil, cli.Fail(s, fmt.Errorf("name one workbook"))
	}
	spec, err := edition(*newer)
	if err != nil {
		return nil, nil, cli.Fail(s, err)
	}
	book, layout, err := read(spec, files[0], "")
	if err != nil {
		return nil, nil, cli.Fail(s, err)
	}
	return spec, book, complain(s, spec, book, layout)
}

// complain says what was not read as it stands in a file: columns elsewhere, and
// cells that are no text.
func complain(s cli.Streams, spec *icare.Spec, book *icare.File, layout []icare.Finding) int {
	code := cli.Good
	say := func(f icare.Finding) {
		fmt.Fprintln(s.Err, f)
		code = cli.Faulty
	}
	for _, f := range layout {
		say(f)
	}
	icare.Check([]*icare.File{book}, icare.Options{Spec: spec}, func(f icare.Finding) {
		if f.Rule == "R004" {
			say(f)
		}
	})
	return code
}

// free says what keeps a workbook from being written under a name.
func free(name string) error {
	switch {
	case name == "":
		return fmt.Errorf("-o names the file to be written")
	case !strings.EqualFold(filepath.Ext(name), ".xlsx"):
		return fmt.Errorf("-o: %s: a workbook has the ending .xlsx", name)
	}
	if _, err := os.Lstat(name); err == nil {
		return fmt.Errorf("%s is there already", name)
	}
	return nil
}

// put writes a workbook whole or not at all. It does not write over another file.
func put(name string, write func(io.Writer) error) error {
	if err := free(name); err != nil {
		return err
	}
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return err
	}
	f, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b.Bytes())
	if bad := f.Close(); err == nil {
		err = bad
	}
	if err != nil {
		os.Remove(name)
	}
	return err
}

func newBook(s cli.Streams, args []string) int {
	f := cli.Flags(s, name, "new")
	out := f.String("o", "", "the `file` to be written")
	newer := editionFlag(f)
	keys, code, ok := cli.Parse(f, args)
	if !ok {
		return code
	}
	if len(keys) != 1 {
		return cli.Fail(s, fmt.Errorf("name one template; icarefile templates lists them"))
	}
	spec, err := edition(*newer)
	if err != nil {
		return cli.Fail(s, err)
	}
	tpl := spec.Template(keys[0])
	if tpl == nil {
		return cli.Fail(s, fmt.Errorf("there is no such template; icarefile templates lists them"))
	}
	if err := put(*out, func(w io.Writer) error { return spec.WriteWorkbook(w, &icare.File{Template: tpl}) }); err != nil {
		return cli.Fail(s, err)
	}
	return cli.Good
}

func fill(s cli.Streams, args []string) int {
	f := cli.Flags(s, name, "fill")
	base := f.String("base", "", "the `workbook` that was downloaded")
	in := f.String("in", "", "the `table` with the records")
	out := f.String("o", "", "the `file` to be written")
	rest, code, ok := cli.Parse(f, args)
	if !ok {
		return code
	}
	if len(rest) > 0 || *base == "" || *in == "" {
		return cli.Fail(s, fmt.Errorf("give -base, -in and -o"))
	}
	book, err := os.ReadFile(*base)
	if err != nil {
		return cli.Fail(s, err)
	}
	spec, tpl, err := icare.Builtin().WithWorkbook(bytes.NewReader(book), int64(len(book))) // it may be newer than what is built in
	if err != nil {
		return cli.Fail(s, fmt.Errorf("%s: %w", *base, err))
	}
	rows, layout, err := read(spec, *in, tpl.Key)
	if err != nil {
		return cli.Fail(s, err)
	}
	code = complain(s, spec, rows, layout)
	clearResult(s, rows)
	if err := put(*out, func(w io.Writer) error { return spec.FillWorkbook(w, book, rows) }); err != nil {
		return cli.Fail(s, err)
	}
	return code
}

// clearResult empties the column that is iCARE's own in a new file.
func clearResult(s cli.Streams, f *icare.File) {
	n := 0
	for i := range f.Records {
		for j, c := range f.Template.Columns {
			if v := f.Records[i].Values; c.Kind == icare.Result && v[j] != "" {
				v[j] = ""
				n++
			}
		}
	}
	if n > 0 {
		fmt.Fprintf(s.Err, "processing_details was left out of %s: it is iCARE's own\n", cli.Counted(n, "record"))
	}
}

func fromCSV(s cli.Streams, args []string) int {
	f := cli.Flags(s, name, "fromcsv")
	out := f.String("o", "", "the `file` to be written; -2, -3 and so on are added to further ones")
	key := f.String("template", "", "the template of the table, unless its columns tell")
	newer := editionFlag(f)
	files, code, ok := cli.Parse(f, args)
	if !ok {
		return code
	}
	if len(files) != 1 {
		return cli.Fail(s, fmt.Errorf("name one table"))
	}
	spec, err := edition(*newer)
	if err != nil {
		return cli.Fail(s, err)
	}
	rows, layout, err := read(spec, files[0], *key)
	if err != nil {
		return cli.Fail(s, err)
	}
	code = complain(s, spec, rows, layout)
	clearResult(s, rows)
	parts := rows.Split()
	names := make([]string, len(parts))
	for i := range parts { // all of them, before the first is written
		names[i] = *out
		if i > 0 {
			ext := filepath.Ext(*out)
			names[i] = fmt.Sprintf("%s-%d%s", strings.TrimSuffix(*out, ext), i+1, ext)
		}
		if err := free(names[i]); err != nil {
			return cli.Fail(s, err)
		}
	}
	for i, part := range parts {
		to := names[i]
		if err := put(to, func(w io.Writer) error { return spec.WriteWorkbook(w, part) }); err != nil {
			return cli.Fail(s, err)
		}
		fmt.Fprintf(s.Err, "%s: %s\n", to, cli.Counted(len(part.Records), "record"))
	}
	return code
}

func toCSV(s cli.Streams, args []string) int {
	_, book, code := only(s, cli.Flags(s, name, "tocsv"), args)
	if book == nil {
		return code
	}
	if err := book.WriteCSV(s.Out); err != nil {
		return cli.Fail(s, err)
	}
	return code
}

func returned(s cli.Streams, args []string) int {
	f := cli.Flags(s, name, "returned")
	french := f.Bool("fr", false, "messages in French, where the file has them")
	sent := f.String("sent", "", "the `file` as it was sent, to say which row a record was")
	spec, book, code := only(s, f, args)
	if book == nil {
		return code
	}
	var before *icare.File
	if *sent != "" {
		var err error
		if before, _, err = read(spec, *sent, book.Template.Key); err != nil {
			return cli.Fail(s, err)
		}
	}
	list := book.Rejections(before)
	for _, x := range list {
		where := fmt.Sprintf("row %d", x.Record.Row)
		switch {
		case x.Sent != nil:
			where += fmt.Sprintf(" (row %d as sent)", x.Sent.Row)
		case before != nil:
			where += " (not found as sent)"
		}
		if len(x.Messages) == 0 {
			fmt.Fprintf(s.Out, "%s: %s: %s\n", book.Name, where, x.Raw)
		}
		for _, m := range x.Messages {
			text := m.En
			if *french && m.Fr != "" {
				text = m.Fr
			}
			if m.Part != "" {
				text = m.Part + ": " + text
			}
			fmt.Fprintf(s.Out, "%s: %s: %s\n", book.Name, where, text)
		}
	}
	fmt.Fprintf(s.Err, "%s of %s were returned with messages\n", cli.Counted(len(list), "record"), cli.Counted(len(book.Records), "record"))
	if len(list) > 0 {
		return cli.Faulty
	}
	return code
}
