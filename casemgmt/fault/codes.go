package fault

import (
	"maps"
	"slices"

	"github.com/opencasework/casework/casemgmt/i18n"
)

// codes are the texts of all issue codes. A code is stable and never reused
// for another meaning; codes.golden keeps the list.
var codes = map[string]i18n.Text{
	"after_start":            i18n.T("The assessment is later than the start of the enrollment.", "L’évaluation est postérieure au début de l’inscription."),
	"already_added":          i18n.T("The client was already added.", "Le client a déjà été ajouté."),
	"already_in_session":     i18n.T("This client is already in the session.", "Ce client est déjà dans la séance."),
	"anonymous_not_exported": i18n.T("An anonymous client is never in a funder's file.", "Un client anonyme ne figure jamais dans un fichier destiné au bailleur de fonds."),
	"anonymous_not_tracked":  i18n.T("An anonymous client cannot be tracked.", "Un client anonyme ne peut pas faire l’objet d’un suivi."),
	"anonymous_stays":        i18n.T("An anonymous client cannot become a named one. Register a new named client.", "Un client anonyme ne peut pas devenir un client nommé. Inscrivez un nouveau client nommé."),
	"bad_cursor":             i18n.T("This page mark does not belong to this list.", "Ce repère de page n’appartient pas à cette liste."),
	"bad_definition":         i18n.T("The question contradicts itself or lacks a label in English or French.", "La question se contredit ou n’a pas de libellé en français ou en anglais."),
	"barred":                 i18n.T("The client is barred. Ask a supervisor.", "Le client est interdit d’accès. Adressez-vous à un superviseur."),
	"before_intake":          i18n.T("The enrollment would start before its assessment. Record a new assessment.", "L’inscription commencerait avant son évaluation. Consignez une nouvelle évaluation."),
	"cannot_change":          i18n.T("This cannot be changed any more.", "Ceci ne peut plus être modifié."),
	"card_shape":             i18n.T("A card value has 4 to 40 letters, digits and hyphens.", "La valeur d’une carte compte de 4 à 40 lettres, chiffres et traits d’union."),
	"card_used":              i18n.T("This card value was used before and is not used again.", "Cette valeur de carte a déjà servi et n’est pas réutilisée."),
	"choose_one":             i18n.T("Choose at least one.", "Choisissez-en au moins un."),
	"closed":                 i18n.T("This is closed and takes nothing new.", "Ceci est fermé et n’accepte rien de nouveau."),
	"code_not_valid":         i18n.T("The service code is not valid on the date service provided.", "Le code de service n’est pas valide à la date de prestation."),
	"consent_withdrawn":      i18n.T("The client has withdrawn the consent.", "Le client a retiré son consentement."),
	"control_character":      i18n.T("The text has a character that cannot be kept.", "Le texte contient un caractère qui ne peut pas être conservé."),
	"date_range":             i18n.T("This date is too far away.", "Cette date est trop éloignée."),
	"does_not_fit":           i18n.T("This does not fit the chosen activity.", "Ceci ne correspond pas à l’activité choisie."),
	"email":                  i18n.T("This is not an e-mail address.", "Ce n’est pas une adresse de courriel."),
	"ends_before_start":      i18n.T("The end is before the start.", "La fin précède le début."),
	"enrolled_already":       i18n.T("The client has another enrollment in this program in that time.", "Le client a une autre inscription à ce programme pendant cette période."),
	"form_twice":             i18n.T("The client already has this form in this session. A second one needs another session.", "Le client a déjà ce formulaire dans cette séance. Un deuxième exige une autre séance."),
	"identifier_shape":       i18n.T("The number does not have the shape of this kind of identifier.", "Le numéro n’a pas la forme de ce type d’identifiant."),
	"identifier_taken":       i18n.T("Another client has this identifier.", "Un autre client possède cet identifiant."),
	"in_future":              i18n.T("The date is in the future.", "La date est dans le futur."),
	"intake_needed":          i18n.T("A new or inactive client needs the intake and enrollment assessment.", "Un client nouveau ou inactif doit faire l’objet de l’évaluation d’accueil et d’inscription."),
	"late_after_arrival":     i18n.T("Refugee services normally fall in the first 6 weeks after arrival.", "Les services aux réfugiés ont normalement lieu dans les 6 premières semaines après l’arrivée."),
	"malformed":              i18n.T("This does not have the right form.", "Ceci n’a pas la bonne forme."),
	"needs_again":            i18n.T("The client already has a needs assessment.", "Le client a déjà une évaluation des besoins."),
	"never_exported":         i18n.T("This form is never in a funder's file.", "Ce formulaire ne figure jamais dans un fichier destiné au bailleur de fonds."),
	"no_enrollment":          i18n.T("Enrollment is a Required Field. The client is not enrolled in the program on that day.", "L’inscription est un champ obligatoire. Le client n’est pas inscrit au programme ce jour-là."),
	"no_funder_file":         i18n.T("No file of this funder takes this form yet.", "Aucun fichier de ce bailleur de fonds n’accepte encore ce formulaire."),
	"no_statement":           i18n.T("The agency has not published a privacy statement yet.", "L’organisme n’a pas encore publié d’énoncé de confidentialité."),
	"no_such_record":         i18n.T("There is no such record in the agency.", "Il n’y a pas de telle fiche dans l’organisme."),
	"no_time":                i18n.T("Hours and minutes are both 0.", "Les heures et les minutes sont toutes deux à 0."),
	"not_a_date":             i18n.T("This is not a date of the form YYYY-MM-DD.", "Ce n’est pas une date de la forme AAAA-MM-JJ."),
	"not_a_location":         i18n.T("This is not a location of the program.", "Ceci n’est pas un lieu du programme."),
	"not_a_time":             i18n.T("This is not a time of the form HH:MM.", "Ce n’est pas une heure de la forme HH:MM."),
	"not_an_id":              i18n.T("This is not an identifier of a record.", "Ce n’est pas l’identifiant d’une fiche."),
	"not_applicable":         i18n.T("This must be empty here.", "Ceci doit rester vide ici."),
	"not_for_session_type":   i18n.T("This form does not belong to this type of session.", "Ce formulaire n’appartient pas à ce type de séance."),
	"not_in_session":         i18n.T("Add the client to the session first.", "Ajoutez d’abord le client à la séance."),
	"not_in_steps":           i18n.T("This must be a multiple of {step}.", "Ceci doit être un multiple de {step}."),
	"not_json":               i18n.T("This cannot be read: {what}.", "Ceci ne peut pas être lu : {what}."),
	"not_member":             i18n.T("You are not in this program.", "Vous ne faites pas partie de ce programme."),
	"not_unicode":            i18n.T("The text is not valid Unicode.", "Le texte n’est pas de l’Unicode valide."),
	"nothing_to_search":      i18n.T("There is no letter or digit to search for.", "Il n’y a ni lettre ni chiffre à rechercher."),
	"ongoing_not_updatable":  i18n.T("An ongoing service cannot be updated later through the funder's file.", "Un service en cours ne peut pas être mis à jour plus tard au moyen du fichier du bailleur de fonds."),
	"only_worker":            i18n.T("The only staff of a direct-service session is the worker who creates it.", "Le seul employé d’une séance de service direct est celui qui la crée."),
	"other_agency":           i18n.T("This is not the agency that the caller acts for.", "Ce n’est pas l’organisme pour lequel l’appelant agit."),
	"out_of_range":           i18n.T("This must be from {min} to {max}.", "Ceci doit être compris entre {min} et {max}."),
	"period_exported":        i18n.T("The session was in an exported period and stays as it is.", "La séance faisait partie d’une période exportée et reste telle quelle."),
	"personal_data":          i18n.T("A card value must not hold the client's name, dates or numbers.", "La valeur d’une carte ne doit contenir ni le nom, ni les dates, ni les numéros du client."),
	"phone":                  i18n.T("This is not a phone number.", "Ce n’est pas un numéro de téléphone."),
	"postal_code":            i18n.T("A postal code has the form A1A 1A1.", "Un code postal a la forme A1A 1A1."),
	"postal_prefix":          i18n.T("The first three characters of a postal code have the form A1A.", "Les trois premiers caractères d’un code postal ont la forme A1A."),
	"privacy_not_accepted":   i18n.T("Without a yes to the privacy statement only an anonymous client can be registered.", "Sans un oui à l’énoncé de confidentialité, seul un client anonyme peut être inscrit."),
	"removed_before":         i18n.T("This client was taken out of the session. Restore the client instead.", "Ce client a été retiré de la séance. Rétablissez-le plutôt."),
	"repeated":               i18n.T("This is there twice.", "Ceci s’y trouve deux fois."),
	"report_deactivated":     i18n.T("There is no individual report for deactivated staff.", "Il n’y a pas de rapport individuel pour le personnel désactivé."),
	"required":               i18n.T("This is needed.", "Ceci est requis."),
	"required_by_funder":     i18n.T("The funder needs this.", "Le bailleur de fonds exige ceci."),
	"run_reversed":           i18n.T("This run was reversed. Undo that first.", "Cette utilisation a été annulée. Rétablissez-la d’abord."),
	"same_language":          i18n.T("The two languages must differ.", "Les deux langues doivent être différentes."),
	"service_outside":        i18n.T("A service that was posted would be outside of the enrollment.", "Un service enregistré se trouverait hors de l’inscription."),
	"service_time":           i18n.T("The service time must be more than 0 and at most 24 hours.", "La durée du service doit être supérieure à 0 et d’au plus 24 heures."),
	"statement_outdated":     i18n.T("There is a new privacy statement; ask the client to accept it.", "Il y a un nouvel énoncé de confidentialité; demandez au client de l’accepter."),
	"too_large":              i18n.T("This must be at most {max}.", "Ceci doit être d’au plus {max}."),
	"too_long":               i18n.T("This must be no longer than {max}.", "Ceci ne doit pas dépasser {max}."),
	"too_many":               i18n.T("There can be at most {max}.", "Il peut y en avoir au plus {max}."),
	"too_short":              i18n.T("At least {min} characters are needed.", "Il faut au moins {min} caractères."),
	"too_small":              i18n.T("This must be at least {min}.", "Ceci doit être d’au moins {min}."),
	"unknown_field":          i18n.T("There is no such field.", "Il n’y a pas de tel champ."),
	"unknown_option":         i18n.T("This is not in the list.", "Ceci n’est pas dans la liste."),
	"unknown_value":          i18n.T("This value is not known.", "Cette valeur n’est pas connue."),
	"wrong_type":             i18n.T("This must be of the kind {want}.", "Ceci doit être du type {want}."),
}

// Known says whether a code has texts.
func Known(code string) bool { _, ok := codes[code]; return ok }

// AllCodes lists all codes.
func AllCodes() []string { return slices.Sorted(maps.Keys(codes)) }
