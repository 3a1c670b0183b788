package casefile

import (
	"context"
	"errors"
	"slices"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
)

// List names a list of codes, of which the funder says what is in it (DEX-12).
type List string

// The lists that case files, their sessions, and what is said of people choose from.
const (
	AttendanceProfiles   List = "attendance_profile"
	ReferralSources      List = "referral_source"
	Reasons              List = "reason_for_assistance"
	ExitReasons          List = "exit_reason"
	ServiceTypes         List = "service_type"
	ServiceSettings      List = "service_setting"
	Topics               List = "topic"
	HardshipTypes        List = "hardship_type"
	ReferralDestinations List = "referral_destination"
	ReferralPurposes     List = "referral_purpose"
	WorkshopCodes        List = "workshop_code"
	Countries            List = "country"
	Languages            List = "language"
	IndigenousOrigins    List = "indigenous_origin"
	Disabilities         List = "disability"
	Accommodations       List = "accommodation"
	VeteransCards        List = "veterans_card"
	Homelessness         List = "homelessness"
	Households           List = "household"
	IncomeSources        List = "income_source"
	IncomeFrequencies    List = "income_frequency"
	VisaCategories       List = "visa_category"
	Ancestries           List = "ancestry"
	EducationLevels      List = "education_level"
	EmploymentStatuses   List = "employment_status"
	DisabilitySchemes    List = "disability_scheme"
)

// Values are all lists.
func (List) Values() []List {
	return []List{AttendanceProfiles, ReferralSources, Reasons, ExitReasons, ServiceTypes, ServiceSettings, Topics, HardshipTypes, ReferralDestinations,
		ReferralPurposes, WorkshopCodes, Countries, Languages, IndigenousOrigins, Disabilities, Accommodations, VeteransCards, Homelessness, Households, IncomeSources,
		IncomeFrequencies, VisaCategories, Ancestries, EducationLevels, EmploymentStatuses, DisabilitySchemes}
}

// Valid says whether there is such a list.
func (l List) Valid() bool { return slices.Contains(l.Values(), l) }

// Code is a value of a list and the days on which it can be chosen.
type Code struct {
	Code  string `json:"code"`  // as the funder's file has it
	Label string `json:"label"` // in the words of the funder
	// From and To are the first and the last day; empty is without an end.
	From civil.Date `json:"from,omitzero"`
	To   civil.Date `json:"to,omitzero"`
	// Uncertain: where the list came from does not say for sure that the funder takes
	// this code.
	Uncertain bool `json:"uncertain,omitempty"`
}

// On says whether the code can be chosen for a day.
func (c Code) On(d civil.Date) bool {
	return !d.Before(c.From) && (c.To.IsZero() || !d.After(c.To))
}

// Reference is a list of codes as the agency has it. A code that came back after it had
// run out is there twice, with other days.
type Reference struct {
	casemgmt.Head[Reference]
	List  List   `json:"list"`
	Codes []Code `json:"codes"`
}

// On says whether a code of the list can be chosen for a day; known whether it ever could.
func (r *Reference) On(code string, d civil.Date) (on, known bool) {
	for _, c := range r.Codes {
		if c.Code == code {
			known = true
			on = on || c.On(d)
		}
	}
	return on, known
}

// LoadReference says what is in a list from a day on.
type LoadReference struct {
	List List `json:"list"`
	// From is the first day of the codes; empty, of a list that is loaded for the first
	// time, is always.
	From  civil.Date   `json:"from,omitzero"`
	Codes []ListedCode `json:"codes"`
}

// ListedCode is a code of a list that is loaded.
type ListedCode struct {
	Code      string `json:"code"`
	Label     string `json:"label"`
	Uncertain bool   `json:"uncertain,omitempty"`
}

// Validate says what is wrong with a list's own fields.
func (c LoadReference) Validate() error {
	return fault.Check(&c,
		validation.Field(&c.List, fault.Required("DEX-12"), fault.Valid("DEX-12")),
		validation.Field(&c.From, fault.Days("DEX-12", 2000, 9999)),
		validation.Field(&c.Codes, fault.Required("DEX-12"), fault.AtMost("DEX-12", 2000), fault.Items(listedCode)),
	)
}

func listedCode(list []ListedCode, i int) fault.Issues {
	var bad fault.Issues
	c := list[i]
	bad.Required("DEX-12", "/code", !i18n.Blank(c.Code))
	bad.Required("DEX-12", "/label", !i18n.Blank(c.Label))
	bad.Line("/code", c.Code, 60)
	bad.Line("/label", c.Label, 300)
	if slices.ContainsFunc(list[:i], func(o ListedCode) bool { return o.Code == c.Code }) {
		bad.Add("DEX-12", "/code", "repeated")
	}
	return bad
}

// LoadReference takes a list of codes into use from a day on: codes that are not in it can
// be chosen up to the day before, new ones from that day, and what was chosen stays
// (DEX-12). It fails with fault.ErrForbidden or *fault.Invalid.
func (s *Service) LoadReference(ctx context.Context, cmd LoadReference) (*Reference, error) {
	return casemgmt.Change(ctx, s.work, cmd, loadReference)
}

func loadReference(ctx context.Context, u *Unit, cmd LoadReference) (*Reference, error) {
	if err := casemgmt.MayManage(ctx, u); err != nil {
		return nil, err
	}
	before, err := u.Tx.References().ByList(ctx, cmd.List)
	if errors.Is(err, fault.ErrNotFound) {
		r := &Reference{Head: casemgmt.NewHead[Reference](), List: cmd.List, Codes: follow(nil, cmd)}
		u.Log(event.ReferenceLoaded, r)
		return r, u.Tx.References().Insert(ctx, r)
	}
	if err != nil {
		return nil, err
	}
	var bad fault.Issues
	bad.Required("DEX-12", "/from", !cmd.From.IsZero())
	if err := bad.Err(); err != nil {
		return nil, err
	}
	u.Was(before)
	next := *before
	next.Codes = follow(before.Codes, cmd)
	u.Log(event.ReferenceLoaded, &next)
	return &next, u.Tx.References().Update(ctx, &next)
}

// LoadReferences says what is in some lists from a day on, as a funder's file has them.
type LoadReferences struct {
	// From is the first day of the codes; empty, where all the lists are loaded for the
	// first time, is always.
	From  civil.Date      `json:"from,omitzero"`
	Lists []LoadReference `json:"lists"` // their own From is not asked
}

// Validate says what is wrong with the lists' own fields.
func (c LoadReferences) Validate() error {
	return fault.Check(&c,
		validation.Field(&c.From, fault.Days("DEX-12", 2000, 9999)),
		validation.Field(&c.Lists, fault.Required("DEX-12"), fault.AtMost("DEX-12", len(List("").Values())), fault.Items(func(all []LoadReference, i int) fault.Issues {
			bad := fault.IssuesOf(all[i].Validate())
			if slices.ContainsFunc(all[:i], func(o LoadReference) bool { return o.List == all[i].List }) {
				bad.Add("DEX-12", "/list", "repeated")
			}
			return bad
		})),
	)
}

// LoadedList is a list that was loaded.
type LoadedList struct {
	List  List `json:"list"`
	Codes int  `json:"codes"` // that can be chosen from the day on
	New   int  `json:"new"`   // of them, that the list did not have
	Ended int  `json:"ended"` // that cannot be chosen any more
}

// Loaded are the lists that were loaded, in the order in which they were given.
type Loaded struct {
	Lists []LoadedList `json:"lists"`
}

// LoadReferences loads some lists together, or none of them (DEX-12). It fails with
// fault.ErrForbidden or *fault.Invalid.
func (s *Service) LoadReferences(ctx context.Context, cmd LoadReferences) (*Loaded, error) {
	return casemgmt.Change(ctx, s.work, cmd, loadReferences)
}

func loadReferences(ctx context.Context, u *Unit, cmd LoadReferences) (*Loaded, error) {
	first, err := loadOne(ctx, u, cmd.From, cmd.Lists[0]) // there is one at least
	if err != nil {
		return nil, err
	}
	out := &Loaded{Lists: []LoadedList{first}}
	for _, l := range cmd.Lists[1:] {
		next, err := loadOne(ctx, u, cmd.From, l)
		if err != nil {
			return nil, err
		}
		out.Lists = append(out.Lists, next)
	}
	return out, nil
}

// loadOne loads one of several lists.
func loadOne(ctx context.Context, u *Unit, from civil.Date, l LoadReference) (LoadedList, error) {
	out := LoadedList{List: l.List, Codes: len(l.Codes)}
	before, err := u.Tx.References().ByList(ctx, l.List)
	if errors.Is(err, fault.ErrNotFound) {
		before, err = &Reference{}, nil
	}
	if err != nil {
		return out, err
	}
	open := func(code string) bool {
		return slices.ContainsFunc(before.Codes, func(c Code) bool { return c.Code == code && c.To.IsZero() })
	}
	for _, c := range l.Codes {
		if !open(c.Code) {
			out.New++
		}
	}
	for _, c := range before.Codes {
		if c.To.IsZero() && !slices.ContainsFunc(l.Codes, func(n ListedCode) bool { return n.Code == c.Code }) {
			out.Ended++
		}
	}
	l.From = from
	_, err = loadReference(ctx, u, l)
	return out, err
}

// follow is a list of codes after another one took its place from a day on.
func follow(old []Code, cmd LoadReference) []Code {
	out := slices.Clone(old)
	for i := range out {
		stays := slices.ContainsFunc(cmd.Codes, func(c ListedCode) bool { return c.Code == out[i].Code })
		if !stays && (out[i].To.IsZero() || !out[i].To.Before(cmd.From)) {
			out[i].To = cmd.From.AddDays(-1)
		}
	}
	for _, c := range cmd.Codes {
		open := slices.IndexFunc(out, func(o Code) bool { return o.Code == c.Code && o.To.IsZero() })
		if open < 0 {
			out = append(out, Code{Code: c.Code, Label: c.Label, From: cmd.From, Uncertain: c.Uncertain})
			continue
		}
		out[open].Label, out[open].Uncertain = c.Label, c.Uncertain
	}
	return out
}

// References are the agency's lists of codes, by their names.
func (s *Service) References(ctx context.Context, p casemgmt.PageRequest) (casemgmt.Page[Reference], error) {
	return casemgmt.ReadMany(ctx, s.work, p, casemgmt.ListOf(references))
}

func references(tx Tx) casemgmt.Listed[Reference] { return tx.References() }

// choose: a code that is given can be chosen from its list for a day.
func choose(ctx context.Context, u *Unit, at fault.Place, list List, code string, on civil.Date) error {
	if code == "" {
		return nil
	}
	r, err := u.Tx.References().ByList(ctx, list)
	if errors.Is(err, fault.ErrNotFound) {
		at.Add("list_missing")
		return nil
	}
	if err != nil {
		return err
	}
	switch inUse, known := r.On(code, on); {
	case !known:
		at.Add("unknown_value")
	case !inUse:
		at.Add("not_in_use")
	}
	return nil
}

// choice is a code that is chosen from a list, and the codes that stood there before.
type choice struct {
	rule, path string
	list       List
	code       string
	had        []string
}

// chooseAll: codes that did not stand there before can be chosen from their lists for a day.
func chooseAll(ctx context.Context, u *Unit, bad *fault.Issues, on civil.Date, all []choice) error {
	for _, c := range all {
		if slices.Contains(c.had, c.code) {
			continue
		}
		if err := choose(ctx, u, bad.Place(c.rule, c.path), c.list, c.code, on); err != nil {
			return err
		}
	}
	return nil
}
