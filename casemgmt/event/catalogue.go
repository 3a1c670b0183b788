package event

// Carries is what the Changes of an event are.
type Carries string

// What events carry besides who, when, and the record that they are about.
const (
	CarriesNothing  Carries = "nothing"
	CarriesValues   Carries = "fields, with the values from and to"
	CarriesPlaces   Carries = "places, without values"
	CarriesClients  Carries = "the ids of the clients it shows"
	CarriesCriteria Carries = "the kinds of criteria"
	CarriesEntries  Carries = "the ids of the entries written"
)

// Entry says of a type what the events are about.
type Entry struct {
	Type Type
	// Record is the type of the record as hooks get it; empty where there is none of its
	// own, and at some readings of several records.
	Record  string
	Carries Carries
	What    string
}

// Catalogue has all types; docs/events.md is made of it.
func Catalogue() []Entry { return catalogue }

var catalogue = []Entry{
	{AgencyCreated, "casemgmt.Agency", CarriesNothing, "an agency was set up"},
	{AgencyChanged, "casemgmt.Agency", CarriesValues, "its name, zone, languages or settings"},
	{SiteCreated, "casemgmt.Site", CarriesNothing, "a site"},
	{SiteChanged, "casemgmt.Site", CarriesValues, "a site was changed"},
	{ProgramCreated, "casemgmt.Program", CarriesNothing, "a program"},
	{ProgramChanged, "casemgmt.Program", CarriesValues, "a program was changed"},
	{FunderCreated, "casemgmt.Funder", CarriesNothing, "a funder"},
	{FunderChanged, "casemgmt.Funder", CarriesValues, "a funder was changed"},
	{ContactCreated, "casemgmt.Contact", CarriesNothing, "an entry of the directory"},
	{ContactChanged, "casemgmt.Contact", CarriesValues, "an entry of the directory was changed"},
	{StaffCreated, "casemgmt.Staff", CarriesNothing, "a member of staff"},
	{StaffChanged, "casemgmt.Staff", CarriesValues, "staff, their roles, programs or defaults were changed"},
	{StatementPublished, "casemgmt.Statement", CarriesNothing, "a version of the privacy statement"},
	{TokenCreated, "apitoken.Token", CarriesValues, "an API token, with its owner and end"},
	{TokenRevoked, "apitoken.Token", CarriesValues, "an API token was revoked"},
	{ClientRegistered, "casemgmt.Client", CarriesNothing, "a client was registered, named or anonymous"},
	{ClientChanged, "casemgmt.Client", CarriesPlaces, "what is known of a client was changed"},
	{ClientConsented, "casemgmt.Client", CarriesPlaces, "a client accepted the privacy statement"},
	{ClientWithdrew, "casemgmt.Client", CarriesPlaces, "a client withdrew the consent"},
	{ClientViewed, "casemgmt.Client", CarriesNothing, "a profile was read"},
	{ClientSearched, "casemgmt.Agency", CarriesCriteria, "somebody searched for clients"},
	{LookAlikesShown, "casemgmt.Agency", CarriesClients, "a registration was shown people who look alike"},
	{EnrollmentCreated, "enroll.Enrollment", CarriesNothing, "a client was enrolled"},
	{EnrollmentChanged, "enroll.Enrollment", CarriesPlaces, "an enrollment was changed, ended or resumed"},
	{EnrollmentTakenBack, "enroll.Enrollment", CarriesPlaces, "a mistaken enrollment was taken back"},
	{EnrollmentRestored, "enroll.Enrollment", CarriesPlaces, "it was no mistake"},
	{BarCreated, "enroll.Bar", CarriesNothing, "a client was barred"},
	{BarExtended, "enroll.Bar", CarriesNothing, "a bar works longer"},
	{BarLifted, "enroll.Bar", CarriesNothing, "a bar was lifted"},
	{CardIssued, "enroll.Card", CarriesNothing, "a client got a card"},
	{CardDeactivated, "enroll.Card", CarriesNothing, "a card was ended"},
	{CardLookedUp, "casemgmt.Client", CarriesNothing, "a client was found by a card"},
	{ServiceGroupCreated, "enroll.ServiceGroup", CarriesNothing, "a group of service codes"},
	{ServiceGroupChanged, "enroll.ServiceGroup", CarriesValues, "a group was changed"},
	{ServiceCodeCreated, "enroll.ServiceCode", CarriesNothing, "a service code"},
	{ServiceCodeChanged, "enroll.ServiceCode", CarriesValues, "a service code was changed"},
	{EnrollmentViewed, "enroll.Enrollment", CarriesClients, "an enrollment was read"},
	{EnrollmentsViewed, "", CarriesClients, "the enrollments of a client, or of a program on a day, were read"},
	{BarViewed, "enroll.Bar", CarriesClients, "a bar was read"},
	{BarsViewed, "", CarriesClients, "the bars of a client, or at a place, were read"},
	{CardViewed, "enroll.Card", CarriesClients, "a card was read"},
	{CardsViewed, "", CarriesNothing, "the cards of a client were read"},
	{StockCodesAdded, "casemgmt.Agency", CarriesNothing, "the stock service codes were added"},
	{PlanCreated, "followup.Plan", CarriesNothing, "a settlement plan"},
	{PlanChanged, "followup.Plan", CarriesPlaces, "a plan was changed"},
	{PlanViewed, "followup.Plan", CarriesClients, "a plan was read"},
	{CaseOpened, "casefile.File", CarriesNothing, "a case file was opened"},
	{CaseChanged, "casefile.File", CarriesPlaces, "what is said of a case was changed, or it was closed"},
	{CaseClientAdded, "casefile.File", CarriesPlaces, "a client was added to a case"},
	{CaseClientChanged, "casefile.File", CarriesPlaces, "what is said of a client in a case was changed"},
	{CaseClientRemoved, "casefile.File", CarriesPlaces, "a client was taken out of a case"},
	{CaseViewed, "casefile.File", CarriesClients, "a case file was read"},
	{CasesViewed, "", CarriesNothing, "the case files of a client were read"},
	{CaseSessionAdded, "casefile.Session", CarriesNothing, "a session was added to a case"},
	{CaseSessionChanged, "casefile.Session", CarriesPlaces, "what is said of a session of a case was changed"},
	{CaseSessionRemoved, "casefile.Session", CarriesPlaces, "a session of a case was taken back"},
	{CaseSessionRestored, "casefile.Session", CarriesPlaces, "the taking back of a session of a case was undone"},
	{CaseParticipantsChanged, "casefile.Session", CarriesPlaces, "participants of a session of a case were added, changed or taken out"},
	{CaseAssessed, "casefile.Session", CarriesPlaces, "an assessment of a session of a case was added, corrected or taken away"},
	{CaseNoteWritten, "casefile.Session", CarriesPlaces, "the note of a session of a case was written"},
	{CaseSessionViewed, "casefile.Session", CarriesClients, "a session of a case was read"},
	{CaseSessionsViewed, "", CarriesNothing, "the sessions of a case were read"},
	{CaseProgressViewed, "", CarriesNothing, "how a client, or those of a case, were assessed before and after was read"},
	{ReportingAdded, "casefile.Person", CarriesNothing, "what the funder of case files wants to know of a client was said"},
	{ReportingChanged, "casefile.Person", CarriesPlaces, "what the funder of case files wants to know of a client was changed"},
	{ReportingViewed, "casefile.Person", CarriesNothing, "what the funder of case files wants to know of a client was read"},
	{ActivityCreated, "casefile.Activity", CarriesNothing, "an outlet activity"},
	{ActivityChanged, "casefile.Activity", CarriesValues, "an outlet activity was changed"},
	{ReferenceLoaded, "casefile.Reference", CarriesNothing, "a list of codes was loaded"},
	{SessionStarted, "session.Session", CarriesNothing, "a session was started"},
	{SessionChanged, "session.Session", CarriesPlaces, "its details were changed"},
	{SessionCancelled, "session.Session", CarriesNothing, "a session was cancelled"},
	{SessionRestored, "session.Session", CarriesNothing, "a cancelled session was restored"},
	{SessionClientAdded, "session.Session", CarriesNothing, "a client was added to a session"},
	{SessionClientRemoved, "session.Session", CarriesNothing, "a client was taken out of a session"},
	{SessionClientRestored, "session.Session", CarriesNothing, "a client is in the session again"},
	{SessionDocumentAdded, "session.Session", CarriesPlaces, "a document was added to a session"},
	{SessionViewed, "session.Session", CarriesClients, "a session was read"},
	{SessionDocumentViewed, "session.Session", CarriesClients, "a document of a session was read"},
	{FormViewed, "session.Form", CarriesClients, "a service form was read"},
	{FormAdded, "session.Form", CarriesNothing, "a form was added to a session"},
	{FormSaved, "session.Form", CarriesPlaces, "a form was saved and is as complete as before"},
	{FormCompleted, "session.Form", CarriesPlaces, "a form was saved and is complete now"},
	{FormReopened, "session.Form", CarriesPlaces, "a form was saved and is incomplete now"},
	{FormRemoved, "session.Form", CarriesNothing, "a form was taken out"},
	{FormRestored, "session.Form", CarriesNothing, "a form is there again"},
	{SavedReportCreated, "report.Saved", CarriesNothing, "a report was saved"},
	{SavedReportChanged, "report.Saved", CarriesValues, "a saved report was changed"},
	{BatchCreated, "batch.Batch", CarriesNothing, "a batch"},
	{BatchChanged, "batch.Batch", CarriesValues, "a batch was changed"},
	{RunStarted, "batch.Run", CarriesNothing, "a batch is used"},
	{RunChanged, "batch.Run", CarriesValues, "a run was changed"},
	{RunSelected, "batch.Run", CarriesEntries, "clients were selected in a run"},
	{RunPosted, "batch.Run", CarriesEntries, "services were posted"},
	{RunReversed, "batch.Run", CarriesNothing, "a run was taken back"},
	{RunRestored, "batch.Run", CarriesEntries, "a run that was taken back counts again"},
	{EntryReversed, "batch.Run", CarriesEntries, "the services of one client of a run were taken back"},
	{EntryRestored, "batch.Run", CarriesEntries, "they count again"},
	{ServicesViewed, "", CarriesNothing, "the services that a client got in batches were read"},
	{ExportMade, "export.Run", CarriesNothing, "files for a funder were made"},
	{ExportDownloaded, "", CarriesNothing, "a file was downloaded"},
	{ExportSent, "export.File", CarriesNothing, "a file was given to the funder"},
	{ExportDiscarded, "export.File", CarriesNothing, "a file was given up"},
	{ExportAnswered, "export.File", CarriesNothing, "the funder's answer was read"},
	{ExportAccepted, "export.File", CarriesNothing, "the funder accepted what was left"},
	{ExportRecordNumbered, "", CarriesNothing, "the funder's number of a record was noted"},
}
