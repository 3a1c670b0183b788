package dexexport

import (
	"strings"

	"github.com/opencasework/casework/casemgmt/casefile"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/dex"
	"github.com/opencasework/casework/session/export"
)

// place is where an element is mended, and what it is called there.
type place struct{ field, label string }

// places are those of the elements of records, by the first words of their paths.
var places = map[string]map[string]place{
	"Client": {
		"ClientId": {"/reporting/reporting_id", "number for the funder"}, "Slk": {"/profile", "name, birth date and gender"},
		"ConsentToProvideDetails": {"/reporting/consent_to_details", "consent to provide details"}, "ConsentedForFutureContacts": {"/reporting/consent_to_contact", "consent to be contacted"},
		"GivenName": {"/profile/given", "given name"}, "FamilyName": {"/profile/family", "family name"}, "IsUsingPsuedonym": {"/reporting/pseudonym", "pseudonym"},
		"BirthDate": {"/profile/birth_date", "date of birth"}, "IsBirthDateAnEstimate": {"/profile/birth_date_estimated", "date of birth is estimated"},
		"GenderCode": {"/profile/gender", "gender"}, "CountryOfBirthCode": {"/reporting/birth_country", "country of birth"},
		"LanguageSpokenAtHomeCode":                   {"/reporting/home_language", "language spoken at home"},
		"AboriginalOrTorresStraitIslanderOriginCode": {"/reporting/indigenous_origin", "Aboriginal or Torres Strait Islander origin"},
		"HasDisabilities":                            {"/reporting/has_disability", "disability"}, "Disabilities": {"/reporting/disabilities", "disabilities"},
		"AccommodationTypeCode": {"/reporting/accommodation", "accommodation"}, "DVACardStatusCode": {"/reporting/veterans_card", "veterans’ card"},
		"HasCarer": {"/reporting/has_carer", "has a carer"}, "ResidentialAddress/Suburb": {"/profile/address/city", "suburb"},
		"ResidentialAddress/StateCode": {"/profile/address/region", "state"}, "ResidentialAddress/Postcode": {"/profile/address/postal_code", "postcode"},
		"ResidentialAddress": {"/profile/address", "address"}, "HomelessIndicatorCode": {"/reporting/homelessness", "homelessness"},
		"HouseholdCompositionCode": {"/reporting/household", "household"}, "MainSourceOfIncomeCode": {"/reporting/income_source", "main source of income"},
		"IncomeFrequencyCode": {"/reporting/income_frequency", "income frequency"}, "IncomeAmount": {"/reporting/income", "income"},
		"FirstArrivalYear": {"/reporting/arrival_year", "year of first arrival"}, "FirstArrivalMonth": {"/reporting/arrival_month", "month of first arrival"},
		"MigrationVisaCategoryCode": {"/reporting/visa_category", "visa category"}, "AncestryCode": {"/reporting/ancestry", "ancestry"},
		"EducationLevelCode": {"/reporting/education", "education"}, "EmploymentStatusCode": {"/reporting/employment", "employment"},
		"IsClientACarer": {"/reporting/is_carer", "is a carer"}, "NDISEligibilityCode": {"/reporting/disability_scheme", "eligibility for the disability scheme"},
	},
	"Case": {
		"CaseId": {"/case_id", "case ID"}, "OutletActivityId": {"/activity", "outlet activity"},
		"TotalNumberOfUnidentifiedClients": {"/unidentified", "unidentified clients"}, "ClientAttendanceProfileCode": {"/attendance_profile", "attendance profile"},
		"CaseClients": {"/clients", "clients"},
	},
	"Session": {
		"SessionId": {"/session_id", "session ID"}, "CaseId": {"/case", "case"}, "SessionDate": {"/date", "date"}, "ServiceTypeId": {"/service_type", "service type"},
		"TotalNumberOfUnidentifiedClients": {"/unidentified", "unidentified participants"}, "FeesCharged": {"/fees", "fees"},
		"MoneyBusinessCommunityEducationWorkshopCode": {"/workshop_code", "workshop code"}, "InterpreterPresent": {"/interpreter_present", "interpreter present"},
		"TopicCode": {"/topic", "topic"}, "ServiceSettingCode": {"/service_setting", "service setting"}, "HardshipTypeCode": {"/hardship_type", "hardship type"},
		"ExternalReferralDestinationCode": {"/referral_destination", "referral destination"}, "SessionClients": {"/participants", "participants"},
		"TimeMinutes": {"/minutes", "minutes"}, "TotalCost": {"/cost", "cost"}, "Quantity": {"/quantity", "quantity"},
	},
	"SessionAssessment": {"Assessments": {"/community", "community score"}},
	"ClientAssessment":  {"Assessments": {"/participants", "assessments"}},
}

// found is a finding about an element of a record.
func found(section, path, rule string, severity fault.Severity, problem string) export.Finding {
	where := place{}
	for at := path; at != "" && where == (place{}); {
		plain, _, _ := strings.Cut(at, "[")
		if where = places[section][plain]; where == (place{}) {
			cut := strings.LastIndexByte(at, '/')
			at = at[:max(cut, 0)]
		}
	}
	if path == "" {
		problem = "It " + problem
	} else {
		problem = path + " " + problem
	}
	out := export.Finding{Field: where.field, Column: path, Rule: rule, Severity: severity, Message: i18n.Text{En: problem + "."}}
	if where.label != "" {
		out.Label = i18n.Text{En: where.label}
	}
	return out
}

// missing is what a client's record cannot be without, and is not there: a number for the
// funder (DEX-04), and what the department asks of everybody (DEX-09).
func missing(c *dex.Client, p *casefile.Person) []export.Finding {
	if p == nil {
		return []export.Finding{found("Client", "ClientId", "DEX-04", fault.Error, "is not there; say what the funder wants to know of the client")}
	}
	var out []export.Finding
	for _, m := range []struct {
		path string
		gone bool
	}{
		{"ConsentToProvideDetails", p.ConsentToDetails == nil}, {"ConsentedForFutureContacts", p.ConsentToContact == nil}, {"BirthDate", c.BirthDate.IsZero()},
		{"GenderCode", c.Gender == ""}, {"CountryOfBirthCode", c.CountryOfBirth == ""}, {"LanguageSpokenAtHomeCode", c.LanguageSpokenAtHome == ""},
		{"AboriginalOrTorresStraitIslanderOriginCode", c.Origin == ""}, {"HasDisabilities", p.HasDisability == nil},
		{"ResidentialAddress/Suburb", c.ResidentialAddress.Suburb == ""}, {"ResidentialAddress/StateCode", c.ResidentialAddress.State == ""},
		{"ResidentialAddress/Postcode", c.ResidentialAddress.Postcode == ""},
	} {
		if m.gone {
			out = append(out, found("Client", m.path, "DEX-09", fault.Error, "is mandatory and not there; add it"))
		}
	}
	return out
}
