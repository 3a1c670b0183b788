package session

import (
	"context"
	"strings"
	"time"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/id"
)

// DocumentID identifies a document of a session.
type DocumentID = id.Of[Document]

// MaxDocument is the largest document, in bytes.
const MaxDocument = 5 << 20

// Document is a file that belongs to a session (SES-18), or to one of its forms
// (HDR). Who sees the session, or the form, sees it.
type Document struct {
	ID    DocumentID       `json:"id"`
	Form  FormID           `json:"form,omitzero"`
	Name  string           `json:"name"`
	Type  string           `json:"type"` // media type, found in the content
	Size  int              `json:"size"` // bytes
	Added time.Time        `json:"added"`
	By    casemgmt.StaffID `json:"by,omitzero"`
}

// AddDocument adds a file to a session or to one of its forms.
type AddDocument struct {
	Session SessionID `json:"session"`
	Version int64     `json:"version"`
	Form    FormID    `json:"form,omitzero"` // of the session
	Name    string    `json:"name"`
	Content []byte    `json:"content"` // base64 in JSON
}

// Validate says what is wrong with the file.
func (c AddDocument) Validate() error {
	return fault.Check(&c,
		validation.Field(&c.Name, fault.Required("SES-18"), fault.Line("SES-18", 200), fault.Fails(strings.ContainsAny(c.Name, `/\`), "SES-18", "malformed")),
		validation.Field(&c.Content, fault.Required("SES-18"), fault.Fails(len(c.Content) > MaxDocument, "SES-18", "too_long", "max", MaxDocument)),
	)
}

// AddDocument adds a file of at most MaxDocument bytes, also while the session is
// in a file for a funder, who does not get it. It fails with fault.ErrNotFound,
// fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) AddDocument(ctx context.Context, cmd AddDocument) (*Session, error) {
	return casemgmt.Change(ctx, s.work, cmd, addDocument)
}

func addDocument(ctx context.Context, u *Unit, cmd AddDocument) (*Session, error) {
	e, err := editing(ctx, u, cmd.Session, cmd.Version)
	if err != nil {
		return nil, err
	}
	if f := e.x.Form(cmd.Form); !cmd.Form.IsZero() && (f == nil || f.Removal != nil || !u.Scope(ctx, access.Forms).Sees(f.Resource())) {
		var bad fault.Issues
		bad.Add("HDR", "/form", "no_such_record")
		return nil, bad.Err()
	}
	d := Document{ID: id.New[Document](), Form: cmd.Form, Name: cmd.Name, Type: mediaType(cmd.Content), Size: len(cmd.Content),
		Added: u.Now, By: u.StaffID()}
	e.x.Documents = append(e.x.Documents, d)
	if err := u.Tx.Documents().Insert(ctx, e.x.ID, d, cmd.Content); err != nil {
		return nil, err
	}
	u.Log(event.SessionDocumentAdded, e.x, event.Change{Path: "/documents/" + d.ID.String()})
	return e.finish(ctx)
}

// DocumentKey names a document of a session.
type DocumentKey struct {
	Session SessionID  `json:"session"`
	ID      DocumentID `json:"id"`
}

// File is a document with its content.
type File struct {
	Document
	Content []byte
}

// Document is a file of a session that the caller may see. It fails with
// fault.ErrNotFound or fault.ErrForbidden.
func (s *Service) Document(ctx context.Context, key DocumentKey) (File, error) {
	return casemgmt.Read(ctx, s.work, key, document)
}

func document(ctx context.Context, u *Unit, key DocumentKey) (File, error) {
	x, err := seen(ctx, u, key.Session)
	if err != nil {
		return File{}, err
	}
	d, content, err := u.Tx.Documents().Get(ctx, key.Session, key.ID)
	if err != nil {
		return File{}, err
	}
	if !d.Form.IsZero() && x.Form(d.Form) == nil { // x has the forms that the caller may see
		return File{}, fault.ErrForbidden
	}
	u.Log(event.SessionDocumentViewed, x, append(casemgmt.AboutClients(x.clients()...), event.Change{Path: "/documents/" + d.ID.String()})...)
	return File{d, content}, nil
}

// mediaType looks at the first bytes, not at the name: what is not one of the
// kinds that agencies keep is served as plain bytes.
func mediaType(content []byte) string {
	for start, kind := range map[string]string{
		"%PDF-": "application/pdf", "\x89PNG\r\n\x1a\n": "image/png", "\xff\xd8\xff": "image/jpeg",
		"PK\x03\x04": "application/zip", // also the office formats
	} {
		if strings.HasPrefix(string(content[:min(len(content), 8)]), start) {
			return kind
		}
	}
	return "application/octet-stream"
}
