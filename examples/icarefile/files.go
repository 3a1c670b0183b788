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

// read reads a workbook, or a table when the name ends with .csv; key is the
// template of a table, or empty to find it by its columns.
func read(file, key string) (*icare.File, []icare.Finding, error) {
	var tpl *icare.Template
	if key != "" {
		if tpl = icare.Builtin().Template(key); tpl == nil {
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
		out, err = icare.Builtin().ReadCSV(file, f, tpl)
	} else {
		out, found, err = icare.Builtin().ReadWorkbook(file, f, info.Size())
	}
	switch {
	case err != nil:
		return nil, nil, fmt.Errorf("%s: %w", file, err)
	case tpl != nil && out.Template != tpl:
		return nil, nil, fmt.Errorf("%s: the file is of the template %s", file, out.Template.Key)
	}
	return out, found, nil
}

// only reads the one workbook that a command takes. Without one it says what to
// end with.
func only(s cli.Streams, f *flag.FlagSet, args []string) (string, *icare.File, int) {
	files, code, ok := cli.Parse(f, args)
	if !ok {
		return "", nil, code
	}
	if len(files) != 1 {
		return "", nil, cli.Fail(s, fmt.Errorf("name one workbook"))
	}
	book, _, err := read(files[0], "")
	if err != nil {
		return "", nil, cli.Fail(s, err)
	}
	return files[0], book, cli.Good
}

// put writes a file whole or not at all. It does not write over another one.
func put(name string, write func(io.Writer) error) error {
	if name == "" {
		return fmt.Errorf("-o names the file to be written")
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
	keys, code, ok := cli.Parse(f, args)
	if !ok {
		return code
	}
	if len(keys) != 1 {
		return cli.Fail(s, fmt.Errorf("name one template; icarefile templates lists them"))
	}
	tpl := icare.Builtin().Template(keys[0])
	if tpl == nil {
		return cli.Fail(s, fmt.Errorf("there is no such template; icarefile templates lists them"))
	}
	if err := put(*out, func(w io.Writer) error { return icare.Builtin().WriteWorkbook(w, &icare.File{Template: tpl}) }); err != nil {
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
	rows, _, err := read(*in, "")
	if err != nil {
		return cli.Fail(s, err)
	}
	book, err := os.ReadFile(*base)
	if err != nil {
		return cli.Fail(s, err)
	}
	if err := put(*out, func(w io.Writer) error { return icare.Builtin().FillWorkbook(w, book, rows) }); err != nil {
		return cli.Fail(s, err)
	}
	return cli.Good
}

func fromCSV(s cli.Streams, args []string) int {
	f := cli.Flags(s, name, "fromcsv")
	out := f.String("o", "", "the `file` to be written; -2, -3 and so on are added to further ones")
	key := f.String("template", "", "the template of the table, unless its columns tell")
	files, code, ok := cli.Parse(f, args)
	if !ok {
		return code
	}
	if len(files) != 1 {
		return cli.Fail(s, fmt.Errorf("name one table"))
	}
	rows, _, err := read(files[0], *key)
	if err != nil {
		return cli.Fail(s, err)
	}
	for i, part := range rows.Split() {
		to := *out
		if i > 0 {
			ext := filepath.Ext(to)
			to = fmt.Sprintf("%s-%d%s", strings.TrimSuffix(to, ext), i+1, ext)
		}
		if err := put(to, func(w io.Writer) error { return icare.Builtin().WriteWorkbook(w, part) }); err != nil {
			return cli.Fail(s, err)
		}
		fmt.Fprintf(s.Err, "%s: %s\n", to, cli.Counted(len(part.Records), "record"))
	}
	return cli.Good
}

func toCSV(s cli.Streams, args []string) int {
	_, book, code := only(s, cli.Flags(s, name, "tocsv"), args)
	if book == nil {
		return code
	}
	if err := book.WriteCSV(s.Out); err != nil {
		return cli.Fail(s, err)
	}
	return cli.Good
}

func returned(s cli.Streams, args []string) int {
	f := cli.Flags(s, name, "returned")
	sent := f.String("sent", "", "the `file` as it was sent, to say which row a record was")
	file, book, code := only(s, f, args)
	if book == nil {
		return code
	}
	var before *icare.File
	if *sent != "" {
		var err error
		if before, _, err = read(*sent, book.Template.Key); err != nil {
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
		for _, m := range x.Messages {
			text := m.En
			if m.Part != "" {
				text = m.Part + ": " + text
			}
			fmt.Fprintf(s.Out, "%s: %s: %s\n", file, where, text)
		}
	}
	fmt.Fprintf(s.Err, "%s of %s were returned with messages\n", cli.Counted(len(list), "record"), cli.Counted(len(book.Records), "record"))
	if len(list) > 0 {
		return cli.Faulty
	}
	return cli.Good
}
