package httpapi

import (
	"context"
	"net/http"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/casemgmt/id"
	"github.com/opencasework/casework/casemgmt/report"
	"github.com/opencasework/casework/forms"
	"github.com/opencasework/casework/forms/jsonschema"
	"github.com/opencasework/casework/session"
)

// What only HTTP needs: ids from paths, queries with pages.
type (
	nothing   struct{}
	of[T any] struct {
		ID id.Of[T] `json:"id"`
	}
	clientSearch struct {
		casemgmt.ClientQuery
		casemgmt.PageRequest
	}
	clientPage struct {
		ID casemgmt.ClientID `json:"id"`
		casemgmt.PageRequest
	}
	sessionList struct {
		session.Query
		casemgmt.PageRequest
	}
	reportRun struct {
		Report report.Name `json:"report"`
		report.Criteria
	}
	documentKey struct {
		Session session.SessionID  `json:"session"`
		ID      session.DocumentID `json:"id"`
	}
	definitionKey struct {
		Kind    string `json:"kind"`
		Version int    `json:"definition,omitempty"` // the newest unless given
	}
	schemaKey struct {
		Kind   string      `json:"kind"`
		Stage  forms.Stage `json:"stage,omitempty"`
		Funder string      `json:"funder,omitempty"`
		Lang   i18n.Lang   `json:"lang,omitempty"`
	}
	listKey struct {
		Key string `json:"key"`
	}
	keys struct {
		Keys []string `json:"keys"`
	}
	reportList struct {
		Reports []report.Definition `json:"reports"`
	}
	// codes are the values of the fields that have a fixed list.
	codes struct {
		Genders            []casemgmt.Coded `json:"genders"`
		Marital            []casemgmt.Coded `json:"marital"`
		ImmigrationClasses []casemgmt.Coded `json:"immigration_classes"`
		AgeBands           []casemgmt.Coded `json:"age_bands"`
		SessionTypes       []casemgmt.Coded `json:"session_types"`
		Deliveries         []casemgmt.Coded `json:"deliveries"`
		Situations         []casemgmt.Coded `json:"situations"`
		IntakeNeeds        []casemgmt.Coded `json:"intake_needs"`
	}
)

func routes(s Services) []route {
	var out []route
	out = append(out, agencyRoutes(s.Cases)...)
	out = append(out, clientRoutes(s)...)
	out = append(out, sessionRoutes(s.Sessions)...)
	out = append(out, enrollmentRoutes(s.Cases)...)
	out = append(out, batchRoutes(s.Batches)...)
	out = append(out, exportRoutes(s.Exports)...)
	out = append(out, reportRoutes(s)...)
	return append(out, formRoutes(s.Cases.Forms())...)
}

func crud[T any](path, one, many string, create, update func(context.Context, T) (*T, error),
	get func(context.Context, id.Of[T]) (*T, error), list func(context.Context, casemgmt.PageRequest) (casemgmt.Page[T], error)) []route {
	out := []route{
		op("POST "+path, "create"+one, "Add a "+many, create),
		op("GET "+path+"/{id}", "get"+one, "Read a "+many, func(ctx context.Context, in of[T]) (*T, error) { return get(ctx, in.ID) }),
		op("PUT "+path+"/{id}", "update"+one, "Change a "+many, update),
	}
	if list != nil {
		out = append(out, op("GET "+path, "list"+one, "List by name: "+many, list))
	}
	return out
}

func agencyRoutes(c *casemgmt.Service) []route {
	out := []route{
		op("GET /agency", "getAgency", "The caller's agency", func(ctx context.Context, _ nothing) (*casemgmt.Agency, error) { return c.Agency(ctx) }),
		op("PUT /agency", "updateAgency", "Change name, zone and settings", c.UpdateAgency),
		op("GET /me", "getMe", "The caller", func(ctx context.Context, _ nothing) (*casemgmt.Staff, error) { return c.Caller(ctx) }),
		op("PUT /me/defaults", "setDefaults", "Change the caller's own defaults (SES-22)", c.SetDefaults),
		op("PUT /programs/{program}/members/{staff}", "setMembership", "Put staff into a program, or take them out (ACC-07)", c.SetMembership),
		op("GET /statement", "getStatement", "The current privacy statement (ANO-08)", func(ctx context.Context, _ nothing) (*casemgmt.Statement, error) { return c.Statement(ctx) }),
		op("POST /statements", "publishStatement", "Publish a new version of the privacy statement (ANO-08)", c.PublishStatement),
		op("GET /events", "listEvents", "The audit trail, oldest first", func(ctx context.Context, p casemgmt.PageRequest) (event.Page, error) {
			return c.Feed(ctx, p.After, p.Limit)
		}),
	}
	out = append(out, crud("/sites", "Site", "site", c.CreateSite, c.UpdateSite, c.Site, c.Sites)...)
	out = append(out, crud("/programs", "Program", "program", c.CreateProgram, c.UpdateProgram, c.Program, c.Programs)...)
	out = append(out, crud("/funders", "Funder", "funder", c.CreateFunder, c.UpdateFunder, c.Funder, c.Funders)...)
	out = append(out, crud("/staff", "Staff", "staff member", c.CreateStaff, c.UpdateStaff, c.Staff, c.StaffList)...)
	out = append(out, crud("/contacts", "Contact", "directory entry", c.CreateContact, c.UpdateContact, c.Contact, c.Contacts)...)
	return append(out, crud("/plans", "Plan", "settlement plan", c.CreatePlan, c.UpdatePlan, c.Plan, nil)...)
}

func clientRoutes(s Services) []route {
	c := s.Cases
	return []route{
		op("POST /clients", "registerClient", "Register a named client (CLI-08); 409 with look_alikes when somebody looks alike (CLI-05)", c.RegisterClient),
		op("POST /clients/anonymous", "registerAnonymous", "Register an anonymous client (ANO-02)", c.RegisterAnonymous),
		op("GET /clients", "searchClients", "Search named clients (SRC-01 to SRC-06)", func(ctx context.Context, in clientSearch) (casemgmt.Page[casemgmt.ClientHit], error) {
			return c.SearchClients(ctx, in.ClientQuery, in.PageRequest)
		}),
		op("GET /clients/{id}", "getClient", "Read a client; the reading is logged", func(ctx context.Context, in of[casemgmt.Client]) (*casemgmt.Client, error) {
			return c.Client(ctx, in.ID)
		}),
		op("PUT /clients/{id}", "updateClient", "Fill in or correct a profile (CLI-06)", c.UpdateClient),
		op("POST /clients/{id}/acceptance", "acceptStatement", "Record the yes to the current privacy statement (ANO-08)", c.AcceptStatement),
		op("POST /clients/{id}/withdrawal", "withdrawConsent", "Record the withdrawal of the consent (ANO-09)", c.WithdrawConsent),
		op("POST /clients/{id}/family", "startFamily", "Give the client a family code (CLI-10)", c.StartFamily),
		op("GET /clients/{id}/family-member", "newFamilyMember", "What a new family member's profile starts with (CLI-10)", func(ctx context.Context, in of[casemgmt.Client]) (*casemgmt.Profile, error) {
			return c.FamilyMember(ctx, in.ID)
		}),
		op("GET /clients/{id}/dashboard", "getClientDashboard", "Notes and history of services (DSH-03); the reading is logged", func(ctx context.Context, in clientPage) (session.ClientDashboard, error) {
			return s.Sessions.ClientDashboard(ctx, in.ID, in.PageRequest)
		}),
	}
}

func sessionRoutes(s *session.Service) []route {
	return []route{
		op("POST /sessions", "startSession", "Start a session (SES-02)", s.Start),
		op("GET /sessions", "listSessions", "List the sessions that the caller may see, newest first (ACC-12)", func(ctx context.Context, in sessionList) (casemgmt.Page[*session.Session], error) {
			return s.Sessions(ctx, in.Query, in.PageRequest)
		}),
		op("GET /sessions/{id}", "getSession", "Read a session with the forms that the caller may see", func(ctx context.Context, in of[session.Session]) (*session.Session, error) {
			return s.Session(ctx, in.ID)
		}),
		op("PUT /sessions/{id}", "updateSession", "Change a session's own fields (SES-15)", s.Update),
		op("POST /sessions/{session}/clients", "addClient", "Add a client (SES-17)", s.AddClient),
		op("POST /sessions/{session}/clients/{client}/removal", "removeClient", "Take a client out (SES-21)", s.RemoveClient),
		op("POST /sessions/{session}/clients/{client}/restoration", "restoreClient", "Undo the removal of a client (SES-21)", s.RestoreClient),
		op("POST /sessions/{session}/forms", "addForm", "Add a service form to a client (FRM-01)", s.AddForm),
		op("POST /sessions/{session}/documents", "addDocument", "Add a document to the session or one of its forms, at most 5 MiB (SES-18)", s.AddDocument),
		getDocument(s),
		op("GET /forms/{id}", "getForm", "Read a form", func(ctx context.Context, in of[session.Form]) (*session.Form, error) { return s.Form(ctx, in.ID) }),
		op("PUT /forms/{id}", "saveForm", "Save a form, complete or not (CMP-05, RUN-04)", s.SaveForm),
		op("POST /forms/{id}/removal", "removeForm", "Take a form out (FRM-07)", s.RemoveForm),
		op("POST /forms/{id}/restoration", "restoreForm", "Undo the removal of a form (SES-21)", s.RestoreForm),
		op("GET /forms/{id}/check", "checkForm", "What is missing at a stage: draft, complete or funder (CMP-06)", func(ctx context.Context, in session.CheckForm) (*checked, error) {
			out, err := s.CheckForm(ctx, in)
			return &checked{out}, err
		}),
		op("GET /incomplete", "listMyIncomplete", "My incomplete sessions (INC-01)", s.MyIncomplete),
		op("GET /incomplete/team", "listTeamIncomplete", "Incomplete sessions of the managed programs (INC-04)", s.TeamIncomplete),
		op("GET /dashboard", "getDashboard", "The worker's dashboard (DSH-01)", func(ctx context.Context, _ nothing) (session.Dashboard, error) { return s.Dashboard(ctx) }),
	}
}

func getDocument(s *session.Service) route {
	r := op("GET /sessions/{session}/documents/{id}", "getDocument", "Download a document", func(context.Context, documentKey) (nothing, error) {
		return nothing{}, nil
	})
	r.raw = true
	known := r
	r.handler = http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		in, err := decode[documentKey](w, req, &known)
		if err != nil {
			problem(w, req, err)
			return
		}
		d, content, err := s.Document(req.Context(), in.Session, in.ID)
		if err != nil {
			problem(w, req, err)
			return
		}
		download(w, d.Name, d.Type, content)
	})
	return r
}

func reportRoutes(s Services) []route {
	return []route{
		op("GET /reports", "listReports", "The reports that there are (REP-12)", signedIn(func(nothing) (reportList, error) {
			return reportList{report.Catalogue()}, nil
		})),
		op("GET /reports/{report}", "runReport", "Run a report (REP-10, REP-11)", func(ctx context.Context, in reportRun) (*report.Result, error) {
			return s.Reports.Run(ctx, in.Report, in.Criteria)
		}),
	}
}

func formRoutes(r *forms.Registry) []route {
	find := func(kind string, version int) (forms.Definition, error) {
		f, ok := r.Latest(kind)
		if version != 0 {
			f, ok = r.Version(kind, version)
		}
		if !ok {
			return forms.Definition{}, fault.ErrNotFound
		}
		return f.Definition, nil
	}
	return []route{
		op("GET /form-definitions", "listDefinitions", "The keys of all service forms", signedIn(func(nothing) (keys, error) { return keys{r.Keys()}, nil })),
		op("GET /form-definitions/{kind}", "getDefinition", "A form's definition (FRM-09)", signedIn(func(in definitionKey) (forms.Definition, error) {
			return find(in.Kind, in.Version)
		})),
		op("GET /form-definitions/{kind}/schema", "getFormSchema", "JSON Schema of a form's answers at a stage", signedIn(func(in schemaKey) (map[string]any, error) {
			d, err := find(in.Kind, 0)
			if err != nil {
				return nil, err
			}
			var bad fault.Issues
			bad.OneOf("CMP-06", "/stage", in.Stage.Valid(), string(in.Stage))
			bad.OneOf("", "/lang", in.Lang.Valid(), string(in.Lang))
			if in.Stage == "" {
				in.Stage = forms.Complete
			}
			return jsonschema.Schema(r, d, in.Stage, in.Funder, in.Lang), bad.Err()
		})),
		op("GET /lists", "listLists", "The keys of the shared lists", signedIn(func(nothing) (keys, error) { return keys{r.Lists()}, nil })),
		op("GET /lists/{key}", "getList", "A shared list", signedIn(func(in listKey) (forms.List, error) {
			l, ok := r.List(in.Key)
			if !ok {
				return l, fault.ErrNotFound
			}
			return l, nil
		})),
		op("GET /codes", "getCodes", "The values of fields with a fixed list", signedIn(func(nothing) (codes, error) {
			return codes{casemgmt.Genders(), casemgmt.MaritalStatuses(), casemgmt.ImmigrationClasses(), casemgmt.AgeBands(), session.Types(), session.Deliveries(),
				casemgmt.Situations(), casemgmt.IntakeNeeds()}, nil
		})),
	}
}
