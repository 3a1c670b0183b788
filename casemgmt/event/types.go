package event

// Type says what happened, or what was read. A type is stable and never reused
// for another meaning; types.golden keeps the list.
type Type string

// The types, by subject.
const (
	AgencyCreated      Type = "agency.created"
	AgencyChanged      Type = "agency.changed"
	SiteCreated        Type = "site.created"
	SiteChanged        Type = "site.changed"
	ProgramCreated     Type = "program.created"
	ProgramChanged     Type = "program.changed"
	FunderCreated      Type = "funder.created"
	FunderChanged      Type = "funder.changed"
	ContactCreated     Type = "contact.created"
	ContactChanged     Type = "contact.changed"
	StaffCreated       Type = "staff.created"
	StaffChanged       Type = "staff.changed"
	StatementPublished Type = "statement.created"

	ClientRegistered Type = "client.registered"
	ClientChanged    Type = "client.changed"
	ClientConsented  Type = "client.consented"
	ClientWithdrew   Type = "client.withdrew"
	ClientViewed     Type = "client.viewed"

	EnrollmentCreated   Type = "enrollment.created"
	EnrollmentChanged   Type = "enrollment.changed"
	EnrollmentTakenBack Type = "enrollment.taken_back"
	EnrollmentRestored  Type = "enrollment.restored"
	BarCreated          Type = "bar.created"
	BarExtended         Type = "bar.extended"
	BarLifted           Type = "bar.lifted"
	CardIssued          Type = "card.issued"
	CardDeactivated     Type = "card.deactivated"
	CardLookedUp        Type = "card.looked_up" // about the client
	ServiceGroupCreated Type = "service_group.created"
	ServiceGroupChanged Type = "service_group.changed"
	ServiceCodeCreated  Type = "service_code.created"
	ServiceCodeChanged  Type = "service_code.changed"
	StockCodesAdded     Type = "service_codes.added"

	PlanCreated Type = "plan.created"
	PlanChanged Type = "plan.changed"

	SessionStarted        Type = "session.started"
	SessionChanged        Type = "session.changed"
	SessionCancelled      Type = "session.cancelled"
	SessionRestored       Type = "session.restored"
	SessionClientAdded    Type = "session.client_added"
	SessionClientRemoved  Type = "session.client_removed"
	SessionClientRestored Type = "session.client_restored"
	SessionDocumentAdded  Type = "session.document_added"
	FormAdded             Type = "form.added"
	FormSaved             Type = "form.saved"
	FormCompleted         Type = "form.completed"
	FormReopened          Type = "form.reopened"
	FormRemoved           Type = "form.removed"
	FormRestored          Type = "form.restored"

	SavedReportCreated Type = "saved_report.created"
	SavedReportChanged Type = "saved_report.changed"

	BatchCreated  Type = "batch.created"
	BatchChanged  Type = "batch.changed"
	RunStarted    Type = "run.started"
	RunChanged    Type = "run.changed"
	RunSelected   Type = "run.selected"
	RunPosted     Type = "run.posted"
	RunReversed   Type = "run.reversed"
	RunRestored   Type = "run.restored"
	EntryReversed Type = "entry.reversed"
	EntryRestored Type = "entry.restored"

	ExportMade           Type = "export.made"
	ExportDownloaded     Type = "export.downloaded"
	ExportSent           Type = "export.sent"
	ExportDiscarded      Type = "export.discarded"
	ExportAnswered       Type = "export.answered"
	ExportAccepted       Type = "export.accepted"
	ExportRecordNumbered Type = "export.record_numbered"
)
