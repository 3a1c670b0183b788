package export

import (
	"slices"

	"github.com/opencasework/casework/casemgmt/i18n"
)

// Reason why a service is not in a file.
type Reason string

// The reasons (ANO-07, ANO-09, FRM-08, CMP-03, XPT-07).
const (
	Anonymous     Reason = "anonymous"
	Withdrawn     Reason = "consent_withdrawn"
	NeverExported Reason = "never_exported" // Non-Specified, and forms that no file of the funder takes
	Incomplete    Reason = "incomplete"
	Private       Reason = "private"   // for whoever does not manage the program of the run
	NoFunder      Reason = "no_funder" // nobody is said to pay for it
	InFile        Reason = "in_file"   // of an earlier run, not sent yet
	AtFunder      Reason = "at_funder" // sent, not answered
	AcceptedOnce  Reason = "accepted"  // and not changed since
	// Deleted: the funder has it, and the agency has taken it out since; files
	// cannot delete, so that somebody must do it at the funder.
	Deleted Reason = "deleted"
)

var reasons = []struct {
	reason Reason
	rule   string
	text   i18n.Text
}{
	{Anonymous, "ANO-07", i18n.T("Services of anonymous clients, which are never in a file", "Services de clients anonymes, qui ne figurent jamais dans un fichier")},
	{Withdrawn, "ANO-09", i18n.T("Services of clients who have withdrawn their consent", "Services de clients qui ont retiré leur consentement")},
	{NeverExported, "FRM-08", i18n.T("Forms that no file of the funder takes, such as Non-Specified", "Formulaires qu’aucun fichier du bailleur de fonds n’accepte, comme « non précisé »")},
	{Incomplete, "CMP-03", i18n.T("Forms of incomplete sessions; complete them", "Formulaires de séances incomplètes; remplissez-les")},
	{Private, "ACC-10", i18n.T("Private forms, which a run by the manager of their program takes", "Formulaires privés, que prend une exportation faite par le gestionnaire de leur programme")},
	{NoFunder, "HDR-01", i18n.T("Forms that name no funder; say who pays for them", "Formulaires sans bailleur de fonds; indiquez qui les finance")},
	{InFile, "XPT-07", i18n.T("Records in a file that was made and not sent yet", "Enregistrements d’un fichier créé et pas encore envoyé")},
	{AtFunder, "XPT-07", i18n.T("Records that were sent, and not answered yet", "Enregistrements envoyés, encore sans réponse")},
	{AcceptedOnce, "XPT-07", i18n.T("Records that the funder has accepted, unchanged since", "Enregistrements acceptés par le bailleur de fonds et inchangés depuis")},
	{Deleted, "XPT-10", i18n.T("Records that the funder has and that were removed here since; delete them at the funder", "Enregistrements que le bailleur de fonds possède et qui ont été retirés ici depuis; supprimez-les chez lui")},
}

// Values are all reasons, in the order in which a run lists them.
func (Reason) Values() []Reason {
	out := make([]Reason, len(reasons))
	for i, r := range reasons {
		out[i] = r.reason
	}
	return out
}

// Valid says whether it is one of the reasons.
func (r Reason) Valid() bool { return slices.Contains(r.Values(), r) }

// LeftOut is how many records a run left out for a reason.
type LeftOut struct {
	Reason Reason    `json:"reason"`
	Rule   string    `json:"rule"`
	Text   i18n.Text `json:"text"`
	Count  int       `json:"count"`
	// Withheld: there are some, and not so many that they may be counted (ACC-11).
	Withheld bool `json:"withheld,omitempty"`
}

// leftOut is what is said of records that are left out for a reason.
func leftOut(r Reason, count int) LeftOut {
	out := LeftOut{Reason: r, Count: count}
	for _, known := range reasons {
		if known.reason == r {
			out.Rule, out.Text = known.rule, known.text
		}
	}
	return out
}
