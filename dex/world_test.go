package dex_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/opencasework/casework/dex"
)

// client is an invented client that breaks no rule.
func client(n int) *dex.Client {
	return &dex.Client{
		ClientID: fmt.Sprintf("K%d", 7000+n), ConsentToProvideDetails: true, GivenName: dex.Some("Zara"), FamilyName: dex.Some("Quillfeather"),
		BirthDate: dex.NewDate(1987, time.May, 14), Gender: "FEMALE", CountryOfBirth: "1101", LanguageSpokenAtHome: "1201", Origin: "NO",
		ResidentialAddress: dex.Address{Suburb: "Hobart", State: "TAS", Postcode: "7000"},
	}
}

// kase is a case of clients that breaks no rule.
func kase(n int, clients ...string) *dex.Case {
	c := &dex.Case{CaseID: fmt.Sprintf("F%d", n), OutletActivityID: 45012, UnidentifiedClients: 5}
	for _, id := range clients {
		c.Clients.State = dex.Given
		c.Clients.Items = append(c.Clients.Items, dex.CaseClient{ClientID: id})
	}
	return c
}

// meeting is a session of a case that breaks no rule.
func meeting(n int, caseID string, clients ...string) *dex.Session {
	s := &dex.Session{SessionID: fmt.Sprintf("S%d", n), CaseID: caseID, Date: dex.NewDate(2026, time.March, 3), ServiceTypeID: 5, UnidentifiedClients: 2}
	for _, id := range clients {
		s.Clients.State = dex.Given
		s.Clients.Items = append(s.Clients.Items, dex.SessionClient{ClientID: id, Participation: "CLIENT"})
	}
	return s
}

// valid is a file with a record of each section that breaks no rule.
func valid() []dex.Record {
	return []dex.Record{client(1), client(2), kase(1, "K7001", "K7002"), meeting(1, "F1", "K7001"),
		&dex.SessionAssessment{CaseID: "F1", SessionID: "S1", Assessments: dex.Of(dex.Assessment{ScoreType: "GROUP", Phase: "POST", Scores: dex.Of("GROUPSKILLS3")})},
		&dex.ClientAssessment{ClientID: "K7001", CaseID: "F1", SessionID: "S1", Assessments: dex.Of(
			dex.Assessment{ScoreType: "CIRCUMSTANCES", Phase: "PRE", Scores: dex.Of("HOUSING2", "MENTAL3")})}}
}

// file writes records.
func file(t testing.TB, opt dex.WriterOptions, records ...dex.Record) string {
	t.Helper()
	var b bytes.Buffer
	w := dex.NewWriter(&b, opt)
	for _, r := range records {
		if err := w.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// random fills a record with values that the schema takes.
type random struct {
	*rand.Rand
	schema *dex.Schema
}

const characters = "abz AZ09.'-<>&\"éßØ漢\t;"

func (r random) text(most int) string {
	b := []rune{'x'}
	all := []rune(characters)
	for range r.IntN(most) {
		b = append(b, all[r.IntN(len(all))])
	}
	return string(b)
}

func (r random) record(section string) dex.Record {
	rec := map[string]dex.Record{"Client": &dex.Client{}, "Case": &dex.Case{}, "Session": &dex.Session{},
		"SessionAssessment": &dex.SessionAssessment{}, "ClientAssessment": &dex.ClientAssessment{}, "Outlet": &dex.Outlet{}}[section]
	r.fill(reflect.ValueOf(rec).Elem(), section, section)
	return rec
}

func (r random) fill(v reflect.Value, section, group string) {
	elements := map[string]dex.Element{}
	for _, e := range r.schema.Elements(group) {
		elements[e.Name] = e
	}
	names := dex.FieldNames(v.Addr().Interface(), group)
	for i := range v.NumField() {
		e, ok := elements[names[i]]
		if ok {
			r.field(v.Field(i), section, e)
		}
	}
}

func (r random) field(f reflect.Value, section string, e dex.Element) {
	name := f.Type().Name()
	state := dex.Given
	if strings.HasPrefix(name, "Opt[") || strings.HasPrefix(name, "List[") {
		if e.Min == 0 {
			state = dex.State(r.IntN(3))
			if state == dex.Nil && !e.Nillable {
				state = dex.Omitted
			}
		}
		f.Field(0).Set(reflect.ValueOf(state))
		if state != dex.Given {
			return
		}
		f = f.Field(1)
		if strings.HasPrefix(name, "List[") {
			item := r.schema.Elements(e.Group)[0]
			n := 1 + r.IntN(2)
			f.Set(reflect.MakeSlice(f.Type(), n, n))
			for i := range n {
				r.value(f.Index(i), section, item)
			}
			return
		}
	}
	r.value(f, section, e)
}

func (r random) value(f reflect.Value, section string, e dex.Element) {
	switch e.Kind {
	case dex.KindGroup:
		r.fill(f, section, e.Group)
	case dex.KindID, dex.KindSuburb:
		f.SetString(r.text(40))
	case dex.KindText, dex.KindCode:
		f.SetString(r.text(80))
	case dex.KindPostcode:
		f.SetString(fmt.Sprintf("%04d", r.IntN(10000)))
	case dex.KindSLK:
		slk, err := dex.SLK(r.text(9), r.text(9), dex.NewDate(1900+r.IntN(120), time.Month(1+r.IntN(12)), 1+r.IntN(28)), "MALE")
		if err != nil {
			panic(err)
		}
		f.SetString(slk)
	case dex.KindBool:
		f.SetBool(r.IntN(2) == 0)
	case dex.KindDate:
		f.Set(reflect.ValueOf(dex.NewDate(1900+r.IntN(200), time.Month(1+r.IntN(12)), 1+r.IntN(28))))
	case dex.KindInt:
		f.SetInt(int64(r.Int32()) - 1<<30)
	case dex.KindUint:
		f.SetInt(int64(r.Uint32()))
	case dex.KindCount:
		f.SetInt(int64(r.IntN(1000)))
	case dex.KindDecimal:
		f.SetString(fmt.Sprintf("%d.%02d", r.IntN(1000), r.IntN(100)))
	case dex.KindMonth:
		f.SetString(time.Month(1 + r.IntN(12)).String())
	default:
		panic(e.Kind)
	}
}
