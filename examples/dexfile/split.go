package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/opencasework/casework/dex"
	"github.com/opencasework/casework/examples/internal/cli"
)

// output is the files that a command makes. They get their names when all of
// them are there: nothing is left half written.
type output struct {
	dir  string
	temp string
	n    int
}

func newOutput(dir string) (*output, error) {
	if dir == "" {
		return nil, fmt.Errorf("-o names the folder for the files")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	if old, err := filepath.Glob(filepath.Join(dir, "dex-*.xml")); err != nil || len(old) > 0 {
		return nil, fmt.Errorf("the folder %s has files of an earlier run; name another one, or remove them", dir)
	}
	temp, err := os.MkdirTemp(dir, ".dexfile-")
	return &output{dir: dir, temp: temp}, err
}

func (o *output) create(n int) (io.WriteCloser, error) {
	o.n = n
	return os.OpenFile(filepath.Join(o.temp, fileName(n)), os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
}

func fileName(n int) string { return fmt.Sprintf("dex-%04d.xml", n) }

// keep gives the files their names, and says what they are.
func (o *output) keep(w io.Writer) error {
	for n := 1; n <= o.n; n++ {
		name := filepath.Join(o.dir, fileName(n))
		if err := os.Rename(filepath.Join(o.temp, fileName(n)), name); err != nil {
			return err
		}
		info, err := os.Stat(name)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%s %d bytes\n", name, info.Size())
	}
	return nil
}

// drop removes what was not kept.
func (o *output) drop() { os.RemoveAll(o.temp) }

func split(s cli.Streams, args []string) int {
	f := cli.Flags(s, name, "split")
	dir := f.String("o", "", "the `folder` for the files")
	profile := f.String("profile", "current", "the specification: current or 2015")
	files, code, ok := cli.Parse(f, args)
	if !ok {
		return code
	}
	if len(files) != 1 {
		return cli.Fail(s, fmt.Errorf("name one file"))
	}
	schema, err := dex.SchemaNamed(*profile)
	if err != nil {
		return cli.Fail(s, fmt.Errorf("-profile: %w", err))
	}
	in, size, err := cli.Open(s, files[0])
	if err != nil {
		return cli.Fail(s, err)
	}
	defer in.Close()
	out, err := newOutput(*dir)
	if err != nil {
		return cli.Fail(s, err)
	}
	defer out.drop()
	p := newProgress(s, in, files[0], size)
	defer p.done()
	err = splitFile(p, in, newSplitter(out, schema))
	var own *refused
	switch {
	case errors.As(err, &own):
		fmt.Fprintf(s.Err, "dexfile: %s: %v\n", files[0], err)
		return cli.Faulty
	case err != nil:
		return cli.Fail(s, err)
	}
	if err := out.keep(s.Out); err != nil {
		return cli.Fail(s, err)
	}
	return cli.Good
}

func newSplitter(out *output, schema *dex.Schema) *dex.Splitter {
	return dex.NewSplitter(out.create, dex.SplitterOptions{WriterOptions: dex.WriterOptions{Schema: schema, Outlets: true}})
}

// refused is what is wrong with the file that is copied, not with the copy.
type refused struct{ error }

// splitFile copies the records of a file. Its sections may stand in any order;
// where that is not the order of uploading, each is looked for by itself.
func splitFile(p *progress, in io.Reader, w *dex.Splitter) error {
	file, ok := in.(io.Seeker)
	if !ok { // standard input can be read once
		return copyRecords(p, w)
	}
	order, err := sectionsOf(p)
	if err != nil {
		return err
	}
	passes := []string{""}
	if !slices.IsSortedFunc(order, func(a, b string) int { return rank(a) - rank(b) }) {
		passes = nil
		for _, w := range sectionWords {
			if slices.Contains(order, w.section) {
				passes = append(passes, w.section)
			}
		}
	}
	for _, section := range passes {
		if _, err := file.Seek(0, io.SeekStart); err != nil {
			return err
		}
		if err := copySection(p, w, section); err != nil {
			return err
		}
	}
	return closing(w)
}

// rank is the place of a record's section in the order of uploading.
func rank(section string) int {
	return slices.IndexFunc(sectionWords, func(w struct{ section, word string }) bool { return w.section == section })
}

// sectionsOf are the sections of a file, as they stand in it.
func sectionsOf(in io.Reader) ([]string, error) {
	r := dex.NewReader(in, dex.ReaderOptions{MaxBytes: anySize})
	var out []string
	for {
		rec, err := r.Read()
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return nil, ofFile(err)
		}
		if len(out) == 0 || out[len(out)-1] != rec.Section() {
			out = append(out, rec.Section())
		}
	}
}

// ofFile marks errors of what is read.
func ofFile(err error) error {
	var record *dex.RecordError
	var syntax *dex.SyntaxError
	var write *dex.WriteError
	if errors.As(err, &record) || errors.As(err, &syntax) || errors.As(err, &write) {
		return &refused{err}
	}
	return err
}

// closing ends the last file. There is none when nothing was read.
func closing(w *dex.Splitter) error {
	err := w.Close()
	if err != nil && w.Files() == 0 {
		return &refused{err}
	}
	return err
}

// copyRecords copies all records and ends the last file.
func copyRecords(in io.Reader, w *dex.Splitter) error {
	if err := copySection(in, w, ""); err != nil {
		return err
	}
	return closing(w)
}

// copySection copies the records of a section, or of all. One that cannot be
// copied whole ends it.
func copySection(in io.Reader, w *dex.Splitter, section string) error {
	r := dex.NewReader(in, dex.ReaderOptions{MaxBytes: anySize})
	for {
		rec, err := r.Read()
		if len(r.Unknown) > 0 { // it would be lost
			path := slices.MinFunc(slices.Collect(maps.Keys(r.Unknown)), func(a, b string) int {
				x, y := r.Unknown[a], r.Unknown[b]
				return cmp.Or(x.Line-y.Line, x.Column-y.Column)
			})
			return &refused{fmt.Errorf("%v: an element that is not known: %s", r.Unknown[path], path)}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return ofFile(err)
		}
		if section != "" && rec.Section() != section {
			continue
		}
		if err := w.Write(rec); err != nil {
			return ofFile(fmt.Errorf("%v: %w", r.Pos(), err))
		}
	}
}
