package storetest

import (
	"strings"
	"testing"

	"github.com/opencasework/casework/casemgmt"
)

var searchRules = Rules{
	"SRC-01 SRC-05 names match without case, marks, order, hyphens; phones by digits; preferred and former names too": func(t *testing.T, w *World) {
		p := w.Profile()
		p.Given, p.Family, p.Preferred, p.Former, p.Phones = "Anne-Löuise", "D’Arcy  Østergård", "Wizzy", []string{"Quixote Maiden"}, []string{"(905) 555-7788"}
		c := Must(w.Register(p))(t)
		for _, q := range []casemgmt.ClientQuery{
			{Name: "ostergard anne"}, {Name: "LOUISE"}, {Name: "anne louise darcy"}, {Name: "östergard"}, {Name: "D'Arcy"}, {Name: "wizz"}, {Name: "quixote"},
			{Phone: "905-555"}, {Phone: "+1 905 555 7788"}, {Phone: "555.7788"}, {Name: "anne", Phone: "9055557788"},
			{Number: c.Number}, {Identifier: c.Profile.Identifiers[0].Value}, {BirthDate: c.Profile.BirthDate},
		} {
			found := Must(w.Cases.SearchClients(w.Worker, q, casemgmt.PageRequest{}))(t)
			if len(found.Items) != 1 || found.Items[0].ID != c.ID {
				t.Errorf("%+v finds %d", q, len(found.Items))
			}
		}
		none := Must(w.Cases.SearchClients(w.Worker, casemgmt.ClientQuery{Name: "anne xylophone"}, casemgmt.PageRequest{}))(t)
		Equal(t, "found", len(none.Items), 0)
	},
	"SRC-05 a hyphen or apostrophe may be a blank or nothing, in the name and in what is typed": func(t *testing.T, w *World) {
		find := func(q string) (out []string) {
			for _, h := range Must(w.Cases.SearchClients(w.Worker, casemgmt.ClientQuery{Name: q}, casemgmt.PageRequest{}))(t).Items {
				out = append(out, h.Name)
			}
			return out
		}
		for name, typed := range map[[2]string][]string{
			{"Zyv", "Al-Hazzan"}:      {"al hazzan", "alhazzan", "Al-Hazzan", "zyv al hazzan", "al hazzan zyv", "alhaz", "zyv alhazzan", "hazzan al"},
			{"Zyx", "Alqazzan"}:       {"al qazzan", "alqazzan", "al-qazz", "zyx al qazzan", "al qazzan zyx"},
			{"Renée-Maríe", "Zyw"}:    {"reneemarie zyw", "renee marie zyw", "zyw reneemarie", "zyw marie renee"},
			{"Zyu", "O'Bryyn"}:        {"obryyn", "o bryyn", "O’Bryyn", "zyu obryyn", "bryyn"},
			{"Zyt", "Obrxyn"}:         {"o brxyn", "o'brxyn", "obrx"},
			{"Zys", "Abd El Rahmyn"}:  {"abdelrahmyn", "abd elrahmyn", "abdel rahmyn", "abd-el-rahmyn zys", "el rahmyn"},
			{"Zyr", "Abdelrahmun"}:    {"abd el rahmun", "abd elrahmun", "zyr abd el-rahmun"},
			{"Zyq", "N ʿAbd al-Ilwh"}: {"abd al ilwh", "abdalilwh", "nabdalilwh"},
		} {
			p := w.Profile()
			p.Given, p.Family = name[0], name[1]
			Must(w.Register(p))(t)
			for _, q := range typed {
				if got := find(q); len(got) != 1 || got[0] != name[0]+" "+name[1] {
					t.Errorf("%q finds %q, want %q alone", q, got, name)
				}
			}
		}
		for _, q := range []string{"hazzanal", "al zyv hazzan qq", "rahmynabd"} {
			if got := find(q); len(got) > 0 {
				t.Errorf("%q finds %q", q, got)
			}
		}
	},
	"SRC-05 SRC-06 who is found by words apart and by words written as one is there once, over all pages": func(t *testing.T, w *World) {
		want := map[string]bool{}
		for i, family := range []string{"Zab-Rin", "Zabrin", "Zab Rina", "Rin Zab", "Zabrinson", "Rino-Zab"} {
			p := w.Profile()
			p.Given, p.Family, p.Preferred = "Orig"+string(rune('a'+i)), family, "Zab Rinna"
			want[Must(w.Register(p))(t).Name()] = true
		}
		for limit := 1; limit < 7; limit++ {
			got := map[string]bool{}
			page := casemgmt.PageRequest{Limit: limit}
			for {
				found := Must(w.Cases.SearchClients(w.Worker, casemgmt.ClientQuery{Name: "zab rin"}, page))(t)
				for _, h := range found.Items {
					if got[h.Name] {
						t.Errorf("%s is there twice", h.Name)
					}
					got[h.Name] = true
				}
				if page.After = found.Next; page.After == "" {
					break
				}
			}
			Diff(t, want, got)
		}
	},
	"SRC-01 SRC-05 names longer than an index row are found by any two of their words, once": func(t *testing.T, w *World) {
		p := w.Profile()
		p.Given, p.Family = "Xochitl", "Quetzalcoatl"
		for i := range 10 {
			letter := string(rune('a' + i))
			p.Former = append(p.Former, "Xochiquetzal"+letter+" "+strings.Repeat(letter, 70))
		}
		client := Must(w.Register(p))(t)
		for _, name := range []string{"xochi", "xochi quetz", "bbbb xochiquetzalj", "xochiquetzal jjjj"} {
			found := Must(w.Cases.SearchClients(w.Worker, casemgmt.ClientQuery{Name: name}, casemgmt.PageRequest{}))(t)
			if len(found.Items) != 1 || found.Items[0].ID != client.ID {
				t.Errorf("%d found, want one", len(found.Items))
			}
		}
		found := Must(w.Cases.SearchClients(w.Worker, casemgmt.ClientQuery{Name: "xochi zzzz"}, casemgmt.PageRequest{}))(t)
		Equal(t, "found by a word that the name does not have", len(found.Items), 0)
	},
	"SRC-02 additional options narrow": func(t *testing.T, w *World) {
		var last *casemgmt.Client
		for _, gender := range []string{"male", "female"} {
			p := w.Profile()
			p.Given, p.Gender, p.Settlement.CountryOfOrigin, p.Settlement.ImmigrationClass, p.Email = "Narrow", gender, "CO", "economic", gender+"@example.org"
			p.Address.PostalCode = "K1A 0B" + map[string]string{"male": "1", "female": "2"}[gender]
			last = Must(w.Register(p))(t)
		}
		for _, q := range []casemgmt.ClientQuery{{Name: "narrow", Gender: "female"}, {Name: "narrow", Email: "Female@Example.org"}, {Name: "narrow", PostalCode: "k1a 0b2"},
			{Email: "female@example.org"}, {PostalCode: "K1A0B2", ImmigrationClass: "economic", CountryOfOrigin: "co"}} {
			found := Must(w.Cases.SearchClients(w.Worker, q, casemgmt.PageRequest{}))(t)
			if len(found.Items) != 1 || found.Items[0].ID != last.ID {
				t.Errorf("%+v finds %d", q, len(found.Items))
			}
		}
		_, err := w.Cases.SearchClients(w.Worker, casemgmt.ClientQuery{Gender: "x"}, casemgmt.PageRequest{})
		Refused(t, err, "/gender", "unknown_value", "SRC-02")
	},
	"SRC-03 ACC-01 the search stays in the agency": func(t *testing.T, w *World) {
		p := w.Profile()
		p.Given = "Unique" + "metro"
		Must(w.Register(p))(t)
		found := Must(w.Cases.SearchClients(w.OtherAdmin, casemgmt.ClientQuery{Name: "uniquemetro"}, casemgmt.PageRequest{}))(t)
		Equal(t, "found", len(found.Items), 0)
	},
	"SRC-06 results are paged, in a stable order, each person once": func(t *testing.T, w *World) {
		want := map[casemgmt.ClientID]bool{}
		for range 13 {
			p := w.Profile()
			p.Given, p.Preferred = "Pagina", "Paginetta" // two words with the same start
			want[Must(w.Register(p))(t).ID] = true
		}
		got := map[casemgmt.ClientID]bool{}
		page, rounds := casemgmt.PageRequest{Limit: 4}, 0
		for {
			found := Must(w.Cases.SearchClients(w.Worker, casemgmt.ClientQuery{Name: "pagin"}, page))(t)
			for _, h := range found.Items {
				if got[h.ID] {
					t.Error("somebody is there twice")
				}
				got[h.ID] = true
			}
			rounds++
			if found.Next == "" {
				break
			}
			page.After = found.Next
		}
		Equal(t, "pages", rounds, 4)
		Diff(t, want, got)
		_, err := w.Cases.SearchClients(w.Worker, casemgmt.ClientQuery{Name: "pagin"}, casemgmt.PageRequest{After: "nonsense"})
		Refused(t, err, "/after", "bad_cursor", "SRC-06")
	},
	"SRC-06 names sort alike on every database": func(t *testing.T, w *World) {
		for _, family := range []string{"Sortz Zulu", "sortz éclair", "Sortz Eclipse", "Sortz Øre", "Sortz Oro"} {
			p := w.Profile()
			p.Given, p.Family = "Sam", family
			Must(w.Register(p))(t)
		}
		var names []string
		for _, h := range Must(w.Cases.SearchClients(w.Worker, casemgmt.ClientQuery{Name: "sortz"}, casemgmt.PageRequest{}))(t).Items {
			names = append(names, strings.TrimPrefix(h.Name, "Sam "))
		}
		Diff(t, []string{"sortz éclair", "Sortz Eclipse", "Sortz Øre", "Sortz Oro", "Sortz Zulu"}, names)
	},
}
