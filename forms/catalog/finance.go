package catalog

import (
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/forms"
)

// financeForm is FLD-finance, Financial Services and Outcomes: exactly one of
// services and outcomes (FLD-finance-1).
func financeForm() forms.Definition {
	const one = "FLD-finance-1"
	isServices, isOutcomes := forms.When("record", "services"), forms.When("record", "outcomes")
	benefit := forms.When("service", "benefit")
	taxes := forms.When("service", "tax")
	h := plainHeader()
	for i := range h.Fields { // this form asks both in any case
		if h.Fields[i].Key == "institution" || h.Fields[i].Key == "follow_up" {
			h.Fields[i].Required = forms.Always()
		}
	}
	return forms.Definition{
		Key: "finance", Version: 1, Sessions: in(finance), On: forms.OnClient, Title: i18n.T("Financial Services and Outcomes", "Services financiers et résultats"),
		Sections: []forms.Section{
			h,
			section("record", "Record", "Fiche",
				pick("stage", "Client stage", "Étape du client", opt("intake", "Intake", "Accueil"),
					opt("in_progress", "In progress", "En cours"), opt("closed", "Closed", "Fermé")).must().counted(),
				pick("record", "Record kind", "Type de fiche", opt("services", "Services", "Services"), opt("outcomes", "Outcomes", "Résultats")).must().rule(one),
				group("services", "Services", "Services", 20,
					pick("service", "Service", "Service", opt("budgeting", "Budgeting", "Budget"), opt("tax", "Tax filing", "Déclaration de revenus"),
						opt("benefit", "Benefit application", "Demande de prestation"), opt("debt", "Debt and credit", "Dettes et crédit"),
						opt("banking", "Banking", "Services bancaires"), opt("consumer", "Consumer protection", "Protection du consommateur"),
						opt("identity", "Identity documents", "Pièces d’identité"), opt("advocacy", "Advocacy", "Défense des droits"),
						opt("savings", "Savings product", "Produit d’épargne")).must(),
					integer("tax_year", "Tax year", "Année d’imposition").least(1990).most(2200).when(taxes).mustIf(taxes),
					text("benefit", "Which benefit", "Quelle prestation").when(benefit).mustIf(benefit),
				).when(isServices).mustIf(isServices).rule(one),
				group("outcomes", "Outcomes", "Résultats", 20,
					pick("outcome", "Outcome", "Résultat", opt("tax_filed", "Tax return filed", "Déclaration produite"),
						opt("benefit_obtained", "Benefit obtained", "Prestation obtenue"), opt("debt_reduced", "Debt reduced", "Dette réduite"),
						opt("account_opened", "Account opened", "Compte ouvert"), opt("savings_started", "Savings started", "Épargne commencée"),
						opt("credit_report", "Credit report obtained", "Dossier de crédit obtenu")).must(),
					integer("tax_year", "Tax year", "Année d’imposition").least(1990).most(2200).
						when(forms.When("outcome", "tax_filed")).mustIf(forms.When("outcome", "tax_filed")),
					money("amount", "Amount (refund, benefit or debt)", "Montant (remboursement, prestation ou dette)").
						when(forms.When("outcome", "tax_filed", "benefit_obtained", "debt_reduced")).
						mustIf(forms.When("outcome", "benefit_obtained", "debt_reduced")),
					text("benefit", "Which benefit", "Quelle prestation").
						when(forms.When("outcome", "benefit_obtained")).mustIf(forms.When("outcome", "benefit_obtained")),
					date("from", "From", "À compter du").when(forms.When("outcome", "benefit_obtained")),
				).when(isOutcomes).mustIf(isOutcomes).rule(one)),
			support(false, false, false),
		},
		Rules: supportRules(),
	}
}
