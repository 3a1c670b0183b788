package casefile

import (
	"context"
	"errors"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/id"
)

// PersonID identifies a person: it is the client's.
type PersonID = id.Of[Person]

// PersonDetails are what the funder of case files wants to know of a client besides the
// profile. Codes are of the lists of their names. All can be left out while it is not known;
// the check before a file says what the funder needs (DEX-09).
type PersonDetails struct {
	// ReportingID is the client's number for the funder, at most 50 characters, unique in
	// the agency, and says nothing of the person; left empty it is made (DEX-06).
	ReportingID string `json:"reporting_id,omitempty"`
	// ConsentToDetails: names and street address may be given to the funder (DEX-07);
	// ConsentToContact: the funder may ask the client, in a survey. Empty is not asked.
	ConsentToDetails *bool `json:"consent_to_details,omitempty"`
	ConsentToContact *bool `json:"consent_to_contact,omitempty"`
	// Pseudonym: the names of the profile are not the person's own.
	Pseudonym    bool   `json:"pseudonym,omitempty"`
	BirthCountry string `json:"birth_country,omitempty"`
	HomeLanguage string `json:"home_language,omitempty"`
	// IndigenousOrigin is whether the client is of the country's first peoples.
	IndigenousOrigin string `json:"indigenous_origin,omitempty"`
	// HasDisability: empty is not said; Disabilities, at most 20, are then which.
	HasDisability *bool    `json:"has_disability,omitempty"`
	Disabilities  []string `json:"disabilities,omitempty"`

	Accommodation    string `json:"accommodation,omitempty"`
	VeteransCard     string `json:"veterans_card,omitempty"`
	HasCarer         *bool  `json:"has_carer,omitempty"`
	IsCarer          *bool  `json:"is_carer,omitempty"`
	Homelessness     string `json:"homelessness,omitempty"`
	Household        string `json:"household,omitempty"`
	IncomeSource     string `json:"income_source,omitempty"`
	IncomeFrequency  string `json:"income_frequency,omitempty"`
	Income           *int   `json:"income,omitempty"` // in whole units of money, before tax, in the time of IncomeFrequency
	ArrivalYear      int    `json:"arrival_year,omitempty"`
	ArrivalMonth     int    `json:"arrival_month,omitempty"` // 1 to 12, with the year
	VisaCategory     string `json:"visa_category,omitempty"`
	Ancestry         string `json:"ancestry,omitempty"`
	Education        string `json:"education,omitempty"`
	Employment       string `json:"employment,omitempty"`
	DisabilityScheme string `json:"disability_scheme,omitempty"` // whether the client can be in it
}

// Validate says what is wrong with the details by themselves.
func (d PersonDetails) Validate() error {
	no := d.HasDisability == nil || !*d.HasDisability
	code := []validation.Rule{fault.Line("DEX-09", 60)}
	return fault.Check(&d,
		validation.Field(&d.ReportingID, fault.Line("DEX-06", 50)),
		validation.Field(&d.BirthCountry, code...),
		validation.Field(&d.HomeLanguage, code...),
		validation.Field(&d.IndigenousOrigin, code...),
		validation.Field(&d.Disabilities, fault.If(no, fault.Empty("DEX-09")), fault.AtMost("DEX-09", 20),
			fault.All(fault.Each[string](fault.Required("DEX-09"), fault.Line("DEX-09", 60)), fault.Distinct[string]("DEX-09"))),
		validation.Field(&d.Accommodation, code...),
		validation.Field(&d.VeteransCard, code...),
		validation.Field(&d.Homelessness, code...),
		validation.Field(&d.Household, code...),
		validation.Field(&d.IncomeSource, code...),
		validation.Field(&d.IncomeFrequency, fault.If(d.Income != nil, fault.Required("DEX-09")), fault.Line("DEX-09", 60)),
		validation.Field(&d.Income, fault.Between("DEX-09", 0, most)),
		validation.Field(&d.ArrivalYear, fault.If(d.ArrivalYear != 0, fault.Between("DEX-09", 1900, 9999)), fault.If(d.ArrivalMonth != 0, fault.Required("DEX-09"))),
		validation.Field(&d.ArrivalMonth, fault.If(d.ArrivalMonth != 0, fault.Between("DEX-09", 1, 12)), fault.If(d.ArrivalYear != 0, fault.Required("DEX-09"))),
		validation.Field(&d.VisaCategory, code...),
		validation.Field(&d.Ancestry, code...),
		validation.Field(&d.Education, code...),
		validation.Field(&d.Employment, code...),
		validation.Field(&d.DisabilityScheme, code...),
	)
}

// Person is what the funder of case files wants to know of a client, at agencies that have
// reporting set up (DEX-13). Other agencies never see it.
type Person struct {
	casemgmt.Head[Person]
	PersonDetails
}

// Personal: events hold no values of a person.
func (*Person) Personal() {}

// client whose details they are.
func (p *Person) client() casemgmt.ClientID { return casemgmt.ClientID(p.ID) }

// People are what the funder wants to know of clients, by the client's id.
type People interface {
	casemgmt.Records[Person]
	// ByReportingID is the person of a number for the funder, which one has at most.
	ByReportingID(ctx context.Context, number string) (*Person, error)
}

// AddPerson says for the first time what the funder wants to know of a client.
type AddPerson struct {
	Client casemgmt.ClientID `json:"client"`
	PersonDetails
}

// Validate says what is wrong with the details by themselves.
func (c AddPerson) Validate() error {
	return fault.Check(&c, validation.Field(&c.Client, fault.Required("DEX-06")), validation.Field(&c.PersonDetails))
}

// AddPerson says for the first time what the funder wants to know of a named client; a
// reporting ID that is left empty is made (DEX-06). It fails with fault.ErrNotFound,
// fault.ErrForbidden, fault.ErrConflict when the number is given to somebody else at the same
// time, or *fault.Invalid, also where reporting is not set up (DEX-13).
func (s *Service) AddPerson(ctx context.Context, cmd AddPerson) (*Person, error) {
	return casemgmt.Change(ctx, s.work, cmd, addPerson)
}

func addPerson(ctx context.Context, u *Unit, cmd AddPerson) (*Person, error) {
	if err := maySay(ctx, u); err != nil {
		return nil, err
	}
	p := &Person{Head: casemgmt.NewHead[Person](), PersonDetails: cmd.PersonDetails}
	p.ID = PersonID(cmd.Client)
	var bad fault.Issues
	_, err := u.Tx.People().Get(ctx, p.ID)
	if err == nil {
		bad.Add("DEX-06", "/client", "repeated")
	} else if !errors.Is(err, fault.ErrNotFound) {
		return nil, err
	}
	if err := fitPerson(ctx, u, &bad, p, nil); err != nil {
		return nil, err
	}
	u.Log(event.ReportingAdded, p)
	return p, u.Tx.People().Insert(ctx, p)
}

// UpdatePerson changes what the funder wants to know of a client.
type UpdatePerson struct {
	Client  casemgmt.ClientID `json:"client"`
	Version int64             `json:"version"`
	PersonDetails
}

// Validate says what is wrong with the details by themselves.
func (c UpdatePerson) Validate() error { return c.PersonDetails.Validate() }

// UpdatePerson changes what the funder wants to know of a client; a reporting ID that is left
// empty stays. It fails with fault.ErrNotFound, fault.ErrForbidden, fault.ErrConflict or
// *fault.Invalid.
func (s *Service) UpdatePerson(ctx context.Context, cmd UpdatePerson) (*Person, error) {
	return casemgmt.Change(ctx, s.work, cmd, updatePerson)
}

func updatePerson(ctx context.Context, u *Unit, cmd UpdatePerson) (*Person, error) {
	if err := maySay(ctx, u); err != nil {
		return nil, err
	}
	before, err := u.Tx.People().Lock(ctx, PersonID(cmd.Client))
	if err != nil {
		return nil, err
	}
	if before.Version != cmd.Version {
		return nil, fault.ErrConflict
	}
	u.Was(before)
	next := *before
	next.PersonDetails = cmd.PersonDetails
	if next.ReportingID == "" {
		next.ReportingID = before.ReportingID
	}
	var bad fault.Issues
	if err := fitPerson(ctx, u, &bad, &next, before); err != nil {
		return nil, err
	}
	u.Changed(event.ReportingChanged, before, &next)
	return &next, u.Tx.People().Update(ctx, &next)
}

// maySay asks for the right to say something of clients.
func maySay(ctx context.Context, u *Unit) error {
	if err := u.AllowClients(ctx); err != nil {
		return err
	}
	return casemgmt.MayRecord(ctx, u)
}

// fitPerson brings a person into shape and says what other records have against it: before
// is nil for a new one. What is unchanged fitted when it was chosen.
func fitPerson(ctx context.Context, u *Unit, bad *fault.Issues, next, before *Person) error {
	client, err := u.Tx.Clients().Lock(ctx, next.client())
	if err != nil {
		return err
	}
	if !u.Agency.Settings.CaseReporting {
		bad.Add("DEX-13", "/client", "reporting_not_set_up")
	}
	if client.Kind == casemgmt.Anonymous {
		bad.Add("ANO-06", "/client", "anonymous_not_tracked")
	} else if client.Withdrawal != nil {
		bad.Add("ANO-09", "/client", "consent_withdrawn")
	}
	if next.ArrivalYear != 0 && (next.ArrivalYear > u.Today.Year || next.ArrivalYear < client.Profile.BirthDate.Year) {
		bad.Add("DEX-09", "/arrival_year", "date_range")
	}
	var had PersonDetails
	if before != nil {
		had = before.PersonDetails
	}
	all := []choice{
		{"DEX-12", "/birth_country", Countries, next.BirthCountry, []string{had.BirthCountry}},
		{"DEX-12", "/home_language", Languages, next.HomeLanguage, []string{had.HomeLanguage}},
		{"DEX-12", "/indigenous_origin", IndigenousOrigins, next.IndigenousOrigin, []string{had.IndigenousOrigin}},
		{"DEX-12", "/accommodation", Accommodations, next.Accommodation, []string{had.Accommodation}},
		{"DEX-12", "/veterans_card", VeteransCards, next.VeteransCard, []string{had.VeteransCard}},
		{"DEX-12", "/homelessness", Homelessness, next.Homelessness, []string{had.Homelessness}},
		{"DEX-12", "/household", Households, next.Household, []string{had.Household}},
		{"DEX-12", "/income_source", IncomeSources, next.IncomeSource, []string{had.IncomeSource}},
		{"DEX-12", "/income_frequency", IncomeFrequencies, next.IncomeFrequency, []string{had.IncomeFrequency}},
		{"DEX-12", "/visa_category", VisaCategories, next.VisaCategory, []string{had.VisaCategory}},
		{"DEX-12", "/ancestry", Ancestries, next.Ancestry, []string{had.Ancestry}},
		{"DEX-12", "/education", EducationLevels, next.Education, []string{had.Education}},
		{"DEX-12", "/employment", EmploymentStatuses, next.Employment, []string{had.Employment}},
		{"DEX-12", "/disability_scheme", DisabilitySchemes, next.DisabilityScheme, []string{had.DisabilityScheme}},
	}
	for i, code := range next.Disabilities {
		all = append(all, choice{"DEX-12", fault.At("/disabilities", i), Disabilities, code, had.Disabilities})
	}
	if err := chooseAll(ctx, u, bad, u.Today, all); err != nil {
		return err
	}
	if next.ReportingID == "" {
		next.ReportingID = newRecordID()
	} else if before == nil || before.ReportingID != next.ReportingID {
		other, err := u.Tx.People().ByReportingID(ctx, next.ReportingID)
		switch {
		case err == nil && other.ID != next.ID:
			bad.Add("DEX-06", "/reporting_id", "record_id_taken")
		case err != nil && !errors.Is(err, fault.ErrNotFound):
			return err
		}
		if client.Kind == casemgmt.Named && client.Profile.ToldBy(next.ReportingID) {
			bad.Add("DEX-06", "/reporting_id", "tells_of_person")
		}
	}
	return bad.Err()
}

// Person is what the funder wants to know of a client. It fails with fault.ErrNotFound, also
// when nobody said it yet, or fault.ErrForbidden.
func (s *Service) Person(ctx context.Context, key casemgmt.ClientID) (*Person, error) {
	return casemgmt.Read(ctx, s.work, PersonID(key), viewPerson)
}

func viewPerson(ctx context.Context, u *Unit, key PersonID) (*Person, error) {
	if err := u.AllowClients(ctx); err != nil {
		return nil, err
	}
	p, err := u.Tx.People().Get(ctx, key)
	if err != nil {
		return nil, err
	}
	u.Log(event.ReportingViewed, p)
	return p, nil
}
