package icare_test

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/opencasework/casework/icare"
)

const rows = `client_validation_type_id,client_validation_id,client_birth_dt,postal_txt,official_language_id,consent_ind
FOSS/GCMS Client ID,10101010,1990-01-15,M1M1M1,english,Yes
`

func ExampleCheck() {
	f, err := icare.Builtin().ReadCSV("profiles.csv", strings.NewReader(rows), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	icare.Check([]*icare.File{f}, icare.Options{Today: "2026-07-20"}, func(f icare.Finding) {
		fmt.Println(f)
		fmt.Println(f.MessageFR)
	})
	// Output:
	// profiles.csv: P4 error R009 official_language_id: this is not a label of the list of “Official Language of Preference”; choose one of the list; did you mean “English”?
	// ce n’est pas un libellé de la liste de « Official Language of Preference »; choisissez-en un de la liste
}

func ExampleParseReturned() {
	r := icare.ParseReturned("[BUID:305939,RID:,ORP:4/5,DTS:2018-08-07 10:05:04][1] (Client) Unable to validate against database. / (Client) Impossible de valider dans la base de données.")
	fmt.Println("row", r.Row, "of upload", r.Upload)
	for _, m := range r.Messages {
		fmt.Println(m.Part+":", m.En)
		fmt.Println(m.Part+":", m.Fr)
	}
	// Output:
	// row 4 of upload 305939
	// Client: Unable to validate against database.
	// Client: Impossible de valider dans la base de données.
}

// A workbook is written and read back. More records than it takes are divided.
func ExampleSpec_WriteWorkbook() {
	profile := icare.Builtin().Template("client_profile")
	f := &icare.File{Name: "profiles", Template: profile}
	for i := range 2600 {
		f.Records = append(f.Records, icare.Record{Values: []string{"", "FOSS/GCMS Client ID", fmt.Sprint(10000000 + i), "1990-01-15"}})
	}
	for _, part := range f.Split() {
		var b bytes.Buffer
		if err := icare.Builtin().WriteWorkbook(&b, part); err != nil {
			panic(err)
		}
		back, found, err := icare.Builtin().ReadWorkbook("profiles.xlsx", bytes.NewReader(b.Bytes()), int64(b.Len()))
		if err != nil {
			panic(err)
		}
		fmt.Println(back.Template.Title, len(back.Records), "records from row", back.Records[0].Row, len(found), "findings about the layout")
	}
	// Output:
	// Client Profile 2500 records from row 4 0 findings about the layout
	// Client Profile 100 records from row 4 0 findings about the layout
}

// Records go into a workbook that was downloaded from iCARE, which stays as it
// was otherwise.
func ExampleSpec_FillWorkbook() {
	profile := icare.Builtin().Template("client_profile")
	var downloaded, filled bytes.Buffer
	if err := icare.Builtin().WriteWorkbook(&downloaded, &icare.File{Template: profile}); err != nil {
		panic(err)
	}
	f := &icare.File{Template: profile, Records: []icare.Record{{Values: []string{"", "FOSS/GCMS Client ID", "10101010"}}}}
	fmt.Println(icare.Builtin().FillWorkbook(&filled, downloaded.Bytes(), f))
	// Output: <nil>
}

// What iCARE wrote into a returned workbook is matched with what was sent.
func ExampleFile_Rejections() {
	profile := icare.Builtin().Template("client_profile")
	sent := &icare.File{Template: profile, Records: []icare.Record{
		{Row: 4, Values: []string{"", "FOSS/GCMS Client ID", "10101010"}},
		{Row: 5, Values: []string{"", "FOSS/GCMS Client ID", "20202020"}},
	}}
	returned := &icare.File{Template: profile, Records: []icare.Record{
		{Row: 4, Values: []string{"[BUID:1,RID:,ORP:5/5,DTS:2018-08-07 10:05:04][1] (Client) Unable to validate. / (Client) Impossible de valider.", "FOSS/GCMS Client ID", "20202020"}},
	}}
	for _, r := range returned.Rejections(sent) {
		fmt.Println("sent in row", r.Sent.Row, r.Messages[0].Part, r.Messages[0].En)
	}
	// Output: sent in row 5 Client Unable to validate.
}

// What iCARE has already is told to the check, which then finds what is sent twice.
func ExampleHistory() {
	profile := icare.Builtin().Template("employment")
	f := &icare.File{Name: "june", Template: profile, Records: []icare.Record{{Row: 4, Values: []string{"", "", "FOSS/GCMS Client ID", "10101010"}}}}
	before := icare.History{Profiles: map[icare.Client]bool{}, Sent: map[string]bool{f.Fingerprint(&f.Records[0]): true}}
	icare.Check([]*icare.File{f}, icare.Options{History: before}, func(x icare.Finding) {
		if x.Rule == "R005" || x.Rule == "R006" {
			fmt.Println(x)
		}
	})
	// Output:
	// june: D4 warning R005 client_validation_id: send the client’s profile first, and have it accepted
	// june: D4 warning R006 client_validation_id: this record was sent before; leave it out
}
