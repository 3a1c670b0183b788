package dex

// Severity is how much a finding matters.
type Severity string

// The severities. The portal stores a record with warnings, and one with errors not.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Need is what a rule has to be told before it can be applied.
type Need string

// What rules can need (Options).
const (
	NeedsToday      Need = "today's date"
	NeedsPeriod     Need = "the reporting period"
	NeedsActivities Need = "the organisation's activities"
	NeedsProgram    Need = "the program of the cases"
	NeedsCases      Need = "the cases that were uploaded before, or that the files are complete"
	NeedsSessions   Need = "the sessions that were uploaded before, or that the files are complete"
	NeedsHistory    Need = "who was assessed before"
	// NeedsRecords is told when a file refers to a case or a session that is in
	// none of the files: what it says cannot be compared.
	NeedsRecords Need = "the cases and sessions that are referred to and in none of the files"
)

// Rule is a rule of the catalogue (FORMAT section 8). Ids are never used again
// for something else.
type Rule struct {
	ID     string
	Errors string // what is an error
	Warns  string // what is a warning
	Source string // the marks of FORMAT section 0: how sure it is
	Needs  []Need // without them the rule, or a part of it, is not applied
}

// Rules is the catalogue, in its order.
func Rules() []Rule { return append([]Rule(nil), rules...) }

var rules = []Rule{
	{ID: "F-1", Errors: "the file is over 10 MB", Source: "R"},
	{ID: "F-2", Errors: "the file is not well-formed, has a wrong outermost element, an unknown section, none, or more than five", Source: "X"},
	{ID: "F-3", Errors: "the file is UTF-16 or UTF-32", Warns: "a byte-order mark, an encoding other than UTF-8, or an encoding attribute in a spelling that was not seen in use", Source: "C"},
	{ID: "F-4", Errors: "elements in another order, missing, empty without nil, unknown, or with a value of another kind; attributes and texts that do not belong; a section without a record", Warns: "booleans as 1 and 0, dates with a time zone", Source: "X"},
	{ID: "F-5", Errors: "a line break in a text, or only blanks", Warns: "blanks at the beginning or the end", Source: "X, I"},
	{ID: "F-6", Warns: "one of * & % # @ in names, suburb, address lines or ids", Source: "R"},
	{ID: "F-7", Warns: "a section more than once; the same assessment or outlet twice", Source: "I"},
	{ID: "ID-1", Errors: "an id of more than 50 characters", Warns: "an id of more than 30 characters", Source: "P, C"},
	{ID: "ID-2", Errors: "a SessionId twice in the same case", Source: "P"},
	{ID: "ID-3", Errors: "a ClientId or a CaseId twice in a file", Source: "I"},
	{ID: "ID-4", Warns: "an id of a client, or of a case or session of theirs, that holds a name, birth date or linkage key; an id like a Centrelink or My Aged Care number", Source: "R, P, I"},
	{ID: "CODE-1", Errors: "a code that is not in the list", Warns: "a code that differs from the list in upper and lower case", Source: "X, C"},
	{ID: "CODE-2", Warns: "a code that is known only as legacy or unverified, or is missing in a list of which not all codes are known; lists of which none is certain are not compared (Summary.Unjudged)", Source: "I"},
	{ID: "CL-1", Errors: "consent, and the given or the family name is missing", Source: "C"},
	{ID: "CL-2", Errors: "no consent, and a name", Source: "C"},
	{ID: "CL-3", Errors: "no consent, and no linkage key", Source: "C"},
	{ID: "CL-4", Errors: "an estimated birth date that is not 1 January", Warns: "1 January, and no estimate", Source: "W, C"},
	{ID: "CL-5", Errors: "HasDisabilities true without Disabilities, or false with them", Warns: "a disability twice", Source: "C, I"},
	{ID: "CL-6", Errors: "a birth date in the future, or before 1900", Source: "I", Needs: []Need{NeedsToday}},
	{ID: "CL-7", Errors: "IncomeAmount without IncomeFrequencyCode, or negative", Source: "P, I"},
	{ID: "CL-8", Errors: "an arrival before the birth or in the future; its year without its month, or the month without the year", Source: "C, I", Needs: []Need{NeedsToday}},
	{ID: "CL-9", Warns: "an arrival of somebody born in Australia", Source: "I"},
	{ID: "CL-10", Errors: "CHSP: AccommodationTypeCode, DVACardStatusCode or HasCarer missing", Warns: "one of them for another program", Source: "P", Needs: []Need{NeedsProgram}},
	{ID: "CL-11", Warns: "GenderDetails without the gender OTHER", Source: "W, I"},
	{ID: "AD-1", Errors: "suburb, state or postcode missing; a suburb of more than 50 characters; a postcode that is not 4 digits", Source: "X, R"},
	{ID: "AD-2", Warns: "a postcode that is not one of the state's", Source: "I"},
	{ID: "SLK-1", Errors: "a linkage key without the form that DEX takes", Source: "W"},
	{ID: "SLK-2", Warns: "a linkage key that the names do not give", Source: "I"},
	{ID: "SLK-3", Errors: "a linkage key with another birth date", Source: "I"},
	{ID: "SLK-4", Errors: "a linkage key with another gender", Source: "W"},
	{ID: "CA-1", Errors: "an OutletActivityId that the organisation does not have", Source: "R", Needs: []Need{NeedsActivities}},
	{ID: "CA-2", Errors: "a case with neither clients nor unidentified clients", Source: "W"},
	{ID: "CA-3", Errors: "reasons for assistance of which not exactly one is the primary one; the same reason twice", Warns: "a secondary reason, where the file is also for the web service, which failed on them", Source: "P, W"},
	{ID: "CA-4", Errors: "a client twice in a case", Source: "I"},
	{ID: "CA-5", Errors: "an agreement or a certificate in the future", Source: "I", Needs: []Need{NeedsToday}},
	{ID: "CA-6", Warns: "family law outcomes in a case of another program", Source: "P", Needs: []Need{NeedsProgram}},
	{ID: "CA-7", Errors: "a case that ends in the future, or before its last session", Source: "I", Needs: []Need{NeedsToday}},
	{ID: "SE-1", Errors: "a session of an unknown case", Source: "C", Needs: []Need{NeedsCases}},
	{ID: "SE-2", Errors: "a session in the future", Warns: "a session outside of the reporting period, or of one that has been closed for 30 days", Source: "P, I", Needs: []Need{NeedsToday, NeedsPeriod}},
	{ID: "SE-3", Errors: "a service type that is not in the list", Warns: "a service type that the activity does not have", Source: "R", Needs: []Need{NeedsActivities}},
	{ID: "SE-4", Errors: "more unidentified clients than the case has", Source: "P"},
	{ID: "SE-5", Errors: "a session that nobody attended", Source: "P"},
	{ID: "SE-6", Errors: "negative minutes, cost or quantity", Warns: "more than 1440 minutes", Source: "I"},
	{ID: "SE-7", Warns: "fees with cents", Source: "P"},
	{ID: "SE-8", Errors: "more than one referral of a type for a client; a purpose twice", Source: "P, I"},
	{ID: "SE-9", Errors: "a client twice in a session", Source: "I"},
	{ID: "SE-10", Errors: "NDAP: TopicCode missing", Warns: "a topic for another program", Source: "P", Needs: []Need{NeedsProgram}},
	{ID: "SE-11", Warns: "a session that only support persons attended", Source: "I"},
	{ID: "SE-12", Errors: "a session before the birth of somebody who attended", Source: "I"},
	{ID: "REF-1", Errors: "an unknown client in a case, when it is known what was uploaded", Warns: "the same otherwise", Source: "C"},
	{ID: "REF-2", Errors: "an assessment of an unknown case or session", Source: "X, I", Needs: []Need{NeedsCases, NeedsSessions}},
	{ID: "REF-3", Errors: "a client at a session who is not attached to its case", Source: "C"},
	{ID: "REF-4", Errors: "an assessment of a client who did not attend the session", Source: "I"},
	{ID: "AS-1", Errors: "a score type for sessions (GROUP) in the assessment of a client, or another one in that of a session", Source: "X"},
	{ID: "AS-2", Errors: "a score type and phase twice", Source: "I"},
	{ID: "AS-3", Errors: "a score whose domain does not belong to the score type", Source: "X"},
	{ID: "AS-4", Errors: "a domain twice in an assessment", Source: "I"},
	{ID: "AS-5", Warns: "SATISFACTION before the service", Source: "C"},
	{ID: "AS-6", Warns: "POST without any PRE of the client in the case, but for SATISFACTION", Source: "P", Needs: []Need{NeedsHistory}},
	{ID: "AS-7", Warns: "GROUP for a session without unidentified clients", Source: "I"},
}
