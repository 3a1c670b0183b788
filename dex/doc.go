// Package dex writes, reads and checks the bulk upload files of the Australian
// Data Exchange (DEX), in which organisations report clients, cases, sessions
// and assessments to the Department of Social Services. It needs nothing else
// of casework.
//
// # A file
//
// A file is XML of up to five sections: Clients, Cases, Sessions,
// SessionAssessments and ClientAssessments. A case belongs to an outlet and an
// activity of the organisation and names its clients; a session belongs to a
// case and names those of its clients who attended; an assessment (SCORE)
// belongs to a session. What a record refers to was uploaded before, or stands
// in the same file. Records are added or replaced by their ids; nothing is
// deleted by a file. People whom nobody registered are only counted.
//
// Write such a file with a Writer, or with a Splitter when it may become larger
// than the portal takes:
//
//	w := dex.NewWriter(file, dex.WriterOptions{})
//	err := w.Write(&dex.Client{ClientID: "K7001", ...}) // then cases, sessions, assessments
//	err = w.Close()
//
// Read one with a Reader, and check one with Check before it is uploaded: the
// portal's own answer comes later, and a record with an error was not stored.
//
// # Omitted, nil and given
//
// An optional element is an Opt or a List. Its zero value leaves it out; Some
// and Of give it; Null and NullList send it with xsi:nil, which is another
// statement than leaving it out.
//
// # Consent and the linkage key
//
// A client who agreed to it is sent with names; one who did not is sent without,
// and with a linkage key that SLK makes from name, birth date and gender. Ids
// must not say who somebody is.
//
// # How sure it is
//
// The schema and the code lists of December 2015 are known exactly (Schema2015).
// What came since was published in part: names of elements, and lists, but not
// where the elements stand (Current). Element.Certainty and CodeValue.Status say
// how sure each of them is, docs/dex.md lists all rules with their sources. An
// organisation can download the present schema and lists in the portal, and
// LoadXSD and LoadReferenceData put them in place of what is built in.
//
// Errors and findings name records by their ids, and hold nothing else that a
// record says.
package dex
