package dexexport

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/casefile"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/dex"
	"github.com/opencasework/casework/session/export"
)

// together is how many sessions are looked at together, with their cases and clients.
const together = 250

// reports are the case files of the unit's storage.
func reports(u *export.Unit) (casefile.Reports, error) {
	tx, ok := u.Tx.(Tx)
	if !ok {
		return nil, errors.New("dexexport: the storage of exports has no case files: it is no dexexport.Tx")
	}
	return tx.CaseReports(), nil
}

// Due is part of export.Source. It fails with *fault.Invalid where the reporting of case
// files is not set up (DEX-13).
func (f *Format) Due(ctx context.Context, u *export.Unit, c export.Criteria, each func(export.DueRecord) error) error {
	var bad fault.Issues
	if !u.Agency.Settings.CaseReporting {
		bad.Add("DEX-13", "/funder", "reporting_not_set_up")
		return bad.Err()
	}
	cases, err := reports(u)
	if err != nil {
		return err
	}
	codes, err := agencysCodes(ctx, cases)
	if err != nil {
		return err
	}
	list, err := cases.Sessions(ctx, casefile.Reported{From: c.From, To: c.To, Program: c.Program, Site: c.Site})
	if err != nil {
		return err
	}
	r := &run{format: f, cases: cases, each: each, today: day(u.Today), codes: codes, activities: map[casefile.ActivityID]*casefile.Activity{},
		clients: map[casemgmt.ClientID]bool{}}
	if p := dex.PeriodOf(day(c.From)); p == dex.PeriodOf(day(c.To)) {
		r.period = p
	}
	return r.all(ctx, list)
}

// agencysCodes are the agency's lists, and those that package dex has where it has none. A
// code that ran out was chosen for an earlier day, and is taken (DEX-12).
func agencysCodes(ctx context.Context, cases casefile.Reports) (*dex.CodeLists, error) {
	out := dex.BuiltinCodes()
	own, err := cases.References(ctx)
	if err != nil {
		return nil, err
	}
	for _, ref := range own {
		list := dex.CodeList{Name: names[ref.List]}
		for _, c := range ref.Codes {
			status := dex.Verified
			if c.Uncertain {
				status = dex.Unverified
			}
			list.Values = append(list.Values, dex.CodeValue{Code: c.Code, Label: c.Label, Status: status})
		}
		out = out.With(list)
	}
	return out, nil
}

// run goes through the sessions of a period.
type run struct {
	format     *Format
	cases      casefile.Reports
	each       func(export.DueRecord) error
	today      dex.Date
	period     dex.Period
	codes      *dex.CodeLists
	activities map[casefile.ActivityID]*casefile.Activity
	clients    map[casemgmt.ClientID]bool // who was handed on
	last       casefile.FileID            // the case that was handed on last
}

// all goes through sessions, which come by case. While some are built and checked the next
// are read.
func (r *run) all(ctx context.Context, list []casefile.SessionOf) error {
	var built *group
	for some := range slices.Chunk(list, together) {
		g, err := r.load(ctx, some)
		if built != nil {
			err = cmp.Or(err, <-built.done)
		}
		if err != nil {
			return err
		}
		go func() { g.done <- g.build(some) }()
		if built != nil {
			if err := built.handOn(); err != nil {
				<-g.done
				return err
			}
		}
		built = g
	}
	if built == nil {
		return nil
	}
	if err := <-built.done; err != nil {
		return err
	}
	return built.handOn()
}

// load reads some sessions and what is reported with them.
func (r *run) load(ctx context.Context, list []casefile.SessionOf) (*group, error) {
	x, err := r.cases.Load(ctx, list)
	if err != nil {
		return nil, err
	}
	g := newGroup(r, x)
	for _, f := range x.Files {
		a := r.activities[f.Activity]
		if a == nil {
			if a, err = r.cases.Activity(ctx, f.Activity); err != nil {
				return nil, err
			}
			r.activities[f.Activity] = a
		}
		g.activities[f.Activity] = a
	}
	return g, nil
}

// Versions is part of export.Source.
func (f *Format) Versions(ctx context.Context, u *export.Unit, records []export.Ref) (map[export.Subject]export.Versions, error) {
	cases, err := reports(u)
	if err != nil {
		return nil, err
	}
	var clients []casemgmt.ClientID
	var files []casefile.FileID
	var sessions []casefile.SessionKey
	scored := false
	for _, r := range records {
		switch r.Subject.Kind {
		case export.ClientSubject:
			clients = append(clients, r.Client)
		case CaseSubject:
			files = append(files, casefile.FileID(r.Subject.ID))
		default:
			sessions = append(sessions, casefile.SessionKey(r.CaseSession.ID))
			scored = scored || r.Subject.Kind != SessionSubject
		}
	}
	slices.SortFunc(sessions, func(a, b casefile.SessionKey) int { return slices.Compare(a[:], b[:]) })
	clientVersions, err1 := cases.ClientVersions(ctx, clients)
	caseVersions, err2 := cases.CaseVersions(ctx, files)
	sessionVersions, err3 := cases.SessionVersions(ctx, slices.Compact(sessions), scored)
	if err := cmp.Or(err1, err2, err3); err != nil {
		return nil, err
	}
	out := make(map[export.Subject]export.Versions, len(records))
	for _, r := range records {
		switch r.Subject.Kind {
		case export.ClientSubject:
			if v, ok := clientVersions[r.Client]; ok {
				out[r.Subject] = export.Versions{Client: v.Client, Form: v.Person}
			}
		case CaseSubject:
			if v, ok := caseVersions[casefile.FileID(r.Subject.ID)]; ok {
				out[r.Subject] = export.Versions{Session: v}
			}
		default:
			v, ok := sessionVersions[casefile.SessionKey(r.CaseSession.ID)]
			ok = ok && (r.Subject.Kind == SessionSubject || slices.Contains(v.Assessed, assessed(r)))
			if ok {
				out[r.Subject] = export.Versions{Session: v.Version}
			}
		}
	}
	return out, nil
}

// assessed is whom an assessment is of; zero is the community.
func assessed(r export.Ref) casemgmt.ClientID {
	if r.Subject.Kind == ClientAssessmentSubject {
		return r.Client
	}
	return casemgmt.ClientID{}
}
