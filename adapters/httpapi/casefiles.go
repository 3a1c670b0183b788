package httpapi

import (
	"bytes"
	"context"
	"io"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/casefile"
	"github.com/opencasework/casework/casemgmt/civil"
)

// caseSearch is a search for case files with the page that is wanted.
type caseSearch struct {
	casefile.Query
	casemgmt.PageRequest
}

// caseSessions asks for a page of the sessions of a case.
type caseSessions struct {
	Case casefile.FileID `json:"case"`
	casemgmt.PageRequest
}

// personOf asks for what the funder wants to know of a client.
type personOf struct {
	Client casemgmt.ClientID `json:"client"`
}

// referenceFile is a funder's file of lists, which apply from a day on.
type referenceFile struct {
	From    civil.Date `json:"from,omitzero"`
	Content []byte     `json:"content"`
}

// loadFile loads the lists of a funder's file, which read reads.
func loadFile(c *casefile.Service, read func(io.Reader) ([]casefile.LoadReference, error)) func(context.Context, referenceFile) (*casefile.Loaded, error) {
	return func(ctx context.Context, in referenceFile) (*casefile.Loaded, error) {
		lists, err := read(bytes.NewReader(in.Content))
		if err != nil {
			return nil, err
		}
		return c.LoadReferences(ctx, casefile.LoadReferences{From: in.From, Lists: lists})
	}
}

// caseFileRoutes are case files with their clients, and what they choose from.
func caseFileRoutes(c *casefile.Service, read func(io.Reader) ([]casefile.LoadReference, error)) []*route {
	search := func(ctx context.Context, in caseSearch) (casemgmt.Page[casefile.Hit], error) {
		return c.Search(ctx, in.Query, in.PageRequest)
	}
	sessions := func(ctx context.Context, in caseSessions) (casemgmt.Page[casefile.Session], error) {
		return c.Sessions(ctx, in.Case, in.PageRequest)
	}
	person := func(ctx context.Context, in personOf) (*casefile.Person, error) { return c.Person(ctx, in.Client) }
	out := []*route{
		create("POST /case-files", "openCaseFile", "Open a case file (CAS-01, CAS-03); a case ID that is left empty is made", c.OpenFile),
		op("GET /case-files", "searchCaseFiles", "Find case files by a client's name, or list them (CAS-02)", search),
		op("POST /case-files/search", "findCaseFiles", "The same with the name in the body, so that it is in no address and in no proxy's log", search).asks(),
		op("GET /case-files/{id}", "getCaseFile", "Read a case file; the reading is logged", byID(c.File)),
		op("PUT /case-files/{id}", "updateCaseFile", "Change what is said of a case, or close it (CAS-03)", c.UpdateFile),
		op("POST /case-files/{case}/clients", "addCaseClient", "Add a client to a case, with referral source and reasons (CCL-01)", c.AddClient),
		op("PUT /case-files/{case}/clients/{client}", "updateCaseClient", "Change what is said of a client in a case, or give an exit reason (CCL-05)", c.UpdateClient),
		op("POST /case-files/{case}/clients/{client}/removal", "removeCaseClient", "Take a client out of a case who was added by mistake (CCL-05)", c.RemoveClient),
		op("GET /clients/{id}/case-files", "listClientCaseFiles", "The case files that a client is in", whole(byID(c.ClientFiles))),
		create("POST /case-files/{case}/sessions", "addCaseSession", "Add a session to a case, with its participants (CSE-01, PRT-01); a session ID that is left empty is made", c.AddSession),
		op("GET /case-files/{case}/sessions", "listCaseSessions", "The sessions of a case, the latest first", sessions),
		op("GET /case-sessions/{id}", "getCaseSession", "Read a session of a case; the reading is logged", byID(c.Session)),
		op("PUT /case-sessions/{id}", "updateCaseSession", "Change what is said of a session (DEX-01)", c.UpdateSession),
		op("POST /case-sessions/{id}/removal", "removeCaseSession", "Take back a session that was entered by mistake", c.RemoveSession),
		op("POST /case-sessions/{id}/restoration", "restoreCaseSession", "Undo the taking back of a session", c.RestoreSession),
		op("POST /case-sessions/{id}/participants", "addParticipants", "Add clients of the case to a session, with their referrals (PRT-01, PRT-03)", c.AddParticipants),
		op("PUT /case-sessions/{id}/participants/{client}", "updateParticipant", "Change as what a client took part, and the referrals (PRT-02, PRT-03)", c.UpdateParticipant),
		op("POST /case-sessions/{id}/participants/{client}/removal", "removeParticipant", "Take a client out of a session who was added by mistake", c.RemoveParticipant),
		op("POST /case-sessions/{id}/assessments", "assess", "Add an assessment of a participant, or of the community (SCO-02)", c.Assess),
		op("PUT /case-sessions/{id}/assessments", "correctAssessment", "Write an assessment again that was entered wrongly, of the same type and phase", c.CorrectAssessment),
		op("POST /case-sessions/{id}/assessments/removal", "removeAssessment", "Take an assessment away that was entered by mistake", c.RemoveAssessment),
		op("PUT /case-sessions/{id}/note", "writeCaseNote", "Write the note of a session; a private one is read by who wrote it and by managers of the program", c.WriteNote),
		op("GET /case-progress", "getCaseProgress", "By domain whether it rose, stayed or fell from pre to post: of a client, a case, a program or the agency (SCO-06)", c.Progress),
		create("POST /clients/{client}/reporting", "addReporting", "Say what the funder of case files wants to know of a client (DEX-06, DEX-09); a reporting ID that is left empty is made", c.AddPerson),
		op("GET /clients/{client}/reporting", "getReporting", "Read what the funder of case files wants to know of a client; the reading is logged", person),
		op("PUT /clients/{client}/reporting", "updateReporting", "Change what the funder of case files wants to know of a client (DEX-09)", c.UpdatePerson),
		create("POST /reference-lists", "loadReferenceList", "Take a list of codes into use from a day on (DEX-12)", c.LoadReference),
		op("GET /reference-lists", "listReferenceLists", "The agency's lists of codes with the days on which each can be chosen (DEX-12)", c.References).toAll(),
	}
	if read != nil {
		out = append(out, upload("POST /reference-lists/file", "loadReferenceFile", "Take the lists of a funder's own file into use from a day on (DEX-12)", loadFile(c, read)))
	}
	return append(out, crud("/outlet-activities", "OutletActivity", "outlet activity", table[casefile.Activity]{c.CreateActivity, c.UpdateActivity, c.Activity, c.Activities})...)
}
