package batch

import (
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
)

// Outcome is what became of one client of a list, or of one scan (BAT-22).
type Outcome string

// The outcomes. Where several hold, the first of this order is told.
const (
	Unreadable   Outcome = "unreadable"       // the scan cannot be read
	NumberUsed   Outcome = "scan_number_used" // by another scan
	Refused      Outcome = "refused"          // the run takes no more, or not from the caller
	TooMany      Outcome = "too_many_scans"   // the stream is longer than it may be
	InFuture     Outcome = "scan_in_future"
	OtherDay     Outcome = "scan_of_other_day" // than the run's (Settings.ScanDays)
	UnknownCard  Outcome = "unknown_card"      // SCN-03
	NotIssued    Outcome = "card_not_issued"   // the scan is older than the card
	Deactivated  Outcome = "deactivated_card"
	Expired      Outcome = "expired_card"
	NotFound     Outcome = "not_found"
	Untracked    Outcome = "anonymous_client"  // ANO-06
	Withdrawn    Outcome = "consent_withdrawn" // ANO-09
	CodeNotValid Outcome = "code_not_valid"    // BAT-23
	Barred       Outcome = "barred"            // BAR-01, BAR-02
	NoEnrollment Outcome = "no_enrollment"     // ENR-02
	AlreadyAdded Outcome = "already_added"     // BAT-20
	WasReversed  Outcome = "reversed"          // of a repeated scan
	IsSelected   Outcome = "selected"          // BAT-15
	IsPosted     Outcome = "posted"            // BAT-14
	CanBeAdded   Outcome = "can_be_added"      // of a candidate
	NotPostedAny Outcome = "failed"            // the storage failed; it is not known whether it is kept
	Silent       Outcome = "silent"            // the stream was silent for too long, and has ended
)

// Values are all outcomes.
func (Outcome) Values() []Outcome {
	return []Outcome{Unreadable, NumberUsed, Refused, TooMany, InFuture, OtherDay, UnknownCard, NotIssued, Deactivated, Expired, NotFound, Untracked, Withdrawn, CodeNotValid, Barred,
		NoEnrollment, AlreadyAdded, WasReversed, IsSelected, IsPosted, CanBeAdded, NotPostedAny, Silent}
}

// Outcomes are all of them.
func Outcomes() []Outcome { return Outcome("").Values() }

var texts = map[Outcome]i18n.Text{
	Unreadable:   i18n.T("This scan cannot be read.", "Cette lecture est illisible."),
	NumberUsed:   i18n.T("This scan number was used by another scan. Give each scan a number of its own.", "Ce numéro de lecture a servi à une autre lecture. Donnez à chaque lecture son propre numéro."),
	Refused:      i18n.T("The run takes no more: it was reversed or its program is closed, or you may not use it any more.", "L’utilisation n’accepte plus rien : elle a été annulée, son programme est fermé, ou vous n’y avez plus accès."),
	TooMany:      i18n.T("There are too many scans in one stream. Start another one.", "Il y a trop de lectures dans un seul envoi. Commencez-en un autre."),
	InFuture:     i18n.T("The time of this scan is in the future. Check the scanner's clock.", "L’heure de cette lecture est dans le futur. Vérifiez l’horloge du lecteur."),
	OtherDay:     i18n.T("This scan is of another day than the run. Use a run of its day, or check the scanner's clock.", "Cette lecture est d’un autre jour que l’utilisation. Utilisez-en une de ce jour, ou vérifiez l’horloge du lecteur."),
	NotIssued:    i18n.T("This card had not been issued at the time of the scan. Check the scanner's clock.", "Cette carte n’était pas encore remise au moment de la lecture. Vérifiez l’horloge du lecteur."),
	UnknownCard:  i18n.T("This card is not known.", "Cette carte est inconnue."),
	Deactivated:  i18n.T("This card was deactivated.", "Cette carte a été désactivée."),
	Expired:      i18n.T("This card has expired.", "Cette carte est expirée."),
	NotFound:     i18n.T("There is no such client.", "Il n’y a pas de tel client."),
	Untracked:    i18n.T("An anonymous client cannot be tracked.", "Un client anonyme ne peut pas faire l’objet d’un suivi."),
	Withdrawn:    i18n.T("The client has withdrawn the consent.", "Le client a retiré son consentement."),
	CodeNotValid: i18n.T("A service code is not valid on the date service provided.", "Un code de service n’est pas valide à la date de prestation."),
	Barred:       i18n.T("The client is barred. If you have questions, see a supervisor.", "Le client est interdit d’accès. Pour toute question, voyez un superviseur."),
	NoEnrollment: i18n.T("Enrollment is a Required Field. Complete the intake assessment and enroll the client in the program first.",
		"L’inscription est un champ obligatoire. Faites d’abord l’évaluation d’accueil et inscrivez le client au programme."),
	AlreadyAdded: i18n.T("The client was already added.", "Le client a déjà été ajouté."),
	WasReversed:  i18n.T("This scan was applied and then reversed.", "Cette lecture a été appliquée, puis annulée."),
	IsSelected:   i18n.T("Selected. Nothing is on the client's record until the services are posted.", "Sélectionné. Rien n’est au dossier du client avant l’enregistrement des services."),
	IsPosted:     i18n.T("Posted.", "Enregistré."),
	CanBeAdded:   i18n.T("Can be added.", "Peut être ajouté."),
	Silent:       i18n.T("There was no scan for a while, and the stream has ended. Start another one with the next scan.", "Il n’y a pas eu de lecture depuis un moment, et l’envoi est terminé. Commencez-en un autre avec la prochaine lecture."),
	NotPostedAny: i18n.T("Something went wrong. It is not known whether this was kept; send it again with the same number.",
		"Une erreur s’est produite. On ne sait pas si ceci a été conservé; renvoyez-le avec le même numéro."),
}

// Text is what the outcome says to a worker.
func (o Outcome) Text() i18n.Text { return texts[o] }

// refuse adds the outcome as an issue.
func (o Outcome) refuse(bad *fault.Issues, path string) {
	switch o {
	case Barred:
		bad.Add("BAR-01", path, "barred")
	case NoEnrollment:
		bad.Add("ENR-02", path, "no_enrollment")
	case AlreadyAdded:
		bad.Add("BAT-20", path, "already_added")
	case CodeNotValid:
		bad.Add("BAT-23", path, "code_not_valid")
	case Withdrawn:
		bad.Add("ANO-09", path, "consent_withdrawn")
	default:
		bad.Add("BAT-21", path, "not_applicable")
	}
}
