package dex

import (
	"math"
	"slices"
	"strconv"
)

// known is what a file says that other records, here or in a later file, refer
// to. It grows with the number of ids, not with the size of the file.
type known struct {
	clients     map[string]*clientFact
	cases       map[string]*caseFact
	sessions    map[SessionRef]*sessionFact
	order       []*sessionFact // of this file
	assessed    []assessment   // of this file
	repeats     map[assessment]int
	pre         map[CaseClientRef]bool
	outlets     map[int]int
	clientOrder []*clientFact
	caseOrder   []*caseFact
}

func newKnown() known {
	return known{clients: map[string]*clientFact{}, cases: map[string]*caseFact{}, sessions: map[SessionRef]*sessionFact{},
		repeats: map[assessment]int{}, pre: map[CaseClientRef]bool{}, outlets: map[int]int{}}
}

type clientFact struct {
	file     int
	id       string
	pos      Position
	birth    Date
	missing  string   // an element that CHSP wants
	extra    Position // of one that others do not have
	has      string   // its name
	programs []Program
}

type caseFact struct {
	file         int
	id           string
	unidentified int
	program      Program
	activity     int
	clients      []attendee
	index        map[string]bool // of many clients
	end          Date
	endPos       Position
	last         Date
}

// attends says whether a client is attached to the case.
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
	file            int
	ref             SessionRef
	pos, casePos    Position
	service         int
	servicePos      Position
	date            Date
	unidentified    int
	unidentifiedPos Position
	topic           bool
	topicPos        Position
	clients         []attendee
}

// assessment is where scores were taken.
type assessment struct {
	ref               SessionRef
	client            string
	group             bool
	pre, post, scored bool     // scored: with the type GROUP
	pos, clientPos    Position // of the record, and of its ids
	casePos, next     Position
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
	f := &clientFact{file: c.file, id: x.ClientID, pos: c.pos(0), birth: x.BirthDate}
	for _, o := range []struct {
		name  string
		there bool
	}{{"AccommodationTypeCode", x.AccommodationType.State == Given}, {"DVACardStatusCode", x.DVACardStatus.State == Given}, {"HasCarer", x.HasCarer.State == Given}} {
		switch {
		case !o.there && f.missing == "":
			f.missing = o.name
		case o.there && f.has == "":
			f.has, f.extra = o.name, c.pos(t.find(o.name))
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
	f := &caseFact{file: c.file, id: x.CaseID, unidentified: x.UnidentifiedClients, program: c.program(x.OutletActivityID), activity: x.OutletActivityID,
		end: x.EndDate.Value, endPos: c.pos(t.find("EndDate"))}
	if !c.reads("TotalNumberOfUnidentifiedClients") {
		f.unidentified = math.MaxInt // not known, so that nothing is more
	}
	if len(x.Clients.Items) > indexFrom {
		f.index = make(map[string]bool, len(x.Clients.Items))
	}
	list := t.find("CaseClients")
	for i, n := range c.listed(list, len(x.Clients.Items)) {
		id := x.Clients.Items[i].ClientID
		f.clients = append(f.clients, attendee{id, c.pos(max(t.child(n, "ClientId"), n))})
		if f.index != nil {
			f.index[id] = true
		}
	}
	c.known.cases[x.CaseID] = f
	c.known.caseOrder = append(c.known.caseOrder, f)
}

// listed are the elements of a list, as many as were taken over.
func (c *run) listed(list int32, n int) []int32 {
	if n == 0 {
		return nil
	}
	items := c.tree.items(list)
	return items[:min(n, len(items))]
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
	f := &sessionFact{file: c.file, ref: ref, pos: c.pos(t.find("SessionDate")), casePos: c.pos(t.find("CaseId")), date: x.Date,
		service: x.ServiceTypeID, servicePos: c.pos(t.find("ServiceTypeId")),
		unidentified: x.UnidentifiedClients, unidentifiedPos: c.pos(t.find("TotalNumberOfUnidentifiedClients")),
		topic: x.Topic.State == Given, topicPos: c.pos(t.find("TopicCode"))}
	for i, n := range c.listed(t.find("SessionClients"), len(x.Clients.Items)) {
		f.clients = append(f.clients, attendee{x.Clients.Items[i].ClientID, c.pos(max(t.child(n, "ClientId"), n))})
	}
	c.known.sessions[ref] = f
	c.known.order = append(c.known.order, f)
}

func (c *run) knowAssessment(a assessment, list []Assessment) {
	t := &c.tree
	if c.known.repeats[a] == c.file {
		c.at("F-7", Warning, 0, "assesses the same session a second time; put the scores together")
	}
	c.known.repeats[a] = c.file
	for _, s := range list {
		a.pre = a.pre || s.Phase == "PRE"
		a.post = a.post || s.Phase == "POST"
		a.scored = a.scored || s.ScoreType == "GROUP"
	}
	if a.pre && !a.group {
		c.known.pre[CaseClientRef{a.ref.CaseID, a.client}] = true
	}
	a.pos, a.clientPos, a.casePos, a.next = c.pos(0), c.pos(t.find("ClientId")), c.pos(t.find("CaseId")), c.pos(t.find("SessionId"))
	c.known.assessed = append(c.known.assessed, a)
}

// references checks what records of the file say about each other, and forgets
// what only this file is about.
func (c *run) references() {
	for _, k := range c.known.caseOrder {
		c.caseClients(k)
	}
	for _, s := range c.known.order {
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
	for i := range c.known.assessed {
		c.assessmentRefs(&c.known.assessed[i])
	}
	c.known.order, c.known.assessed, c.known.clientOrder, c.known.caseOrder = nil, nil, nil, nil
}

func (c *run) caseClients(k *caseFact) {
	for i, a := range k.clients {
		x := c.known.clients[a.client]
		if x != nil {
			if k.program != "" && !slices.Contains(x.programs, k.program) {
				x.programs = append(x.programs, k.program)
			}
			continue
		}
		if a.client == "" || c.opt.Uploaded.Clients[a.client] {
			continue
		}
		severity := Warning
		if c.opt.Complete || c.opt.Uploaded.Clients != nil {
			severity = Error
		}
		c.add(Finding{a.pos, "REF-1", severity, "Case", k.id, place("CaseClients/CaseClient", i), "is not known; send the client before the case, or correct the id"})
	}
}

// place is the path of the ClientId of an item of a list.
func place(path string, i int) string { return path + "[" + strconv.Itoa(i+1) + "]/ClientId" }

func (c *run) sessionRefs(s *sessionFact) {
	report := func(pos Position, rule string, severity Severity, path, message string) {
		c.add(Finding{pos, rule, severity, "Session", s.ref.SessionID, path, message})
	}
	k := c.known.cases[s.ref.CaseID]
	if k == nil && (c.opt.Complete || c.opt.Uploaded.Cases != nil && !c.opt.Uploaded.Cases[s.ref.CaseID]) {
		report(s.casePos, "SE-1", Error, "CaseId", "is not known; send the case before the session, or correct the id")
	}
	for i, a := range s.clients {
		if x := c.known.clients[a.client]; x != nil && !s.date.IsZero() && s.date.Before(x.birth) {
			report(a.pos, "SE-12", Error, place("SessionClients/SessionClient", i), "was born after this session; correct one of the dates")
		}
	}
	if k == nil {
		return
	}
	if k.last.Before(s.date) {
		k.last = s.date
	}
	if s.unidentified > k.unidentified {
		report(s.unidentifiedPos, "SE-4", Error, "TotalNumberOfUnidentifiedClients", "is more than the case has; raise the number of the case")
	}
	for i, a := range s.clients {
		if a.client != "" && !k.attached(a.client) {
			report(a.pos, "REF-3", Error, place("SessionClients/SessionClient", i), "is not attached to the case; add the client to it")
		}
	}
	if a, ok := c.activities[k.activity]; ok && s.service != 0 && !a.offers(s.service) {
		report(s.servicePos, "SE-3", Warning, "ServiceTypeId", "is not one of the activity's service types; compare it")
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
	programs := x.programs
	if len(programs) == 0 && c.opt.Program != "" {
		programs = []Program{c.opt.Program}
	}
	switch {
	case len(programs) == 0:
	case slices.Contains(programs, CHSP):
		if x.missing != "" {
			c.add(Finding{x.pos, "CL-10", Error, "Client", x.id, x.missing, "is mandatory for home support; add it"})
		}
	case x.has != "":
		c.add(Finding{x.extra, "CL-10", Warning, "Client", x.id, x.has, "is for home support; leave it out"})
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
	case s != nil || a.ref.SessionID == "" || a.ref.CaseID == "":
	case c.known.cases[a.ref.CaseID] == nil && (c.opt.Complete || up.Cases != nil && !up.Cases[a.ref.CaseID]):
		report(a.casePos, "REF-2", Error, "CaseId", "is not known; send the case before, or correct the id")
	case c.opt.Complete || up.Sessions != nil && !up.Sessions[a.ref]:
		report(a.next, "REF-2", Error, "SessionId", "is not a session of the case; send the session before, or correct the id")
	}
	switch {
	case s == nil:
	case a.group && a.scored && s.unidentified == 0:
		report(a.pos, "AS-7", Warning, "", "is a group's assessment, and the session has no unidentified clients; compare it")
	case !a.group && a.client != "" && !slices.ContainsFunc(s.clients, func(at attendee) bool { return at.client == a.client }):
		report(a.clientPos, "REF-4", Error, "ClientId", "did not attend the session; correct one of them")
	}
	who := CaseClientRef{a.ref.CaseID, a.client}
	if a.post && !a.group && !c.known.pre[who] && c.has(NeedsHistory) && !up.Assessed[who] {
		report(a.pos, "AS-6", Warning, "", "has scores after the service, and there are none from before; add them")
	}
}
