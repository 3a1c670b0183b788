package session

import (
	"context"
	"slices"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/forms"
)

// CheckForm asks what is wrong with a form at a stage.
type CheckForm struct {
	ID    FormID      `json:"id"`
	Stage forms.Stage `json:"stage"`
	// Funder whose mandatory fields the stage funder demands: one of Config.Systems.
	Funder string `json:"funder,omitempty"`
}

// Checked is the answer.
type Checked struct {
	Issues fault.Issues `json:"issues"`
	Ready  bool         `json:"ready"` // no errors at that stage
}

// Validate says what is wrong with the question.
func (c CheckForm) Validate() error {
	return fault.Check(&c,
		validation.Field(&c.Stage, fault.Required("CMP-06"), fault.Valid("CMP-06")),
		validation.Field(&c.Funder, fault.If(c.Stage == forms.ForFunder, fault.Required("CMP-06"))),
	)
}

// Localize fills in the texts in a language.
func (c *Checked) Localize(l i18n.Lang) { c.Issues = c.Issues.In(l) }

// CheckForm says what is missing to complete a form, or what its funder would
// refuse (CMP-06). It fails with fault.ErrNotFound, fault.ErrForbidden or
// *fault.Invalid.
func (s *Service) CheckForm(ctx context.Context, cmd CheckForm) (*Checked, error) {
	return casemgmt.Read(ctx, s.work, cmd, checkForm)
}

func checkForm(ctx context.Context, u *Unit, cmd CheckForm) (*Checked, error) {
	f, err := seenForm(ctx, u, cmd.ID)
	if err != nil {
		return nil, err
	}
	var bad fault.Issues
	bad.OneOf("CMP-06", "/funder", slices.Contains(u.Systems, cmd.Funder), cmd.Funder)
	if err := bad.Err(); err != nil {
		return nil, err
	}
	def, own, err := definitions(u.Forms, asked(u.Agency.Settings.Questions), f)
	if err != nil {
		return nil, err
	}
	env := forms.Env{Today: u.Today, Funder: cmd.Funder}
	out := &Checked{Issues: fault.Issues{}}
	out.Issues = append(out.Issues, def.Check(f.Answers, cmd.Stage, env)...)
	out.Issues = append(out.Issues, ownPaths(own.Check(stillAsked(own, f.Own, f.Own), cmd.Stage, env))...)
	if cmd.Stage != forms.Draft && f.Program.IsZero() {
		out.Issues.Add("HDR-01", "/program", "required")
	}
	if cmd.Stage == forms.ForFunder {
		switch {
		case def.Definition.Internal:
			out.Issues.Add("FRM-08", "/kind", "never_exported")
		case def.Definition.Files[cmd.Funder] == "":
			out.Issues.Add("XPT-04", "/kind", "no_funder_file")
		}
		if !f.Client.IsZero() {
			client, err := u.Tx.Clients().Get(ctx, f.Client)
			if err != nil {
				return nil, err
			}
			out.Issues = append(out.Issues, client.Exportable()...)
			if known := client.Profile.SettlementIdentifier(); client.Kind == casemgmt.Named && known.Value == "" && def.Definition.Sends(cmd.Funder, "client.identifier") {
				out.Issues.Add("CMP-06", "/client/identifiers", "required_by_funder")
			}
		}
	}
	out.Ready = len(out.Issues.Errors()) == 0
	return out, nil
}
