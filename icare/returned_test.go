package icare_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opencasework/casework/icare"
)

// known is the one example that is known (FORMAT section 6).
const known = "[BUID:305939,RID:,ORP:4/5,DTS:2018-08-07 10:05:04][1] (Client) Unable to validate against database. / (Client) Impossible de valider dans la base de données."

func TestParseReturned(t *testing.T) {
	at := time.Date(2018, 8, 7, 10, 5, 4, 0, time.UTC)
	for _, tt := range []struct {
		name, text string
		want       icare.Returned
	}{
		{"the known one", known, icare.Returned{Upload: "305939", Row: 4, Rows: 5, At: at, Messages: []icare.Message{
			{Number: 1, Part: "Client", En: "Unable to validate against database.", Fr: "Impossible de valider dans la base de données.", Raw: strings.SplitN(known, "] ", 2)[1]}}}},
		{"two messages and a number", "[BUID:1,RID:10387104,ORP:12,DTS:2018-08-07 10:05:04][1] (Client) Yes / no. / (Client) Oui / non. [2] (Service) Wrong date. / (Service) Date erronée.",
			icare.Returned{Upload: "1", RecordID: "10387104", Row: 12, At: at, Messages: []icare.Message{
				{Number: 1, Part: "Client", En: "Yes / no.", Fr: "Oui / non.", Raw: "(Client) Yes / no. / (Client) Oui / non."},
				{Number: 2, Part: "Service", En: "Wrong date.", Fr: "Date erronée.", Raw: "(Service) Wrong date. / (Service) Date erronée."}}}},
		{"one language", "[BUID:1,RID:,ORP:4/5,DTS:][1] (Client) Wrong.", icare.Returned{Upload: "1", Row: 4, Rows: 5, Messages: []icare.Message{
			{Number: 1, Part: "Client", En: "Wrong.", Raw: "(Client) Wrong."}}}},
		{"without brackets", "[1] Wrong. / Faux.", icare.Returned{Messages: []icare.Message{{Number: 1, En: "Wrong.", Fr: "Faux.", Raw: "Wrong. / Faux."}}}},
		{"of another form", "Something went wrong", icare.Returned{Messages: []icare.Message{{En: "Something went wrong", Raw: "Something went wrong"}}}},
		{"nothing", " ", icare.Returned{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.want.Raw = tt.text
			if diff := cmp.Diff(tt.want, icare.ParseReturned(tt.text)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func FuzzParseReturned(f *testing.F) {
	f.Add(known)
	f.Add("[BUID:,RID:,ORP:/,DTS:][2][1] (a) / (b) / (c)")
	f.Fuzz(func(t *testing.T, text string) {
		r := icare.ParseReturned(text)
		if r.Raw != text {
			t.Fatal("the text was not kept")
		}
		for _, m := range r.Messages {
			if m.Raw == "" || !strings.Contains(text, m.Raw) {
				t.Fatalf("a message is no part of the text: %q", m.Raw)
			}
		}
	})
}
