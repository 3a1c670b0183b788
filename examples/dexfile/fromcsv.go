package main

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/opencasework/casework/dex"
	"github.com/opencasework/casework/examples/internal/cli"
)

func fromCSV(s cli.Streams, args []string) int {
	f := cli.Flags(s, name, "fromcsv")
	var told checkFlags
	told.define(f)
	dir := f.String("o", "", "the `folder` for the files")
	headers := f.String("headers", "", "write empty tables into this `folder`, and nothing else")
	dirs, code, ok := cli.Parse(f, args)
	if !ok {
		return code
	}
	opt, err := told.options()
	if err != nil {
		return cli.Fail(s, err)
	}
	if *headers != "" {
		if err := writeHeaders(s, *headers, opt.Schema); err != nil {
			return cli.Fail(s, err)
		}
		return cli.Good
	}
	if len(dirs) != 1 {
		return cli.Fail(s, fmt.Errorf("name the folder with the tables"))
	}
	list, bad, err := readTables(dirs[0], opt.Schema)
	if err != nil {
		return cli.Fail(s, err)
	}
	if len(bad) > 0 { // what a table that was not read whole lacks would be missing everywhere
		return nothing(s, bad)
	}
	b, bad := newBook(list)
	found, sum, err := b.check(s, opt)
	if err != nil {
		return cli.Fail(s, err)
	}
	if len(bad) > 0 || sum.Errors > 0 {
		return nothing(s, append(bad, found...))
	}
	for _, p := range found {
		fmt.Fprintln(s.Out, p)
	}
	out, err := newOutput(*dir)
	if err != nil {
		return cli.Fail(s, err)
	}
	defer out.drop()
	in := b.stream(s, "writing")
	err = copyRecords(in, newSplitter(out, opt.Schema))
	in.done()
	if err != nil {
		return cli.Fail(s, err)
	}
	if err := out.keep(s.Out); err != nil {
		return cli.Fail(s, err)
	}
	fmt.Fprintln(s.Err, records(sum.Records))
	notRun(s.Err, sum)
	return cli.Good
}

// nothing says why nothing was written.
func nothing(s cli.Streams, bad []problem) int {
	for i, p := range bad {
		if i == mostListed {
			fmt.Fprintf(s.Err, "dexfile: %d more are not listed\n", len(bad)-i)
			break
		}
		fmt.Fprintln(s.Out, p)
	}
	fmt.Fprintln(s.Err, "dexfile: nothing was written; correct the errors first")
	return cli.Faulty
}

// book is all tables, and how their rows belong together.
type book struct {
	clients, cases, caseClients, sessions, sessionClients, referrals, assessments *content

	ofCase    map[string][]row // case_clients by case
	ofSession map[string][]row // session_clients by case and session
	ofClient  map[string][]row // referrals by case, session and client
	groups    []string         // assessments by case, session and client, in order
	scores    map[string][]row
	sources   []source // of each record, in the order of write
}

// source is where a record comes from.
type source struct {
	table *content
	row   row
	key   string
}

// readTables reads all tables of a folder.
func readTables(dir string, schema *dex.Schema) ([]*content, []problem, error) {
	if info, err := os.Stat(dir); err != nil {
		return nil, nil, err
	} else if !info.IsDir() {
		return nil, nil, fmt.Errorf("%s is no folder", dir)
	}
	var list []*content
	var bad []problem
	some := false
	for _, t := range tables(schema) {
		c, problems, err := readTable(dir, t)
		if err != nil {
			return nil, nil, err
		}
		some = some || c.there
		list, bad = append(list, c), append(bad, problems...)
	}
	if !some {
		return nil, nil, fmt.Errorf("the folder %s has none of the tables; dexfile fromcsv -headers %s writes empty ones", dir, dir)
	}
	return list, bad, nil
}

// newBook puts rows that belong together together.
func newBook(list []*content) (*book, []problem) {
	var bad []problem
	b := &book{clients: list[0], cases: list[1], caseClients: list[2], sessions: list[3], sessionClients: list[4], referrals: list[5], assessments: list[6], scores: map[string][]row{}}
	b.ofCase, bad = join(b.caseClients, b.cases, bad)
	b.ofSession, bad = join(b.sessionClients, b.sessions, bad)
	b.ofClient, bad = join(b.referrals, b.sessionClients, bad)
	for _, r := range b.assessments.rows {
		key := b.assessments.keyOf(r, b.assessments.key...)
		if b.scores[key] == nil {
			b.groups = append(b.groups, key)
		}
		b.scores[key] = append(b.scores[key], r)
	}
	// records of a session come before those of a client, as in a file
	slices.SortStableFunc(b.groups, func(x, y string) int {
		return strings.Compare(kindOf(x), kindOf(y))
	})
	return b, bad
}

// stream is the records as write writes them.
func (b *book) stream(s cli.Streams, doing string) *progress {
	pipe, w := io.Pipe()
	go func() { w.CloseWithError(b.write(w)) }()
	return newProgress(s, pipe, doing, 0)
}

// kindOf sorts assessments: those without a client are of the session.
func kindOf(key string) string {
	if strings.HasSuffix(key, "\x00") {
		return "1"
	}
	return "2"
}

// join puts rows under the rows of another table that they name.
func join(c, to *content, bad []problem) (map[string][]row, []problem) {
	out := map[string][]row{}
	there := map[string]bool{}
	for _, r := range to.rows {
		there[to.keyOf(r, c.key...)] = true
	}
	for _, r := range c.rows {
		key := c.keyOf(r, c.key...)
		if !there[key] {
			bad = append(bad, problem{file: c.file, line: r.line, column: c.key[len(c.key)-1], text: "names what " + to.file + " does not have"})
		}
		out[key] = append(out[key], r)
	}
	return out, bad
}

// check checks the records that the tables give, and says where they come from.
func (b *book) check(s cli.Streams, opt dex.Options) ([]problem, dex.Summary, error) {
	opt.MaxBytes = anySize
	in := b.stream(s, "checking")
	defer in.done()
	var found []dex.Finding
	large := 0
	sum, err := dex.Check(in, opt, func(f dex.Finding) {
		switch {
		case f.Rule == "F-1": // the records are written into files that are small enough
			large++
		case len(found) < 2*mostListed:
			found = append(found, f)
		}
	})
	if err != nil {
		return nil, sum, err
	}
	sum.Errors -= large
	var out []problem
	for _, f := range found {
		out = append(out, b.locate(f))
	}
	slices.SortStableFunc(out, func(x, y problem) int {
		if n := strings.Compare(x.file, y.file); n != 0 {
			return n
		}
		return x.line - y.line
	})
	return out, sum, nil
}

// locate says which cell a finding is about. Each record is a line of what
// write writes, behind the first.
func (b *book) locate(f dex.Finding) problem {
	p := problem{text: f.Rule + " " + f.Message, warning: f.Severity == dex.Warning}
	if f.Line < 2 || f.Line > len(b.sources)+1 {
		p.file = "the tables"
		return p
	}
	src := b.sources[f.Line-2]
	c, r, path := src.table, src.row, f.Path
	into := func(list string, to *content, rows []row) {
		if n, rest, ok := item(path, list); ok && n <= len(rows) {
			c, r, path = to, rows[n-1], rest
		}
	}
	switch src.table {
	case b.cases:
		into("CaseClients/CaseClient", b.caseClients, b.ofCase[src.key])
	case b.sessions:
		into("SessionClients/SessionClient", b.sessionClients, b.ofSession[src.key])
		if c == b.sessionClients {
			into("ClientReferralOutWithPurpose/Referral", b.referrals, b.ofClient[b.sessionClients.keyOf(r, b.referrals.key...)])
		}
	case b.assessments:
		into("Assessments/Assessment", b.assessments, b.scores[src.key])
	}
	p.file, p.line = c.file, r.line
	p.column = c.columnOf(path)
	if n, _, ok := item(path, "ReasonsForAssistance/ReasonForAssistance"); ok && (n > 1 || c.cell(r, "PrimaryReason") == "") {
		p.column = "OtherReasons"
	} else if strings.HasPrefix(path, "ReasonsForAssistance") {
		p.column = "PrimaryReason"
	}
	if p.column == "" && path != "" {
		p.text = f.Rule + " " + path + " " + f.Message
	}
	return p
}

// item takes a path like Cases/Case[2]/ClientId apart.
func item(path, list string) (n int, rest string, ok bool) {
	inner, ok := strings.CutPrefix(path, list+"[")
	if !ok {
		return 0, "", false
	}
	number, rest, _ := strings.Cut(inner, "]")
	n, err := strconv.Atoi(number)
	return n, strings.TrimPrefix(rest, "/"), err == nil && n > 0
}

// columnOf is the column that holds an element.
func (c *content) columnOf(path string) string {
	best := ""
	for _, col := range c.columns {
		if col.path != "" && (path == col.path || strings.HasPrefix(path, col.path+"/")) || col.path == "" && path == col.name {
			best = col.name
			break
		}
	}
	return best
}

// write writes the records as one file, each in a line of its own.
func (b *book) write(to io.Writer) error {
	w := &rough{Writer: bufio.NewWriter(to)}
	b.sources = b.sources[:0]
	w.WriteString("<" + dex.Root + ">\n")
	section := func(name string, c *content, record func(row)) {
		if len(c.rows) == 0 {
			return
		}
		w.WriteString("<" + name + "s>")
		for _, r := range c.rows {
			b.sources = append(b.sources, source{c, r, c.keyOf(r, "CaseId", "SessionId")})
			w.open(name)
			record(r)
			w.end(name)
			w.WriteString("\n")
		}
		w.WriteString("</" + name + "s>")
	}
	section("Client", b.clients, func(r row) { w.columns(b.clients, r, "", nil) })
	section("Case", b.cases, func(r row) {
		key := b.cases.keyOf(r, "CaseId")
		b.sources[len(b.sources)-1].key = key
		w.columns(b.cases, r, "CaseClients", func() { b.writeCaseClients(w, key) })
	})
	section("Session", b.sessions, func(r row) {
		key := b.sessions.keyOf(r, "CaseId", "SessionId")
		w.columns(b.sessions, r, "SessionClients", func() { b.writeSessionClients(w, key) })
	})
	b.writeAssessments(w)
	w.WriteString("</" + dex.Root + ">\n")
	return w.Flush()
}

func (b *book) writeCaseClients(w *rough, key string) {
	w.list("CaseClients", b.ofCase[key], func(r row) {
		c := b.caseClients
		w.open("CaseClient")
		w.columns(c, r, "ReasonsForAssistance", func() {
			primary, others := c.cell(r, "PrimaryReason"), values(c.cell(r, "OtherReasons"))
			if primary == "" && len(others) == 0 {
				return
			}
			w.open("ReasonsForAssistance")
			for i, code := range append([]string{primary}, others...) {
				if code == "" {
					continue
				}
				w.open("ReasonForAssistance")
				w.cell("ReasonForAssistanceCode", code)
				w.cell("IsPrimary", strconv.FormatBool(i == 0))
				w.end("ReasonForAssistance")
			}
			w.end("ReasonsForAssistance")
		})
		w.end("CaseClient")
	})
}

func (b *book) writeSessionClients(w *rough, key string) {
	w.list("SessionClients", b.ofSession[key], func(r row) {
		c := b.sessionClients
		w.open("SessionClient")
		w.columns(c, r, "ClientReferralOutWithPurpose", func() {
			w.list("ClientReferralOutWithPurpose", b.ofClient[c.keyOf(r, b.referrals.key...)], func(r row) {
				w.open("Referral")
				w.columns(b.referrals, r, "", nil)
				w.end("Referral")
			})
		})
		w.end("SessionClient")
	})
}

func (b *book) writeAssessments(w *rough) {
	open := ""
	for _, key := range b.groups {
		ids := strings.Split(key, "\x00")
		name := "ClientAssessment"
		if ids[2] == "" {
			name = "SessionAssessment"
		}
		if name != open {
			if open != "" {
				w.WriteString("</" + open + "s>")
			}
			w.WriteString("<" + name + "s>")
			open = name
		}
		b.sources = append(b.sources, source{b.assessments, b.scores[key][0], key})
		w.open(name)
		w.cell("ClientId", ids[2])
		w.cell("CaseId", ids[0])
		w.cell("SessionId", ids[1])
		w.list("Assessments", b.scores[key], func(r row) {
			w.open("Assessment")
			w.columns(b.assessments, r, "", nil)
			w.end("Assessment")
		})
		w.end(name)
		w.WriteString("\n")
	}
	if open != "" {
		w.WriteString("</" + open + "s>")
	}
}

// rough writes elements as the tables give them; what is wrong with them is
// found when they are read.
type rough struct{ *bufio.Writer }

func (w *rough) open(name string) { w.WriteString("<" + name + ">") }
func (w *rough) end(name string)  { w.WriteString("</" + name + ">") }

// cell writes an element; an empty cell leaves it out.
func (w *rough) cell(name, value string) {
	if value == "" {
		return
	}
	w.open(name)
	xml.EscapeText(w, []byte(value)) // line breaks become references
	w.end(name)
}

// values are what a cell holds, divided by ;.
func values(cell string) []string {
	var out []string
	for v := range strings.SplitSeq(cell, ";") {
		if v = strings.TrimSpace(v); v != "" {
			out = append(out, v)
		}
	}
	return out
}

func (w *rough) values(list, item, cell string) {
	if cell == "" {
		return
	}
	w.open(list)
	for _, v := range values(cell) {
		w.cell(item, v)
	}
	w.end(list)
}

func (w *rough) list(name string, rows []row, item func(row)) {
	if len(rows) == 0 {
		return
	}
	w.open(name)
	for _, r := range rows {
		item(r)
	}
	w.end(name)
}

// columns writes the elements of a row in the order of its columns, and where
// it belongs the one that has a table of its own.
func (w *rough) columns(c *content, r row, own string, list func()) {
	group := ""
	into := func(to string) {
		if to == group {
			return
		}
		if group != "" {
			w.end(group)
		}
		if to != "" {
			w.open(to)
		}
		group = to
	}
	done := own == ""
	for i, col := range c.columns {
		if !done && col.before == own {
			into("")
			list()
			done = true
		}
		if r.cells[i] == "" || col.path == "" {
			continue
		}
		outer := ""
		if before, _, inner := strings.Cut(col.path, "/"); inner {
			outer = before
		}
		into(outer)
		if col.list != "" {
			w.values(col.name, col.list, r.cells[i])
		} else {
			w.cell(col.name, r.cells[i])
		}
	}
	into("")
	if !done {
		list()
	}
}
