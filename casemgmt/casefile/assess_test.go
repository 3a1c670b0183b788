package casefile_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/casefile"
	"github.com/opencasework/casework/casemgmt/casefile/score"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/fault"
)

// assessed adds an assessment as the worker; without a client it is the community's.
func assessed(w *storetest.World, x *casefile.Session, c casemgmt.ClientID, a score.Assessment) (*casefile.Session, error) {
	return w.CaseFiles.Assess(w.Worker, casefile.Assess{ID: x.ID, Version: x.Version, Client: c, Assessment: a})
}

var nobody casemgmt.ClientID

var scoreRules = storetest.Rules{
	"SCO-01 SCO-07 a community score needs more than one client of the case who is not there as support alone; a setting lets others count": func(t *testing.T, w *storetest.World) {
		community := storetest.Assessed(score.Community, score.Pre, 2)
		alone := w.Case(w.Client().ID)
		x := w.CaseSession(alone, alone.Clients[0].Client)
		d := x.SessionDetails
		d.Unidentified = 5
		x = storetest.Must(update(w, x, d))(t)
		_, err := assessed(w, x, nobody, community)
		kept(t, w, x, err, "/assessment/type", "community_of_one", "SCO-01")

		pair := w.Case(w.Client().ID, w.Client().ID)
		y := w.CaseSession(pair, pair.Clients[0].Client)
		y = storetest.Must(w.CaseFiles.AddParticipants(w.Worker, casefile.AddParticipants{ID: y.ID, Version: y.Version, Participants: []casefile.Attendance{{Client: pair.Clients[1].Client, Type: casefile.AsSupportPerson}}}))(t)
		_, err = assessed(w, y, nobody, community)
		kept(t, w, y, err, "/assessment/type", "community_of_one", "SCO-01")
		y = storetest.Must(w.CaseFiles.UpdateParticipant(w.Worker, casefile.UpdateParticipant{ID: y.ID, Version: y.Version, Attendance: casefile.Attendance{Client: pair.Clients[1].Client, Type: casefile.AsClient}}))(t)
		y = storetest.Must(assessed(w, y, nobody, community))(t)
		storetest.Equal(t, "community scores", len(y.Community), 1)

		set := func(count bool) {
			a := *storetest.Must(w.Cases.Agency(w.Admin))(t)
			a.Settings.CommunityOfUnidentified = count
			storetest.Must(w.Cases.UpdateAgency(w.Admin, a))(t)
		}
		set(true)
		defer set(false)
		storetest.Must(assessed(w, x, nobody, community))(t)
	},
	"SCO-02 a community score is of a session, all others of a client in it": func(t *testing.T, w *storetest.World) {
		f := w.Case(w.Client().ID, w.Client().ID)
		c := f.Clients[0].Client
		x := w.CaseSession(f, c)
		for _, kind := range []score.Type{score.Circumstances, score.Goals, score.Satisfaction} {
			_, err := assessed(w, x, nobody, storetest.Assessed(kind, score.Post, 3))
			kept(t, w, x, err, "/client", "required", "SCO-02")
			_, err = assessed(w, x, f.Clients[1].Client, storetest.Assessed(kind, score.Post, 3))
			kept(t, w, x, err, "/client", "not_in_session", "SCO-02")
			x = storetest.Must(assessed(w, x, c, storetest.Assessed(kind, score.Pre, 3)))(t)
		}
		_, err := assessed(w, x, c, storetest.Assessed(score.Community, score.Pre, 3))
		kept(t, w, x, err, "/client", "not_applicable", "SCO-02")
		x = storetest.Must(assessed(w, x, nobody, storetest.Assessed(score.Community, score.Pre, 3)))(t)
		got := storetest.Must(w.CaseFiles.Session(w.Worker, x.ID))(t)
		storetest.Equal(t, "of the client", len(got.Participants[0].Assessments), 3)
		storetest.Equal(t, "of the session", len(got.Community), 1)
		_, err = w.CaseFiles.RemoveParticipant(w.Worker, casefile.RemoveParticipant{ID: got.ID, Version: got.Version, Client: c})
		kept(t, w, got, err, "/client", "has_assessments", "SCO-02")
	},
	"SCO-03 one pre and one post at most, of a session's community and of each type of a client in a session": func(t *testing.T, w *storetest.World) {
		f := w.Case(w.Client().ID, w.Client().ID)
		one, two := f.Clients[0].Client, f.Clients[1].Client
		x := w.CaseSession(f, one, two)
		for _, kind := range score.Type("").Values() {
			for _, c := range []casemgmt.ClientID{one, two} {
				if kind == score.Community {
					c = nobody
				}
				for _, phase := range score.Phase("").Values() {
					if kind == score.Community && len(x.Community) == 2 {
						continue
					}
					x = storetest.Must(assessed(w, x, c, storetest.Assessed(kind, phase, 3)))(t)
					_, err := assessed(w, x, c, storetest.Assessed(kind, phase, 4))
					kept(t, w, x, err, "/assessment/phase", "assessed_already", "SCO-03")
				}
			}
		}
		if len(x.Community) != 2 || len(x.Participants[0].Assessments) != 6 || len(x.Participants[1].Assessments) != 6 {
			t.Errorf("%+v", x)
		}
		_, err := assessed(w, x, one, storetest.Assessed(score.Goals, "mid", 3))
		kept(t, w, x, err, "/assessment/phase", "unknown_value", "SCO-03")
	},
	"SCO-04 SCO-05 values are 1 to 5; client, practitioner, joint or support person assess, themselves or by a tool, with a note or without": func(t *testing.T, w *storetest.World) {
		f := w.Case(w.Client().ID)
		c := f.Clients[0].Client
		x := w.CaseSession(f, c)
		for _, value := range []int{0, 6, -1} {
			_, err := assessed(w, x, c, score.Assessment{Type: score.Goals, Phase: score.Pre, AssessedBy: score.Client, Scores: []score.Score{{Domain: "SKILLS", Value: value}}})
			kept(t, w, x, err, "/assessment/scores/0/value", "out_of_range", "SCO-04")
		}
		a := storetest.Assessed(score.Goals, score.Pre, 1)
		_, err := assessed(w, x, c, score.Assessment{Type: score.Goals, Phase: score.Pre, AssessedBy: "neighbour", Scores: a.Scores})
		kept(t, w, x, err, "/assessment/assessed_by", "unknown_value", "SCO-05")
		x = storetest.Must(assessed(w, x, c, a))(t)
		for value := 1; value <= 5; value++ {
			for _, by := range score.Assessor("").Values() {
				a = storetest.Assessed(score.Goals, score.Pre, value)
				a.AssessedBy, a.Note = by, map[bool]string{true: "By the second visit."}[value == 3]
				x = storetest.Must(w.CaseFiles.CorrectAssessment(w.Worker, casefile.CorrectAssessment{Assess: casefile.Assess{ID: x.ID, Version: x.Version, Client: c, Assessment: a}}))(t)
				storetest.Diff(t, []score.Assessment{a}, storetest.Must(w.CaseFiles.Session(w.Worker, x.ID))(t).Participants[0].Assessments)
			}
		}
		x = storetest.Must(w.CaseFiles.RemoveAssessment(w.Worker, casefile.RemoveAssessment{ID: x.ID, Version: x.Version, Client: c, Type: score.Goals, Phase: score.Pre}))(t)
		storetest.Equal(t, "assessments", len(x.Participants[0].Assessments), 0)
		_, err = w.CaseFiles.RemoveAssessment(w.Worker, casefile.RemoveAssessment{ID: x.ID, Version: x.Version, Client: c, Type: score.Goals, Phase: score.Pre})
		if !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("one that is not there: %v", err)
		}
	},
	"SCO-06 by domain whether it rose, stayed or fell, of a client, a case, a program and the agency": func(t *testing.T, w *storetest.World) {
		f := w.Case(w.Client().ID, w.Client().ID)
		one, two := f.Clients[0].Client, f.Clients[1].Client
		first, last := w.CaseSessionOn(f, storetest.Today.AddDays(-20), one, two), w.CaseSessionOn(f, storetest.Today.AddDays(-2), one, two)
		scored := func(pre, post map[string]int, c casemgmt.ClientID) {
			for phase, values := range map[score.Phase]map[string]int{score.Pre: pre, score.Post: post} {
				a := score.Assessment{Type: score.Circumstances, Phase: phase, AssessedBy: score.Joint}
				for _, domain := range score.Circumstances.Domains() {
					if v := values[domain]; v > 0 {
						a.Scores = append(a.Scores, score.Score{Domain: domain, Value: v})
					}
				}
				if phase == score.Pre {
					first = storetest.Must(assessed(w, first, c, a))(t)
				} else {
					last = storetest.Must(assessed(w, last, c, a))(t)
				}
			}
		}
		before := storetest.Must(w.CaseFiles.Progress(w.Admin, casefile.Scored{}))(t)
		scored(map[string]int{"HOUSING": 1, "MONEY": 3, "FAMILY": 4}, map[string]int{"HOUSING": 4, "MONEY": 3, "FAMILY": 2}, one)
		scored(map[string]int{"HOUSING": 2, "AGE": 3}, map[string]int{"HOUSING": 3, "MENTAL": 3}, two)
		told := func(p *casefile.Progress) (out []string) {
			for _, x := range p.Tallies {
				out = append(out, fmt.Sprintf("%s %d/%d/%d %v %v", x.Domain, x.Rose, x.Stayed, x.Fell, x.Pre, x.Post))
			}
			return out
		}
		ofOne := []string{"FAMILY 0/0/1 [0 0 0 1 0] [0 1 0 0 0]", "MONEY 0/1/0 [0 0 1 0 0] [0 0 1 0 0]", "HOUSING 1/0/0 [1 0 0 0 0] [0 0 0 1 0]"}
		got := storetest.Must(w.CaseFiles.Progress(w.Worker, casefile.Scored{Client: one}))(t)
		storetest.Diff(t, ofOne, told(got))
		storetest.Equal(t, "moves", len(got.Moves), 3)
		got = storetest.Must(w.CaseFiles.Progress(w.Worker, casefile.Scored{Case: f.ID}))(t)
		ofBoth := []string{ofOne[0], ofOne[1], "HOUSING 2/0/0 [1 1 0 0 0] [0 0 1 1 0]"}
		storetest.Diff(t, ofBoth, told(got))
		if m := got.Moves[0]; m.Case != f.ID || m.Client != one || m.Domain != "FAMILY" || m.Move != score.Fell || m.Pre != 4 || m.Post != 2 || m.On != last.Date {
			t.Errorf("%+v", m)
		}
		for name, q := range map[string]casefile.Scored{"program": {Program: w.Program.ID}, "agency": {}} {
			got = storetest.Must(w.CaseFiles.Progress(w.Admin, q))(t)
			risen := func(p *casefile.Progress) int {
				for _, x := range p.Tallies {
					if x.Domain == "HOUSING" {
						return x.Rose
					}
				}
				return 0
			}
			if got.Moves != nil || risen(got) != risen(before)+2 {
				t.Errorf("%s: %d rose, %d before; %v", name, risen(got), risen(before), got.Moves)
			}
		}
		got = storetest.Must(w.CaseFiles.Progress(w.Worker, casefile.Scored{Case: f.ID, From: storetest.Today.AddDays(-1)}))(t)
		storetest.Equal(t, "tallies of later days", len(got.Tallies), 0)
		got = storetest.Must(w.CaseFiles.Progress(w.Worker, casefile.Scored{Case: f.ID, From: last.Date, To: last.Date}))(t)
		storetest.Diff(t, ofBoth, told(got))
		_, err := w.CaseFiles.Progress(w.Worker, casefile.Scored{From: storetest.Today, To: storetest.Today.AddDays(-1)})
		storetest.Refused(t, err, "/to", "ends_before_start", "SCO-06")
		got = storetest.Must(w.CaseFiles.Progress(w.Outsider, casefile.Scored{Client: one}))(t)
		storetest.Equal(t, "tallies that somebody of another program sees", len(got.Tallies), 0)
		if _, err := w.CaseFiles.Progress(w.Outsider, casefile.Scored{Case: f.ID}); !errors.Is(err, fault.ErrForbidden) {
			t.Errorf("somebody of another program: %v", err)
		}
		storetest.Must(w.CaseFiles.RemoveSession(w.Worker, casefile.RemoveSession{ID: last.ID, Version: last.Version, Reason: "never happened"}))(t)
		got = storetest.Must(w.CaseFiles.Progress(w.Worker, casefile.Scored{Case: f.ID}))(t)
		storetest.Equal(t, "tallies without the session", len(got.Tallies), 0)
	},
	"SCO-08 a post is not dated before the pre; a post without a pre is allowed with a warning": func(t *testing.T, w *storetest.World) {
		f := w.Case(w.Client().ID, w.Client().ID)
		c := f.Clients[0].Client
		day := func(back int) civil.Date { return storetest.Today.AddDays(-back) }
		early, late := w.CaseSessionOn(f, day(20), c), w.CaseSessionOn(f, day(5), c)
		late = storetest.Must(assessed(w, late, c, storetest.Assessed(score.Goals, score.Pre, 2)))(t)
		_, err := assessed(w, early, c, storetest.Assessed(score.Goals, score.Post, 3))
		kept(t, w, early, err, "/assessment/phase", "post_before_pre", "SCO-08")
		early = storetest.Must(assessed(w, early, c, storetest.Assessed(score.Circumstances, score.Post, 3)))(t)
		storetest.Warned(t, early.Warnings, "post_without_pre", "SCO-08")
		_, err = assessed(w, late, c, storetest.Assessed(score.Circumstances, score.Pre, 2))
		kept(t, w, late, err, "/assessment/phase", "post_before_pre", "SCO-08")
		late = storetest.Must(assessed(w, late, c, storetest.Assessed(score.Goals, score.Post, 4)))(t)
		storetest.Equal(t, "warnings", len(late.Warnings), 0)
		third := w.CaseSessionOn(f, day(3), c)
		third = storetest.Must(assessed(w, third, c, storetest.Assessed(score.Goals, score.Post, 5)))(t)
		d := third.SessionDetails
		d.Date = day(6)
		_, err = update(w, third, d)
		kept(t, w, third, err, "/date", "post_before_pre", "SCO-08")
		d.Date = day(5)
		storetest.Must(update(w, third, d))(t)
		_, err = assessed(w, early, nobody, storetest.Assessed(score.Community, score.Post, 3))
		if err != nil {
			t.Errorf("a community post without a pre: %v", err)
		}
		// what comes first cannot go while a post would be left before the next pre
		other := w.Case(w.Client().ID)
		c = other.Clients[0].Client
		one, two, three := w.CaseSessionOn(other, day(9), c), w.CaseSessionOn(other, day(8), c), w.CaseSessionOn(other, day(7), c)
		one = storetest.Must(assessed(w, one, c, storetest.Assessed(score.Goals, score.Pre, 2)))(t)
		two = storetest.Must(assessed(w, two, c, storetest.Assessed(score.Goals, score.Post, 2)))(t)
		three = storetest.Must(assessed(w, three, c, storetest.Assessed(score.Goals, score.Pre, 2)))(t)
		_, err = w.CaseFiles.RemoveAssessment(w.Worker, casefile.RemoveAssessment{ID: one.ID, Version: one.Version, Client: c, Type: score.Goals, Phase: score.Pre})
		kept(t, w, one, err, "/phase", "post_before_pre", "SCO-08")
		_, err = w.CaseFiles.RemoveSession(w.Worker, casefile.RemoveSession{ID: one.ID, Version: one.Version, Reason: "another case"})
		kept(t, w, one, err, "/id", "post_before_pre", "SCO-08")
		storetest.Must(w.CaseFiles.RemoveAssessment(w.Worker, casefile.RemoveAssessment{ID: two.ID, Version: two.Version, Client: c, Type: score.Goals, Phase: score.Post}))(t)
		storetest.Must(w.CaseFiles.RemoveSession(w.Worker, casefile.RemoveSession{ID: one.ID, Version: one.Version, Reason: "another case"}))(t)
		storetest.Equal(t, "the second pre", len(storetest.Must(w.CaseFiles.Session(w.Worker, three.ID))(t).Participants[0].Assessments), 1)
		c = f.Clients[0].Client
		// what was taken back does not count, and does not come back in the wrong order
		gone := storetest.Must(w.CaseFiles.RemoveSession(w.Worker, casefile.RemoveSession{ID: late.ID, Version: late.Version, Reason: "another case"}))(t)
		fourth := w.CaseSessionOn(f, day(19), c)
		fourth = storetest.Must(assessed(w, fourth, c, storetest.Assessed(score.Goals, score.Post, 3)))(t)
		storetest.Warned(t, fourth.Warnings, "post_without_pre", "SCO-08")
		_, err = w.CaseFiles.RestoreSession(w.Worker, casefile.RestoreSession{ID: gone.ID, Version: gone.Version})
		kept(t, w, gone, err, "/id", "post_before_pre", "SCO-08")
	},
}
