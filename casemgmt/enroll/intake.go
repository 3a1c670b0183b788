package enroll

import (
	"context"
	"slices"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
)

// Intake is the intake and enrollment assessment (ENR-03).
type Intake struct {
	Date civil.Date `json:"date"` // on which it was made; not after the enrollment's start
	// Situation is where the client slept the night before, see Situations.
	Situation string   `json:"situation"`
	Needs     []string `json:"needs,omitempty"` // see IntakeNeeds
	Notes     string   `json:"notes,omitempty"`
}

// Situations are the answers to where the client slept the night before intake.
func Situations() []i18n.Coded {
	return []i18n.Coded{
		{Key: "unsheltered", Label: i18n.T("Place not meant for sleeping", "Lieu non prévu pour dormir")},
		{Key: "shelter", Label: i18n.T("Emergency shelter", "Refuge d’urgence")},
		{Key: "transitional", Label: i18n.T("Transitional housing", "Logement de transition")},
		{Key: "institution", Label: i18n.T("Hospital, jail or other institution", "Hôpital, prison ou autre établissement")},
		{Key: "with_others", Label: i18n.T("With family or friends", "Chez des parents ou amis")},
		{Key: "own_home", Label: i18n.T("Own home, rented or owned", "Chez soi, en location ou en propriété")},
		{Key: "unknown", Label: i18n.T("Not known or not told", "Inconnu ou non précisé")},
	}
}

// IntakeNeeds are the needs that an intake may name.
func IntakeNeeds() []i18n.Coded {
	return []i18n.Coded{
		{Key: "housing", Label: i18n.T("Housing", "Logement")}, {Key: "food", Label: i18n.T("Food", "Nourriture")}, {Key: "income", Label: i18n.T("Income", "Revenu")},
		{Key: "health", Label: i18n.T("Health", "Santé")}, {Key: "mental_health", Label: i18n.T("Mental health", "Santé mentale")},
		{Key: "substance_use", Label: i18n.T("Substance use", "Consommation de substances")}, {Key: "identification", Label: i18n.T("Identification", "Pièces d’identité")},
		{Key: "employment", Label: i18n.T("Employment", "Emploi")}, {Key: "legal", Label: i18n.T("Legal help", "Aide juridique")}, {Key: "safety", Label: i18n.T("Safety", "Sécurité")},
	}
}

// ValidateWithContext says what is wrong with an intake.
func (n Intake) ValidateWithContext(ctx context.Context) error {
	return fault.CheckIn(ctx, &n,
		validation.Field(&n.Date, fault.Required("ENR-03"), fault.Days("ENR-03", 1, 9999), fault.Past("ENR-03")),
		validation.Field(&n.Situation, fault.Required("ENR-03"), fault.OneOf("ENR-03", in(Situations()))),
		validation.Field(&n.Needs, fault.AtMost("ENR-03", 50), fault.All(fault.Each[string](fault.OneOf("ENR-03", in(IntakeNeeds()))), fault.Distinct[string]("ENR-03"))),
		validation.Field(&n.Notes, fault.Note("ENR-03", 8000)),
	)
}

// by: an intake is in order, and made before the enrollment starts (ENR-03).
func (n *Intake) by(start civil.Date) fault.Rule {
	return fault.Judge(func(ctx context.Context) fault.Issues {
		if n == nil {
			return nil
		}
		bad := fault.IssuesOf(n.ValidateWithContext(ctx))
		if n.Date.After(start) && !start.IsZero() && !slices.ContainsFunc(bad, func(i fault.Issue) bool { return i.Path == "/date" }) {
			bad.Add("ENR-03", "/date", "after_start")
		}
		return bad
	})
}

func in(list []i18n.Coded) func(string) bool {
	return func(key string) bool {
		return slices.ContainsFunc(list, func(c i18n.Coded) bool { return c.Key == key })
	}
}
