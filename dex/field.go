package dex

import "strconv"

// field gives a pointer to what a record holds for an element: *string, *bool,
// *int, *Date, *Month, *Decimal, a pointer to a struct, or an optional or several.
type field func(record any) any

// of makes a field of a record type.
func of[R, T any](get func(*R) *T) field {
	return func(r any) any { return get(r.(*R)) }
}

// fields says where the records hold which element; the order is the schema's.
var fields = map[string]map[string]field{
	"Client": {
		"ClientId":                   of(func(c *Client) *string { return &c.ClientID }),
		"Slk":                        of(func(c *Client) *Opt[string] { return &c.Slk }),
		"ConsentToProvideDetails":    of(func(c *Client) *bool { return &c.ConsentToProvideDetails }),
		"ConsentedForFutureContacts": of(func(c *Client) *bool { return &c.ConsentedForFutureContacts }),
		"GivenName":                  of(func(c *Client) *Opt[string] { return &c.GivenName }),
		"FamilyName":                 of(func(c *Client) *Opt[string] { return &c.FamilyName }),
		"IsUsingPsuedonym":           of(func(c *Client) *bool { return &c.IsUsingPsuedonym }),
		"BirthDate":                  of(func(c *Client) *Date { return &c.BirthDate }),
		"IsBirthDateAnEstimate":      of(func(c *Client) *bool { return &c.IsBirthDateAnEstimate }),
		"GenderCode":                 of(func(c *Client) *string { return &c.Gender }),
		"GenderDetails":              of(func(c *Client) *Opt[string] { return &c.GenderDetails }),
		"CountryOfBirthCode":         of(func(c *Client) *string { return &c.CountryOfBirth }),
		"LanguageSpokenAtHomeCode":   of(func(c *Client) *string { return &c.LanguageSpokenAtHome }),
		"AboriginalOrTorresStraitIslanderOriginCode": of(func(c *Client) *string { return &c.Origin }),
		"HasDisabilities":           of(func(c *Client) *bool { return &c.HasDisabilities }),
		"Disabilities":              of(func(c *Client) *List[string] { return &c.Disabilities }),
		"AccommodationTypeCode":     of(func(c *Client) *Opt[string] { return &c.AccommodationType }),
		"DVACardStatusCode":         of(func(c *Client) *Opt[string] { return &c.DVACardStatus }),
		"HasCarer":                  of(func(c *Client) *Opt[bool] { return &c.HasCarer }),
		"ResidentialAddress":        of(func(c *Client) *Address { return &c.ResidentialAddress }),
		"IsHomeless":                of(func(c *Client) *Opt[bool] { return &c.IsHomeless }),
		"HomelessIndicatorCode":     of(func(c *Client) *Opt[string] { return &c.HomelessIndicator }),
		"HouseholdCompositionCode":  of(func(c *Client) *Opt[string] { return &c.HouseholdComposition }),
		"MainSourceOfIncomeCode":    of(func(c *Client) *Opt[string] { return &c.MainSourceOfIncome }),
		"IncomeFrequencyCode":       of(func(c *Client) *Opt[string] { return &c.IncomeFrequency }),
		"IncomeAmount":              of(func(c *Client) *Opt[int] { return &c.IncomeAmount }),
		"FirstArrivalYear":          of(func(c *Client) *Opt[int] { return &c.FirstArrivalYear }),
		"FirstArrivalMonth":         of(func(c *Client) *Opt[Month] { return &c.FirstArrivalMonth }),
		"MigrationVisaCategoryCode": of(func(c *Client) *Opt[string] { return &c.MigrationVisaCategory }),
		"AncestryCode":              of(func(c *Client) *Opt[string] { return &c.Ancestry }),
		"EducationLevelCode":        of(func(c *Client) *Opt[string] { return &c.EducationLevel }),
		"EmploymentStatusCode":      of(func(c *Client) *Opt[string] { return &c.EmploymentStatus }),
		"IsClientACarer":            of(func(c *Client) *Opt[bool] { return &c.IsClientACarer }),
		"NDISEligibilityCode":       of(func(c *Client) *Opt[string] { return &c.NDISEligibility }),
	},
	"ResidentialAddress": {
		"AddressLine1": of(func(a *Address) *Opt[string] { return &a.AddressLine1 }),
		"AddressLine2": of(func(a *Address) *Opt[string] { return &a.AddressLine2 }),
		"Suburb":       of(func(a *Address) *string { return &a.Suburb }),
		"StateCode":    of(func(a *Address) *string { return &a.State }),
		"Postcode":     of(func(a *Address) *string { return &a.Postcode }),
	},
	"Case": {
		"CaseId":                           of(func(c *Case) *string { return &c.CaseID }),
		"OutletActivityId":                 of(func(c *Case) *int { return &c.OutletActivityID }),
		"TotalNumberOfUnidentifiedClients": of(func(c *Case) *int { return &c.UnidentifiedClients }),
		"ClientAttendanceProfileCode":      of(func(c *Case) *Opt[string] { return &c.ClientAttendanceProfile }),
		"EndDate":                          of(func(c *Case) *Opt[Date] { return &c.EndDate }),
		"AgBusinessTypeCode":               of(func(c *Case) *Opt[string] { return &c.AgBusinessType }),
		"CaseClients":                      of(func(c *Case) *List[CaseClient] { return &c.Clients }),
		"ParentingAgreementOutcome":        of(func(c *Case) *Opt[ParentingAgreement] { return &c.ParentingAgreement }),
		"Section60I":                       of(func(c *Case) *Opt[Section60I] { return &c.Section60I }),
		"PropertyAgreementOutcome":         of(func(c *Case) *Opt[PropertyAgreement] { return &c.PropertyAgreementOutcome }),
	},
	"CaseClient": {
		"ClientId":             of(func(c *CaseClient) *string { return &c.ClientID }),
		"ReferralSourceCode":   of(func(c *CaseClient) *Opt[string] { return &c.ReferralSource }),
		"ReasonsForAssistance": of(func(c *CaseClient) *List[Reason] { return &c.Reasons }),
		"ExitReasonCode":       of(func(c *CaseClient) *Opt[string] { return &c.ExitReason }),
	},
	"ReasonForAssistance": {
		"ReasonForAssistanceCode": of(func(r *Reason) *string { return &r.Code }),
		"IsPrimary":               of(func(r *Reason) *bool { return &r.IsPrimary }),
	},
	"ParentingAgreementOutcome": {
		"ParentingAgreementOutcomeCode":                      of(func(p *ParentingAgreement) *string { return &p.Outcome }),
		"DateOfParentingAgreement":                           of(func(p *ParentingAgreement) *Date { return &p.Date }),
		"DidLegalPractitionerAssistWithFormalisingAgreement": of(func(p *ParentingAgreement) *bool { return &p.LegalPractitionerAssisted }),
	},
	"Section60I": {
		"Section60ICertificateTypeCode": of(func(s *Section60I) *string { return &s.CertificateType }),
		"DateIssued":                    of(func(s *Section60I) *Date { return &s.DateIssued }),
	},
	"PropertyAgreementOutcome": {
		"PropertyAgreementOutcomeCode":                  of(func(p *PropertyAgreement) *string { return &p.Outcome }),
		"DateOfPropertyAgreement":                       of(func(p *PropertyAgreement) *Date { return &p.Date }),
		"DidLegalPractitionerAssistInPropertyMediation": of(func(p *PropertyAgreement) *bool { return &p.LegalPractitionerAssisted }),
	},
	"Session": {
		"SessionId":                        of(func(s *Session) *string { return &s.SessionID }),
		"CaseId":                           of(func(s *Session) *string { return &s.CaseID }),
		"SessionDate":                      of(func(s *Session) *Date { return &s.Date }),
		"ServiceTypeId":                    of(func(s *Session) *int { return &s.ServiceTypeID }),
		"TotalNumberOfUnidentifiedClients": of(func(s *Session) *int { return &s.UnidentifiedClients }),
		"FeesCharged":                      of(func(s *Session) *Opt[Decimal] { return &s.FeesCharged }),
		"MoneyBusinessCommunityEducationWorkshopCode": of(func(s *Session) *Opt[string] { return &s.MoneyBusinessWorkshop }),
		"InterpreterPresent":                          of(func(s *Session) *Opt[bool] { return &s.InterpreterPresent }),
		"TopicCode":                                   of(func(s *Session) *Opt[string] { return &s.Topic }),
		"ServiceSettingCode":                          of(func(s *Session) *Opt[string] { return &s.ServiceSetting }),
		"HardshipTypeCode":                            of(func(s *Session) *Opt[string] { return &s.HardshipType }),
		"ExternalReferralDestinationCode":             of(func(s *Session) *Opt[string] { return &s.ExternalReferralDestination }),
		"SessionClients":                              of(func(s *Session) *List[SessionClient] { return &s.Clients }),
		"TimeMinutes":                                 of(func(s *Session) *Opt[int] { return &s.TimeMinutes }),
		"TotalCost":                                   of(func(s *Session) *Opt[int] { return &s.TotalCost }),
		"Quantity":                                    of(func(s *Session) *Opt[int] { return &s.Quantity }),
		"ExtraItems":                                  of(func(s *Session) *List[string] { return &s.ExtraItems }),
	},
	"SessionClient": {
		"ClientId":                     of(func(c *SessionClient) *string { return &c.ClientID }),
		"ParticipationCode":            of(func(c *SessionClient) *string { return &c.Participation }),
		"ClientReferralOutWithPurpose": of(func(c *SessionClient) *List[Referral] { return &c.Referrals }),
	},
	"Referral": {
		"TypeCode":     of(func(r *Referral) *string { return &r.Type }),
		"PurposeCodes": of(func(r *Referral) *List[string] { return &r.Purposes }),
	},
	"SessionAssessment": {
		"CaseId":      of(func(a *SessionAssessment) *string { return &a.CaseID }),
		"SessionId":   of(func(a *SessionAssessment) *string { return &a.SessionID }),
		"Assessments": of(func(a *SessionAssessment) *List[Assessment] { return &a.Assessments }),
	},
	"ClientAssessment": {
		"ClientId":    of(func(a *ClientAssessment) *string { return &a.ClientID }),
		"CaseId":      of(func(a *ClientAssessment) *string { return &a.CaseID }),
		"SessionId":   of(func(a *ClientAssessment) *string { return &a.SessionID }),
		"Assessments": of(func(a *ClientAssessment) *List[Assessment] { return &a.Assessments }),
	},
	"Assessment": {
		"ScoreTypeCode":       of(func(a *Assessment) *string { return &a.ScoreType }),
		"AssessmentPhaseCode": of(func(a *Assessment) *string { return &a.Phase }),
		"AssessedByCode":      of(func(a *Assessment) *Opt[string] { return &a.AssessedBy }),
		"Scores":              of(func(a *Assessment) *List[string] { return &a.Scores }),
	},
	"Outlet": {
		"OutletId":           of(func(o *Outlet) *Opt[int] { return &o.OutletID }),
		"Name":               of(func(o *Outlet) *string { return &o.Name }),
		"ResidentialAddress": of(func(o *Outlet) *Address { return &o.ResidentialAddress }),
		"OutletActivities":   of(func(o *Outlet) *List[OutletActivity] { return &o.Activities }),
	},
	"OutletActivity": {
		"OrganisationActivityId": of(func(a *OutletActivity) *int { return &a.OrganisationActivityID }),
		"StartDate":              of(func(a *OutletActivity) *Date { return &a.StartDate }),
		"EndDate":                of(func(a *OutletActivity) *Date { return &a.EndDate }),
	},
}

// newRecord is an empty record of a section's element, or nil.
func newRecord(element string) Record {
	switch element {
	case "Client":
		return &Client{}
	case "Case":
		return &Case{}
	case "Session":
		return &Session{}
	case "SessionAssessment":
		return &SessionAssessment{}
	case "ClientAssessment":
		return &ClientAssessment{}
	case "Outlet":
		return &Outlet{}
	}
	return nil
}

// Section is the name of the record's element; ID names it there.

func (c *Client) Section() string            { return "Client" }
func (c *Client) ID() string                 { return c.ClientID }
func (c *Case) Section() string              { return "Case" }
func (c *Case) ID() string                   { return c.CaseID }
func (s *Session) Section() string           { return "Session" }
func (s *Session) ID() string                { return s.SessionID }
func (a *SessionAssessment) Section() string { return "SessionAssessment" }
func (a *SessionAssessment) ID() string      { return a.SessionID }
func (a *ClientAssessment) Section() string  { return "ClientAssessment" }
func (a *ClientAssessment) ID() string       { return a.SessionID }
func (o *Outlet) Section() string            { return "Outlet" }

func (o *Outlet) ID() string {
	if id, ok := o.OutletID.Get(); ok {
		return strconv.Itoa(id)
	}
	return ""
}
