package dex

import "time"

// Record is one record of a file: *Client, *Case, *Session, *SessionAssessment,
// *ClientAssessment or *Outlet.
type Record interface {
	// Section is the name of the record's element, such as Client.
	Section() string
	// ID names the record within its section: the ClientId, CaseId, SessionId or
	// OutletId. Records of assessments are named by their SessionId.
	ID() string
}

// Decimal is a decimal number as it is written, such as 25 or 25.50.
type Decimal string

// Client is a person (FORMAT section 4.1). Ids hold nothing that identifies a
// person. Codes are values of the lists that CodeLists holds.
type Client struct {
	ClientID                   string // 1 to 50 characters, unique in the organisation; the key for adding and changing
	Slk                        Opt[string]
	ConsentToProvideDetails    bool
	ConsentedForFutureContacts bool
	GivenName                  Opt[string] // with consent only
	FamilyName                 Opt[string] // with consent only
	IsUsingPsuedonym           bool        // spelled as in the format
	BirthDate                  Date        // 1 January of the year if it is an estimate
	IsBirthDateAnEstimate      bool
	Gender                     string      // list Gender
	GenderDetails              Opt[string] // since 2024 in the web service; not confirmed for files
	CountryOfBirth             string      // list Country
	LanguageSpokenAtHome       string      // list Language
	Origin                     string      // AboriginalOrTorresStraitIslanderOriginCode
	HasDisabilities            bool
	Disabilities               List[string] // list Disability
	AccommodationType          Opt[string]  // CHSP
	DVACardStatus              Opt[string]  // CHSP
	HasCarer                   Opt[bool]    // CHSP
	ResidentialAddress         Address
	IsHomeless                 Opt[bool]   // 2015 only
	HomelessIndicator          Opt[string] // since 1.7
	HouseholdComposition       Opt[string]
	MainSourceOfIncome         Opt[string]
	IncomeFrequency            Opt[string] // with IncomeAmount
	IncomeAmount               Opt[int]    // whole dollars, gross
	FirstArrivalYear           Opt[int]
	FirstArrivalMonth          Opt[Month]
	MigrationVisaCategory      Opt[string]
	Ancestry                   Opt[string]
	EducationLevel             Opt[string] // since 1.7
	EmploymentStatus           Opt[string] // since 1.7
	IsClientACarer             Opt[bool]   // since 1.7
	NDISEligibility            Opt[string] // since 1.7
}

// Month is the English name of a month, as the format wants it.
type Month string

// MonthOf is the name of a month.
func MonthOf(m time.Month) Month { return Month(m.String()) }

// Address is a ResidentialAddress, also of an outlet (FORMAT section 4.2).
type Address struct {
	AddressLine1 Opt[string]
	AddressLine2 Opt[string]
	Suburb       string // 1 to 50 characters
	State        string // list State
	Postcode     string // 4 digits
}

// Case is a case with its clients (FORMAT section 4.3).
type Case struct {
	CaseID                   string      // 1 to 50 characters, the key for adding and changing
	OutletActivityID         int         // issued for an outlet and an activity
	UnidentifiedClients      int         // TotalNumberOfUnidentifiedClients, 0 to 999
	ClientAttendanceProfile  Opt[string] // since 1.7
	EndDate                  Opt[Date]   // since 1.7
	AgBusinessType           Opt[string] // RFCS
	Clients                  List[CaseClient]
	ParentingAgreement       Opt[ParentingAgreement] // family law
	Section60I               Opt[Section60I]         // family dispute resolution
	PropertyAgreementOutcome Opt[PropertyAgreement]  // since 1.10
}

// CaseClient attaches a client to a case.
type CaseClient struct {
	ClientID       string
	ReferralSource Opt[string]
	Reasons        List[Reason]
	ExitReason     Opt[string]
}

// Reason is a reason for assistance; one of a client's is the primary one.
type Reason struct {
	Code      string // list ReasonForAssistance
	IsPrimary bool
}

// ParentingAgreement is the outcome of a parenting agreement.
type ParentingAgreement struct {
	Outcome                   string // list ParentingAgreement
	Date                      Date
	LegalPractitionerAssisted bool
}

// Section60I is a certificate of family dispute resolution.
type Section60I struct {
	CertificateType string // list Section60ICertificateType
	DateIssued      Date
}

// PropertyAgreement is the outcome of a property agreement.
type PropertyAgreement struct {
	Outcome                   string
	Date                      Date
	LegalPractitionerAssisted bool
}

// Session is a session of a case (FORMAT section 4.4).
type Session struct {
	SessionID                   string // 1 to 50 characters, unique within its case
	CaseID                      string
	Date                        Date
	ServiceTypeID               int // list ServiceType
	UnidentifiedClients         int // TotalNumberOfUnidentifiedClients, 0 to 999, not above the case's
	FeesCharged                 Opt[Decimal]
	MoneyBusinessWorkshop       Opt[string] // MoneyBusinessCommunityEducationWorkshopCode
	InterpreterPresent          Opt[bool]
	Topic                       Opt[string] // since 1.5, NDAP
	ServiceSetting              Opt[string] // since 1.7
	HardshipType                Opt[string] // RFCS
	ExternalReferralDestination Opt[string] // RFCS
	Clients                     List[SessionClient]
	TimeMinutes                 Opt[int]
	TotalCost                   Opt[int] // whole dollars
	Quantity                    Opt[int]
	ExtraItems                  List[string] // list ExtraItem
}

// SessionClient is a client at a session.
type SessionClient struct {
	ClientID      string
	Participation string // list ParticipationType
	Referrals     List[Referral]
}

// Referral is a referral out, with its purposes. A client has at most one of
// each type in a session.
type Referral struct {
	Type     string // list ReferralType
	Purposes List[string]
}

// SessionAssessment is the community SCORE of a session (FORMAT section 4.5).
type SessionAssessment struct {
	CaseID      string
	SessionID   string
	Assessments List[Assessment] // 1 or 2
}

// ClientAssessment is the SCORE of a client at a session (FORMAT section 4.6).
type ClientAssessment struct {
	ClientID    string
	CaseID      string
	SessionID   string
	Assessments List[Assessment] // 1 to 6
}

// Assessment holds scores of one type and phase.
type Assessment struct {
	ScoreType  string
	Phase      string
	AssessedBy Opt[string]  // in the current specification
	Scores     List[string] // a domain and 1 to 5, such as HOUSING3
}

// Outlet is an outlet of the organisation (FORMAT section 4.7). Whether files
// may have outlets is not certain.
type Outlet struct {
	OutletID           Opt[int] // a new outlet if omitted or nil
	Name               string
	ResidentialAddress Address
	Activities         List[OutletActivity]
}

// OutletActivity is an activity of an outlet.
type OutletActivity struct {
	OrganisationActivityID int
	StartDate              Date
	EndDate                Date
}
