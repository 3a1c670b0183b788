package dex_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/opencasework/casework/dex"
)

func ExampleWriter() {
	w := dex.NewWriter(os.Stdout, dex.WriterOptions{})
	records := []dex.Record{
		&dex.Case{CaseID: "F1", OutletActivityID: 45012, Clients: dex.Of(dex.CaseClient{ClientID: "K7001", ReferralSource: dex.Some("SELF")})},
		&dex.Session{SessionID: "S1", CaseID: "F1", Date: dex.NewDate(2026, time.March, 3), ServiceTypeID: 5,
			Clients: dex.Of(dex.SessionClient{ClientID: "K7001", Participation: "CLIENT"})},
	}
	for _, r := range records {
		if err := w.Write(r); err != nil {
			fmt.Println(err)
		}
	}
	if err := w.Close(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// <?xml version="1.0"?>
	// <DEXFileUpload xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
	// <Cases>
	// <Case>
	// <CaseId>F1</CaseId>
	// <OutletActivityId>45012</OutletActivityId>
	// <TotalNumberOfUnidentifiedClients>0</TotalNumberOfUnidentifiedClients>
	// <CaseClients>
	// <CaseClient>
	// <ClientId>K7001</ClientId>
	// <ReferralSourceCode>SELF</ReferralSourceCode>
	// </CaseClient>
	// </CaseClients>
	// </Case>
	// </Cases>
	// <Sessions>
	// <Session>
	// <SessionId>S1</SessionId>
	// <CaseId>F1</CaseId>
	// <SessionDate>2026-03-03</SessionDate>
	// <ServiceTypeId>5</ServiceTypeId>
	// <TotalNumberOfUnidentifiedClients>0</TotalNumberOfUnidentifiedClients>
	// <SessionClients>
	// <SessionClient>
	// <ClientId>K7001</ClientId>
	// <ParticipationCode>CLIENT</ParticipationCode>
	// </SessionClient>
	// </SessionClients>
	// </Session>
	// </Sessions>
	// </DEXFileUpload>
}

const upload = `<DEXFileUpload><Cases>
<Case><CaseId>F1</CaseId><OutletActivityId>45012</OutletActivityId><TotalNumberOfUnidentifiedClients>12</TotalNumberOfUnidentifiedClients></Case>
<Case><CaseId>F2</CaseId><OutletActivityId>many</OutletActivityId><TotalNumberOfUnidentifiedClients>0</TotalNumberOfUnidentifiedClients></Case>
</Cases></DEXFileUpload>`

func ExampleReader() {
	r := dex.NewReader(strings.NewReader(upload), dex.ReaderOptions{})
	for {
		rec, err := r.Read()
		var bad *dex.RecordError
		switch {
		case err == io.EOF:
			return
		case errors.As(err, &bad): // this record; the next can be read
			fmt.Println(err)
		case err != nil:
			fmt.Println(err)
			return
		}
		if c, ok := rec.(*dex.Case); ok {
			fmt.Println(c.CaseID, c.UnidentifiedClients)
		}
	}
	// Output:
	// F1 12
	// dex: line 3, column 26: Case F2: OutletActivityId: is not a whole number, or too large a one; correct it
}

func ExampleCheck() {
	opt := dex.Options{Today: dex.NewDate(2026, time.July, 20), Complete: true}
	sum, err := dex.Check(strings.NewReader(upload), opt, func(f dex.Finding) { fmt.Println(f) })
	if err != nil {
		fmt.Println(err)
	}
	fmt.Println(sum.Errors, "errors; not checked:")
	for _, n := range sum.NotRun {
		fmt.Println(n.Rule, "without", n.Needs)
	}
	// Output:
	// 3:26: error F-4 Case F2: OutletActivityId is not a whole number, or too large a one; correct it
	// 3:7: error CA-2 Case F2: CaseId has neither clients nor unidentified clients; add one of them
	// 2 errors; not checked:
	// CL-10 without the program of the cases
	// CA-1 without the organisation's activities
	// CA-6 without the program of the cases
	// SE-2 without the reporting period
	// SE-3 without the organisation's activities
	// SE-10 without the program of the cases
	// AS-6 without who was assessed before
}

func ExampleSplitter() {
	dir, err := os.MkdirTemp("", "dex")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	s := dex.NewSplitter(func(n int) (io.WriteCloser, error) {
		return os.Create(fmt.Sprintf("%s/upload-%d.xml", dir, n))
	}, dex.SplitterOptions{MaxBytes: 1000})
	for n := range 8 {
		if err := s.Write(&dex.Case{CaseID: fmt.Sprintf("F%d", n), OutletActivityID: 45012, UnidentifiedClients: 12}); err != nil {
			fmt.Println(err)
		}
	}
	if err := s.Close(); err != nil {
		fmt.Println(err)
	}
	fmt.Println(s.Files(), "files")
	// Output: 2 files
}

func ExampleSLK() {
	key, err := dex.SLK("De La Cruz", "Ana", dex.NewDate(1999, time.November, 5), "FEMALE")
	fmt.Println(key, err)
	// Output: ELCNA051119992 <nil>
}

func ExampleCodeLists() {
	countries := dex.BuiltinCodes().List("Country")
	v, _ := countries.Lookup("7201")
	fmt.Println(v.Label, v.Status)
	fmt.Println(dex.BuiltinCodes().List("AccommodationType").Nearest("PUBLICRENTL"))
	// Output:
	// Afghanistan verified
	// PUBLICRENTAL
}
