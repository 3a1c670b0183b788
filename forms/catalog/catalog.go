// Package catalog has the stock service forms of the rule book, sections 8 and
// 9, as data: the newest versions in Go, and every version that was published in
// published/. English labels of list entries are spelled as the funder spells
// them where its templates name them, and every field names the column of the
// funder's file that it feeds.
package catalog

import (
	"embed"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"github.com/opencasework/casework/casemgmt/country"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/forms"
)

// The session types that the stock forms belong to (section 5).
const (
	directService    = "direct"
	jobDevelopment   = "direct_jd"
	finance          = "direct_finance"
	orientationGroup = "io_group"
	employmentGroup  = "employment_group"
)

// ICARE is the funder that Codes and Funder conditions of the stock forms speak of.
const ICARE = "icare"

//go:embed lists/*.csv
var listFiles embed.FS

// published has every version that was ever published, as it was: what a form
// was saved with is read with the same version for ever (FRM-09).
//
//go:embed published/*.json
var published embed.FS

// Registry has all stock forms and the shared lists: those of the rule book are of
// agencies with the extension country.Settlement, the general ones of others. It is made once.
func Registry() *forms.Registry { return registry() }

var registry = sync.OnceValue(func() *forms.Registry {
	lists, defs := Lists(), append(older(), slices.Concat(Definitions(), General())...)
	mark(lists, defs)
	r, err := forms.NewRegistry(lists, defs...)
	if err != nil {
		panic(err) // a literal of this package is wrong; the tests see it first
	}
	return r
})

// General are the forms of agencies whose extensions bring none.
func General() []forms.Definition { return []forms.Definition{serviceNote()} }

// mark says which agencies have the forms and lists: those of section 8, and the lists
// that are theirs alone, settlement agencies.
func mark(lists []forms.List, defs []forms.Definition) {
	shared := []string{"language"} // of sessions and anonymous clients
	for i, d := range defs {
		if d.Extension == "" {
			defs[i].Extension = country.Settlement
		}
	}
	for i, l := range lists {
		if !slices.Contains(shared, l.Key) {
			lists[i].Extension = country.Settlement
		}
	}
}

// older are the published versions before the newest ones.
func older() []forms.Definition {
	newest := map[string]int{}
	for _, d := range slices.Concat(Definitions(), General()) {
		newest[d.Key] = d.Version
	}
	names, err := fs.Glob(published, "published/*.json")
	if err != nil {
		panic(err)
	}
	var out []forms.Definition
	for _, name := range names {
		raw, err := published.ReadFile(name)
		if err != nil {
			panic(err)
		}
		var d forms.Definition
		if err := json.Unmarshal(raw, &d); err != nil {
			panic(fmt.Errorf("catalog: %s: %w", name, err))
		}
		if d.Version < newest[d.Key] {
			out = append(out, d)
		}
	}
	return out
}

// Definitions are the newest versions of the forms of the rule book. Older ones are the
// files in published/.
func Definitions() []forms.Definition {
	return []forms.Definition{
		io(), needs(), employment(), nonspec(), refugee(), cc(), langassess(),
		jdNeeds(), jdProgress(), jdPlacement(), mentorMatch(), mentorUpdate(),
		financeForm(),
		groupAttendee(),
	}
}

// Lists are the shared lists, from the files in lists/: the funder's lists
// with its ids where they are known, French by this project.
func Lists() []forms.List {
	files, err := fs.Glob(listFiles, "lists/*.csv")
	if err != nil {
		panic(err)
	}
	var out []forms.List
	for _, name := range files {
		l, err := readList(name)
		if err != nil {
			panic(fmt.Errorf("catalog: %s: %w", name, err))
		}
		out = append(out, l)
	}
	return out
}

func readList(name string) (forms.List, error) {
	file, err := listFiles.Open(name)
	if err != nil {
		return forms.List{}, err
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		return forms.List{}, err
	}
	l := forms.List{Key: strings.TrimSuffix(strings.TrimPrefix(name, "lists/"), ".csv")}
	for _, row := range rows[1:] {
		// the funder's files carry the label, so the label is the code
		l.Options = append(l.Options, forms.Option{
			Key: row[0], Label: i18n.T(row[1], row[2]), Codes: forms.Codes{ICARE: row[1]},
		})
	}
	return l, nil
}
