package icare

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Returned is what iCARE wrote into the processing_details of a record that it
// returned (FORMAT section 6). One example is known, and the meaning of its parts
// is deduced from it: what cannot be told is empty, and Raw has the text as it was.
type Returned struct {
	Raw      string
	Upload   string    // BUID, the number of the upload
	RecordID string    // RID, the number of the record; empty when none was stored
	Row      int       // ORP, the row of the workbook that was sent; 0 when not told
	Rows     int       // behind the slash of ORP: its last row, or their number
	At       time.Time // DTS, without a zone
	Messages []Message
}

// Message is one message about a record.
type Message struct {
	Number int    // as numbered in the text; 0 when it is not numbered
	Part   string // of the form, such as Client; empty when not told
	En, Fr string // without the part; Fr is empty when the text has one language
	Raw    string
}

var (
	returnedTags = regexp.MustCompile(`(?i)^\s*\[\s*BUID:([^,\]]*)(?:,\s*RID:([^,\]]*))?(?:,\s*ORP:\s*(\d*)(?:/(\d*))?\s*)?(?:,\s*DTS:([^\]]*))?\]`)
	numbered     = regexp.MustCompile(`\[(\d+)\]\s*`)
	part         = regexp.MustCompile(`^\(([^()]*)\)\s*`)
)

// ParseReturned reads processing_details. Any text gives an answer: one that has
// not the known form is one message.
func ParseReturned(text string) Returned {
	out := Returned{Raw: text}
	rest := text
	if m := returnedTags.FindStringSubmatch(text); m != nil {
		rest = text[len(m[0]):]
		out.Upload, out.RecordID = strings.TrimSpace(m[1]), strings.TrimSpace(m[2])
		out.Row, out.Rows = rowNumber(m[3]), rowNumber(m[4])
		out.At, _ = time.Parse("2006-01-02 15:04:05", strings.TrimSpace(m[5]))
	}
	at := numbered.FindAllStringSubmatchIndex(rest, -1)
	first := len(rest)
	if len(at) > 0 {
		first = at[0][0]
	}
	if before := strings.TrimSpace(rest[:first]); before != "" {
		out.Messages = append(out.Messages, newMessage(0, before))
	}
	for i, m := range at {
		end := len(rest)
		if i+1 < len(at) {
			end = at[i+1][0]
		}
		n, _ := strconv.Atoi(rest[m[2]:m[3]])
		if body := strings.TrimSpace(rest[m[1]:end]); body != "" {
			out.Messages = append(out.Messages, newMessage(n, body))
		}
	}
	return out
}

// rowNumber is a row of a sheet; 0 for what is none.
func rowNumber(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n > maxRow {
		return 0
	}
	return n
}

// divide is where a message goes over to its other language.
var divide = regexp.MustCompile(`\s/\s`)

// newMessage divides a message at the last slash that leaves two halves with the
// part of the form in brackets, or, without such, at an only one.
func newMessage(n int, text string) Message {
	m := Message{Number: n, Raw: text, En: text}
	at := divide.FindAllStringIndex(text, -1)
	if p := part.FindStringSubmatch(text); p != nil {
		m.Part = p[1]
		for i := len(at) - 1; i >= 0; i-- {
			if rest := strings.TrimSpace(text[at[i][1]:]); strings.HasPrefix(rest, "(") {
				m.En, m.Fr = strings.TrimSpace(text[:at[i][0]]), rest
				break
			}
		}
	}
	if m.Fr == "" && len(at) == 1 {
		m.En, m.Fr = strings.TrimSpace(text[:at[0][0]]), strings.TrimSpace(text[at[0][1]:])
	}
	m.En, m.Fr = part.ReplaceAllString(m.En, ""), part.ReplaceAllString(m.Fr, "")
	return m
}

// Rejection is a record that iCARE returned, with what it says.
type Rejection struct {
	Returned
	Record *Record // of the returned file
	// Sent is the record as it was sent; nil when it was not found.
	Sent *Record
}

// Rejections are the records of a returned file that have processing_details.
// Each is matched with the file that was sent: by its content, and where that was
// sent more than once or changed since, by the row and the client.
func (f *File) Rejections(sent *File) []Rejection {
	byContent := map[string][]*Record{}
	byRow := map[int]*Record{}
	if sent != nil {
		for i := range sent.Records {
			r := &sent.Records[i]
			byContent[sent.Fingerprint(r)] = append(byContent[sent.Fingerprint(r)], r)
			byRow[r.Row] = r
		}
	}
	var out []Rejection
	for i := range f.Records {
		r := &f.Records[i]
		text := f.Get(r, "processing_details")
		if strings.TrimSpace(text) == "" {
			continue
		}
		x := Rejection{Returned: ParseReturned(text), Record: r}
		same, at := byContent[f.Fingerprint(r)], byRow[x.Row]
		switch {
		case len(same) == 1:
			x.Sent = same[0]
		case at != nil && sent.client(at) == f.client(r):
			x.Sent = at
		case len(same) > 1:
			x.Sent = same[0]
		}
		out = append(out, x)
	}
	return out
}
