package session

import (
	"context"
	"strings"
	"time"

	"github.com/opencasework/casework/casemgmt"
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

// AddDocument adds a file of at most MaxDocument bytes. It fails with
// fault.ErrNotFound, fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) AddDocument(ctx context.Context, cmd AddDocument) (*Session, error) {
	return s.edit(ctx, cmd, cmd.Session, cmd.Version, func(ctx context.Context, tx Tx, me casemgmt.Caller, x *Session) (event.Event, error) {
		bad := checkDocument(cmd)
		if f := x.Form(cmd.Form); !cmd.Form.IsZero() && (f == nil || f.Removal != nil || !me.Scope.Sees(f.Resource())) {
			bad.Add("HDR", "/form", "no_such_record")
		}
		if err := bad.Err(); err != nil {
			return event.Event{}, err
		}
		d := Document{ID: id.New[Document](), Form: cmd.Form, Name: cmd.Name, Type: mediaType(cmd.Content), Size: len(cmd.Content),
			Added: me.Now, By: me.StaffID()}
		x.Documents = append(x.Documents, d)
		return event.New("session.document_added", x.ID.String(), 0, event.Change{Path: "/documents/" + d.ID.String()}),
			tx.InsertDocument(ctx, x.ID, d, cmd.Content)
	})
}

// Document is a file of a session that the caller may see. It fails with
// fault.ErrNotFound or fault.ErrForbidden.
func (s *Service) Document(ctx context.Context, session SessionID, key DocumentID) (Document, []byte, error) {
	var d Document
	var content []byte
	err := s.work.View(ctx, func(ctx context.Context, tx Tx, me casemgmt.Caller) (err error) {
		x, err := s.seen(ctx, tx, me, session)
		if err != nil {
			return err
		}
		if d, content, err = tx.Document(ctx, session, key); err != nil {
			return err
		}
		if !d.Form.IsZero() && x.Form(d.Form) == nil { // x has the forms that the caller may see
			return fault.ErrForbidden
		}
		return nil
	})
	return d, content, err
}

func checkDocument(cmd AddDocument) fault.Issues {
	var bad fault.Issues
	bad.Required("SES-18", "/name", cmd.Name != "")
	bad.Line("/name", cmd.Name, 200)
	if strings.ContainsAny(cmd.Name, `/\`) {
		bad.Add("SES-18", "/name", "malformed")
	}
	bad.Required("SES-18", "/content", len(cmd.Content) > 0)
	if len(cmd.Content) > MaxDocument {
		bad.Add("SES-18", "/content", "too_long", "max", MaxDocument)
	}
	return bad
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
