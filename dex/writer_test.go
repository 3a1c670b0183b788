package dex_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opencasework/casework/dex"
)

func read(t testing.TB, text string) []dex.Record {
	t.Helper()
	r := dex.NewReader(strings.NewReader(text), dex.ReaderOptions{})
	var out []dex.Record
	for {
		rec, err := r.Read()
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, rec)
	}
}

var order = []string{"Client", "Case", "Session", "SessionAssessment", "ClientAssessment"}

// TestRoundTrip writes random records that the schema takes, and reads them back.
func TestRoundTrip(t *testing.T) {
	for _, schema := range []*dex.Schema{dex.Schema2015(), dex.Current()} {
		r := random{rand.New(rand.NewPCG(1, 2)), schema}
		for range 200 {
			var records []dex.Record
			sections := order
			if r.IntN(2) == 0 {
				sections = append([]string{"Case"}, "Outlet")
			}
			for _, s := range sections {
				for range 1 + r.IntN(3) {
					records = append(records, r.record(s))
				}
			}
			opt := dex.WriterOptions{Schema: schema, Outlets: true}
			text := file(t, opt, records...)
			if diff := cmp.Diff(records, read(t, text)); diff != "" {
				t.Fatal(diff)
			}
			if again := file(t, opt, records...); again != text {
				t.Fatal("the same records were written differently")
			}
		}
	}
}

// TestEveryFieldIsWritten fails when a record has a field that no schema knows,
// or a schema an element that records do not hold.
func TestEveryFieldIsWritten(t *testing.T) {
	for group, rec := range map[string]any{"Client": &dex.Client{}, "ResidentialAddress": &dex.Address{}, "Case": &dex.Case{}, "CaseClient": &dex.CaseClient{},
		"ReasonForAssistance": &dex.Reason{}, "ParentingAgreementOutcome": &dex.ParentingAgreement{}, "Section60I": &dex.Section60I{},
		"PropertyAgreementOutcome": &dex.PropertyAgreement{}, "Session": &dex.Session{}, "SessionClient": &dex.SessionClient{}, "Referral": &dex.Referral{},
		"SessionAssessment": &dex.SessionAssessment{}, "ClientAssessment": &dex.ClientAssessment{}, "Assessment": &dex.Assessment{}, "Outlet": &dex.Outlet{}, "OutletActivity": &dex.OutletActivity{}} {
		names := dex.FieldNames(rec, group)
		has := map[string]bool{}
		for i, name := range names {
			if name == "" {
				t.Errorf("field %d of %s has no element", i, group)
			}
			has[name] = true
		}
		for _, s := range []*dex.Schema{dex.Schema2015(), dex.Current()} {
			for _, e := range s.Elements(group) {
				if !has[e.Name] {
					t.Errorf("%s of the schema %s has no field for %s", group, s.Name, e.Name)
				}
			}
		}
	}
}

// TestRefused is what a Writer does not write, and that the file stays as it was.
func TestRefused(t *testing.T) {
	long := strings.Repeat("x", 51)
	for _, tt := range []struct {
		name    string
		rec     dex.Record
		change  func(dex.Record)
		path    string
		problem string
	}{
		{"empty id", client(1), func(r dex.Record) { r.(*dex.Client).ClientID = "" }, "ClientId", "is empty; leave it out"},
		{"empty name", client(1), func(r dex.Record) { r.(*dex.Client).GivenName = dex.Some("") }, "GivenName", "is empty; leave it out"},
		{"blank name", client(1), func(r dex.Record) { r.(*dex.Client).GivenName = dex.Some(" \t") }, "GivenName", "is empty; leave it out"},
		{"line break", client(1), func(r dex.Record) { r.(*dex.Client).ResidentialAddress.AddressLine1 = dex.Some("a\nb") }, "ResidentialAddress/AddressLine1", "has a line break"},
		{"carriage return", client(1), func(r dex.Record) { r.(*dex.Client).FamilyName = dex.Some("a\r") }, "FamilyName", "has a line break"},
		{"control", client(1), func(r dex.Record) { r.(*dex.Client).FamilyName = dex.Some("a\x00") }, "FamilyName", "has a character that a file cannot hold"},
		{"not UTF-8", client(1), func(r dex.Record) { r.(*dex.Client).FamilyName = dex.Some("a\xff") }, "FamilyName", "has a character that a file cannot hold"},
		{"long id", client(1), func(r dex.Record) { r.(*dex.Client).ClientID = long }, "ClientId", "is longer than 50 characters"},
		{"long suburb", client(1), func(r dex.Record) { r.(*dex.Client).ResidentialAddress.Suburb = long }, "ResidentialAddress/Suburb", "is longer than 50 characters"},
		{"postcode", client(1), func(r dex.Record) { r.(*dex.Client).ResidentialAddress.Postcode = "800" }, "ResidentialAddress/Postcode", "is not 4 digits"},
		{"no date", client(1), func(r dex.Record) { r.(*dex.Client).BirthDate = dex.Date{} }, "BirthDate", "is not a date"},
		{"30 February", client(1), func(r dex.Record) { r.(*dex.Client).BirthDate = dex.NewDate(2000, 2, 30) }, "BirthDate", "is not a date"},
		{"key", client(1), func(r dex.Record) { r.(*dex.Client).Slk = dex.Some("MIHOH310619801") }, "Slk", "is not a linkage key of the form that DEX takes"},
		{"month", client(1), func(r dex.Record) { r.(*dex.Client).FirstArrivalMonth = dex.Some(dex.Month("march")) }, "FirstArrivalMonth", "is not the English name of a month"},
		{"nil of what may not be", client(1), func(r dex.Record) { r.(*dex.Client).AccommodationType = dex.Null[string]() }, "AccommodationTypeCode", "may not be nil"},
		{"of 2015", client(1), func(r dex.Record) { r.(*dex.Client).IsHomeless = dex.Some(true) }, "IsHomeless", "is not part of this specification"},
		{"list without items", client(1), func(r dex.Record) { r.(*dex.Client).Disabilities = dex.Of[string]() }, "Disabilities", "has no items; leave it out"},
		{"number", kase(1, "K7001"), func(r dex.Record) { r.(*dex.Case).UnidentifiedClients = 1000 }, "TotalNumberOfUnidentifiedClients", "is not 0 to 999"},
		{"within a list", kase(1, "K7001", ""), func(dex.Record) {}, "CaseClients/CaseClient/ClientId", "is empty; leave it out"},
		{"negative id", kase(1, "K7001"), func(r dex.Record) { r.(*dex.Case).OutletActivityID = -1 }, "OutletActivityId", "is not a whole number of 0 to 4294967295"},
		{"fees", meeting(1, "F1"), func(r dex.Record) { r.(*dex.Session).FeesCharged = dex.Some(dex.Decimal("1,50")) }, "FeesCharged", "is not a decimal number of 0 or more"},
		{"large number", meeting(1, "F1"), func(r dex.Record) { r.(*dex.Session).TotalCost = dex.Some(1 << 40) }, "TotalCost", "is not a whole number of 32 bits"},
		{"no scores", &dex.SessionAssessment{CaseID: "F1", SessionID: "S1"}, func(dex.Record) {}, "Assessments", "is mandatory"},
		{"three assessments of a session", &dex.SessionAssessment{CaseID: "F1", SessionID: "S1", Assessments: dex.Of(dex.Assessment{}, dex.Assessment{}, dex.Assessment{})},
			func(dex.Record) {}, "Assessments", "has more than 2 items"},
		{"outlet", &dex.Outlet{OutletID: dex.Some(1)}, func(dex.Record) {}, "", "outlets are written only when the options ask for them"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.change(tt.rec)
			var b bytes.Buffer
			w := dex.NewWriter(&b, dex.WriterOptions{})
			err := w.Write(tt.rec)
			var bad *dex.WriteError
			if !errors.As(err, &bad) || bad.Path != tt.path || bad.Problem != tt.problem || bad.Section != tt.rec.Section() || bad.ID != tt.rec.ID() {
				t.Fatalf("error %v, want %s: %s", err, tt.path, tt.problem)
			}
			if strings.Contains(err.Error(), "Quillfeather") {
				t.Error("the error has a name in it")
			}
			if err := w.Write(client(9)); err != nil { // the file goes on as if nothing was
				t.Fatal(err)
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]dex.Record{client(9)}, read(t, b.String())); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestOrderOfCalls(t *testing.T) {
	var b bytes.Buffer
	w := dex.NewWriter(&b, dex.WriterOptions{})
	if err := w.Close(); err == nil || b.Len() > 0 {
		t.Error("a file without a record was ended")
	}
	if err := w.Write(kase(1, "K7001")); err != nil {
		t.Fatal(err)
	}
	var bad *dex.WriteError
	if err := w.Write(client(1)); !errors.As(err, &bad) || bad.ID != "K7001" || bad.Problem != "its section comes before the one that was written last" {
		t.Error(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := w.Write(kase(2, "K7001")); !errors.As(err, &bad) || bad.Problem != "the file is closed" {
		t.Error(err)
	}
	outlet := &dex.Outlet{Name: "North", ResidentialAddress: client(1).ResidentialAddress}
	w = dex.NewWriter(io.Discard, dex.WriterOptions{Outlets: true})
	for i, r := range append(valid(), outlet) {
		if err := w.Write(r); (err != nil) != (i == len(valid())) {
			t.Errorf("record %d: %v", i, err)
		}
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func TestOutputFails(t *testing.T) {
	w := dex.NewWriter(broken{}, dex.WriterOptions{})
	var err error
	for i := 0; err == nil && i < 1000; i++ {
		err = w.Write(client(i))
	}
	if err != io.ErrShortWrite || w.Write(client(1)) != io.ErrShortWrite || w.Close() != io.ErrShortWrite {
		t.Error(err)
	}
}

// TestGolden is the form of a file: what is written stays the same byte by byte.
func TestGolden(t *testing.T) {
	c := client(1)
	c.Slk = dex.Null[string]()
	c.FamilyName = dex.Some("Quill & <Feather>")
	c.FirstArrivalYear, c.FirstArrivalMonth = dex.Some(2012), dex.Some(dex.MonthOf(time.March))
	got := file(t, dex.WriterOptions{Declaration: dex.WithEncoding}, c)
	want := `<?xml version="1.0" encoding="UTF-8"?>
<DEXFileUpload xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<Clients>
<Client>
<ClientId>K7001</ClientId>
<Slk xsi:nil="true"/>
<ConsentToProvideDetails>true</ConsentToProvideDetails>
<ConsentedForFutureContacts>false</ConsentedForFutureContacts>
<GivenName>Zara</GivenName>
<FamilyName>Quill &amp; &lt;Feather&gt;</FamilyName>
<IsUsingPsuedonym>false</IsUsingPsuedonym>
<BirthDate>1987-05-14</BirthDate>
<IsBirthDateAnEstimate>false</IsBirthDateAnEstimate>
<GenderCode>FEMALE</GenderCode>
<CountryOfBirthCode>1101</CountryOfBirthCode>
<LanguageSpokenAtHomeCode>1201</LanguageSpokenAtHomeCode>
<AboriginalOrTorresStraitIslanderOriginCode>NO</AboriginalOrTorresStraitIslanderOriginCode>
<HasDisabilities>false</HasDisabilities>
<ResidentialAddress>
<Suburb>Hobart</Suburb>
<StateCode>TAS</StateCode>
<Postcode>7000</Postcode>
</ResidentialAddress>
<FirstArrivalYear>2012</FirstArrivalYear>
<FirstArrivalMonth>March</FirstArrivalMonth>
</Client>
</Clients>
</DEXFileUpload>
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if plain := file(t, dex.WriterOptions{}, client(1)); !strings.HasPrefix(plain, "<?xml version=\"1.0\"?>\n<DEX") {
		t.Error("the default declaration has an encoding or a byte-order mark")
	}
}
