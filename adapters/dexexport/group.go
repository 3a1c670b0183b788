package dexexport

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"slices"
	"strconv"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/casefile"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/id"
	"github.com/opencasework/casework/dex"
	"github.com/opencasework/casework/session/export"
)

// group are some sessions with all that is reported with them, which is checked like a file
// of its own: each record is compared with those that it refers to.
type group struct {
	*run
	*casefile.Extract
	sections [5][]*record
	unknown  dex.Uploaded
	withheld []export.DueRecord // who has withdrawn the consent
	buf      []byte
	// activities are those of the group's cases.
	activities map[casefile.ActivityID]*casefile.Activity
	done       chan error // when it is built
}

// record is one of the records of a file.
type record struct {
	export.DueRecord
	export.Record
	section int
	handed  bool // it was handed on with an earlier group, and is there for the check
	from    int  // of the body, in the buffer
	to      int
}

func newGroup(r *run, x *casefile.Extract) *group {
	g := &group{run: r, Extract: x, activities: map[casefile.ActivityID]*casefile.Activity{}, done: make(chan error, 1)}
	g.unknown = dex.Uploaded{Clients: map[string]bool{}, Cases: map[string]bool{}, Sessions: map[dex.SessionRef]bool{}}
	return g
}

// build makes the records of sessions, which come by case, and checks them.
func (g *group) build(list []casefile.SessionOf) error {
	for i, in := range list {
		if i == 0 || list[i-1].Case != in.Case {
			g.addCase(g.Files[in.Case])
		}
	}
	for _, in := range list {
		g.addSession(g.Files[in.Case], g.Sessions[in.Session])
	}
	g.last = list[len(list)-1].Case
	return g.check()
}

// number is a client's number for the funder; a client who has withdrawn the consent has
// none (ANO-09). Of whom nobody has said it, it is one for the check alone: the client's
// record is bad, and what needs it waits.
func (g *group) number(c casemgmt.ClientID) string {
	switch p := g.People[casefile.PersonID(c)]; {
	case g.Clients[c].Withdrawal != nil:
		return ""
	case p == nil:
		return c.String()
	default:
		return p.ReportingID
	}
}

// served says whether a session or a case has anybody without those who have withdrawn
// their consent.
func (g *group) served(unidentified int, clients []casemgmt.ClientID) bool {
	return unidentified > 0 || len(clients) == 0 ||
		slices.ContainsFunc(clients, func(c casemgmt.ClientID) bool { return g.Clients[c].Withdrawal == nil })
}

// put adds a record, if it can be written.
func (g *group) put(r *record, body dex.Record, findings []export.Finding) {
	r.Record.Kind, r.Record.Section, r.OwnID, r.Findings = kind, r.section, true, findings
	g.sections[r.section] = append(g.sections[r.section], r)
	if body == nil || r.Bad() { // it lacks what a record cannot be without
		return
	}
	r.from = len(g.buf)
	out, err := g.format.encoder.Append(append(g.buf, byte(r.section)), body)
	var no *dex.WriteError
	if errors.As(err, &no) {
		r.Findings = append(r.Findings, found(no.Section, no.Path, "DEX-08", fault.Error, no.Problem))
		return
	}
	g.buf = out
	r.to = len(out)
}

// addCase adds a case and its clients.
func (g *group) addCase(f *casefile.File) {
	ref := export.Ref{Kind: string(CaseSubject), Worker: f.Worker, Case: export.Numbered{ID: export.SubjectID(f.ID), Number: f.CaseID}, Program: f.Program,
		Site: g.activities[f.Activity].Site}
	var clients, there []casemgmt.ClientID
	var needs []export.Subject
	for _, in := range f.Clients {
		clients = append(clients, in.Client)
		if g.Clients[in.Client].Withdrawal == nil {
			there = append(there, in.Client)
			needs = append(needs, export.SubjectOf(export.ClientSubject, in.Client))
		}
		g.addClient(in.Client, ref)
	}
	r := &record{section: 1, handed: f.ID == g.last}
	r.Ref, r.Needs, r.MadeOf = ref, needs, export.Versions{Session: f.Version}
	r.Ref.Subject = export.SubjectOf(CaseSubject, f.ID)
	g.names(&r.DueRecord, there)
	if !g.served(f.Unidentified, clients) {
		if r.LeftOut = export.Withdrawn; !r.handed {
			g.withheld = append(g.withheld, r.DueRecord)
		}
		return
	}
	g.put(r, Case(f, g.activities[f.Activity], g.number), nil)
}

// names says whom a record tells of.
func (g *group) names(r *export.DueRecord, clients []casemgmt.ClientID) {
	if len(clients) != 1 {
		r.Others = clients
		return
	}
	r.Client, r.Number = clients[0], g.Clients[clients[0]].Number
}

// addClient adds a client of a case, once in a group.
func (g *group) addClient(key casemgmt.ClientID, of export.Ref) {
	subject := export.SubjectOf(export.ClientSubject, key)
	if slices.ContainsFunc(g.sections[0], func(r *record) bool { return r.Subject == subject }) {
		return
	}
	c, p := g.Clients[key], g.People[casefile.PersonID(key)]
	r := &record{section: 0, handed: g.clients[key]}
	g.clients[key] = true
	r.Ref = export.RefOfClient(c, of.Worker)
	r.Program = of.Program
	r.MadeOf = export.Versions{Client: c.Version}
	if p != nil {
		r.MadeOf.Form = p.Version
	}
	if c.Withdrawal != nil {
		if r.LeftOut = export.Withdrawn; !r.handed {
			g.withheld = append(g.withheld, r.DueRecord)
		}
		return
	}
	body := Client(c, p)
	g.put(r, body, missing(body, p))
}

// addSession adds a session and its assessments.
func (g *group) addSession(f *casefile.File, x *casefile.Session) {
	ref := export.Ref{Date: x.Date, Worker: x.Worker, Case: export.Numbered{ID: export.SubjectID(f.ID), Number: f.CaseID},
		CaseSession: export.Numbered{ID: export.SubjectID(x.ID), Number: x.SessionID}, Program: f.Program, Site: g.activities[f.Activity].Site}
	due := func(subject export.Subject, section int, needs ...export.Subject) *record {
		r := &record{section: section}
		r.Ref, r.Needs, r.MadeOf = ref, needs, export.Versions{Session: x.Version}
		r.Subject, r.Ref.Kind = subject, string(subject.Kind)
		return r
	}
	var clients, there []casemgmt.ClientID
	needs := []export.Subject{export.SubjectOf(CaseSubject, f.ID)}
	for _, p := range x.Participants {
		clients = append(clients, p.Client)
		if g.Clients[p.Client].Withdrawal == nil {
			there = append(there, p.Client)
			needs = append(needs, export.SubjectOf(export.ClientSubject, p.Client))
		}
	}
	own := export.SubjectOf(SessionSubject, x.ID)
	r := due(own, 2, needs...)
	g.names(&r.DueRecord, there)
	if !g.served(x.Unidentified, clients) {
		r.LeftOut = export.Withdrawn
		g.withheld = append(g.withheld, r.DueRecord)
		return
	}
	body, err := Session(f, x, g.number)
	var findings []export.Finding
	switch {
	case x.ServiceType == "":
		findings = append(findings, found("Session", "ServiceTypeId", "DEX-08", fault.Error, "is mandatory and not there; add it"))
	case err != nil:
		findings = append(findings, found("Session", "ServiceTypeId", "DEX-08", fault.Error, "is no number; choose another service type"))
	}
	g.put(r, body, findings)

	community, assessments := Assessments(f, x, g.number)
	if community != nil {
		r := due(export.SubjectOf(SessionAssessmentSubject, x.ID), 3, own)
		g.put(r, community, nil)
	}
	for _, a := range assessments {
		i := slices.IndexFunc(x.Participants, func(p *casefile.Participant) bool { return g.number(p.Client) == a.ClientID })
		key := x.Participants[i].Client
		r := due(export.Subject{Kind: ClientAssessmentSubject, ID: assessmentID(x.ID, key)}, 4, own)
		r.Client, r.Number = key, g.Clients[key].Number
		g.put(r, a, nil)
	}
}

// assessmentID makes an id of those of a session and a client.
func assessmentID(x casefile.SessionKey, c casemgmt.ClientID) export.SubjectID {
	sum := sha256.Sum256(append(x[:], c[:]...))
	out := id.Of[export.Subject](sum[:16])
	out[6], out[8] = out[6]&0x0f|0x80, out[8]&0x3f|0x80 // version 8: made like this
	return out
}

// check looks at what was added as at a file.
func (g *group) check() error {
	var b bytes.Buffer
	var all []*record
	var starts []int // the lines at which records begin
	line := 1
	write := func(s []byte) {
		b.Write(s)
		line += bytes.Count(s, []byte("\n"))
	}
	write([]byte("<?xml version=\"1.0\"?>\n<" + dex.Root + " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\n"))
	for i, list := range g.sections {
		open := false
		for _, r := range list {
			if r.to == 0 {
				continue
			}
			if !open {
				open = true
				write([]byte("<" + sections[i] + "s>\n"))
			}
			all, starts = append(all, r), append(starts, line)
			write(g.buf[r.from+1 : r.to])
		}
		if open {
			write([]byte("</" + sections[i] + "s>\n"))
		}
	}
	write([]byte("</" + dex.Root + ">\n"))
	if len(all) == 0 {
		return nil
	}
	g.unchecked()
	opt := dex.Options{Schema: g.format.opt.Schema, Codes: g.codes, Today: g.today, Period: g.period, Activities: g.offers(), Uploaded: g.unknown, Complete: true,
		MaxBytes: int64(b.Len()) + 1}
	_, err := dex.Check(&b, opt, func(f dex.Finding) {
		if f.Section == "" {
			return // of the file, which is not this one
		}
		i, exact := slices.BinarySearch(starts, f.Line)
		if !exact {
			i--
		}
		severity := fault.Warning
		if f.Severity == dex.Error {
			severity = fault.Error
		}
		all[i].Findings = append(all[i].Findings, found(f.Section, f.Path, f.Rule, severity, f.Message))
	})
	return err
}

// unchecked names what is not in the check because it is bad already: that others refer to
// it is said once, by the ledger.
func (g *group) unchecked() {
	for _, r := range g.sections[0] {
		if r.to == 0 {
			g.unknown.Clients[g.number(r.Client)] = true
		}
	}
	for _, r := range g.sections[1] {
		if r.to == 0 {
			g.unknown.Cases[r.Case.Number] = true
		}
	}
	for _, r := range g.sections[2] {
		if r.to == 0 {
			g.unknown.Sessions[dex.SessionRef{CaseID: r.Case.Number, SessionID: r.CaseSession.Number}] = true
		}
	}
}

// offers are the activities with the service types that they have.
func (g *group) offers() []dex.Activity {
	var out []dex.Activity
	for _, a := range g.activities {
		one := dex.Activity{OutletActivityID: a.Number}
		for _, code := range a.ServiceTypes {
			if n, err := strconv.Atoi(code); err == nil {
				one.ServiceTypes = append(one.ServiceTypes, n)
			}
		}
		out = append(out, one)
	}
	slices.SortFunc(out, func(a, b dex.Activity) int { return cmp.Compare(a.OutletActivityID, b.OutletActivityID) })
	return out
}

// handOn hands the records on.
func (g *group) handOn() error {
	for _, r := range g.withheld {
		if err := g.each(r); err != nil {
			return err
		}
	}
	for _, list := range g.sections {
		for _, r := range list {
			if r.handed {
				continue
			}
			if r.to > 0 {
				r.Body = g.buf[r.from:r.to]
				sum := sha256.Sum256(r.Body)
				r.Print = base64.RawURLEncoding.EncodeToString(sum[:15])
				r.Core = r.Print
			}
			made := r.Record
			r.DueRecord.Record = func(string) export.Record { return made }
			if err := g.each(r.DueRecord); err != nil {
				return err
			}
		}
	}
	return nil
}
