package dex

import (
	"strings"
)

// kase checks a case by itself.
func (c *run) kase(x *Case) {
	t := &c.tree
	c.numbered(x.CaseID, t.find("CaseId"))
	if _, known := c.activities[x.OutletActivityID]; len(c.activities) > 0 && !known && c.reads("OutletActivityId") {
		c.at("CA-1", Error, t.find("OutletActivityId"), "is not one of the organisation's; compare it with its list of activities and outlets")
	}
	if x.UnidentifiedClients == 0 && x.Clients.State != Given && c.reads("TotalNumberOfUnidentifiedClients") {
		c.at("CA-2", Error, t.find("CaseId"), "has neither clients nor unidentified clients; add one of them")
	}
	clients := t.items(t.child(0, "CaseClients"), "CaseClient")
	for i, cc := range x.Clients.Items {
		c.reasons(cc.Reasons, t.child(clients[i], "ReasonsForAssistance"))
	}
	for _, i := range repeated(x.Clients.Items, func(cc CaseClient) string { return cc.ClientID }) {
		c.at("CA-4", Error, t.child(clients[i], "ClientId"), "is in this case twice; keep one")
	}
	c.outcomes(x)
	c.knowCase(x)
}

func (c *run) reasons(l List[Reason], at int32) {
	if l.State != Given || at < 0 || c.unreadIn(at) {
		return
	}
	t := &c.tree
	primary := 0
	for _, r := range l.Items {
		if r.IsPrimary {
			primary++
		}
	}
	if primary != 1 {
		c.at("CA-3", Error, at, "have not exactly one primary reason; set IsPrimary to true for one of them")
	}
	for _, i := range repeated(l.Items, func(r Reason) string { return r.Code }) {
		c.at("CA-3", Error, t.items(at, "ReasonForAssistance")[i], "is there twice; keep one")
	}
	if c.opt.WebService && primary < len(l.Items) {
		c.at("CA-3", Warning, at, "have a secondary reason, which has failed in the web service")
	}
}

func (c *run) outcomes(x *Case) {
	t := &c.tree
	program := c.program(x.OutletActivityID)
	agreement, certificate, property := x.ParentingAgreement, x.Section60I, x.PropertyAgreementOutcome
	for _, o := range []struct {
		there      bool
		date       Date
		name, when string
	}{
		{agreement.State == Given, agreement.Value.Date, "ParentingAgreementOutcome", "DateOfParentingAgreement"},
		{certificate.State == Given, certificate.Value.DateIssued, "Section60I", "DateIssued"},
		{property.State == Given, property.Value.Date, "PropertyAgreementOutcome", "DateOfPropertyAgreement"},
	} {
		if !o.there {
			continue
		}
		if c.future(o.date) {
			c.at("CA-5", Error, t.find(o.name, o.when), "is in the future; correct it")
		}
		if program != "" && program != FamilyLaw {
			c.at("CA-6", Warning, t.find(o.name), "is for family law services; leave it out")
		}
	}
	if end, ok := x.EndDate.Get(); ok && c.future(end) {
		c.at("CA-7", Error, t.find("EndDate"), "is in the future; leave it out until the case has ended")
	}
}

// session checks a session by itself.
func (c *run) session(x *Session) {
	t := &c.tree
	c.numbered(x.SessionID, t.find("SessionId"))
	switch at := t.find("SessionDate"); {
	case x.Date.IsZero():
	case c.future(x.Date):
		c.at("SE-2", Error, at, "is in the future; correct it, or send the session when it was held")
	case c.has(NeedsPeriod) && !c.open(x.Date):
		c.at("SE-2", Warning, at, "is not in a reporting period that is open; ask for a re-opening if that is right")
	}
	if x.UnidentifiedClients == 0 && x.Clients.State != Given && c.reads("TotalNumberOfUnidentifiedClients") {
		c.at("SE-5", Error, t.find("TotalNumberOfUnidentifiedClients"), "is 0, and no client attended; a session without anybody does not count")
	}
	for _, o := range []struct {
		name string
		n    Opt[int]
	}{{"TimeMinutes", x.TimeMinutes}, {"TotalCost", x.TotalCost}, {"Quantity", x.Quantity}} {
		if o.n.Value < 0 {
			c.at("SE-6", Error, t.find(o.name), "is negative; correct it")
		}
	}
	if x.TimeMinutes.Value > 24*60 {
		c.at("SE-6", Warning, t.find("TimeMinutes"), "is more than a day; compare it")
	}
	if fees, ok := x.FeesCharged.Get(); ok {
		if _, cents, _ := strings.Cut(string(fees), "."); strings.Trim(cents, "0") != "" {
			c.at("SE-7", Warning, t.find("FeesCharged"), "has cents; write whole dollars")
		}
	}
	c.attendance(x)
	c.knowSession(x)
}

// open says whether a day is in the reporting period, and the period still open.
func (c *Checker) open(d Date) bool {
	p := c.opt.Period
	return !d.Before(p.From) && !p.To.Before(d) && !c.future(d) && (c.opt.Today.IsZero() || !p.To.AddDays(openAfter).Before(c.opt.Today))
}

// openAfter is how many days after its end a period is closed (FORMAT section 7).
const openAfter = 30

func (c *run) attendance(x *Session) {
	if x.Clients.State != Given || len(x.Clients.Items) == 0 {
		return
	}
	t := &c.tree
	list := t.child(0, "SessionClients")
	clients := t.items(list, "SessionClient")
	support := true
	for i, sc := range x.Clients.Items {
		support = support && sc.Participation == "SUPPORT"
		if sc.Referrals.State == Given {
			c.referrals(sc.Referrals.Items, t.child(clients[i], "ClientReferralOutWithPurpose"))
		}
	}
	for _, i := range repeated(x.Clients.Items, func(sc SessionClient) string { return sc.ClientID }) {
		c.at("SE-9", Error, t.child(clients[i], "ClientId"), "is at this session twice; keep one")
	}
	if support && x.UnidentifiedClients == 0 && c.reads("TotalNumberOfUnidentifiedClients") {
		c.at("SE-11", Warning, list, "are support persons only; a client should have attended")
	}
}

func (c *run) referrals(list []Referral, at int32) {
	if at < 0 {
		return
	}
	t := &c.tree
	nodes := t.items(at, "Referral")
	for _, i := range repeated(list, func(r Referral) string { return r.Type }) {
		c.at("SE-8", Error, nodes[i], "is a second referral of its type; put the purposes together")
	}
	for i, r := range list {
		purposes := t.items(t.child(nodes[i], "PurposeCodes"), "PurposeCode")
		for _, j := range repeated(r.Purposes.Items, func(s string) string { return s }) {
			c.at("SE-8", Error, purposes[j], "is there twice; keep one")
		}
	}
}

func (c *run) sessionAssessment(x *SessionAssessment) {
	c.assessments(x.Assessments.Items, true)
	c.knowAssessment(assessed{ref: SessionRef{x.CaseID, x.SessionID}, group: true}, x.Assessments.Items)
}

func (c *run) clientAssessment(x *ClientAssessment) {
	c.assessments(x.Assessments.Items, false)
	c.knowAssessment(assessed{ref: SessionRef{x.CaseID, x.SessionID}, client: x.ClientID}, x.Assessments.Items)
}

// assessments checks scores by themselves.
func (c *run) assessments(list []Assessment, group bool) {
	t := &c.tree
	if len(list) == 0 {
		return
	}
	nodes := t.items(t.child(0, "Assessments"), "Assessment")
	for i, a := range list {
		at := nodes[i]
		kind := t.child(at, "ScoreTypeCode")
		if kind < 0 {
			continue
		}
		switch c.opt.Codes.applies[a.ScoreType] {
		case "Client":
			if group {
				c.at("AS-1", Error, kind, "is for the assessment of a client; a session takes a type for groups")
			}
		case "Session":
			if !group {
				c.at("AS-1", Error, kind, "is for the assessment of a session; send it there")
			}
		}
		if a.ScoreType == satisfaction && a.Phase == "PRE" {
			c.at("AS-5", Warning, t.child(at, "AssessmentPhaseCode"), "is PRE; satisfaction is asked after the service")
		}
		c.scores(a, t.child(at, "Scores"))
	}
	for _, i := range repeated(list, func(a Assessment) [2]string {
		if a.ScoreType == "" || a.Phase == "" {
			return [2]string{}
		}
		return [2]string{a.ScoreType, a.Phase}
	}) {
		c.at("AS-2", Error, nodes[i], "has the type and phase of another one; put the scores together")
	}
}

// satisfaction is the score type that is asked once, after the service.
const satisfaction = "SATISFACTION"

func (c *run) scores(a Assessment, at int32) {
	if at < 0 {
		return
	}
	nodes := c.tree.items(at, "ScoreCode")
	_, known := c.opt.Codes.List("ScoreType").Lookup(a.ScoreType)
	seen := map[string]bool{}
	for i, score := range a.Scores.Items {
		domain, kind := c.opt.Codes.domainOf(score)
		if domain == "" {
			continue
		}
		if known && kind != a.ScoreType {
			c.at("AS-3", Error, nodes[i], "belongs to another score type; send it under that one")
		}
		if seen[domain] {
			c.at("AS-4", Error, at, "have a domain twice; keep one score of each")
		}
		seen[domain] = true
	}
}

func (c *run) outlet(x *Outlet) {
	t := &c.tree
	c.address(&x.ResidentialAddress)
	if id, ok := x.OutletID.Get(); ok {
		if c.known.outlets[id] == c.file {
			c.at("F-7", Warning, t.find("OutletId"), "is in this file twice; keep one")
		}
		c.known.outlets[id] = c.file
	}
}
