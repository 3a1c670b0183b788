package casemgmt

import (
	"context"
	"regexp"
	"slices"
	"sync"
	"time"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/country"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
)

// Agency is one agency: the border that no record crosses (ACC-01, ACC-06).
type Agency struct {
	// Key names the agency; the host chooses it: 1 to 64 of a-z, 0-9, - and _.
	Key     string `json:"key,omitempty"`
	Version int64  `json:"version"`
	Name    string `json:"name"`
	// Zone is the IANA time zone in which the agency's days begin, such as America/Toronto.
	// Where the country's zones are known it is one of them.
	Zone string `json:"zone"`
	// Country is ISO 3166-1, two letters. What is known of it as data (package country)
	// says how addresses and numbers look. It stays.
	Country string `json:"country"`
	// Languages are those in which the agency names things, the main one first; empty is
	// those of the country: English and French in Canada, where both are needed, and else
	// English.
	Languages []i18n.Lang `json:"languages,omitempty"`
	// Extensions of profiles and forms, of those of the country, such as
	// country.Settlement. They stay.
	Extensions []string `json:"extensions,omitempty"`
	Settings   Settings `json:"settings,omitzero"`
}

// Subject and Revision are what events name.
func (a *Agency) Subject() string { return a.Key }

// Revision is the agency's version.
func (a *Agency) Revision() int64 { return a.Version }

// Settings are what an agency decides for itself.
type Settings struct {
	// NoDefaultForm switches off the empty form that a new client of a session
	// starts with, such as Information & Orientation (FRM-07).
	NoDefaultForm bool `json:"no_default_form,omitempty"`
	// ClientRoles says who may open and search client profiles (ACC-02): any of
	// worker, manager, admin, see_all, bulk_upload. Empty is everyone.
	ClientRoles []string `json:"client_roles,omitempty"`
	// UploadersSeeCare opens plans, notes of profiles, card values and reasons of bars to
	// bulk-upload operators, who do not need them.
	UploadersSeeCare bool `json:"uploaders_see_care,omitempty"`
	// ScanDays is how many days a scan of a card may be apart from the date service
	// provided of its run, 0 to 31; empty is 1, for a night that ends in the next day.
	ScanDays *int `json:"scan_days,omitempty"`
	// CommunityOfUnidentified lets people without a record count where a community score
	// needs more than one client (SCO-07).
	CommunityOfUnidentified bool `json:"community_of_unidentified,omitempty"`
	// CaseReporting says that the reporting of case files to a funder is set up; without it
	// what only such a report needs is refused (DEX-13).
	CaseReporting bool `json:"case_reporting,omitempty"`
	// Questions are the agency's own questions on service forms (ASQ-01).
	Questions []Question `json:"questions,omitempty"`
}

// Location is the agency's time zone.
func (a *Agency) Location() *time.Location {
	if known, ok := zones.Load(a.Zone); ok {
		return known.(*time.Location)
	}
	zone, err := time.LoadLocation(a.Zone)
	if err != nil {
		return time.UTC
	}
	zones.Store(a.Zone, zone)
	return zone
}

var zones sync.Map // of names to locations, which the system reads from a file

var agencyKey = regexp.MustCompile(`^[a-z0-9_-]{1,64}$`)

// Validate says what is wrong with the agency's own fields.
func (a Agency) Validate() error {
	return fault.Check(&a,
		validation.Field(&a.Key, fault.Match("ACC-01", "malformed", agencyKey)),
		validation.Field(&a.Name, fault.Required("ACC-01"), fault.Line("ACC-01", 200)),
		validation.Field(&a.Zone, fault.Required("REP-10"), fault.OneOf("REP-10", isZone), fault.Fails(!a.Home().Zone(a.Zone), "REP-10", "zone_elsewhere")),
		validation.Field(&a.Country, fault.Required("ACC-01"), fault.OneOf("ACC-01", country.IsCode)),
		validation.Field(&a.Languages, fault.AtMost("ACC-01", 10), fault.By(a.speaksOf)),
		validation.Field(&a.Extensions, fault.AtMost("ACC-01", 10), fault.Each[string](fault.OneOf("ACC-01", func(x string) bool { return slices.Contains(a.Home().Extensions, x) })),
			fault.Distinct[string]("ACC-01")),
		validation.Field(&a.Settings),
	)
}

func isZone(name string) bool {
	zone, err := time.LoadLocation(name)
	return err == nil && zone != time.Local
}

// Validate says what is wrong with the settings.
func (s Settings) Validate() error {
	return fault.Check(&s,
		validation.Field(&s.ClientRoles, fault.AtMost("ACC-02", 20), fault.Each[string](fault.OneOf("ACC-02", func(r string) bool {
			return r == "worker" || r == "manager" || slices.Contains(access.Roles(), r)
		}))),
		validation.Field(&s.ScanDays, fault.Between("SCN-05", 0, 31)),
		validation.Field(&s.Questions, fault.AtMost("ASQ-01", maxQuestions)),
	)
}

// CreateAgency sets up the agency of the acting program (access.System). It
// fails with fault.ErrForbidden for a person, fault.ErrConflict when the agency
// exists, or *fault.Invalid.
func (s *Service) CreateAgency(ctx context.Context, in Agency) (*Agency, error) {
	return Change(ctx, s.work, in, createAgency)
}

func createAgency(ctx context.Context, u *Unit, in Agency) (*Agency, error) {
	if err := u.Allow(ctx, access.MakeAgency, access.Resource{Kind: access.Agencies}); err != nil {
		return nil, err
	}
	if in.Key == "" {
		in.Key = u.Actor.Agency
	}
	in.settle()
	bad := in.Settings.checkQuestions(u.config.Forms.For(in.Extensions...), in.Languages)
	bad.Required("ACC-01", "/key", in.Key != "")
	if in.Key != u.Actor.Agency {
		bad.Add("ACC-01", "/key", "other_agency")
	}
	if err := bad.Err(); err != nil {
		return nil, err
	}
	in.Version = 1
	in.Settings.stamp(nil, u.Caller)
	u.Log(event.AgencyCreated, &in)
	return &in, u.Tx.Agency().Insert(ctx, &in)
}

// UpdateAgency changes name, zone, languages and settings, and adds extensions. It fails with
// fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) UpdateAgency(ctx context.Context, in Agency) (*Agency, error) {
	return Change(ctx, s.work, in, updateAgency)
}

func updateAgency(ctx context.Context, u *Unit, in Agency) (*Agency, error) {
	if err := MayManage(ctx, u); err != nil {
		return nil, err
	}
	in.Key = u.Agency.Key
	in.settle()
	bad := append(in.stays(u.Agency), in.Settings.checkQuestions(u.config.Forms.For(in.Extensions...), in.Languages)...)
	if err := bad.Err(); err != nil {
		return nil, err
	}
	if err := in.Settings.keepAnswers(ctx, u.Tx, &u.Agency.Settings); err != nil {
		return nil, err
	}
	in.Settings.stamp(u.Agency, u.Caller)
	u.Changed(event.AgencyChanged, u.Agency, &in)
	return &in, u.Tx.Agency().Update(ctx, &in)
}

// Agency is the caller's agency.
func (s *Service) Agency(ctx context.Context) (*Agency, error) {
	return Read(ctx, s.work, struct{}{}, ownAgency)
}

func ownAgency(_ context.Context, u *Unit, _ struct{}) (*Agency, error) { return u.Agency, nil }
