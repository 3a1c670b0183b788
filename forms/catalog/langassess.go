package catalog

import (
	"fmt"

	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/forms"
)

// clb is the list of Canadian Language Benchmark results.
func clb(literacy bool) []forms.Option {
	out := []forms.Option{opt("not_assessed", "Not assessed", "Non évalué"), opt("pre_clb", "Pre-CLB", "Pré-NCLC")}
	if literacy {
		out = append(out, opt("foundation_l", "Lit - Foundation L", "Alpha - Fondation L"))
		for n := 1; n <= 4; n++ {
			out = append(out, opt(fmt.Sprintf("lit_%d", n), fmt.Sprintf("Lit - %dL", n), fmt.Sprintf("Alpha - %dL", n)))
		}
	}
	for n := 1; n <= 12; n++ {
		out = append(out, opt(fmt.Sprintf("clb_%d", n), fmt.Sprint(n), fmt.Sprint(n)))
	}
	return out
}

// langassess is FLD-langassess, Language Assessment.
func langassess() forms.Definition {
	eligible, referred := forms.Yes("linc_eligible"), forms.Filled("linc_provider")
	return forms.Definition{
		Key: "langassess", Version: 1, Title: i18n.T("Language Assessment", "Évaluation linguistique"), Sessions: in(directService), On: forms.OnClient,
		Sections: []forms.Section{
			plainHeader(),
			section("assessment", "Assessment", "Évaluation",
				pick("assessed_language", "Official language to be assessed", "Langue officielle à évaluer",
					opt("english", "English", "Anglais"), opt("french", "French", "Français")).must(),
				date("assessed_on", "Assessment date", "Date de l’évaluation").must().past(),
				pick("test", "Test", "Test", opt("clba", "CLBA/CLBLA", "CLBA/CLBLA"), opt("clbpt", "CLBPT/CLBLPT", "CLBPT/CLBLPT"),
					opt("eltpa", "ELTPA", "ELTPA"), opt("wla", "WLA", "WLA"), opt("btc", "BTC", "BTC"), opt("other", "Other", "Autre")).must(),
				pick("listening", "CLB result: listening", "Résultat NCLC : compréhension de l’oral", clb(false)...).must().counted(),
				pick("speaking", "CLB result: speaking", "Résultat NCLC : expression orale", clb(false)...).must().counted(),
				pick("reading", "CLB result: reading", "Résultat NCLC : compréhension de l’écrit", clb(true)...).must().counted(),
				pick("writing", "CLB result: writing", "Résultat NCLC : expression écrite", clb(true)...).must().counted(),
				text("goal", "Goal of training", "But de la formation"),
				note("barriers", "Barriers", "Obstacles"),
				date("reassessment", "Re-assessment date", "Date de réévaluation")),
			section("referral", "Referral", "Aiguillage",
				yesNo("linc_eligible", "Eligible for LINC", "Admissible au CLIC"),
				text("linc_provider", "LINC referral: provider", "Aiguillage vers le CLIC : fournisseur").when(eligible),
				date("linc_date", "LINC referral: date", "Aiguillage vers le CLIC : date").when(referred).mustIf(referred),
				text("other_training", "Other training referral", "Autre aiguillage vers une formation"),
				yesNo("waiting_list", "On a waiting list", "Sur une liste d’attente"),
				note("support_needed", "Support services needed", "Services de soutien nécessaires")),
			support(false, false, false),
		},
		Rules: append(supportRules(), dates("assessed_on", "reassessment")),
	}
}
