package icare

import (
	"fmt"
	"time"
)

// advice is what to do about an expectation that a record does not meet.
type advice struct {
	column string // where
	en, fr string
}

// advise says what to do about an expression that is false. It takes the first
// part that is.
func advise(e expr, get func(string) string, t *Template) advice {
	name := func(id string) string {
		if c, ok := t.Column(id); ok {
			return c.Label
		}
		return id
	}
	switch e := e.(type) {
	case both:
		if !e.a.eval(get) {
			return advise(e.a, get, t)
		}
		return advise(e.b, get, t)
	case either:
		a, b := advise(e.a, get, t), advise(e.b, get, t)
		return advice{a.column, a.en + ", or " + b.en, a.fr + ", ou " + b.fr}
	case not:
		var column string
		e.a.columns(func(c string) {
			if column == "" {
				column = c
			}
		})
		if c, ok := e.a.(compared); ok {
			return advice{column, fmt.Sprintf("“%s” is not to be “%s”", name(column), c.value), fmt.Sprintf("« %s » ne doit pas être « %s »", name(column), c.value)}
		}
		return advice{column, fmt.Sprintf("look at “%s” again", name(column)), fmt.Sprintf("vérifiez « %s »", name(column))}
	case compared:
		en, fr := "is to be", "doit être"
		switch e.how {
		case "startswith":
			en, fr = "is to begin with", "doit commencer par"
		case "endswith":
			en, fr = "is to end with", "doit se terminer par"
		}
		return advice{e.column, fmt.Sprintf("“%s” %s “%s”", name(e.column), en, e.value), fmt.Sprintf("« %s » %s « %s »", name(e.column), fr, e.value)}
	case called:
		return e.advise(get, name)
	}
	return advice{en: "this is unusual; look at it again", fr: "c’est inhabituel; vérifiez-le"}
}

func (e called) advise(get func(string) string, name func(string) string) advice {
	first := e.args[0]
	label := name(first)
	switch e.name {
	case "filled":
		return advice{first, fmt.Sprintf("fill in “%s”", label), fmt.Sprintf("remplissez « %s »", label)}
	case "empty":
		return advice{first, fmt.Sprintf("leave “%s” empty", label), fmt.Sprintf("laissez « %s » vide", label)}
	case "any_yes":
		last := name(e.args[len(e.args)-1])
		return advice{first, fmt.Sprintf("answer Yes to at least one from “%s” to “%s”", label, last), fmt.Sprintf("répondez Yes à au moins une des questions de « %s » à « %s »", label, last)}
	case "none_yes":
		for _, c := range e.args {
			if get(c) == "Yes" {
				return advice{c, fmt.Sprintf("do not answer Yes to “%s”", name(c)), fmt.Sprintf("ne répondez pas Yes à « %s »", name(c))}
			}
		}
	case "differ":
		return advice{e.args[1], fmt.Sprintf("“%s” and “%s” are to differ", label, name(e.args[1])), fmt.Sprintf("« %s » et « %s » doivent être différents", label, name(e.args[1]))}
	case "date_le":
		return advice{e.args[1], fmt.Sprintf("“%s” is not to be before “%s”", name(e.args[1]), label), fmt.Sprintf("« %s » ne doit pas précéder « %s »", name(e.args[1]), label)}
	case "num_le":
		return advice{first, fmt.Sprintf("“%s” is not to be more than “%s”", label, name(e.args[1])), fmt.Sprintf("« %s » ne doit pas dépasser « %s »", label, name(e.args[1]))}
	case "sum_eq":
		return advice{first, fmt.Sprintf("“%s” and “%s” are to add up to %d", label, name(e.args[1]), e.n), fmt.Sprintf("la somme de « %s » et « %s » doit être %d", label, name(e.args[1]), e.n)}
	case "regex":
		return advice{first, fmt.Sprintf("“%s” has not the form that it is to have", label), fmt.Sprintf("« %s » n’a pas la forme attendue", label)}
	case "slots":
		return advice{first, fmt.Sprintf("fill the columns from “%s” on without gaps, each level once", label), fmt.Sprintf("remplissez les colonnes à partir de « %s » sans lacune, chaque niveau une seule fois", label)}
	}
	return advice{first, fmt.Sprintf("look at “%s” again", label), fmt.Sprintf("vérifiez « %s »", label)}
}

// hints are the advice on rules whose expression does not tell it.
var hints = map[string][2]string{
	"R016": {"a FOSS/GCMS client ID has 8 or 10 digits, without hyphens or blanks", "le numéro du client dans le SSOBL/SMGC compte 8 ou 10 chiffres, sans traits d’union ni espaces"},
	"R017": {"the number has letters and digits only, 6 to 12", "le numéro ne compte que des lettres et des chiffres, de 6 à 12"},
	"R018": {"the number has letters and digits only, 6 to 12", "le numéro ne compte que des lettres et des chiffres, de 6 à 12"},
	"R023": {"a record number of iCARE has 6 to 10 digits", "un numéro d’enregistrement d’iEDEC compte de 6 à 10 chiffres"},
	"R096": {"an ongoing service needs an update later, which must be sent by hand or as an amendment", "un service en cours exigera une mise à jour, à envoyer à la main ou comme modification"},
}

// reason says when an expectation holds, where that is short; otherwise nothing.
func reason(e expr, t *Template) (en, fr string) {
	label := func(id string) string {
		if c, ok := t.Column(id); ok {
			return c.Label
		}
		return id
	}
	switch e := e.(type) {
	case compared:
		how := map[string][2]string{"=": {"is", "est"}, "startswith": {"begins with", "commence par"}, "endswith": {"ends with", "se termine par"}}[e.how]
		return fmt.Sprintf("“%s” %s “%s”: ", label(e.column), how[0], e.value), fmt.Sprintf("« %s » %s « %s » : ", label(e.column), how[1], e.value)
	case not:
		if c, ok := e.a.(compared); ok && c.how == "=" {
			return fmt.Sprintf("“%s” is not “%s”: ", label(c.column), c.value), fmt.Sprintf("« %s » n’est pas « %s » : ", label(c.column), c.value)
		}
	case called:
		if e.name == "filled" {
			return fmt.Sprintf("“%s” is filled in: ", label(e.args[0])), fmt.Sprintf("« %s » est rempli : ", label(e.args[0]))
		}
		if e.name == "empty" {
			return fmt.Sprintf("“%s” is empty: ", label(e.args[0])), fmt.Sprintf("« %s » est vide : ", label(e.args[0]))
		}
	}
	return "", ""
}

// isDate says whether a text is a day of the form 2006-01-02.
func isDate(s string) bool {
	_, err := time.Parse("2006-01-02", s)
	return err == nil && len(s) == 10
}
