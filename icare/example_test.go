package icare_test

import (
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
