package dex

import (
	"slices"
	"strconv"
)

// known is what files say that other records, there or in a later file, refer
// to. It grows with the number of ids, not with the size of the files.
type known struct {
	clients  map[string]*clientFact
	cases    map[string]*caseFact
	sessions map[SessionRef]*sessionFact
	repeats  map[assessed]int // with their files
	outlets  map[int]int
	pre      map[CaseClientRef]bool
	// of this file, in its order
	clientOrder  []*clientFact
	caseOrder    []*caseFact
	sessionOrder []*sessionFact
	scored       []assessment
}

func newKnown() known {
	return known{clients: map[string]*clientFact{}, cases: map[string]*caseFact{}, sessions: map[SessionRef]*sessionFact{},
		repeats: map[assessed]int{}, outlets: map[int]int{}, pre: map[CaseClientRef]bool{}}
}

// begin forgets what was about the file before.
func (k *known) begin() {
	k.clientOrder, k.caseOrder, k.sessionOrder, k.scored = nil, nil, nil, nil
}

// place is where an element stands, with its path.
type place struct {
	pos  Position
	path string
}

type clientFact struct {
	file     int
	id       string
	pos      Position
	birth    Date
	tells    tells
	missing  []string // elements that CHSP wants
	has      []place  // those that others do not have
	programs []Program
}

type caseFact struct {
	file         int
	id           string
	pos          Position
	unidentified int // -1: not known
	program      Program
	activity     int
	clients      []attendee
	index        map[string]bool // of many clients
	end          Date
	endPos       Position
	last         Date // of its sessions in this file
}

// attached says whether a client is attached to the case.
func (k *caseFact) attached(client string) bool {
	if k.index != nil {
		return k.index[client]
	}
	return slices.ContainsFunc(k.clients, func(a attendee) bool { return a.client == client })
}

type attendee struct {
	client string
	pos    Position
}

type sessionFact struct {
	file             int
	ref              SessionRef
	pos              Position // of its id
	casePos, datePos Position
	service          int // 0: not known
	servicePos       Position
	date             Date
	unidentified     int // -1: not known
	unidentifiedPos  Position
	topic            bool
	topicPos         Position
	clients          []attendee
}

// assessed names the record of an assessment.
type assessed struct {
	ref    SessionRef
	client string // empty: of the session
	group  bool
}

type assessment struct {
	assessed
	pre, post, forGroup bool // what the scores are; SATISFACTION is not asked before
	pos, clientPos      Position
	casePos, sessionPos Position
}

// indexFrom is how many clients a case has for an index to be worth it.
const indexFrom = 16

func (c *run) pos(n int32) Position { return c.tree.nodes[n].pos }

func (c *run) knowClient(x *Client) {
	t := &c.tree
	if x.ClientID == "" {
		return
	}
	if old := c.known.clients[x.ClientID]; old != nil && old.file == c.file {
		c.at("ID-3", Error, t.find("ClientId"), "is in this file twice; keep one record")
		return
	}
	f := &clientFact{file: c.file, id: x.ClientID, pos: c.pos(0), birth: x.BirthDate, tells: newTells(x)}
	for _, o := range []struct {
		name  string
		there bool
	}{{"AccommodationTypeCode", x.AccommodationType.State == Given}, {"DVACardStatusCode", x.DVACardStatus.State == Given}, {"HasCarer", x.HasCarer.State == Given}} {
		if o.there {
			f.has = append(f.has, place{c.pos(t.find(o.name)), o.name})
		} else {
			f.missing = append(f.missing, o.name)
		}
	}
	c.known.clients[x.ClientID] = f
	c.known.clientOrder = append(c.known.clientOrder, f)
}

func (c *run) knowCase(x *Case) {
	t := &c.tree
	if x.CaseID == "" {
		return
	}
	if old := c.known.cases[x.CaseID]; old != nil && old.file == c.file {
		c.at("ID-3", Error, t.find("CaseId"), "is in this file twice; keep one record")
		return
	}
	f := &caseFact{file: c.file, id: x.CaseID, pos: c.pos(t.find("CaseId")), unidentified: c.unidentified(x.UnidentifiedClients),
		program: c.program(x.OutletActivityID), activity: x.OutletActivityID, end: x.EndDate.Value, endPos: c.pos(t.find("EndDate"))}
	if len(x.Clients.Items) > indexFrom {
		f.index = make(map[string]bool, len(x.Clients.Items))
	}
	for i, n := range t.items(t.child(0, "CaseClients"), "CaseClient") {
		id := x.Clients.Items[i].ClientID
		f.clients = append(f.clients, attendee{id, c.pos(max(t.child(n, "ClientId"), n))})
		if f.index != nil {
			f.index[id] = true
		}
	}
	c.known.cases[x.CaseID] = f
	c.known.caseOrder = append(c.known.caseOrder, f)
}

// unidentified is a number of unidentified clients, or -1 when it could not be read.
func (c *run) unidentified(n int) int {
	if !c.reads("TotalNumberOfUnidentifiedClients") {
		return -1
	}
	return n
}

func (c *run) knowSession(x *Session) {
	t := &c.tree
	if x.SessionID == "" || x.CaseID == "" {
		return
	}
	ref := SessionRef{x.CaseID, x.SessionID}
	if old := c.known.sessions[ref]; old != nil && old.file == c.file {
		c.at("ID-2", Error, t.find("SessionId"), "is in this case twice; number the sessions of a case differently")
		return
	}
	f := &sessionFact{file: c.file, ref: ref, pos: c.pos(t.find("SessionId")), casePos: c.pos(t.find("CaseId")), datePos: c.pos(t.find("SessionDate")), date: x.Date,
		servicePos: c.pos(t.find("ServiceTypeId")), unidentified: c.unidentified(x.UnidentifiedClients),
		unidentifiedPos: c.pos(t.find("TotalNumberOfUnidentifiedClients")), topic: x.Topic.State != Omitted, topicPos: c.pos(t.find("TopicCode"))}
	if l := c.opt.Codes.List("ServiceType"); l != nil {
		if _, ok := l.Lookup(strconv.Itoa(x.ServiceTypeID)); ok {
			f.service = x.ServiceTypeID
		}
	}
	for i, n := range t.items(t.child(0, "SessionClients"), "SessionClient") {
		f.clients = append(f.clients, attendee{x.Clients.Items[i].ClientID, c.pos(max(t.child(n, "ClientId"), n))})
	}
	c.known.sessions[ref] = f
	c.known.sessionOrder = append(c.known.sessionOrder, f)
}

func (c *run) knowAssessment(key assessed, list []Assessment) {
	t := &c.tree
	if c.known.repeats[key] == c.file {
		c.at("F-7", Warning, 0, "assesses the same session a second time; put the scores together")
	}
	c.known.repeats[key] = c.file
	a := assessment{assessed: key, pos: c.pos(0), clientPos: c.pos(t.find("ClientId")), casePos: c.pos(t.find("CaseId")), sessionPos: c.pos(t.find("SessionId"))}
	for _, s := range list {
		a.pre = a.pre || s.Phase == "PRE"
		a.post = a.post || s.Phase == "POST" && s.ScoreType != satisfaction
		a.forGroup = a.forGroup || c.opt.Codes.applies[s.ScoreType] == "Session"
	}
	if a.pre && !a.group {
		c.known.pre[CaseClientRef{a.ref.CaseID, a.client}] = true
	}
	c.known.scored = append(c.known.scored, a)
}

// references checks what the records of the file say about others, there or in
// files before.
func (c *run) references() {
	for _, k := range c.known.caseOrder {
		c.caseClients(k)
	}
	for _, s := range c.known.sessionOrder {
		c.sessionRefs(s)
	}
	for _, k := range c.known.caseOrder {
		if !k.end.IsZero() && k.end.Before(k.last) {
			c.add(Finding{k.endPos, "CA-7", Error, "Case", k.id, "EndDate", "is before the last session of the case; correct one of them"})
		}
	}
	for _, x := range c.known.clientOrder {
		c.homeSupport(x)
	}
	for i := range c.known.scored {
		c.assessmentRefs(&c.known.scored[i])
	}
}

// elsewhere says that a record refers to one that is in none of the files, so
// that some rules could not be applied to it.
func (c *run) elsewhere(rules ...string) {
	for _, r := range rules {
		if n := (NotRun{r, NeedsRecords}); !slices.Contains(c.sum.NotRun, n) {
			c.sum.NotRun = append(c.sum.NotRun, n)
		}
	}
}

func (c *run) caseClients(k *caseFact) {
	report := func(pos Position, rule string, severity Severity, path, message string) {
		c.add(Finding{pos, rule, severity, "Case", k.id, path, message})
	}
	told := false
	for i, a := range k.clients {
		x := c.known.clients[a.client]
		if x == nil {
			c.unknownClient(k, i, a)
			continue
		}
		if said := x.tells.in(k.id); said != "" && !told {
			told = true
			report(k.pos, "ID-4", Warning, "CaseId", said+anonymousID)
		}
		if k.program == "" || slices.Contains(x.programs, k.program) {
			continue
		}
		x.programs = append(x.programs, k.program)
		if k.program == CHSP && x.file != c.file { // the client was in a file before
			for _, name := range x.missing {
				report(a.pos, "CL-10", Error, item("CaseClients/CaseClient", i), "is a client without "+name+", which is mandatory for home support; send the client again with it")
			}
		}
	}
}

func (c *run) unknownClient(k *caseFact, i int, a attendee) {
	if a.client == "" || c.opt.Uploaded.Clients[a.client] {
		return
	}
	severity := Warning
	if c.opt.Complete || c.opt.Uploaded.Clients != nil {
		severity = Error
	}
	c.add(Finding{a.pos, "REF-1", severity, "Case", k.id, item("CaseClients/CaseClient", i), "is not known; send the client before the case, or correct the id"})
}

// item is the path of the ClientId of an item of a list.
func item(path string, i int) string { return path + "[" + strconv.Itoa(i+1) + "]/ClientId" }

func (c *run) sessionRefs(s *sessionFact) {
	report := func(pos Position, rule string, severity Severity, path, message string) {
		c.add(Finding{pos, rule, severity, "Session", s.ref.SessionID, path, message})
	}
	told := false
	for i, a := range s.clients {
		x := c.known.clients[a.client]
		if x == nil {
			continue
		}
		if !s.date.IsZero() && s.date.Before(x.birth) {
			report(a.pos, "SE-12", Error, item("SessionClients/SessionClient", i), "was born after this session; correct one of the dates")
		}
		if said := x.tells.in(s.ref.SessionID); said != "" && !told {
			told = true
			report(s.pos, "ID-4", Warning, "SessionId", said+anonymousID)
		}
	}
	k := c.known.cases[s.ref.CaseID]
	if k == nil {
		if (c.opt.Complete || c.opt.Uploaded.Cases != nil) && !c.opt.Uploaded.Cases[s.ref.CaseID] {
			report(s.casePos, "SE-1", Error, "CaseId", "is not known; send the case before the session, or correct the id")
		}
		c.elsewhere("SE-3", "SE-4", "SE-10", "REF-3")
		return
	}
	switch {
	case k.file == c.file:
		if k.last.Before(s.date) {
			k.last = s.date
		}
	case !k.end.IsZero() && k.end.Before(s.date):
		report(s.datePos, "CA-7", Error, "SessionDate", "is after the end of its case; correct one of them")
	}
	if k.unidentified >= 0 && s.unidentified > k.unidentified {
		report(s.unidentifiedPos, "SE-4", Error, "TotalNumberOfUnidentifiedClients", "is more than the case has; raise the number of the case")
	}
	for i, a := range s.clients {
		if a.client != "" && !k.attached(a.client) {
			report(a.pos, "REF-3", Error, item("SessionClients/SessionClient", i), "is not attached to the case; add the client to it")
		}
	}
	if a, ok := c.activities[k.activity]; ok && s.service != 0 && !a.offers(s.service) {
		report(s.servicePos, "SE-3", Warning, "ServiceTypeId", "is not one of the activity's service types; compare it")
	}
	c.topic(k, s, report)
}

// topic checks what disability advocacy wants (SE-10), where the specification has it.
func (c *run) topic(k *caseFact, s *sessionFact, report func(Position, string, Severity, string, string)) {
	if el, _ := c.opt.Schema.find("Session", "TopicCode"); el == nil {
		return
	}
	switch {
	case k.program == NDAP && !s.topic:
		report(s.pos, "SE-10", Error, "TopicCode", "is mandatory for disability advocacy; add it")
	case k.program != "" && k.program != NDAP && s.topic:
		report(s.topicPos, "SE-10", Warning, "TopicCode", "is for disability advocacy; leave it out")
	}
}

// homeSupport checks what only CHSP wants of a client (CL-10).
func (c *run) homeSupport(x *clientFact) {
	if len(x.programs) == 0 && c.opt.Program != "" {
		x.programs = []Program{c.opt.Program}
	}
	switch {
	case len(x.programs) == 0:
	case slices.Contains(x.programs, CHSP):
		for _, name := range x.missing {
			c.add(Finding{x.pos, "CL-10", Error, "Client", x.id, name, "is mandatory for home support; add it"})
		}
	default:
		for _, p := range x.has {
			c.add(Finding{p.pos, "CL-10", Warning, "Client", x.id, p.path, "is for home support; leave it out"})
		}
	}
}

func (c *run) assessmentRefs(a *assessment) {
	section := "ClientAssessment"
	if a.group {
		section = "SessionAssessment"
	}
	report := func(pos Position, rule string, severity Severity, path, message string) {
		c.add(Finding{pos, rule, severity, section, a.ref.SessionID, path, message})
	}
	up := &c.opt.Uploaded
	s := c.known.sessions[a.ref]
	switch {
	case a.ref.SessionID == "" || a.ref.CaseID == "":
	case s == nil:
		cases := (c.opt.Complete || up.Cases != nil) && !up.Cases[a.ref.CaseID]
		sessions := (c.opt.Complete || up.Sessions != nil) && !up.Sessions[a.ref]
		if c.known.cases[a.ref.CaseID] == nil && cases {
			report(a.casePos, "REF-2", Error, "CaseId", "is not known; send the case before, or correct the id")
		} else if sessions {
			report(a.sessionPos, "REF-2", Error, "SessionId", "is not a session of the case; send the session before, or correct the id")
		}
		c.elsewhere("REF-4", "AS-7")
	case a.group && a.forGroup && s.unidentified == 0:
		report(a.pos, "AS-7", Warning, "", "is a group's assessment, and the session has no unidentified clients; compare it")
	case !a.group && a.client != "" && !slices.ContainsFunc(s.clients, func(at attendee) bool { return at.client == a.client }):
		report(a.clientPos, "REF-4", Error, "ClientId", "did not attend the session; correct one of them")
	}
	who := CaseClientRef{a.ref.CaseID, a.client}
	if a.post && !a.group && !c.known.pre[who] && c.has(NeedsHistory) && !up.Assessed[who] {
		report(a.pos, "AS-6", Warning, "", "has scores after the service, and there are none from before; add them")
	}
}
