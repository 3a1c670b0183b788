package session

import (
	"context"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/forms"
)

// CheckForm asks what is wrong with a form at a stage.
type CheckForm struct {
	ID    FormID      `json:"id"`
	Stage forms.Stage `json:"stage"`
	// Funder whose mandatory fields the stage funder demands, such as icare.
	Funder string `json:"funder,omitempty"`
}

// Checked is the answer.
type Checked struct {
	Issues fault.Issues `json:"issues"`
	Ready  bool         `json:"ready"` // no errors at that stage
}

// CheckForm says what is missing to complete a form, or what its funder would
// refuse (CMP-06). It fails with fault.ErrNotFound, fault.ErrForbidden or
// *fault.Invalid.
func (s *Service) CheckForm(ctx context.Context, cmd CheckForm) (Checked, error) {
	var out Checked
	err := s.work.View(ctx, func(ctx context.Context, tx Tx, me casemgmt.Caller) error {
		var bad fault.Issues
		bad.Required("CMP-06", "/stage", cmd.Stage != "")
		bad.OneOf("CMP-06", "/stage", cmd.Stage.Valid(), string(cmd.Stage))
		if cmd.Stage == forms.ForFunder {
			bad.Required("CMP-06", "/funder", cmd.Funder != "")
		}
		if err := bad.Err(); err != nil {
			return err
		}
		f, err := s.seenForm(ctx, tx, me, cmd.ID)
		if err != nil {
			return err
		}
		def, own, err := s.definitions(me, f)
		if err != nil {
			return err
		}
		env := forms.Env{Today: me.Today, Funder: cmd.Funder}
		out.Issues = append(fault.Issues{}, def.Check(f.Answers, cmd.Stage, env)...)
		out.Issues = append(out.Issues, ownPaths(own.Check(stillAsked(own, f.Own, f.Own), cmd.Stage, env))...)
		if cmd.Stage != forms.Draft && f.Program.IsZero() {
			out.Issues.Add("HDR-01", "/program", "required")
		}
		if cmd.Stage == forms.ForFunder {
			switch {
			case f.Kind == "nonspec":
				out.Issues.Add("FRM-08", "/kind", "never_exported")
			case def.Definition.Files[cmd.Funder] == "":
				out.Issues.Add("XPT-04", "/kind", "no_funder_file")
			}
			client, err := tx.Client(ctx, f.Client)
			if err != nil {
				return err
			}
			out.Issues = append(out.Issues, client.Exportable()...)
		}
		out.Ready = len(out.Issues.Errors()) == 0
		return nil
	})
	return out, err
}
