package dex_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opencasework/casework/dex"
)

type memory struct {
	bytes.Buffer
	closed bool
}

func (m *memory) Close() error { m.closed = true; return nil }

// TestSplitter: each file is small enough and a file of its own, no record is
// lost, and one after the other they know all that they refer to.
func TestSplitter(t *testing.T) {
	var records []dex.Record
	for n := range 60 {
		records = append(records, client(n))
	}
	for n := range 60 {
		records = append(records, kase(n, client(n).ClientID))
	}
	for n := range 200 {
		records = append(records, meeting(n, kase(n%60).CaseID, client(n%60).ClientID))
	}
	for n := range 100 {
		records = append(records, &dex.ClientAssessment{ClientID: client(n % 60).ClientID, CaseID: kase(n % 60).CaseID, SessionID: meeting(n, "").SessionID,
			Assessments: dex.Of(dex.Assessment{ScoreType: "GOALS", Phase: "PRE", Scores: dex.Of("KNOWLEDGE2")})})
	}
	for _, most := range []int{2000, 2500, 10_000, 1 << 20} {
		var files []*memory
		s := dex.NewSplitter(func(n int) (io.WriteCloser, error) {
			if n != len(files)+1 {
				t.Errorf("file %d after %d", n, len(files))
			}
			files = append(files, &memory{})
			return files[n-1], nil
		}, dex.SplitterOptions{MaxBytes: most})
		for _, r := range records {
			if err := s.Write(r); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Close(); err != nil || s.Files() != len(files) {
			t.Fatal(err)
		}
		var got []dex.Record
		c := dex.NewChecker(dex.Options{Today: today, Complete: true})
		for i, f := range files {
			if !f.closed || f.Len() > most {
				t.Errorf("file %d of %d bytes, at most %d", i, f.Len(), most)
			}
			if i+1 < len(files) && f.Len() < most-1200 {
				t.Errorf("file %d of %d bytes was ended too early", i, f.Len())
			}
			got = append(got, read(t, f.String())...)
			if _, err := c.Check(strings.NewReader(f.String()), func(f dex.Finding) { t.Errorf("file %d: %v", i, f) }); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(records, got); diff != "" {
			t.Error(diff)
		}
	}
}

func TestSplitterRefuses(t *testing.T) {
	create := func(int) (io.WriteCloser, error) { return &memory{}, nil }
	s := dex.NewSplitter(create, dex.SplitterOptions{MaxBytes: 500})
	var bad *dex.WriteError
	if err := s.Write(client(1)); !errors.As(err, &bad) || bad.Problem != "is larger than a file of 500 bytes" || s.Files() != 0 {
		t.Error(err)
	}
	if err := s.Close(); err == nil {
		t.Error("no file was made, and nothing said so")
	}
	s = dex.NewSplitter(create, dex.SplitterOptions{})
	if err := s.Write(kase(1, "K7001")); err != nil {
		t.Fatal(err)
	}
	if err := s.Write(client(1)); !errors.As(err, &bad) || bad.Section != "Client" {
		t.Error(err)
	}
	s = dex.NewSplitter(create, dex.SplitterOptions{WriterOptions: dex.WriterOptions{Outlets: true}}) // a sixth section begins a file
	for _, r := range append(valid(), &dex.Outlet{Name: "North", ResidentialAddress: client(1).ResidentialAddress}) {
		if err := s.Write(r); err != nil {
			t.Error(err)
		}
	}
	if err := s.Close(); err != nil || s.Files() != 2 {
		t.Error(err, s.Files())
	}
	broken := client(1)
	broken.ClientID = ""
	s = dex.NewSplitter(create, dex.SplitterOptions{})
	if err := s.Write(broken); !errors.As(err, &bad) || bad.Path != "ClientId" {
		t.Error(err)
	}
	if err := s.Write(client(1)); err != nil {
		t.Error(err)
	}
	s = dex.NewSplitter(func(int) (io.WriteCloser, error) { return nil, io.ErrClosedPipe }, dex.SplitterOptions{})
	if err := s.Write(client(1)); err != io.ErrClosedPipe || s.Write(client(2)) != io.ErrClosedPipe || s.Close() != io.ErrClosedPipe {
		t.Error(err)
	}
}
