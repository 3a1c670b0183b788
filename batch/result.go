package batch

import (
	"context"
	"slices"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/enroll"
	"github.com/opencasework/casework/casemgmt/i18n"
)

// Person is as much of a client as is needed at the door.
type Person struct {
	ID     casemgmt.ClientID `json:"id"`
	Number int64             `json:"number"`
	Name   string            `json:"name,omitempty"`
}

// Notice is a bar that kept a client out. Incident notes are there for who may
// read them only (BAR-02).
type Notice struct {
	Bar      enroll.BarID       `json:"bar"`
	Program  casemgmt.ProgramID `json:"program,omitzero"`
	Facility casemgmt.SiteID    `json:"facility,omitzero"`
	Agency   bool               `json:"agency,omitempty"`
	Incident string             `json:"incident,omitempty"`
}

// Result is the answer for one client or scan (BAT-22).
type Result struct {
	Outcome Outcome `json:"outcome"`
	// Text is the outcome in the reader's language; it is filled in at the edge.
	Text   string  `json:"message,omitempty"`
	Scan   string  `json:"scan,omitempty"`
	Client *Person `json:"client,omitempty"`
	Entry  EntryID `json:"entry,omitzero"`
	// Enrolled says that the client was enrolled with this first service (ENR-07).
	Enrolled bool `json:"enrolled,omitempty"`
	// Repeat says that the scan had been applied before, and was not again (SCN-05).
	Repeat bool    `json:"repeat,omitempty"`
	Notice *Notice `json:"notice,omitempty"`
}

// Localize fills in the outcome's text in a language.
func (r *Result) Localize(lang i18n.Lang) { r.Text = r.Outcome.Text().In(lang) }

func localize(list []Result, lang i18n.Lang) {
	for i := range list {
		list[i].Localize(lang)
	}
}

// answer is what a change says to its clients one by one.
type answer interface{ results() []Result }

// answered is casemgmt.Change for changes that answer each client, with the
// incident notes of bars for who may read them (BAR-02). The notes are not part of
// the result that is kept with a request key.
func answered[C any, R answer](ctx context.Context, w casemgmt.Work[Tx], cmd C, do func(context.Context, *Unit, C) (R, error)) (R, error) {
	out, err := casemgmt.Change(ctx, w, cmd, do)
	if err != nil || !slices.ContainsFunc(out.results(), func(r Result) bool { return r.Notice != nil }) {
		return out, err
	}
	told, err := casemgmt.Read(ctx, w, out.results(), incidents)
	copy(out.results(), told)
	return out, err
}

// incidents fills in the incident notes that the caller may read (BAR-02).
func incidents(ctx context.Context, u *Unit, list []Result) ([]Result, error) {
	for i := range list {
		if list[i].Notice == nil {
			continue
		}
		b, err := u.Tx.Bars().Get(ctx, list[i].Notice.Bar)
		if err != nil {
			return nil, err
		}
		if enroll.MaySeeIncident(ctx, u.Caller, b) {
			list[i].Notice.Incident = b.Incident
		}
	}
	return list, nil
}
