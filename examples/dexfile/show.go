package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/opencasework/casework/dex"
	"github.com/opencasework/casework/examples/internal/cli"
)

// contents is what a file has.
type contents struct {
	records    map[string]int
	from, to   dex.Date
	outlets    map[int]int // cases by outlet activity
	consent    int         // clients without
	attendance int
	strangers  int // unidentified clients at sessions
	bad        int
	unknown    map[string]dex.Position
}

func show(s cli.Streams, args []string) int {
	files, code, ok := cli.Parse(cli.Flags(s, name, "show"), args)
	if !ok {
		return code
	}
	if len(files) != 1 {
		return cli.Fail(s, fmt.Errorf("name one file"))
	}
	in, size, err := cli.Open(s, files[0])
	if err != nil {
		return cli.Fail(s, err)
	}
	defer in.Close()
	p := newProgress(s, in, files[0], size)
	defer p.done()
	c, err := count(p)
	if err != nil {
		return cli.Fail(s, fmt.Errorf("%s: %w", files[0], err))
	}
	c.print(s.Out)
	return cli.Good
}

// count goes through a file.
func count(in io.Reader) (*contents, error) {
	c := &contents{records: map[string]int{}, outlets: map[int]int{}}
	r := dex.NewReader(in, dex.ReaderOptions{MaxBytes: anySize})
	c.unknown = r.Unknown
	for {
		rec, err := r.Read()
		var bad *dex.RecordError
		switch {
		case err == io.EOF:
			return c, nil
		case errors.As(err, &bad):
			c.bad++
		case err != nil:
			return nil, err
		default:
			c.add(rec)
		}
	}
}

// anySize lets files of any size be read that are not uploaded as they are.
const anySize = 1 << 50

func (c *contents) add(rec dex.Record) {
	c.records[rec.Section()]++
	switch x := rec.(type) {
	case *dex.Client:
		if !x.ConsentToProvideDetails {
			c.consent++
		}
	case *dex.Case:
		c.outlets[x.OutletActivityID]++
	case *dex.Session:
		if c.from.IsZero() || x.Date.Before(c.from) {
			c.from = x.Date
		}
		if c.to.Before(x.Date) {
			c.to = x.Date
		}
		c.attendance += len(x.Clients.Items)
		c.strangers += x.UnidentifiedClients
	}
}

func (c *contents) print(w io.Writer) {
	fmt.Fprintln(w, records(c.records))
	if c.records["Session"] > 0 {
		fmt.Fprintf(w, "sessions from %v to %v, attended %s by clients and %s by others\n", c.from, c.to, cli.Counted(c.attendance, "time"), cli.Counted(c.strangers, "time"))
	}
	if c.records["Client"] > 0 {
		fmt.Fprintf(w, "%s without consent\n", cli.Counted(c.consent, "client"))
	}
	for _, id := range slices.Sorted(maps.Keys(c.outlets)) {
		fmt.Fprintf(w, "outlet activity %d: %s\n", id, cli.Counted(c.outlets[id], "case"))
	}
	if c.bad > 0 {
		fmt.Fprintf(w, "%s could not be read; dexfile check says why\n", cli.Counted(c.bad, "record"))
	}
	for _, path := range slices.Sorted(maps.Keys(c.unknown)) {
		fmt.Fprintf(w, "an element that is not known, first at %v: %s\n", c.unknown[path], path)
	}
}
