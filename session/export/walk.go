package export

import (
	"context"
	"slices"

	"github.com/opencasework/casework/casemgmt"
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
	others   []casemgmt.ClientID // whom it tells of too
	gone     bool                // it is there at the funder alone: nothing is sent of it
}

// walk goes through the services of some criteria client by client, the profile
// before the services: what one record is compared with is the same client's.
type walk struct {
	u       *Unit
	c       Criteria
	format  Format
	kinds   map[string]*FileKind // by key
	people  *FileKind            // the kind for clients; nil without one
	check   Checker              // of a Services
	each    func(item) error
	sites   map[casemgmt.SiteID]*casemgmt.Site
	counts  Counts
	left    map[Reason]int
	tallies map[string]*Tally
	needed  map[Subject]standing // of records of a Source that are not as they should be
}

// standing is what a record means for those that need it, as services need a client's
// profile.
type standing struct {
	bad      bool   // they wait until it is right (XPT-05)
	sends    bool   // the profile is in this run
	unsent   bool   // the profile lies in a file of another run that was not sent yet
	accepted FileID // in which the funder accepted the profile, if it did
}

// newWalk is a walk that hands each record that is due to each.
func newWalk(u *Unit, c Criteria, f Format, each func(item) error) *walk {
	w := &walk{u: u, c: c, format: f, each: each, kinds: map[string]*FileKind{},
		sites: map[casemgmt.SiteID]*casemgmt.Site{}, left: map[Reason]int{}, tallies: map[string]*Tally{}, needed: map[Subject]standing{}}
	for _, k := range f.Kinds() {
		w.kinds[k.Key] = &k
		if k.Clients {
			w.people = &k
		}
		w.tallies[k.Key] = &Tally{Kind: k.Key, Title: k.Title}
	}
	if services, ok := f.(Services); ok {
		w.check = services.Begin(Period{Today: u.Today, From: c.From, To: c.To})
	}
	return w
}

// all walks through the whole period and counts.
func (w *walk) all(ctx context.Context) error {
	var err error
	if source, ok := w.format.(Source); ok {
		err = w.from(ctx, source)
	} else {
		err = w.services(ctx)
	}
	w.settle()
	return err
}

// services walks through what is made of clients and service forms.
func (w *walk) services(ctx context.Context) error {
	groups, err := w.u.Tx.Due().ServedForms(ctx, w.c, chunk)
	if err != nil {
		return err
	}
	for _, forms := range groups {
		list, err := w.u.Tx.Due().Services(ctx, w.c.Funder, forms)
		if err != nil {
			return err
		}
		if err := w.some(ctx, list); err != nil {
			return err
		}
	}
	var kinds []string // of forms
	for _, key := range w.u.Forms.Keys() {
		if def, _ := w.u.Forms.Latest(key); w.kinds[def.Definition.Files[w.format.System()]] != nil {
			kinds = append(kinds, key)
		}
	}
	if w.left[Incomplete], err = w.u.Tx.Due().UnfinishedForms(ctx, w.c, kinds, w.private()); err != nil {
		return err
	}
	w.left[Deleted], err = w.u.Tx.Due().RemovedServices(ctx, w.c, w.private())
	return err
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
			out := leftOut(r.reason, n)
			if r.reason == Private && n < withhold { // ACC-11: it would tell of single forms
				out.Count, out.Withheld = 0, true
			}
			w.counts.LeftOut = append(w.counts.LeftOut, out)
		}
	}
}

// takes is the kind of file that takes a form; none when no file of the funder
// does, which forms of a session itself have not either: they are nobody's.
func (w *walk) takes(f *session.Form) *FileKind {
	def, ok := w.u.Forms.Version(f.Kind, f.Definition)
	if !ok || f.Client.IsZero() {
		return nil
	}
	return w.kinds[def.Definition.Files[w.format.System()]]
}

// private says whether the run takes private forms: the manager of its program
// makes it (ACC-10).
func (w *walk) private() bool {
	return !w.c.Program.IsZero() && slices.Contains(w.u.Manages, w.c.Program.String())
}

// due says whether a service is to be looked at, and counts why one is in no file.
func (w *walk) due(d *Due) bool {
	payer := d.Session.Funder(d.Form)
	if payer != w.c.Funder && !payer.IsZero() || !w.c.Site.IsZero() && d.Session.Site != w.c.Site {
		return false // another run's
	}
	switch {
	case d.Form.Private && !w.private(): // first: no other count tells of it (ACC-11)
		w.left[Private]++
	case w.takes(d.Form) == nil:
		w.left[NeverExported]++
	case payer.IsZero():
		w.left[NoFunder]++
	case d.ClientKind == casemgmt.Anonymous:
		w.left[Anonymous]++
	case d.Row.underWay() && d.Row.State == session.Exported:
		w.left[InFile]++
		return true
	case d.Row.underWay():
		w.left[AtFunder]++
		return true
	default:
		return true
	}
	return false
}

// some looks at the services of some clients, which come client by client.
func (w *walk) some(ctx context.Context, list []*Due) error {
	list = slices.DeleteFunc(list, func(d *Due) bool { return !w.due(d) })
	if len(list) == 0 {
		return nil
	}
	keys := clientsOf(list)
	clients, err := w.u.Tx.Clients().Some(ctx, keys)
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
		if d.Row.underWay() {
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
	subjects := make([]Subject, len(keys))
	for i, key := range keys {
		subjects[i] = SubjectOf(ClientSubject, key)
	}
	found, err := w.u.Tx.Ledger().Current(ctx, w.c.Funder, subjects)
	out := make(map[casemgmt.ClientID]*Row, len(found))
	for _, r := range found {
		out[r.Client] = r
	}
	return out, err
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
	it := item{Ref: RefOfClient(c, worker), Record: w.check.Client(c), row: row, versions: Versions{Client: c.Version}}
	sends, err := w.judge(&it, false, false)
	st.sends, st.bad, st.unsent = sends, it.Bad(), row != nil && row.State == session.Exported
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

// service looks at a service of a client.
func (w *walk) service(ctx context.Context, d *Due, client *casemgmt.Client, st standing) error {
	it, in, err := w.input(ctx, d, client)
	if err != nil {
		return err
	}
	_, err = w.compare(&it, st, func(amends string) Record {
		in.Amends = amends
		return w.check.Service(in)
	})
	return err
}

// input collects what the record of a service tells.
func (w *walk) input(ctx context.Context, d *Due, client *casemgmt.Client) (item, Input, error) {
	site := w.sites[d.Session.Site]
	if site == nil {
		var err error
		if site, err = w.u.Tx.Sites().Get(ctx, d.Session.Site); err != nil {
			return item{}, Input{}, err
		}
		w.sites[d.Session.Site] = site
	}
	return item{Ref: refOfForm(d, client), row: d.Row, private: d.Form.Private,
		versions: Versions{d.Form.Version, d.Session.Version, client.Version}}, Input{Form: d.Form, Session: d.Session, Client: client, Site: site}, nil
}
