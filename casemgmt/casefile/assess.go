package casefile

import (
	"context"
	"slices"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/casefile/score"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
)

// Assess adds an assessment to a session.
type Assess struct {
	ID      SessionKey `json:"id"`
	Version int64      `json:"version"`
	// Client is the participant whom it is of; a community score is of nobody (SCO-02).
	Client     casemgmt.ClientID `json:"client,omitzero"`
	Assessment score.Assessment  `json:"assessment"`
}

// Validate says what is wrong with the assessment by itself.
func (c Assess) Validate() error {
	t := c.Assessment.Type
	return fault.Check(&c,
		validation.Field(&c.Client, fault.If(t.OfClient(), fault.Required("SCO-02")), fault.If(t == score.Community, fault.Empty("SCO-02"))),
		validation.Field(&c.Assessment))
}

// Assess adds an assessment: of circumstances, goals or satisfaction to a participant, or
// of the community to the session (SCO-02). The answer warns of a post without a pre
// (SCO-08). It fails with fault.ErrNotFound, fault.ErrForbidden, fault.ErrConflict or
// *fault.Invalid.
func (s *Service) Assess(ctx context.Context, cmd Assess) (*Session, error) {
	return casemgmt.Change(ctx, s.work, cmd, assess)
}

func assess(ctx context.Context, u *Unit, cmd Assess) (*Session, error) {
	return rewrite(ctx, u, cmd, "/assessment", func(list *[]score.Assessment, at int) error {
		var bad fault.Issues
		if at >= 0 {
			bad.Add("SCO-03", "/assessment/phase", "assessed_already")
		}
		*list = append(*list, cmd.Assessment)
		return bad.Err()
	})
}

// CorrectAssessment takes the place of an assessment of the same type and phase.
type CorrectAssessment struct{ Assess }

// Validate says what is wrong with the assessment by itself.
func (c CorrectAssessment) Validate() error { return c.Assess.Validate() }

// CorrectAssessment writes an assessment again that was entered wrongly. It fails with
// fault.ErrNotFound, fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) CorrectAssessment(ctx context.Context, cmd CorrectAssessment) (*Session, error) {
	return casemgmt.Change(ctx, s.work, cmd, correctAssessment)
}

func correctAssessment(ctx context.Context, u *Unit, cmd CorrectAssessment) (*Session, error) {
	return rewrite(ctx, u, cmd.Assess, "/assessment", func(list *[]score.Assessment, at int) error {
		if at < 0 {
			return fault.ErrNotFound
		}
		(*list)[at] = cmd.Assessment
		return nil
	})
}

// RemoveAssessment takes an assessment away.
type RemoveAssessment struct {
	ID      SessionKey        `json:"id"`
	Version int64             `json:"version"`
	Client  casemgmt.ClientID `json:"client,omitzero"` // empty of a community score
	Type    score.Type        `json:"type"`
	Phase   score.Phase       `json:"phase"`
}

// Validate says whether there is such a type and phase.
func (c RemoveAssessment) Validate() error {
	return fault.Check(&c,
		validation.Field(&c.Type, fault.Required("SCO-02"), fault.Valid("SCO-02")),
		validation.Field(&c.Phase, fault.Required("SCO-03"), fault.Valid("SCO-03")))
}

// RemoveAssessment takes an assessment away that was entered by mistake. It fails with
// fault.ErrNotFound, fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) RemoveAssessment(ctx context.Context, cmd RemoveAssessment) (*Session, error) {
	return casemgmt.Change(ctx, s.work, cmd, removeAssessment)
}

func removeAssessment(ctx context.Context, u *Unit, cmd RemoveAssessment) (*Session, error) {
	which := Assess{ID: cmd.ID, Version: cmd.Version, Client: cmd.Client, Assessment: score.Assessment{Type: cmd.Type, Phase: cmd.Phase}}
	return rewrite(ctx, u, which, "", func(list *[]score.Assessment, at int) error {
		if at < 0 {
			return fault.ErrNotFound
		}
		*list = slices.Delete(*list, at, at+1)
		return nil
	})
}

// rewrite changes the assessments of a participant or of the session: change is given the
// list, and where in it one of the type and phase is, or -1. place is where the command has
// type and phase.
func rewrite(ctx context.Context, u *Unit, cmd Assess, place string, change func(list *[]score.Assessment, at int) error) (*Session, error) {
	f, before, err := lockSession(ctx, u, cmd.ID, cmd.Version)
	if err != nil {
		return nil, err
	}
	next := before.clone()
	list := &next.Community
	if cmd.Assessment.Type.OfClient() {
		p := next.Participant(cmd.Client)
		if p == nil {
			var bad fault.Issues
			bad.Add("SCO-02", "/client", "not_in_session")
			return nil, bad.Err()
		}
		list = &p.Assessments
	}
	had := len(*list)
	at := slices.IndexFunc(*list, func(a score.Assessment) bool { return a.Type == cmd.Assessment.Type && a.Phase == cmd.Assessment.Phase })
	if err := change(list, at); err != nil {
		return nil, err
	}
	var bad fault.Issues
	if cmd.Assessment.Type == score.Community && len(*list) > had {
		if err := manyClients(ctx, u, bad.Place("SCO-01", place+"/type"), f, next); err != nil {
			return nil, err
		}
	}
	if err := inOrder(ctx, u, bad.Place("SCO-08", place+"/phase"), next); err != nil {
		return nil, err
	}
	if err := bad.Err(); err != nil {
		return nil, err
	}
	out, err := saved(ctx, u, event.CaseAssessed, f, before, next)
	if err != nil || cmd.Assessment.Phase != score.Post || len(*list) < had {
		return out, err
	}
	all, err := timeline(ctx, u, next)
	if slices.Contains(score.WithoutPre(all[cmd.Client]), cmd.Assessment.Type) {
		warned := *out
		warned.Warnings.Warn("SCO-08", "/assessment/phase", "post_without_pre")
		out = &warned
	}
	return out, err
}

// manyClients: a community score is of more than one client of the case, besides those who
// only ever came to support somebody. An agency may let people without a record count, of
// the session (SCO-01, SCO-07).
func manyClients(ctx context.Context, u *Unit, at fault.Place, f *File, x *Session) error {
	supporters, err := u.Tx.Sessions().Supporters(ctx, f.ID)
	if err != nil {
		return err
	}
	n := 0
	for _, c := range f.Clients {
		if !slices.Contains(supporters, c.Client) {
			n++
		}
	}
	if u.Agency.Settings.CommunityOfUnidentified {
		n += x.Unidentified
	}
	if n < 2 {
		at.Add("community_of_one")
	}
	return nil
}

// timeline is how the clients of a case, and with the key zero the community, were assessed,
// by day; of the session that is given as it is there.
func timeline(ctx context.Context, u *Unit, x *Session) (map[casemgmt.ClientID][]score.Dated, error) {
	out := map[casemgmt.ClientID][]score.Dated{}
	marks, err := u.Tx.Sessions().Marks(ctx, Scored{Case: x.Case}, access.Scope{Open: true})
	if err != nil {
		return nil, err
	}
	for _, m := range marks {
		if m.Session != x.ID {
			out[m.Client] = append(out[m.Client], m.Dated)
		}
	}
	if x.Removal == nil {
		for _, m := range x.Marks() {
			out[m.Client] = append(out[m.Client], m.Dated)
		}
	}
	for _, list := range out {
		slices.SortStableFunc(list, func(a, b score.Dated) int { return a.On.Compare(b.On) })
	}
	return out, nil
}

// inOrder: in the case, as it is with the session that is given, no post is dated before
// the first pre of its type (SCO-08).
func inOrder(ctx context.Context, u *Unit, at fault.Place, x *Session) error {
	all, err := timeline(ctx, u, x)
	if err != nil {
		return err
	}
	for _, list := range all {
		if len(score.BeforePre(list)) > 0 {
			at.Add("post_before_pre")
			return nil
		}
	}
	return nil
}

// Mark is an assessment with whom and when it was of; without a client it is the
// community's.
type Mark struct {
	Case    FileID
	Session SessionKey
	Client  casemgmt.ClientID
	score.Dated
}

// Marks are the assessments of a session.
func (s *Session) Marks() []Mark {
	var out []Mark
	add := func(c casemgmt.ClientID, list []score.Assessment) {
		for _, a := range list {
			out = append(out, Mark{s.Case, s.ID, c, score.Dated{On: s.Date, Assessment: a}})
		}
	}
	add(casemgmt.ClientID{}, s.Community)
	for _, p := range s.Participants {
		add(p.Client, p.Assessments)
	}
	return out
}
