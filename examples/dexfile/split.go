package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/opencasework/casework/dex"
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

func split(s streams, args []string) int {
	f := flags(s, "split")
	dir := f.String("o", "", "the `folder` for the files")
	profile := f.String("profile", "current", "the specification: current or 2015")
	files, code, ok := parse(f, args)
	if !ok {
		return code
	}
	if len(files) != 1 {
		return fail(s, fmt.Errorf("name one file"))
	}
	schema, err := dex.SchemaNamed(*profile)
	if err != nil {
		return fail(s, fmt.Errorf("-profile: %w", err))
	}
	in, size, err := open(s, files[0])
	if err != nil {
		return fail(s, err)
	}
	defer in.Close()
	out, err := newOutput(*dir)
	if err != nil {
		return fail(s, err)
	}
	defer out.drop()
	p := newProgress(s, in, files[0], size)
	defer p.done()
	if err := splitInto(p, out, schema); err != nil {
		fmt.Fprintf(s.err, "dexfile: %s: %v\n", files[0], err)
		return faulty
	}
	if err := out.keep(s.out); err != nil {
		return fail(s, err)
	}
	return good
}

// splitInto copies records; one that cannot be copied whole ends it.
func splitInto(in io.Reader, out *output, schema *dex.Schema) error {
	r := dex.NewReader(in, dex.ReaderOptions{MaxBytes: anySize})
	w := dex.NewSplitter(out.create, dex.SplitterOptions{WriterOptions: dex.WriterOptions{Schema: schema, Outlets: true}})
	for {
		rec, err := r.Read()
		for path, at := range r.Unknown { // it would be lost
			return fmt.Errorf("%v: an element that is not known: %s", at, path)
		}
		if err == io.EOF {
			return w.Close()
		}
		if err != nil {
			return err
		}
		if err := w.Write(rec); err != nil {
			return fmt.Errorf("%v: %w", r.Pos(), err)
		}
	}
}
