package icare

import (
	"fmt"
)

// Client names a client as iCARE does.
type Client struct{ Type, ID string }

// Course is the dates of a course, of the form 2006-01-02.
type Course struct{ Start, End string }

// Enrolment names a client's enrolment in a course.
type Enrolment struct {
	Client
	Course string
}

// History is what iCARE has already. A nil map is not known.
type History struct {
	Profiles   map[Client]bool      // accepted
	Courses    map[string]Course    // by course code
	Enrolments map[Enrolment]string // with the day of the first class
	Sent       map[string]bool      // records by their Fingerprint
}

// Options are what a check can be told. The zero Options check all that the
// files say by themselves.
type Options struct {
	Spec    *Spec  // Builtin unless given
	Today   string // of the form 2006-01-02
	Month   string // the reporting month, of the form 2006-01
	History History
}

// Finding is what a check has found. It holds no value of the record.
type Finding struct {
	File       string
	Row        int    // of the workbook; 0 when it is about the file
	Column     string // its id
	Cell       string // such as F4
	Rule       string
	Severity   Severity
	Message    string // what to do, in English
	MessageFR  string
	Suggestion string // the label of the list that was probably meant
}

// String is the finding in one line.
func (f Finding) String() string {
	s := f.File + ":"
	if f.Cell != "" {
		s += " " + f.Cell
	} else if f.Row > 0 {
		s += fmt.Sprintf(" row %d", f.Row)
	}
	s += fmt.Sprintf(" %s %s", f.Severity, f.Rule)
	if f.Column != "" {
		s += " " + f.Column
	}
	s += ": " + f.Message
	if f.Suggestion != "" {
		s += fmt.Sprintf("; did you mean “%s”?", f.Suggestion)
	}
	return s
}

// Check checks files that are sent together: profiles, courses and enrolments of
// one are known to the others, and so are the records of the same template. It
// reports the findings file by file, row by row.
func Check(files []*File, opt Options, report func(Finding)) {
	opt.History = together(files, opt.History)
	checkers := map[*Template]*Checker{}
	for _, f := range files {
		c := checkers[f.Template]
		if c == nil {
			c = NewChecker(f.Name, f.Template, opt, report)
			checkers[f.Template] = c
		}
		c.file, c.count = f, 0
		if n := len(f.Records); n > MaxRecords {
			c.say("R003", nil, "", "", "the file has more than 2500 records; split it", "le fichier compte plus de 2500 enregistrements; divisez-le")
		}
		for i := range f.Records {
			c.Check(&f.Records[i])
		}
	}
}

// together adds what the files themselves bring to what is known.
func together(files []*File, h History) History {
	out := History{Sent: h.Sent}
	for _, f := range files {
		for i := range f.Records {
			r := &f.Records[i]
			switch f.Template.Key {
			case "client_profile":
				out.Profiles = put(out.Profiles, h.Profiles, f.client(r), true)
			case "lt_course_setup":
				out.Courses = put(out.Courses, h.Courses, f.course(r), Course{f.Get(r, "start_dt"), f.Get(r, "end_dt")})
			case "lt_client_enrolment":
				key, first := Enrolment{f.client(r), f.course(r)}, f.Get(r, "first_class_dt")
				if known, again := out.Enrolments[key]; again && known <= first {
					first = known // the same course once more
				}
				out.Enrolments = put(out.Enrolments, h.Enrolments, key, first)
			}
		}
	}
	if out.Profiles == nil {
		out.Profiles = h.Profiles
	}
	if out.Courses == nil {
		out.Courses = h.Courses
	}
	if out.Enrolments == nil {
		out.Enrolments = h.Enrolments
	}
	return out
}

// put adds to a map that begins as a copy of another one.
func put[K comparable, V any](m, start map[K]V, key K, value V) map[K]V {
	if m == nil {
		m = make(map[K]V, len(start)+1)
		for k, v := range start {
			m[k] = v
		}
	}
	m[key] = value
	return m
}
