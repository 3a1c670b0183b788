package dex

import "io"

// ErrorLine is a line of the error report that the portal gives for a file that
// it processed. The report's own form is not known (FORMAT section 10): this is
// what any of them has to say.
type ErrorLine struct {
	Severity  Severity // an error: the record was not stored; a warning: it was
	Section   string   // Client, Case, ...; empty when the report does not say
	ClientID  string
	CaseID    string
	SessionID string
	Message   string
	Raw       string // the line as it was
}

// ErrorReader reads an error report, line by line, and fails with io.EOF at its
// end. Whoever has a report of the portal writes one for its form.
type ErrorReader interface {
	Read() (ErrorLine, error)
}

// RecordKey names a record among those that were sent.
type RecordKey struct{ Section, ClientID, CaseID, SessionID string }

// KeyOf names a record.
func KeyOf(r Record) RecordKey {
	k := RecordKey{Section: r.Section()}
	switch x := r.(type) {
	case *Client:
		k.ClientID = x.ClientID
	case *Case:
		k.CaseID = x.CaseID
	case *Session:
		k.CaseID, k.SessionID = x.CaseID, x.SessionID
	case *SessionAssessment:
		k.CaseID, k.SessionID = x.CaseID, x.SessionID
	case *ClientAssessment:
		k.ClientID, k.CaseID, k.SessionID = x.ClientID, x.CaseID, x.SessionID
	}
	return k
}

// Key names the record that a line is about. A line that names several ids and
// no section is about the innermost: a client of a session, a session, a case.
func (l ErrorLine) Key() RecordKey {
	k := RecordKey{l.Section, l.ClientID, l.CaseID, l.SessionID}
	if k.Section == "" {
		switch {
		case k.SessionID != "":
			k.Section = "Session"
		case k.CaseID != "":
			k.Section = "Case"
		case k.ClientID != "":
			k.Section = "Client"
		}
	}
	switch k.Section { // ids that say where the record was seen, and do not name it
	case "Client":
		k.CaseID, k.SessionID = "", ""
	case "Case":
		k.ClientID, k.SessionID = "", ""
	case "Session", "SessionAssessment":
		k.ClientID = ""
	}
	return k
}

// ReadErrors reads a report whole, by record. Lines about no record, such as
// those about the file, are under the zero key.
func ReadErrors(r ErrorReader) (map[RecordKey][]ErrorLine, error) {
	out := map[RecordKey][]ErrorLine{}
	for {
		line, err := r.Read()
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		out[line.Key()] = append(out[line.Key()], line)
	}
}
