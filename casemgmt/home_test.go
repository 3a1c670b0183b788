package casemgmt_test

import (
	"context"
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/country"
	"github.com/opencasework/casework/casemgmt/enroll"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/casemgmt/id"
	"github.com/opencasework/casework/session"
)

// abroad makes an agency with a statement, a site and a worker, and says as whom to act.
func abroad(t *testing.T, w *storetest.World, agency casemgmt.Agency, text i18n.Text, address casemgmt.Address) (setUp, worker context.Context) {
	t.Helper()
	agency.Key += "-" + id.New[casemgmt.Client]().String()[24:] // the world is shared
	setUp = access.With(context.Background(), access.System("setup", agency.Key))
	storetest.Must(w.Cases.CreateAgency(setUp, agency))(t)
	storetest.Must(w.Cases.PublishStatement(setUp, casemgmt.Statement{Text: text}))(t)
	site := storetest.Must(w.Cases.CreateSite(setUp, casemgmt.Site{Name: "House", Address: address}))(t)
	program := storetest.Must(w.Cases.CreateProgram(setUp, casemgmt.Program{Name: text, Locations: []casemgmt.SiteID{site.ID}}))(t)
	storetest.Must(w.Cases.CreateStaff(setUp, casemgmt.Staff{User: "worker", Name: "Worker", Programs: []casemgmt.Membership{{Program: program.ID}},
		Defaults: casemgmt.Defaults{Site: site.ID}}))(t)
	return setUp, w.As(agency.Key, "worker")
}

var (
	english = i18n.T("House", "")
	born    = civil.Date{Year: 1980, Month: 5, Day: 6}
)

func unitedStates(t *testing.T, w *storetest.World) (setUp, worker context.Context) {
	t.Helper()
	return abroad(t, w, casemgmt.Agency{Key: "us", Name: "House", Country: "US", Zone: "America/Denver"}, english,
		casemgmt.Address{Street: "1 Main St", City: "Boulder", Region: "co", PostalCode: "80301"})
}

func register(w *storetest.World, as context.Context, change func(*casemgmt.Profile)) (*casemgmt.Client, error) {
	p := w.Profile()
	p.Identifiers, p.Settlement, p.Address = nil, casemgmt.Settlement{}, casemgmt.Address{}
	change(&p)
	return w.Cases.RegisterClient(as, casemgmt.RegisterClient{Accepted: true, Profile: p})
}

var homeRules = storetest.Rules{
	"RUN-02 all provinces and territories are accepted, and nothing else in Canada": func(t *testing.T, w *storetest.World) {
		for _, r := range country.Of("CA").Regions {
			storetest.Must(w.Cases.CreateSite(w.Setup, casemgmt.Site{Name: "S " + r.Key, Address: casemgmt.Address{Region: r.Key, PostalCode: "M5V2A1"}}))(t)
		}
		_, err := w.Cases.CreateSite(w.Setup, casemgmt.Site{Name: "S", Address: casemgmt.Address{Region: "or", PostalCode: "M5V2A1"}})
		storetest.Refused(t, err, "/address/region", "unknown_value", "RUN-02")
	},
	"RUN-03 (part) an agency in the US needs English alone, and has neither the forms, the lists nor the funder's system of settlement": func(t *testing.T, w *storetest.World) {
		minutes := 30
		setUp, worker := unitedStates(t, w)
		storetest.Diff(t, []i18n.Lang{i18n.English}, storetest.Must(w.Cases.Agency(worker))(t).Languages)
		forms := storetest.Must(w.Cases.Forms(worker))(t)
		storetest.Diff(t, []string{"service_note"}, forms.Keys())
		storetest.Diff(t, []string{"language"}, forms.Lists())
		_, err := w.Cases.CreateFunder(setUp, casemgmt.Funder{Name: english, System: "icare"})
		storetest.Refused(t, err, "/system", "unknown_value", "CMP-06")
		for _, code := range storetest.Must(w.Enrolling.AddStockCodes(setUp))(t) {
			storetest.Equal(t, "French of a stock code", code.Name.Fr, "")
		}
		again := storetest.Must(w.Enrolling.AddStockCodes(setUp))(t)
		storetest.Equal(t, "codes", len(storetest.Must(w.Enrolling.ServiceCodes(worker, enroll.ServiceGroupID{}, casemgmt.PageRequest{}))(t).Items), len(again))
		c := storetest.Must(register(w, worker, func(*casemgmt.Profile) {}))(t)
		x := storetest.Must(w.Sessions.Start(worker, session.Start{Details: session.Details{ServiceDate: storetest.Today, StartTime: "10:00", Minutes: &minutes, Languages: []string{"english"}},
			Clients: []session.StartClient{{Client: c.ID}}}))(t)
		storetest.Equal(t, "forms to begin with", len(x.Participants[0].Forms), 0)
		_, err = w.Sessions.AddForm(worker, session.AddForm{Session: x.ID, Version: x.Version, Client: c.ID, Kind: "io"})
		storetest.Refused(t, err, "/kind", "unknown_value", "FRM-06")
		forms = storetest.Must(w.Cases.Forms(w.Worker))(t)
		if _, ok := forms.Latest("service_note"); ok || len(forms.Keys()) != 14 {
			t.Errorf("a settlement agency has the forms %v", forms.Keys())
		}
	},
	"CLI-10 ANO-10 (part) what is of settlement is refused at other agencies": func(t *testing.T, w *storetest.World) {
		_, worker := unitedStates(t, w)
		for path, change := range map[string]func(*casemgmt.Profile){
			"/profile/settlement/immigration_class": func(p *casemgmt.Profile) { p.Settlement.ImmigrationClass = "economic" },
			"/profile/settlement/official_language": func(p *casemgmt.Profile) { p.Settlement.OfficialLanguage = "english" },
			"/profile/settlement/landing":           func(p *casemgmt.Profile) { p.Settlement.Landing = born },
			"/profile/settlement/country_of_origin": func(p *casemgmt.Profile) { p.Settlement.CountryOfOrigin = "UA" },
		} {
			_, err := register(w, worker, change)
			storetest.Refused(t, err, path, "not_applicable", "CLI-10")
		}
		_, err := register(w, worker, func(p *casemgmt.Profile) { p.Address.StreetType = "street" })
		storetest.Refused(t, err, "/profile/address/street_type", "not_applicable", "CLI-08")
		_, err = register(w, worker, func(p *casemgmt.Profile) {
			p.Identifiers = []casemgmt.Identifier{{Kind: "foss_gcms", Value: "12345678"}}
		})
		storetest.Refused(t, err, "/profile/identifiers/0/kind", "unknown_value", "CLI-11")
		_, err = w.Cases.RegisterAnonymous(worker, casemgmt.RegisterAnonymous{Sketch: casemgmt.Sketch{ImmigrationClass: "claimant"}})
		storetest.Refused(t, err, "/sketch/immigration_class", "not_applicable", "ANO-10")
		_, err = w.Cases.SearchClients(worker, casemgmt.ClientQuery{ImmigrationClass: "economic"}, casemgmt.PageRequest{})
		storetest.Refused(t, err, "/immigration_class", "not_applicable", "SRC-02")
		_, err = w.Register(casemgmt.Profile{Given: "A", Family: "B", Gender: "male", BirthDate: born, Address: casemgmt.Address{Street: "1 Bay Street"}})
		storetest.Refused(t, err, "/profile/address/street", "not_applicable", "CLI-08")
	},
	"CLI-08 CLI-11 addresses, phones and numbers are those of the country": func(t *testing.T, w *storetest.World) {
		_, us := unitedStates(t, w)
		_, au := abroad(t, w, casemgmt.Agency{Key: "au", Name: "House", Country: "AU", Zone: "Australia/Perth"}, english, casemgmt.Address{Region: "wa", PostalCode: "6000"})
		_, gb := abroad(t, w, casemgmt.Agency{Key: "gb", Name: "House", Country: "GB", Zone: "Europe/London"}, english, casemgmt.Address{Region: "Kent"})
		address := func(a casemgmt.Address) func(*casemgmt.Profile) { return func(p *casemgmt.Profile) { p.Address = a } }
		phone := func(n string) func(*casemgmt.Profile) {
			return func(p *casemgmt.Profile) { p.Phones = []string{n} }
		}
		number := func(kind, value string) func(*casemgmt.Profile) {
			return func(p *casemgmt.Profile) { p.Identifiers = []casemgmt.Identifier{{Kind: kind, Value: value}} }
		}
		for _, tt := range []struct {
			as               context.Context
			change           func(*casemgmt.Profile)
			path, code, rule string
		}{
			{us, address(casemgmt.Address{PostalCode: "M5V 2A1"}), "/profile/address/postal_code", "postal_code", "CLI-08"},
			{us, address(casemgmt.Address{Region: "on"}), "/profile/address/region", "unknown_value", "RUN-02"},
			{us, phone("0412 345 678"), "/profile/phones/0", "phone_form", ""},
			{us, number("ssn", "12-3456789-0"), "/profile/identifiers/0/value", "identifier_shape", "CLI-11"},
			{au, address(casemgmt.Address{PostalCode: "80301"}), "/profile/address/postal_code", "postal_code", "CLI-08"},
			{au, number("medicaid", "12345678"), "/profile/identifiers/0/kind", "unknown_value", "CLI-11"},
			{gb, phone("123"), "/profile/phones/0", "phone", ""},
		} {
			_, err := register(w, tt.as, tt.change)
			storetest.Refused(t, err, tt.path, tt.code, tt.rule)
		}
		c := storetest.Must(register(w, us, func(p *casemgmt.Profile) {
			p.Address = casemgmt.Address{Street: "12 Oak Ave", Unit: "4", City: "Denver", Region: "co", PostalCode: "80202 1234"}
			p.Phones, p.Identifiers = []string{"(303) 555-0123"}, []casemgmt.Identifier{{Kind: "ssn", Value: "123-45-6789"}}
		}))(t)
		storetest.Equal(t, "ZIP code as it is kept", c.Profile.Address.PostalCode, "80202-1234")
		storetest.Equal(t, "number as it is kept", c.Profile.Identifiers[0].Value, "123456789")
		found := storetest.Must(w.Cases.SearchClients(us, casemgmt.ClientQuery{PostalCode: "80202-1"}, casemgmt.PageRequest{}))(t)
		storetest.Equal(t, "found by the start of the ZIP code", len(found.Items), 1)
		storetest.Must(register(w, au, func(p *casemgmt.Profile) {
			p.Address, p.Phones = casemgmt.Address{Street: "3 Hay St", City: "Perth", Region: "wa", PostalCode: "6000"}, []string{"+61 412 345 678"}
			p.Identifiers = []casemgmt.Identifier{{Kind: "crn", Value: "204 000 123a"}}
		}))(t)
		found = storetest.Must(w.Cases.SearchClients(au, casemgmt.ClientQuery{Phone: "0412 345"}, casemgmt.PageRequest{}))(t)
		storetest.Equal(t, "found by the number as it is dialled in the country", len(found.Items), 1)
		storetest.Must(register(w, gb, func(p *casemgmt.Profile) {
			p.Address, p.Phones = casemgmt.Address{Street: "5 High Street", City: "Dover", Region: "Kent", PostalCode: "ct16 1aa"}, []string{"01304 555 0123"}
			p.Identifiers = []casemgmt.Identifier{{Kind: country.Other, Value: "QQ 12 34 56 C"}}
		}))(t)
		storetest.Must(w.Cases.RegisterAnonymous(us, casemgmt.RegisterAnonymous{Sketch: casemgmt.Sketch{PostalPrefix: "802"}}))(t)
		_, err := w.Cases.RegisterAnonymous(us, casemgmt.RegisterAnonymous{Sketch: casemgmt.Sketch{PostalPrefix: "80202"}})
		storetest.Refused(t, err, "/sketch/postal_prefix", "postal_prefix", "ANO-10")
	},
	"ACC-01 (part) an agency has a country, its zone is there, and its names are in its own languages": func(t *testing.T, w *storetest.World) {
		at := func(key string) context.Context {
			return access.With(context.Background(), access.System("setup", key))
		}
		for _, tt := range []struct {
			agency           casemgmt.Agency
			path, code, rule string
		}{
			{casemgmt.Agency{Zone: "America/Toronto"}, "/country", "required", "ACC-01"},
			{casemgmt.Agency{Zone: "America/Toronto", Country: "canada"}, "/country", "unknown_value", "ACC-01"},
			{casemgmt.Agency{Zone: "America/Toronto", Country: "US"}, "/zone", "zone_elsewhere", "REP-10"},
			{casemgmt.Agency{Zone: "America/Toronto", Country: "CA", Languages: []i18n.Lang{"en"}}, "/languages", "language_of_country", "ACC-01"},
			{casemgmt.Agency{Zone: "America/Chicago", Country: "US", Languages: []i18n.Lang{"en", "en"}}, "/languages/1", "repeated", "ACC-01"},
			{casemgmt.Agency{Zone: "America/Chicago", Country: "US", Languages: []i18n.Lang{"xx"}}, "/languages/0", "unknown_value", "ACC-01"},
			{casemgmt.Agency{Zone: "America/Chicago", Country: "US", Extensions: []string{country.Settlement}}, "/extensions/0", "unknown_value", "ACC-01"},
		} {
			tt.agency.Name = "N"
			_, err := w.Cases.CreateAgency(at("new"), tt.agency)
			storetest.Refused(t, err, tt.path, tt.code, tt.rule)
		}
		storetest.Must(w.Cases.CreateAgency(at("fr"), casemgmt.Agency{Name: "Maison", Country: "FR", Zone: "Europe/Paris", Languages: []i18n.Lang{"fr"}}))(t)
		program := storetest.Must(w.Cases.CreateProgram(at("fr"), casemgmt.Program{Name: i18n.T("", "Accueil")}))(t)
		storetest.Equal(t, "a French name to who reads English", program.Name.In(i18n.English), "Accueil")
		_, err := w.Cases.CreateProgram(at("fr"), casemgmt.Program{Name: english})
		storetest.Refused(t, err, "/name/fr", "required", "ACC-03")
		_, err = w.Cases.CreateProgram(w.Setup, casemgmt.Program{Name: english})
		storetest.Refused(t, err, "/name/fr", "required", "ACC-03")
		setUp, worker := unitedStates(t, w)
		_, err = register(w, worker, func(p *casemgmt.Profile) {})
		storetest.Must(struct{}{}, err)(t)
		_, err = w.Cases.RegisterClient(worker, casemgmt.RegisterClient{Accepted: true, Language: i18n.French, Profile: casemgmt.Profile{Given: "A", Family: "B", Gender: "male", BirthDate: born}})
		storetest.Refused(t, err, "/language", "unknown_value", "ANO-08")
		agency := storetest.Must(w.Cases.Agency(setUp))(t)
		agency.Country, agency.Zone = "AU", "Australia/Perth"
		_, err = w.Cases.UpdateAgency(setUp, *agency)
		storetest.Refused(t, err, "/country", "stays", "ACC-01")
		metro := storetest.Must(w.Cases.Agency(w.Admin))(t)
		metro.Extensions = nil
		_, err = w.Cases.UpdateAgency(w.Admin, *metro)
		storetest.Refused(t, err, "/extensions", "stays", "ACC-01")
		own := storetest.Must(w.Cases.Setting(w.Worker))(t)
		storetest.Equal(t, "parts of a street at a settlement agency", own.Address[0].Field+" "+own.Address[3].Field+" "+own.Address[4].Field, "street_number direction unit")
		storetest.Equal(t, "first kind of identifier", own.Identifiers[0].Kind, "foss_gcms")
		storetest.Equal(t, "what a US agency calls the postal code", storetest.Must(w.Cases.Setting(worker))(t).Address[4].Label.En, "ZIP code")
	},
}
