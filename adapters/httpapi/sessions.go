package httpapi

import (
	"context"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/session"
)

// sessionList is a query with the page that is wanted.
type sessionList struct {
	session.Query
	casemgmt.PageRequest
}

// sessionRoutes are sessions with their clients, service forms and documents, and
// what is incomplete.
func sessionRoutes(s *session.Service) []*route {
	return []*route{
		create("POST /sessions", "startSession", "Start a session (SES-02)", s.Start),
		op("GET /sessions", "listSessions", "List the sessions that the caller may see, newest first (ACC-12)", func(ctx context.Context, in sessionList) (casemgmt.Page[*session.Session], error) {
			return s.Sessions(ctx, in.Query, in.PageRequest)
		}),
		op("GET /sessions/{id}", "getSession", "Read a session with the forms that the caller may see", byID(s.Session)),
		op("PUT /sessions/{id}", "updateSession", "Change a session's own fields (SES-15)", s.Update),
		op("POST /sessions/{id}/cancellation", "cancelSession", "Cancel a session that was opened by mistake (SES-21)", s.Cancel),
		op("POST /sessions/{id}/restoration", "restoreSession", "Undo the cancellation of a session (SES-21)", s.Restore),
		create("POST /sessions/{session}/clients", "addClient", "Add a client (SES-17)", s.AddClient),
		op("POST /sessions/{session}/clients/{client}/removal", "removeClient", "Take a client out (SES-21)", s.RemoveClient),
		op("POST /sessions/{session}/clients/{client}/restoration", "restoreClient", "Undo the removal of a client (SES-21)", s.RestoreClient),
		create("POST /sessions/{session}/forms", "addForm", "Add a service form to a client (FRM-01)", s.AddForm),
		create("POST /sessions/{session}/documents", "addDocument", "Add a document to the session or one of its forms, at most 5 MiB (SES-18)", s.AddDocument).
			upTo(2 * session.MaxDocument), // base64
		file("GET /sessions/{session}/documents/{id}", "getDocument", "Download a document", func(ctx context.Context, in session.DocumentKey) (attachment, error) {
			f, err := s.Document(ctx, in)
			return attachment{f.Name, f.Type, f.Content}, err
		}),
		op("GET /forms/{id}", "getForm", "Read a form", byID(s.Form)),
		op("PUT /forms/{id}", "saveForm", "Save a form, complete or not (CMP-05, RUN-04)", s.SaveForm),
		op("POST /forms/{id}/removal", "removeForm", "Take a form out (FRM-07)", s.RemoveForm),
		op("POST /forms/{id}/restoration", "restoreForm", "Undo the removal of a form (SES-21)", s.RestoreForm),
		op("GET /forms/{id}/check", "checkForm", "What is missing at a stage: draft, complete or funder (CMP-06)", s.CheckForm),
		op("GET /incomplete", "listMyIncomplete", "My incomplete sessions (INC-01)", s.MyIncomplete),
		op("GET /incomplete/team", "listTeamIncomplete", "Incomplete sessions of the managed programs (INC-04)", s.TeamIncomplete),
	}
}
