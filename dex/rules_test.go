package dex_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/opencasework/casework/dex"
)

// pack is a valid file to be changed.
type pack struct {
	a, b    *dex.Client
	c       *dex.Case
	s       *dex.Session
	group   *dex.SessionAssessment
	scores  *dex.ClientAssessment
	more    []dex.Record // behind those of their section
	replace []string     // in the text: old, new, ...
	omit    bool         // of the clients
}

func newPack() *pack {
	v := valid()
	return &pack{a: v[0].(*dex.Client), b: v[1].(*dex.Client), c: v[2].(*dex.Case), s: v[3].(*dex.Session), group: v[4].(*dex.SessionAssessment), scores: v[5].(*dex.ClientAssessment)}
}

func (p *pack) text(t *testing.T) string {
	records := []dex.Record{p.a, p.b, p.c, p.s, p.group, p.scores}
	if p.group.SessionID == "" {
		records = slices.Delete(records, 4, 5)
	}
	if p.omit {
		records = records[2:]
	}
	records = append(records, p.more...)
	slices.SortStableFunc(records, func(a, b dex.Record) int { return slices.Index(order, a.Section()) - slices.Index(order, b.Section()) })
	return strings.NewReplacer(p.replace...).Replace(file(t, dex.WriterOptions{}, records...))
}

func (p *pack) edit(old, new string) { p.replace = append(p.replace, old, new) }

const xsi = ` xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"`

var (
	plainOptions = dex.Options{Today: today}
	complete     = dex.Options{Today: today, Complete: true}
	period       = dex.Options{Today: today, Period: dex.Period{From: dex.NewDate(2026, 1, 1), To: dex.NewDate(2026, 6, 30)}}
	chsp         = dex.Options{Today: today, Program: dex.CHSP}
	ndap         = dex.Options{Today: today, Program: dex.NDAP}
	family       = dex.Options{Today: today, Program: dex.FamilyLaw}
	other        = dex.Options{Today: today, Program: dex.OtherProgram}
	own          = dex.Options{Today: today, Activities: []dex.Activity{{OutletActivityID: 45012, Program: dex.OtherProgram, ServiceTypes: []int{5, 6}}}}
)

var tomorrow = today.AddDays(1)

// ruleCases has a failing and a passing case of each rule, and of each of its
// two severities.
var ruleCases = []struct {
	rule      string
	severity  dex.Severity
	opt       dex.Options
	path      string
	bad, good func(*pack)
}{
	{"F-2", dex.Error, plainOptions, "", func(p *pack) { p.edit("<Cases>", "<Fases>"); p.edit("</Cases>", "</Fases>") }, func(p *pack) {}},
	{"F-3", dex.Warning, plainOptions, "", func(p *pack) { p.edit(`<?xml version="1.0"?>`, "\xEF\xBB\xBF"+`<?xml version="1.0"?>`) }, func(p *pack) { p.edit(`<?xml version="1.0"?>`, string(dex.WithStandalone)) }},
	{"F-3", dex.Warning, plainOptions, "", func(p *pack) { p.edit(`"1.0"?>`, `"1.0" encoding='utf-8'?>`) }, func(p *pack) { p.edit(`"1.0"?>`, `"1.0" encoding="UTF-8" ?>`) }},
	{"F-3", dex.Warning, plainOptions, "", func(p *pack) { p.edit(`"1.0"?>`, `"1.0" encoding="ISO-8859-1"?>`) }, func(p *pack) { p.edit(`<?xml version="1.0"?>`, `<?xml version='1.0'?>`) }},
	{"F-4", dex.Error, plainOptions, "CountryOfBirthCode", func(p *pack) {
		p.edit("<CountryOfBirthCode>1101</CountryOfBirthCode>\n<LanguageSpokenAtHomeCode>1201</LanguageSpokenAtHomeCode>\n", "<LanguageSpokenAtHomeCode>1201</LanguageSpokenAtHomeCode>\n<CountryOfBirthCode>1101</CountryOfBirthCode>\n")
	}, func(p *pack) { p.edit("<Client>", "<!-- a client --><Client>") }},
	{"F-4", dex.Error, plainOptions, "OutletActivityId", func(p *pack) { p.edit("<OutletActivityId>45012</OutletActivityId>", "") }, func(p *pack) {}},
	{"F-4", dex.Error, plainOptions, "GenderCode", func(p *pack) { p.edit(">FEMALE<", "><") }, func(p *pack) {}},
	{"F-4", dex.Error, plainOptions, "Slk", func(p *pack) { p.edit("<ConsentToProvideDetails>", "<Slk/><ConsentToProvideDetails>") }, func(p *pack) { p.a.Slk = dex.Null[string]() }},
	{"F-4", dex.Error, plainOptions, "IsHomeless", func(p *pack) { p.edit("</ResidentialAddress>", "</ResidentialAddress><IsHomeless>false</IsHomeless>") }, func(p *pack) { p.a.HomelessIndicator = dex.Some("NO") }},
	{"F-4", dex.Error, plainOptions, "Kettle", func(p *pack) { p.edit("<Client>", "<Client><Kettle>1</Kettle>") }, func(p *pack) {}},
	{"F-4", dex.Error, plainOptions, "GenderCode[2]", func(p *pack) {
		p.edit("<GenderCode>FEMALE</GenderCode>", "<GenderCode>FEMALE</GenderCode><GenderCode>FEMALE</GenderCode>")
	}, func(p *pack) {}},
	{"F-4", dex.Error, plainOptions, "ClientId", func(p *pack) {
		p.edit("<Client>\n<ClientId>K7001</ClientId>", "<Client"+xsi+">\n<ClientId xsi:nil=\"true\"/>")
	}, func(p *pack) {}},
	{"F-4", dex.Error, plainOptions, "BirthDate", func(p *pack) { p.edit("1987-05-14", "14/05/1987") }, func(p *pack) {}},
	{"F-4", dex.Error, plainOptions, "BirthDate", func(p *pack) { p.edit("1987-05-14", "1987-02-29") }, func(p *pack) {}},
	{"F-4", dex.Error, plainOptions, "FirstArrivalMonth", func(p *pack) {
		p.a.CountryOfBirth, p.a.FirstArrivalYear, p.a.FirstArrivalMonth = "5105", dex.Some(2012), dex.Some(dex.Month("March"))
		p.edit("March", "march")
	}, func(p *pack) {
		p.a.CountryOfBirth, p.a.FirstArrivalYear, p.a.FirstArrivalMonth = "5105", dex.Some(2012), dex.Some(dex.Month("March"))
	}},
	{"F-4", dex.Error, plainOptions, "TotalNumberOfUnidentifiedClients", func(p *pack) { p.edit(">5</TotalNumber", ">1000</TotalNumber") }, func(p *pack) { p.edit(">5</TotalNumber", ">999</TotalNumber") }},
	{"F-4", dex.Warning, plainOptions, "IsUsingPsuedonym", func(p *pack) { p.edit("<IsUsingPsuedonym>false", "<IsUsingPsuedonym>0") }, func(p *pack) {}},
	{"F-4", dex.Warning, plainOptions, "SessionDate", func(p *pack) { p.edit("2026-03-03", "2026-03-03+10:00") }, func(p *pack) {}},
	{"F-5", dex.Error, plainOptions, "ResidentialAddress/Suburb", func(p *pack) { p.edit("Hobart", "Ho\nbart") }, func(p *pack) { p.a.ResidentialAddress.Suburb = "Ho bart" }},
	{"F-5", dex.Error, plainOptions, "ResidentialAddress/Suburb", func(p *pack) { p.edit("Hobart", "  ") }, func(p *pack) {}},
	{"F-5", dex.Warning, plainOptions, "ResidentialAddress/Suburb", func(p *pack) { p.a.ResidentialAddress.Suburb = " Hobart" }, func(p *pack) {}},
	{"F-6", dex.Warning, plainOptions, "FamilyName", func(p *pack) { p.a.FamilyName = dex.Some("Quill#") }, func(p *pack) { p.a.FamilyName = dex.Some("O'Quill-Feather") }},
	{"F-7", dex.Warning, plainOptions, "", func(p *pack) {
		p.group.SessionID = "" // of five sections
		p.edit("</Clients>", "</Clients><Clients>"+"<Client><ClientId>K9</ClientId><ConsentToProvideDetails>true</ConsentToProvideDetails><ConsentedForFutureContacts>true</ConsentedForFutureContacts><GivenName>Ada</GivenName><FamilyName>Test</FamilyName><IsUsingPsuedonym>false</IsUsingPsuedonym><BirthDate>1990-02-02</BirthDate><IsBirthDateAnEstimate>false</IsBirthDateAnEstimate><GenderCode>FEMALE</GenderCode><CountryOfBirthCode>1101</CountryOfBirthCode><LanguageSpokenAtHomeCode>1201</LanguageSpokenAtHomeCode><AboriginalOrTorresStraitIslanderOriginCode>NO</AboriginalOrTorresStraitIslanderOriginCode><HasDisabilities>false</HasDisabilities><ResidentialAddress><Suburb>Hobart</Suburb><StateCode>TAS</StateCode><Postcode>7000</Postcode></ResidentialAddress></Client></Clients>")
	}, func(p *pack) {}},
	{"F-7", dex.Warning, plainOptions, "", func(p *pack) { p.more = append(p.more, p.scores) }, func(p *pack) {}},
	{"ID-1", dex.Error, plainOptions, "ClientId", func(p *pack) { p.edit("<Client>\n<ClientId>K7001", "<Client>\n<ClientId>"+strings.Repeat("K", 51)) }, func(p *pack) {}},
	{"ID-1", dex.Warning, plainOptions, "SessionId", func(p *pack) { p.rename(strings.Repeat("S", 31)) }, func(p *pack) { p.rename(strings.Repeat("S", 30)) }},
	{"ID-2", dex.Error, plainOptions, "SessionId", func(p *pack) { p.more = append(p.more, meeting(1, "F1", "K7002")) }, func(p *pack) { p.more = append(p.more, kase(2, "K7001"), meeting(1, "F2", "K7001")) }},
	{"ID-3", dex.Error, plainOptions, "ClientId", func(p *pack) { p.more = append(p.more, client(1)) }, func(p *pack) { p.more = append(p.more, client(3)) }},
	{"ID-3", dex.Error, plainOptions, "CaseId", func(p *pack) { p.more = append(p.more, kase(1, "K7001", "K7002")) }, func(p *pack) { p.more = append(p.more, kase(2, "K7001")) }},
	{"ID-4", dex.Warning, plainOptions, "ClientId", func(p *pack) { x := client(1); x.ClientID = "quillfeather7"; p.more = append(p.more, x) }, func(p *pack) { x := client(1); x.ClientID = "quill7"; p.more = append(p.more, x) }},
	{"ID-4", dex.Warning, plainOptions, "ClientId", func(p *pack) { x := client(1); x.ClientID = "K19870514"; p.more = append(p.more, x) }, func(p *pack) { x := client(1); x.ClientID = "K1987"; p.more = append(p.more, x) }},
	{"ID-4", dex.Warning, plainOptions, "ClientId", func(p *pack) { x := client(1); x.ClientID = "204123456X"; p.more = append(p.more, x) }, func(p *pack) { x := client(1); x.ClientID = "2041234567"; p.more = append(p.more, x) }},
	{"ID-4", dex.Warning, plainOptions, "ClientId", func(p *pack) { x := client(1); x.ClientID = "AC12345678"; p.more = append(p.more, x) }, func(p *pack) { x := client(1); x.ClientID = "AC1234567"; p.more = append(p.more, x) }},
	{"ID-4", dex.Warning, plainOptions, "CaseId", func(p *pack) { x := kase(2, "K7001"); x.CaseID = "MIHOH030219801"; p.more = append(p.more, x) }, func(p *pack) { x := kase(2, "K7001"); x.CaseID = "MIHOH030219804"; p.more = append(p.more, x) }},
	{"CODE-1", dex.Error, plainOptions, "CountryOfBirthCode", func(p *pack) { p.a.CountryOfBirth = "9999" }, func(p *pack) { p.a.CountryOfBirth = "5105" }},
	{"CODE-1", dex.Warning, plainOptions, "GenderCode", func(p *pack) { p.a.Gender = "Female" }, func(p *pack) {}},
	{"CODE-2", dex.Warning, plainOptions, "GenderCode", func(p *pack) { p.a.Gender = "INTERSEX" }, func(p *pack) { p.a.Gender = "OTHER" }},
	{"CODE-2", dex.Warning, plainOptions, "TopicCode", func(p *pack) { p.s.Topic = dex.Some("HOUSING") }, func(p *pack) {
		p.c.PropertyAgreementOutcome = dex.Some(dex.PropertyAgreement{Outcome: "FULL", Date: today})
	}},
	{"CL-1", dex.Error, plainOptions, "ConsentToProvideDetails", func(p *pack) { p.a.FamilyName = dex.Opt[string]{} }, func(p *pack) {}},
	{"CL-2", dex.Error, plainOptions, "GivenName", func(p *pack) { p.a.ConsentToProvideDetails, p.a.Slk = false, dex.Some("UILAR140519872") }, func(p *pack) {
		p.a.ConsentToProvideDetails, p.a.Slk, p.a.GivenName, p.a.FamilyName = false, dex.Some("UILAR140519872"), dex.Null[string](), dex.Opt[string]{}
	}},
	{"CL-3", dex.Error, plainOptions, "ConsentToProvideDetails", func(p *pack) {
		p.a.ConsentToProvideDetails, p.a.GivenName, p.a.FamilyName = false, dex.Opt[string]{}, dex.Opt[string]{}
	}, func(p *pack) {
		p.a.ConsentToProvideDetails, p.a.Slk, p.a.GivenName, p.a.FamilyName = false, dex.Some("UILAR140519872"), dex.Opt[string]{}, dex.Opt[string]{}
	}},
	{"CL-4", dex.Error, plainOptions, "BirthDate", func(p *pack) { p.a.IsBirthDateAnEstimate = true }, func(p *pack) { p.a.IsBirthDateAnEstimate, p.a.BirthDate = true, dex.NewDate(1987, 1, 1) }},
	{"CL-4", dex.Warning, plainOptions, "BirthDate", func(p *pack) { p.a.BirthDate = dex.NewDate(1987, 1, 1) }, func(p *pack) { p.a.BirthDate = dex.NewDate(1987, 1, 2) }},
	{"CL-5", dex.Error, plainOptions, "HasDisabilities", func(p *pack) { p.a.HasDisabilities = true }, func(p *pack) { p.a.HasDisabilities, p.a.Disabilities = true, dex.Of("SENSORY") }},
	{"CL-5", dex.Error, plainOptions, "Disabilities", func(p *pack) { p.a.Disabilities = dex.Of("SENSORY") }, func(p *pack) { p.a.Disabilities = dex.NullList[string]() }},
	{"CL-5", dex.Warning, plainOptions, "Disabilities/DisabilityCode[2]", func(p *pack) { p.a.HasDisabilities, p.a.Disabilities = true, dex.Of("SENSORY", "SENSORY") }, func(p *pack) { p.a.HasDisabilities, p.a.Disabilities = true, dex.Of("SENSORY", "PHYSICAL") }},
	{"CL-6", dex.Error, plainOptions, "BirthDate", func(p *pack) { p.b.BirthDate = tomorrow }, func(p *pack) { p.b.BirthDate = today }},
	{"CL-6", dex.Error, plainOptions, "BirthDate", func(p *pack) { p.b.BirthDate = dex.NewDate(1899, 12, 31) }, func(p *pack) { p.b.BirthDate = dex.NewDate(1900, 1, 2) }},
	{"CL-7", dex.Error, plainOptions, "IncomeAmount", func(p *pack) { p.a.IncomeAmount = dex.Some(10) }, func(p *pack) { p.a.IncomeAmount, p.a.IncomeFrequency = dex.Some(0), dex.Some("FORTNIGHTLY") }},
	{"CL-7", dex.Error, plainOptions, "IncomeAmount", func(p *pack) { p.a.IncomeAmount, p.a.IncomeFrequency = dex.Some(-1), dex.Some("FORTNIGHTLY") }, func(p *pack) {}},
	{"CL-8", dex.Error, plainOptions, "FirstArrivalYear", arrived(1986, "May"), arrived(1987, "May")},
	{"CL-8", dex.Error, plainOptions, "FirstArrivalYear", arrived(2026, "August"), arrived(2026, "July")},
	{"CL-8", dex.Error, plainOptions, "FirstArrivalYear", arrived(2012, ""), arrived(2012, "May")},
	{"CL-8", dex.Error, plainOptions, "FirstArrivalMonth", arrived(0, "May"), arrived(0, "")},
	{"CL-9", dex.Warning, plainOptions, "FirstArrivalYear", func(p *pack) { arrived(2012, "May")(p); p.a.CountryOfBirth = "1101" }, arrived(2012, "May")},
	{"CL-10", dex.Error, chsp, "HasCarer", func(p *pack) { supported(p); p.a.HasCarer = dex.Opt[bool]{} }, supported},
	{"CL-10", dex.Warning, other, "HasCarer", func(p *pack) { p.a.HasCarer = dex.Some(true) }, func(p *pack) {}},
	{"CL-11", dex.Warning, plainOptions, "GenderDetails", func(p *pack) { p.a.GenderDetails = dex.Some("Agender") }, func(p *pack) { p.a.Gender, p.a.GenderDetails = "OTHER", dex.Some("Agender") }},
	{"AD-1", dex.Error, plainOptions, "ResidentialAddress/Postcode", func(p *pack) { p.edit("7000<", "700<") }, func(p *pack) { p.a.ResidentialAddress = dex.Address{Suburb: "Darwin", State: "NT", Postcode: "0800"} }},
	{"AD-1", dex.Error, plainOptions, "ResidentialAddress/Suburb", func(p *pack) { p.edit("<Suburb>Hobart</Suburb>", "") }, func(p *pack) {}},
	{"AD-1", dex.Error, plainOptions, "ResidentialAddress/Suburb", func(p *pack) { p.edit("Hobart", strings.Repeat("x", 51)) }, func(p *pack) { p.edit("Hobart", strings.Repeat("é", 50)) }},
	{"AD-2", dex.Warning, plainOptions, "ResidentialAddress/StateCode", func(p *pack) { p.a.ResidentialAddress.State = "VIC" }, func(p *pack) {}},
	{"SLK-1", dex.Error, plainOptions, "Slk", func(p *pack) { p.a.Slk = dex.Some("UILAR140519872"); p.edit("UILAR140519872", "UILAR14051987") }, func(p *pack) { p.a.Slk = dex.Some("UILAR140519872") }},
	{"SLK-2", dex.Warning, plainOptions, "Slk", func(p *pack) { p.a.Slk = dex.Some("UIXAR140519872") }, func(p *pack) { p.a.Slk = dex.Some("UILAR140519872") }},
	{"SLK-3", dex.Error, plainOptions, "Slk", func(p *pack) { p.a.Slk = dex.Some("UILAR150519872") }, func(p *pack) { p.a.Slk = dex.Some("UILAR140519872") }},
	{"SLK-4", dex.Error, plainOptions, "Slk", func(p *pack) { p.a.Slk = dex.Some("UILAR140519871") }, func(p *pack) { p.a.Slk = dex.Some("UILAR140519872") }},
	{"CA-1", dex.Error, own, "OutletActivityId", func(p *pack) { p.c.OutletActivityID = 45013 }, func(p *pack) {}},
	{"CA-2", dex.Error, plainOptions, "CaseId", func(p *pack) { x := kase(2); x.UnidentifiedClients = 0; p.more = append(p.more, x) }, func(p *pack) { p.more = append(p.more, kase(2)) }},
	{"CA-3", dex.Error, plainOptions, reasons, func(p *pack) { p.reasons("FAMILY", true, "HOUSING", true) }, func(p *pack) { p.reasons("FAMILY", true, "HOUSING", false) }},
	{"CA-3", dex.Error, plainOptions, reasons, func(p *pack) { p.reasons("FAMILY", false, "HOUSING", false) }, func(p *pack) {}},
	{"CA-3", dex.Error, plainOptions, reasons + "/ReasonForAssistance[2]", func(p *pack) { p.reasons("FAMILY", true, "FAMILY", false) }, func(p *pack) {}},
	{"CA-3", dex.Warning, dex.Options{Today: today, WebService: true}, reasons, func(p *pack) { p.reasons("FAMILY", true, "HOUSING", false) }, func(p *pack) {}},
	{"CA-4", dex.Error, plainOptions, "CaseClients/CaseClient[3]/ClientId", func(p *pack) { p.c = kase(1, "K7001", "K7002", "K7001") }, func(p *pack) {}},
	{"CA-5", dex.Error, family, "ParentingAgreementOutcome/DateOfParentingAgreement", func(p *pack) {
		p.c.ParentingAgreement = dex.Some(dex.ParentingAgreement{Outcome: "PARTIAL", Date: tomorrow})
	}, func(p *pack) {
		p.c.ParentingAgreement = dex.Some(dex.ParentingAgreement{Outcome: "PARTIAL", Date: today})
	}},
	{"CA-5", dex.Error, family, "Section60I/DateIssued", func(p *pack) {
		p.c.Section60I = dex.Some(dex.Section60I{CertificateType: "GENUINE", DateIssued: tomorrow})
	}, func(p *pack) {}},
	{"CA-6", dex.Warning, other, "Section60I", func(p *pack) {
		p.c.Section60I = dex.Some(dex.Section60I{CertificateType: "GENUINE", DateIssued: today})
	}, func(p *pack) {}},
	{"CA-7", dex.Error, plainOptions, "EndDate", func(p *pack) { p.c.EndDate = dex.Some(tomorrow) }, func(p *pack) { p.c.EndDate = dex.Some(today) }},
	{"CA-7", dex.Error, plainOptions, "EndDate", func(p *pack) { p.c.EndDate = dex.Some(dex.NewDate(2026, 3, 2)) }, func(p *pack) { p.c.EndDate = dex.Some(dex.NewDate(2026, 3, 3)) }},
	{"SE-1", dex.Error, complete, "CaseId", func(p *pack) { p.more = append(p.more, meeting(2, "F2")) }, func(p *pack) { p.more = append(p.more, meeting(2, "F1")) }},
	{"SE-1", dex.Error, dex.Options{Today: today, Uploaded: dex.Uploaded{Cases: map[string]bool{"F3": true}}}, "CaseId", func(p *pack) { p.more = append(p.more, meeting(2, "F2")) }, func(p *pack) { p.more = append(p.more, meeting(2, "F3")) }},
	{"SE-2", dex.Error, plainOptions, "SessionDate", func(p *pack) { p.s.Date = tomorrow }, func(p *pack) { p.s.Date = today }},
	{"SE-2", dex.Warning, period, "SessionDate", func(p *pack) { p.s.Date = dex.NewDate(2026, 7, 1) }, func(p *pack) { p.s.Date = dex.NewDate(2026, 6, 30) }},
	{"SE-3", dex.Error, plainOptions, "ServiceTypeId", func(p *pack) { p.s.ServiceTypeID = 99999 }, func(p *pack) {}},
	{"SE-3", dex.Warning, own, "ServiceTypeId", func(p *pack) { p.s.ServiceTypeID = 8 }, func(p *pack) { p.s.ServiceTypeID = 6 }},
	{"SE-4", dex.Error, plainOptions, "TotalNumberOfUnidentifiedClients", func(p *pack) { p.s.UnidentifiedClients = 6 }, func(p *pack) { p.s.UnidentifiedClients = 5 }},
	{"SE-5", dex.Error, plainOptions, "TotalNumberOfUnidentifiedClients", func(p *pack) { x := meeting(2, "F1"); x.UnidentifiedClients = 0; p.more = append(p.more, x) }, func(p *pack) { p.more = append(p.more, meeting(2, "F1")) }},
	{"SE-6", dex.Error, plainOptions, "Quantity", func(p *pack) { p.s.Quantity = dex.Some(-1) }, func(p *pack) { p.s.Quantity = dex.Some(0) }},
	{"SE-6", dex.Warning, plainOptions, "TimeMinutes", func(p *pack) { p.s.TimeMinutes = dex.Some(1441) }, func(p *pack) { p.s.TimeMinutes = dex.Some(1440) }},
	{"SE-7", dex.Warning, plainOptions, "FeesCharged", func(p *pack) { p.s.FeesCharged = dex.Some(dex.Decimal("25.50")) }, func(p *pack) { p.s.FeesCharged = dex.Some(dex.Decimal("25.00")) }},
	{"SE-8", dex.Error, plainOptions, referral + "[2]", func(p *pack) { p.refer("INTERNAL", "PERSONAL", "INTERNAL", "MENTAL") }, func(p *pack) { p.refer("INTERNAL", "PERSONAL", "EXTERNAL", "PERSONAL") }},
	{"SE-8", dex.Error, plainOptions, referral + "[1]/PurposeCodes/PurposeCode[2]", func(p *pack) {
		p.s.Clients.Items[0].Referrals = dex.Of(dex.Referral{Type: "INTERNAL", Purposes: dex.Of("MENTAL", "MENTAL")})
	}, func(p *pack) {}},
	{"SE-9", dex.Error, plainOptions, "SessionClients/SessionClient[2]/ClientId", func(p *pack) { p.s = meeting(1, "F1", "K7001", "K7001") }, func(p *pack) { p.s = meeting(1, "F1", "K7001", "K7002") }},
	{"SE-10", dex.Error, ndap, "TopicCode", func(p *pack) {}, nil},
	{"SE-10", dex.Warning, other, "TopicCode", func(p *pack) { p.s.Topic = dex.Some("ABUSENEGLECT") }, func(p *pack) {}},
	{"SE-11", dex.Warning, plainOptions, "SessionClients", func(p *pack) {
		x := meeting(2, "F1", "K7001")
		x.UnidentifiedClients, x.Clients.Items[0].Participation = 0, "SUPPORT"
		p.more = append(p.more, x)
	},
		func(p *pack) {
			x := meeting(2, "F1", "K7001", "K7002")
			x.UnidentifiedClients, x.Clients.Items[0].Participation = 0, "SUPPORT"
			p.more = append(p.more, x)
		}},
	{"SE-12", dex.Error, plainOptions, "SessionClients/SessionClient[1]/ClientId", func(p *pack) { p.a.BirthDate = dex.NewDate(2026, 3, 4) }, func(p *pack) { p.a.BirthDate = dex.NewDate(2026, 3, 3) }},
	{"REF-1", dex.Error, complete, "CaseClients/CaseClient[3]/ClientId", func(p *pack) { p.c = kase(1, "K7001", "K7002", "K7003") }, func(p *pack) {}},
	{"REF-1", dex.Warning, plainOptions, "CaseClients/CaseClient[3]/ClientId", func(p *pack) { p.c = kase(1, "K7001", "K7002", "K7003") }, func(p *pack) {}},
	{"REF-2", dex.Error, complete, "SessionId", func(p *pack) { p.scores.SessionID = "S2" }, func(p *pack) {}},
	{"REF-2", dex.Error, complete, "CaseId", func(p *pack) { p.scores.CaseID = "F2" }, func(p *pack) {}},
	{"REF-3", dex.Error, plainOptions, "SessionClients/SessionClient[1]/ClientId", func(p *pack) { p.c = kase(1, "K7002") }, func(p *pack) {}},
	{"REF-4", dex.Error, plainOptions, "ClientId", func(p *pack) { p.scores.ClientID = "K7002" }, func(p *pack) { p.s = meeting(1, "F1", "K7001", "K7002"); p.scores.ClientID = "K7002" }},
	{"AS-1", dex.Error, plainOptions, "Assessments/Assessment[1]/ScoreTypeCode", func(p *pack) {
		p.scores.Assessments = dex.Of(dex.Assessment{ScoreType: "GROUP", Phase: "PRE", Scores: dex.Of("GROUPSKILLS3")})
	}, func(p *pack) {}},
	{"AS-1", dex.Error, plainOptions, "Assessments/Assessment[1]/ScoreTypeCode", func(p *pack) {
		p.group.Assessments = dex.Of(dex.Assessment{ScoreType: "GOALS", Phase: "PRE", Scores: dex.Of("KNOWLEDGE2")})
	}, func(p *pack) {}},
	{"AS-2", dex.Error, plainOptions, "Assessments/Assessment[2]", scored("CIRCUMSTANCES PRE HOUSING2", "CIRCUMSTANCES PRE MENTAL2"), scored("CIRCUMSTANCES PRE HOUSING2", "CIRCUMSTANCES POST HOUSING2")},
	{"AS-3", dex.Error, plainOptions, "Assessments/Assessment[1]/Scores/ScoreCode[1]", scored("GOALS PRE HOUSING2"), scored("CIRCUMSTANCES PRE HOUSING2")},
	{"AS-4", dex.Error, plainOptions, "Assessments/Assessment[1]/Scores", scored("CIRCUMSTANCES PRE HOUSING2 HOUSING3"), scored("CIRCUMSTANCES PRE HOUSING2 MENTAL2")},
	{"AS-5", dex.Warning, plainOptions, "Assessments/Assessment[1]/AssessmentPhaseCode", scored("SATISFACTION PRE SERVICELISTENED5"), scored("SATISFACTION POST SERVICELISTENED5")},
	{"AS-6", dex.Warning, dex.Options{Today: today, Uploaded: dex.Uploaded{Assessed: map[dex.CaseClientRef]bool{}}}, "", scored("CIRCUMSTANCES POST HOUSING2"), scored("CIRCUMSTANCES PRE HOUSING2", "CIRCUMSTANCES POST HOUSING2")},
	{"AS-7", dex.Warning, plainOptions, "", func(p *pack) { p.s.UnidentifiedClients = 0 }, func(p *pack) { p.s.UnidentifiedClients = 1 }},
}

const (
	reasons  = "CaseClients/CaseClient[1]/ReasonsForAssistance"
	referral = "SessionClients/SessionClient[1]/ClientReferralOutWithPurpose/Referral"
)

func (p *pack) reasons(a string, first bool, b string, second bool) {
	p.c.Clients.Items[0].Reasons = dex.Of(dex.Reason{Code: a, IsPrimary: first}, dex.Reason{Code: b, IsPrimary: second})
}

func (p *pack) refer(a, purpose, b, other string) {
	p.s.Clients.Items[0].Referrals = dex.Of(dex.Referral{Type: a, Purposes: dex.Of(purpose)}, dex.Referral{Type: b, Purposes: dex.Of(other)})
}

// rename gives the session another id, also where its assessments name it.
func (p *pack) rename(id string) {
	x := meeting(2, "F1", "K7001")
	x.SessionID = id
	p.more = append(p.more, x)
}

func arrived(year int, month dex.Month) func(*pack) {
	return func(p *pack) {
		p.a.CountryOfBirth = "5105"
		if year > 0 {
			p.a.FirstArrivalYear = dex.Some(year)
		}
		if month != "" {
			p.a.FirstArrivalMonth = dex.Some(month)
		}
	}
}

func supported(p *pack) {
	for _, c := range []*dex.Client{p.a, p.b} {
		c.AccommodationType, c.DVACardStatus, c.HasCarer = dex.Some("PUBLICRENTAL"), dex.Some("NODVA"), dex.Some(true)
	}
}

// scored gives the client's assessments, each as type, phase and scores.
func scored(list ...string) func(*pack) {
	return func(p *pack) {
		p.scores.Assessments = dex.List[dex.Assessment]{State: dex.Given}
		for _, s := range list {
			parts := strings.Fields(s)
			p.scores.Assessments.Items = append(p.scores.Assessments.Items, dex.Assessment{ScoreType: parts[0], Phase: parts[1], Scores: dex.Of(parts[2:]...)})
		}
	}
}

// companions are what a case cannot avoid beside its own rule.
var companions = map[string]string{
	"ID-1 error ClientId":     "REF-1 REF-3 REF-4", // the id is not taken over
	"F-4 error ClientId":      "REF-1 REF-3 REF-4", // an id that is nil is not known
	"ID-4 warning ClientId":   "ID-3",              // the client comes a second time
	"SE-10 warning TopicCode": "CODE-2",            // the only topic that is known
	"F-2 error ":              "F-4",
}

func TestRules(t *testing.T) {
	covered := map[string]bool{"F-1 error": true, "F-3 error": true} // TestFileRules
	for _, tt := range ruleCases {
		name := fmt.Sprintf("%s %s", tt.rule, tt.severity)
		covered[name] = true
		t.Run(name, func(t *testing.T) {
			p := newPack()
			tt.bad(p)
			hit := false
			for _, f := range findings(t, p.text(t), tt.opt) {
				if f.Rule == tt.rule && f.Severity == tt.severity && f.Path == tt.path {
					hit = true
				} else if f.Rule != tt.rule && !slices.Contains(strings.Fields(companions[name+" "+tt.path]), f.Rule) {
					t.Errorf("also found %+v", f)
				}
			}
			if !hit {
				t.Errorf("not found at %q: %+v", tt.path, findings(t, p.text(t), tt.opt))
			}
			if tt.good == nil {
				return
			}
			p = newPack()
			tt.good(p)
			for _, f := range findings(t, p.text(t), tt.opt) {
				t.Errorf("found in what is right: %+v", f)
			}
		})
	}
	for _, r := range dex.Rules() {
		if r.Errors != "" && !covered[r.ID+" error"] {
			t.Errorf("%s has no case of an error", r.ID)
		}
		if r.Warns != "" && !covered[r.ID+" warning"] {
			t.Errorf("%s has no case of a warning", r.ID)
		}
	}
}

// TestTopicOfAdvocacy is the passing case of SE-10: the only topic that is
// known has a warning of its own, as its list is not wholly known.
func TestTopicOfAdvocacy(t *testing.T) {
	p := newPack()
	p.s.Topic = dex.Some("ABUSENEGLECT")
	for _, f := range findings(t, p.text(t), ndap) {
		if f.Rule != "CODE-2" {
			t.Error(f)
		}
	}
}
