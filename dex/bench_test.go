package dex_test

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"github.com/opencasework/casework/dex"
)

// xmlSession is a session for encoding/xml, with the elements that the sessions
// of the benchmark have.
type xmlSession struct {
	XMLName             xml.Name `xml:"Session"`
	SessionID           string   `xml:"SessionId"`
	CaseID              string   `xml:"CaseId"`
	Date                string   `xml:"SessionDate"`
	ServiceTypeID       int      `xml:"ServiceTypeId"`
	UnidentifiedClients int      `xml:"TotalNumberOfUnidentifiedClients"`
	InterpreterPresent  *bool    `xml:"InterpreterPresent"`
	ServiceSetting      string   `xml:"ServiceSettingCode,omitempty"`
	Clients             struct {
		Clients []xmlAttendee `xml:"SessionClient"`
	} `xml:"SessionClients"`
	TimeMinutes *int `xml:"TimeMinutes"`
}

type xmlAttendee struct {
	ClientID      string `xml:"ClientId"`
	Participation string `xml:"ParticipationCode"`
}

func benchSession() *dex.Session {
	s := meeting(12345, "F123", "K7001", "K7002")
	s.InterpreterPresent = dex.Some(false)
	s.ServiceSetting = dex.Some("ORGOUTLETOFFICE")
	s.TimeMinutes = dex.Some(60)
	return s
}

// bare adds the same bytes with nothing but append.
func bare(b []byte, s *dex.Session) []byte {
	b = append(append(append(b, "<Session>\n<SessionId>"...), s.SessionID...), "</SessionId>\n"...)
	b = append(append(append(b, "<CaseId>"...), s.CaseID...), "</CaseId>\n"...)
	b = append(append(append(b, "<SessionDate>"...), s.Date.String()...), "</SessionDate>\n"...)
	b = fmt.Appendf(b, "<ServiceTypeId>%d</ServiceTypeId>\n", s.ServiceTypeID)
	b = fmt.Appendf(b, "<TotalNumberOfUnidentifiedClients>%d</TotalNumberOfUnidentifiedClients>\n", s.UnidentifiedClients)
	b = append(b, "<InterpreterPresent>"...)
	if s.InterpreterPresent.Value {
		b = append(b, "true"...)
	} else {
		b = append(b, "false"...)
	}
	b = append(append(append(b, "</InterpreterPresent>\n<ServiceSettingCode>"...), s.ServiceSetting.Value...), "</ServiceSettingCode>\n<SessionClients>\n"...)
	for i := range s.Clients.Items {
		c := &s.Clients.Items[i]
		b = append(append(append(b, "<SessionClient>\n<ClientId>"...), c.ClientID...), "</ClientId>\n"...)
		b = append(append(append(b, "<ParticipationCode>"...), c.Participation...), "</ParticipationCode>\n</SessionClient>\n"...)
	}
	b = append(b, "</SessionClients>\n<TimeMinutes>"...)
	b = fmt.Appendf(b, "%d</TimeMinutes>\n</Session>\n", s.TimeMinutes.Value)
	return b
}

func TestBareIsTheSame(t *testing.T) {
	text := file(t, dex.WriterOptions{}, benchSession())
	if !strings.Contains(text, "<Sessions>\n"+string(bare(nil, benchSession()))+"</Sessions>") {
		t.Errorf("the benchmark's own bytes are not those of %s", text)
	}
}

// BenchmarkWriter is a session, beside encoding/xml and beside a bare append of
// the same bytes.
func BenchmarkWriter(b *testing.B) {
	s := benchSession()
	size := int64(len(bare(nil, s)))
	b.Run("dex", func(b *testing.B) {
		w := dex.NewWriter(io.Discard, dex.WriterOptions{})
		b.SetBytes(size)
		b.ReportAllocs()
		for b.Loop() {
			if err := w.Write(s); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encoding-xml", func(b *testing.B) {
		x := xmlSession{SessionID: s.SessionID, CaseID: s.CaseID, Date: s.Date.String(), ServiceTypeID: 5, UnidentifiedClients: 2,
			InterpreterPresent: &s.InterpreterPresent.Value, ServiceSetting: s.ServiceSetting.Value, TimeMinutes: &s.TimeMinutes.Value}
		for _, c := range s.Clients.Items {
			x.Clients.Clients = append(x.Clients.Clients, xmlAttendee{c.ClientID, c.Participation})
		}
		e := xml.NewEncoder(io.Discard)
		b.SetBytes(size)
		b.ReportAllocs()
		for b.Loop() {
			if err := e.Encode(&x); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("bare", func(b *testing.B) {
		var buf []byte
		b.SetBytes(size)
		for b.Loop() {
			if buf = bare(buf, s); len(buf) > 64<<10 {
				buf = buf[:0]
			}
		}
	})
}

// TestWriterAllocatesNothing: no allocation per element or record.
func TestWriterAllocatesNothing(t *testing.T) {
	w := dex.NewWriter(io.Discard, dex.WriterOptions{})
	s := benchSession()
	if err := w.Write(s); err != nil {
		t.Fatal(err)
	}
	n := testing.AllocsPerRun(2000, func() {
		if err := w.Write(s); err != nil {
			t.Fatal(err)
		}
	})
	if n >= 1 {
		t.Errorf("%v allocations a record", n)
	}
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkMillionSessions writes 1,000,000 sessions; the heap stays as it is.
func BenchmarkMillionSessions(b *testing.B) {
	s := benchSession()
	for b.Loop() {
		before, most := heap(), uint64(0)
		w := dex.NewWriter(io.Discard, dex.WriterOptions{})
		for i := range 1_000_000 {
			if err := w.Write(s); err != nil {
				b.Fatal(err)
			}
			if i%250_000 == 0 {
				most = max(most, heap()-min(before, heap()))
			}
		}
		if err := w.Close(); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(most)/1e6, "MB-heap(limit:40)")
	}
}

// large is a file of nearly 10 MB that breaks no rule.
func large(tb testing.TB) string {
	var b bytes.Buffer
	w := dex.NewWriter(&b, dex.WriterOptions{})
	var records []dex.Record
	for n := range 3000 {
		records = append(records, client(n))
	}
	for n := range 3000 {
		records = append(records, kase(n, fmt.Sprintf("K%d", 7000+n)))
	}
	for n := range 17000 {
		s := meeting(n, fmt.Sprintf("F%d", n%3000), fmt.Sprintf("K%d", 7000+n%3000))
		s.TimeMinutes = dex.Some(60)
		records = append(records, s)
	}
	for _, r := range records {
		if err := w.Write(r); err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.String()
}

// BenchmarkCheck is a file of nearly 10 MB, beside xmllint --stream --schema.
func BenchmarkCheck(b *testing.B) {
	text := large(b)
	b.Run("dex", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		before := heap()
		var most uint64
		for b.Loop() {
			sum, err := dex.Check(strings.NewReader(text), dex.Options{Today: today, Complete: true}, func(f dex.Finding) { b.Fatal(f) })
			if err != nil || sum.Records["Session"] != 17000 {
				b.Fatal(err, sum)
			}
		}
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		most = m.HeapSys - min(m.HeapSys, before)
		b.ReportMetric(float64(most)/1e6, "MB-heap(limit:80)")
		b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms(limit:600)")
	})
	b.Run("xmllint", func(b *testing.B) {
		if _, err := exec.LookPath("xmllint"); err != nil {
			b.Skip("no xmllint: install libxml2-utils")
		}
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			cmd := exec.Command("xmllint", "--stream", "--noout", "--schema", "testdata/dex-extended.xsd", "-")
			cmd.Stdin = strings.NewReader(text)
			if out, err := cmd.CombinedOutput(); err != nil {
				b.Fatalf("%v %.300s", err, out)
			}
		}
	})
}
