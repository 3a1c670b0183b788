// Package dexexport brings an agency's case files and the Data Exchange (DEX) together: the
// lists of codes that case files choose from, clients, cases, sessions and assessments as
// the file has them, and the run that makes the files of a period: it is the export.Format of
// funders whose System is dex. Package dex reads, writes and checks the files.
package dexexport

import (
	"cmp"
	"errors"
	"io"
	"slices"

	"github.com/opencasework/casework/casemgmt/casefile"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/dex"
)

// names are the lists of case files as the department names them.
var names = map[casefile.List]string{
	casefile.AttendanceProfiles: "AttendanceProfile", casefile.ReferralSources: "ReferralSource", casefile.Reasons: "ReasonForAssistance",
	casefile.ExitReasons: "ExitReason", casefile.ServiceTypes: "ServiceType", casefile.ServiceSettings: "ServiceSetting", casefile.Topics: "Topic",
	casefile.HardshipTypes: "HardshipType", casefile.ReferralDestinations: "ExternalReferralDestination", casefile.ReferralPurposes: "ReferralPurpose",
	casefile.WorkshopCodes: "MoneyBusinessCommunityEducationWorkshop",
	casefile.Countries:     "Country", casefile.Languages: "Language", casefile.IndigenousOrigins: "AboriginalOrTorresStraitIslanderOrigin",
	casefile.Disabilities: "Disability", casefile.Accommodations: "AccommodationType", casefile.VeteransCards: "DVACardStatus",
	casefile.Homelessness: "HomelessIndicator", casefile.Households: "HouseholdComposition", casefile.IncomeSources: "MainSourceOfIncome",
	casefile.IncomeFrequencies: "IncomeFrequency", casefile.VisaCategories: "MigrationVisaCategory", casefile.Ancestries: "Ancestry",
	casefile.EducationLevels: "EducationLevel", casefile.EmploymentStatuses: "EmploymentStatus", casefile.DisabilitySchemes: "NDISEligibility",
}

// StockLists are the lists that package dex has built in, for an agency that has not got
// the department's reference data (DEX-12).
func StockLists() []casefile.LoadReference { return Lists(dex.BuiltinCodes()) }

// ReadReferenceData reads the department's own reference data file: the lists that it has,
// as an agency loads them (DEX-12). It fails with *fault.Invalid at /content.
func ReadReferenceData(r io.Reader) ([]casefile.LoadReference, error) {
	codes, err := dex.LoadReferenceData(r)
	var no *dex.SyntaxError
	if errors.As(err, &no) {
		var bad fault.Issues
		bad.Add("DEX-12", "/content", "not_reference_data", "line", no.Line)
		return nil, bad.Err()
	}
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(Lists(codes), func(l casefile.LoadReference) bool {
		return codes.List(names[l.List]) == dex.BuiltinCodes().List(names[l.List]) // the file does not have it
	}), nil
}

// Lists are the department's lists as an agency loads them one by one; From is the caller's
// to give. Codes of which dex.CodeValue.Status says less than verified are marked as
// uncertain; values whose code is not known, and lists without any code, are not there.
func Lists(codes *dex.CodeLists) []casefile.LoadReference {
	var out []casefile.LoadReference
	for _, l := range casefile.List("").Values() {
		list := codes.List(names[l])
		if list == nil {
			continue
		}
		load := casefile.LoadReference{List: l}
		for _, v := range list.Values {
			if v.Code != "" {
				load.Codes = append(load.Codes, casefile.ListedCode{Code: v.Code, Label: cmp.Or(v.Label, v.Code), Uncertain: list.Assumed || v.Status != dex.Verified})
			}
		}
		if len(load.Codes) > 0 {
			out = append(out, load)
		}
	}
	return out
}
