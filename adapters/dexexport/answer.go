package dexexport

import (
	"bytes"
	"errors"
	"io"
	"slices"

	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/dex"
	"github.com/opencasework/casework/session"
	"github.com/opencasework/casework/session/export"
)

// Read is part of export.Reader: what the portal says of a file, by the ids of its records.
// A record of which only warnings are said was stored. It fails with *fault.Invalid at
// /content, also where the format has nothing that reads a report (Options.Report).
func (f *Format) Read(_ string, sent, returned []byte) ([]export.Answer, error) {
	var bad fault.Issues
	if f.opt.Report == nil {
		bad.Add("XPT-04", "/content", "no_format")
		return nil, bad.Err()
	}
	said, err := dex.ReadErrors(f.opt.Report(bytes.NewReader(returned)))
	if err != nil {
		bad.Add("XPT-08", "/content", "not_this_file")
		return nil, bad.Err()
	}
	delete(said, dex.RecordKey{}) // of the file itself
	var out []export.Answer
	in := dex.NewReader(bytes.NewReader(sent), dex.ReaderOptions{})
	for row := 1; len(said) > 0; row++ {
		r, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		lines, ok := said[dex.KeyOf(r)]
		if !ok {
			continue
		}
		delete(said, dex.KeyOf(r))
		out = append(out, answer(row, lines))
	}
	for _, lines := range said {
		out = append(out, answer(0, lines))
	}
	return out, nil
}

func answer(row int, lines []dex.ErrorLine) export.Answer {
	out := export.Answer{Row: row, Accepted: !slices.ContainsFunc(lines, func(l dex.ErrorLine) bool { return l.Severity == dex.Error })}
	for _, l := range lines {
		out.Messages = append(out.Messages, session.FunderMessage{Part: l.Section, En: l.Message, Raw: l.Raw})
	}
	return out
}
