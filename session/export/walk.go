package export

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/session"
)

// chunk is about how many services are looked at together, so that a run takes
// the same memory however many there are, but for their ids.
const chunk = 500

// item is a record that is due: good or bad.
type item struct {
	Ref
	Record
	row      *Row // of the ledger that it would replace
	versions Versions
	amends   string // the funder's number of the record that it changes
	private  bool
}

// Versions are those of what a record was made of; a profile's is the client's.
type Versions struct{ Form, Session, Client int64 }

// walk goes through the services of some criteria client by client, the profile
// before the services: what one record is compared with is the same client's.
type walk struct {
	s       *Service
	tx      Tx
	me      casemgmt.Caller
	c       Criteria
	format  Format
	kinds   map[string]*FileKind // by key
	people  *FileKind            // the kind for clients; nil without one
	check   Checker
	each    func(item) error
	sites   map[casemgmt.SiteID]*casemgmt.Site
	counts  Counts
	left    map[Reason]int
	tallies map[string]*Tally
}

// standing is what a client's profile means for the services.
type standing struct {
	bad      bool   // they wait until it is right (XPT-05)
	sends    bool   // the profile is in this run
	accepted FileID // in which the funder accepted the profile, if it did
}

func (s *Service) newWalk(tx Tx, me casemgmt.Caller, c Criteria, f Format, each func(item) error) *walk {
	w := &walk{s: s, tx: tx, me: me, c: c, format: f, each: each, kinds: map[string]*FileKind{},
		sites: map[casemgmt.SiteID]*casemgmt.Site{}, left: map[Reason]int{}, tallies: map[string]*Tally{}}
	for _, k := range f.Kinds() {
		w.kinds[k.Key] = &k
		if k.Clients {
			w.people = &k
		}
		w.tallies[k.Key] = &Tally{Kind: k.Key, Title: k.Title}
	}
	w.check = f.Begin(Period{Today: me.Today, From: c.From, To: c.To})
	return w
}

// all walks through the whole period and counts.
func (w *walk) all(ctx context.Context) error {
	groups, err := w.tx.Served(ctx, w.c, chunk)
	if err != nil {
		return err
	}
	for _, forms := range groups {
		list, err := w.tx.Due(ctx, w.c.Funder, forms)
		if err != nil {
			return err
		}
		if err := w.some(ctx, list); err != nil {
			return err
		}
	}
	var kinds []string // of forms
	for _, key := range w.s.cfg.Forms.Keys() {
		if def, _ := w.s.cfg.Forms.Latest(key); w.kinds[def.Definition.Files[w.format.System()]] != nil {
			kinds = append(kinds, key)
		}
	}
	if w.left[Incomplete], err = w.tx.Unfinished(ctx, w.c, kinds); err != nil {
		return err
	}
	if w.left[Deleted], err = w.tx.Gone(ctx, w.c); err != nil {
		return err
	}
	w.settle()
	return nil
}

// withhold is the number below which private forms are not counted for those who
// may not see them (ACC-11).
const withhold = 5

func (w *walk) settle() {
	w.counts.Kinds, w.counts.LeftOut = []Tally{}, []LeftOut{}
	for _, k := range w.format.Kinds() {
		if t := w.tallies[k.Key]; t.Good+t.Bad > 0 {
			w.counts.Kinds = append(w.counts.Kinds, *t)
		}
	}
	for _, r := range reasons {
		if n := w.left[r.reason]; n > 0 {
			out := LeftOut{Reason: r.reason, Rule: r.rule, Text: r.text, Count: n}
			if r.reason == Private && n < withhold { // ACC-11: it would tell of single forms
				out.Count, out.Withheld = 0, true
			}
			w.counts.LeftOut = append(w.counts.LeftOut, out)
		}
	}
}

// due says whether a service is to be looked at, and counts why one is in no file.
func (w *walk) due(d *Due) bool {
	payer := d.Session.Funder(d.Form)
	if payer != w.c.Funder && !payer.IsZero() {
		return false // another run's
	}
	def, ok := w.s.cfg.Forms.Version(d.Form.Kind, d.Form.Definition)
	takes := ok && w.kinds[def.Definition.Files[w.format.System()]] != nil
	switch {
	case !takes:
		w.left[NeverExported]++
	case payer.IsZero():
		w.left[NoFunder]++
	case d.ClientKind == casemgmt.Anonymous:
		w.left[Anonymous]++
	case d.Form.Private && (w.c.Program.IsZero() || !slices.Contains(w.me.Manages, w.c.Program.String())):
		w.left[Private]++
	case d.underWay() && d.Row.State == session.Exported:
		w.left[InFile]++
		return true
	case d.underWay():
		w.left[AtFunder]++
		return true
	default:
		return true
	}
	return false
}

// underWay says that it is in a file to which the funder has not answered.
func (d *Due) underWay() bool {
	return d.Row != nil && (d.Row.State == session.Exported || d.Row.State == session.Pending)
}

// some looks at the services of some clients, which come client by client.
func (w *walk) some(ctx context.Context, list []*Due) error {
	list = slices.DeleteFunc(list, func(d *Due) bool { return !w.due(d) })
	if len(list) == 0 {
		return nil
	}
	keys := clientsOf(list)
	clients, err := w.tx.Clients(ctx, keys)
	if err != nil {
		return err
	}
	rows, err := w.clientRows(ctx, keys)
	if err != nil {
		return err
	}
	var st standing
	for i, d := range list {
		client := clients[d.Form.Client]
		if client.Withdrawal != nil {
			w.left[Withdrawn]++
			continue
		}
		if i == 0 || list[i-1].Form.Client != client.ID {
			if st, err = w.profile(client, rows[client.ID], d.Form.Worker); err != nil {
				return err
			}
		}
		if d.underWay() {
			continue // and counted; its client's profile may be due
		}
		if err := w.service(ctx, d, client, st); err != nil {
			return err
		}
	}
	return nil
}

// clientRows are the ledger's rows of profiles, if the funder takes profiles.
func (w *walk) clientRows(ctx context.Context, keys []casemgmt.ClientID) (map[casemgmt.ClientID]*Row, error) {
	if w.people == nil {
		return nil, nil
	}
	return w.tx.ClientRows(ctx, w.c.Funder, keys)
}

// profile looks at a client's profile; worker recorded one of the services.
func (w *walk) profile(c *casemgmt.Client, row *Row, worker casemgmt.StaffID) (standing, error) {
	var st standing
	if row != nil && row.State == session.Accepted {
		st.accepted = row.File
	}
	if w.people == nil {
		return st, nil
	}
	if !c.RegisteredBy.IsZero() {
		worker = c.RegisteredBy // else a program registered the client, and whoever serves them is asked
	}
	it := item{Ref: Ref{Client: c.ID, Number: c.Number, Kind: ofClient, Worker: worker}, Record: w.check.Client(c), row: row, versions: Versions{Client: c.Version}}
	sends, err := w.judge(&it, false, false)
	st.sends, st.bad = sends, it.Bad()
	return st, err
}

// clientsOf are the clients of some services, each once.
func clientsOf(list []*Due) []casemgmt.ClientID {
	var keys []casemgmt.ClientID
	met := map[casemgmt.ClientID]bool{}
	for _, d := range list {
		if c := d.Form.Client; !met[c] {
			met[c] = true
			keys = append(keys, c)
		}
	}
	return keys
}

func (w *walk) service(ctx context.Context, d *Due, client *casemgmt.Client, st standing) error {
	it, in, err := w.input(ctx, d, client)
	if err != nil {
		return err
	}
	if it.row != nil && it.row.State == session.Accepted {
		it.amends = cmp.Or(it.row.Record, it.row.Amends) // the number stays through amendments
	} else if it.row != nil && it.row.Funder == w.c.Funder {
		it.amends = it.row.Amends // the amendment itself was rejected
	}
	in.Amends = it.amends
	it.Record = w.check.Service(in)
	if it.row != nil && it.row.State == session.Accepted && it.row.Own != it.Own && it.amends == "" {
		it.Found = append(it.Found, finding("XPT-10", fault.Error, i18n.T(
			"The record was changed after the funder accepted it. Enter the funder's number of the record, so that the change can be sent.",
			"L’enregistrement a été modifié après son acceptation. Inscrivez le numéro que lui a donné le bailleur de fonds, afin que la modification puisse être envoyée.")))
	}
	// a service that was refused with its client goes again when the client is right
	mended := it.row != nil && it.row.Funder != w.c.Funder || // rejected under another agreement
		it.row != nil && aboutClient(it.row) &&
			(st.sends || bytes.Compare(st.accepted[:], it.row.File[:]) > 0) // ids grow with time
	_, err = w.judge(&it, mended, st.bad)
	return err
}

// input collects what the record of a service tells.
func (w *walk) input(ctx context.Context, d *Due, client *casemgmt.Client) (item, Input, error) {
	site := w.sites[d.Session.Site]
	if site == nil {
		var err error
		if site, err = w.tx.Sites().Get(ctx, d.Session.Site); err != nil {
			return item{}, Input{}, err
		}
		w.sites[d.Session.Site] = site
	}
	return item{Ref: refOf(d, client), row: d.Row, private: d.Form.Private,
		versions: Versions{d.Form.Version, d.Session.Version, client.Version}}, Input{Form: d.Form, Session: d.Session, Client: client, Site: site}, nil
}

func refOf(d *Due, c *casemgmt.Client) Ref {
	return Ref{Client: c.ID, Number: c.Number, Session: d.Session.ID, Form: d.Form.ID, Kind: d.Form.Kind, Date: d.Session.ServiceDate, Worker: d.Form.Worker}
}

func finding(rule string, s fault.Severity, message i18n.Text) Finding {
	return Finding{Rule: rule, Severity: s, Message: message}
}

// judge compares a record with what the ledger has of it, counts it, and hands it
// on if it is due. mended: what it was rejected for was mended elsewhere;
// blocked: it waits for its client's profile (XPT-05). It says whether a good
// record is sent.
func (w *walk) judge(it *item, mended, blocked bool) (sends bool, err error) {
	if r := it.row; r != nil {
		same := r.Print == it.Print
		if r.State == session.Accepted {
			same = r.Own == it.Own
		}
		switch {
		case r.State == session.Exported:
			w.left[InFile]++
			it.Found = nil // it is as it was sent
			return false, nil
		case r.State == session.Pending:
			w.left[AtFunder]++
			it.Found = nil
			return false, nil
		case r.State == session.Accepted && same:
			w.left[AcceptedOnce]++
			it.Found = nil // the funder took it
			return false, nil
		case r.State == session.Rejected && same && !mended && !w.c.Resend:
			it.Found = append(rejection(r), it.Found...)
		}
	}
	if blocked && !it.Bad() {
		it.Found = append(it.Found, finding("XPT-05", fault.Error, i18n.T(
			"The client's profile would be refused, and with it all of the client's services. Mend the profile first.",
			"Le profil du client serait refusé, et avec lui tous ses services. Corrigez d’abord le profil.")))
	}
	t := w.tallies[it.Record.Kind]
	for _, f := range it.Found {
		if f.Severity == fault.Warning {
			w.counts.Warnings++
		}
	}
	if it.Bad() {
		t.Bad++
		w.counts.Bad++
	} else {
		sends = true
		t.Good++
		w.counts.Good++
		if it.amends != "" {
			t.Amendments++
		}
	}
	return sends, w.each(*it)
}

// aboutClient says whether a record was rejected with its client, and for nothing
// else.
func aboutClient(r *Row) bool {
	return len(r.Messages) > 0 && !slices.ContainsFunc(r.Messages, func(m session.FunderMessage) bool { return !strings.EqualFold(m.Part, "client") })
}

// rejection is what the funder said of a record that was not corrected since (XPT-08).
func rejection(r *Row) []Finding {
	var out []Finding
	for _, m := range r.Messages {
		text := i18n.T(m.En, m.Fr)
		if text.Fr == "" {
			text.Fr = m.En
		}
		out = append(out, finding("XPT-08", fault.Error, text))
	}
	if len(out) == 0 {
		out = append(out, finding("XPT-08", fault.Error, i18n.T("The funder rejected this record and gave no reason.", "Le bailleur de fonds a rejeté cet enregistrement sans en donner la raison.")))
	}
	return out
}
