package bunstore_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/adapters/storetest/databases"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/fault"
)

// BenchmarkSameBirthDate registers people in an agency with 3,000 of one birth date,
// as there are where only the year is known. Limit: 5 ms each, with what else a
// registration does.
func BenchmarkSameBirthDate(b *testing.B) {
	for _, d := range databases.Databases() {
		b.Run(d.Name, func(b *testing.B) {
			db, prefix := d.Open(b)
			w := databases.NewWorld(b, databases.Migrated(b, db, prefix))
			day := civil.Date{Year: 1985, Month: 1, Day: 1}
			n := 0
			next := func() casemgmt.Profile {
				n++
				p := w.Profile()
				p.Given, p.Family, p.BirthDate = storetest.Given[n%len(storetest.Given)]+spell(n*7919), storetest.Family[n*5%len(storetest.Family)]+spell(n*104729), day
				return p
			}
			w.NoError(w.Store.Cases().Update(w.Setup, "metro", func(tx casemgmt.Tx) error {
				for range 3000 {
					c := &casemgmt.Client{Head: casemgmt.NewHead[casemgmt.Client](), Number: w.Next(), Kind: casemgmt.Named, Profile: next()}
					if err := tx.Clients().Insert(w.Setup, c); err != nil {
						return err
					}
				}
				return nil
			}))
			if _, err := db.Exec("ANALYZE"); err != nil {
				b.Fatal(err)
			}
			var took time.Duration
			b.ResetTimer()
			for range b.N {
				cmd := casemgmt.RegisterClient{Accepted: true, Profile: next()}
				start := time.Now()
				if _, err := w.Cases.RegisterClient(w.Worker, cmd); err != nil && !errors.Is(err, fault.ErrConflict) { // some look alike
					b.Fatal(err)
				}
				took += time.Since(start)
			}
			b.ReportMetric(float64(took.Microseconds())/float64(b.N)/1000, "ms(limit:5)")
		})
	}
}

// spell writes a number as letters.
func spell(n int) string {
	out := ""
	for ; n > 0; n /= 26 {
		out += string(rune('a' + n%26))
	}
	return out
}

// Everybody of one birth date is compared, however many there are.
func TestLookAlikesAmongMany(t *testing.T) {
	databases.Show(t, map[string]storetest.Rules{"look-alikes": {
		"CLI-04 CLI-05 somebody who looks alike is found among thousands of one birth date": func(t *testing.T, w *storetest.World) {
			day := civil.Date{Year: 1985, Month: 1, Day: 1}
			p := w.Profile()
			p.Given, p.Family, p.BirthDate = "Quentin", "Zoltowski", day
			there := storetest.Must(w.Register(p))(t)
			w.NoError(w.Store.Cases().Update(w.Setup, "metro", func(tx casemgmt.Tx) error {
				for n := range 6000 {
					q := w.Profile()
					q.Given, q.Family, q.BirthDate = "P"+spell(n+1), "F"+spell(n*31+7), day
					if err := tx.Clients().Insert(w.Setup, &casemgmt.Client{Head: casemgmt.NewHead[casemgmt.Client](), Number: w.Next(), Kind: casemgmt.Named, Profile: q}); err != nil {
						return err
					}
				}
				return nil
			}))
			for _, name := range [][2]string{{"Quentin", "Zoltowski"}, {"Zoltowski", "Quentin"}, {"Quentyn", "Zoltowsky"}} {
				p.Given, p.Family, p.Identifiers = name[0], name[1], nil
				_, err := w.Register(p)
				found, ok := err.(*casemgmt.PossibleDuplicates)
				if !ok || len(found.LookAlikes) != 1 || found.LookAlikes[0].Client.ID != there.ID {
					t.Errorf("%s: %v", fmt.Sprint(name), err)
				}
			}
		},
	}})
}
