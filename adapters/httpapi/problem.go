package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
)

const problemType = "application/problem+json"

// Problem is an error answer (RFC 9457).
type Problem struct {
	Type   string `json:"type"` // urn:casework:problem: and a stable name
	Title  string `json:"title"`
	Status int    `json:"status"`
	// Issues say which fields break which rules.
	Issues fault.Issues `json:"issues,omitempty"`
	// LookAlikes are the people that a registration may duplicate (CLI-05).
	LookAlikes []casemgmt.LookAlike `json:"look_alikes,omitempty"`
}

var titles = map[string]i18n.Text{
	"invalid":                i18n.T("Some fields break a rule.", "Certains champs enfreignent une règle."),
	"malformed":              i18n.T("The request cannot be read.", "La requête ne peut pas être lue."),
	"not_found":              i18n.T("There is nothing here.", "Il n’y a rien ici."),
	"forbidden":              i18n.T("You may not do this.", "Vous n’avez pas l’autorisation de faire ceci."),
	"unauthenticated":        i18n.T("Sign in first.", "Ouvrez d’abord une session."),
	"conflict":               i18n.T("Somebody else changed this meanwhile, or the key is taken. Read it again.", "Quelqu’un d’autre a modifié ceci entre-temps, ou la clé est déjà prise. Relisez la fiche."),
	"key_reused":             i18n.T("This Idempotency-Key was used for another request.", "Cette clé Idempotency-Key a servi à une autre requête."),
	"possible_duplicates":    i18n.T("Somebody who looks alike is registered.", "Une personne semblable est déjà inscrite."),
	"precondition_required":  i18n.T("If-Match with the version that was read is needed.", "Il faut If-Match avec la version qui a été lue."),
	"method_not_allowed":     i18n.T("This cannot be done here.", "Ceci ne peut pas être fait ici."),
	"too_slow":               i18n.T("The request did not come to its end in time.", "La requête n’est pas arrivée à temps."),
	"too_many_streams":       i18n.T("You have too many streams open. End one of them first.", "Vous avez trop d’envois ouverts. Terminez-en un d’abord."),
	"busy":                   i18n.T("There is too much to do at the moment. Try again soon.", "Il y a trop à faire en ce moment. Réessayez bientôt."),
	"too_large":              i18n.T("The request is too large.", "La requête est trop volumineuse."),
	"unsupported_media_type": i18n.T("The body must be application/json.", "Le corps doit être de type application/json."),
	"too_many_tries": i18n.T("Too many wrong tokens came from this address. Wait before the next one.",
		"Trop de jetons erronés sont venus de cette adresse. Attendez avant le prochain."),
	"unavailable": i18n.T("The data cannot be reached, or take no changes, just now. It is not known whether this was kept. Send it again later: with the same Idempotency-Key it is done once.",
		"Les données sont inaccessibles, ou n’acceptent pas de modification, pour le moment. On ne sait pas si ceci a été conservé. Renvoyez-le plus tard : avec la même clé Idempotency-Key, ce n’est fait qu’une fois."),
	"internal": i18n.T("Something went wrong. It is not known whether this was kept. Sent again with the same Idempotency-Key, it is done once.",
		"Une erreur s’est produite. On ne sait pas si ceci a été conservé. Renvoyé avec la même clé Idempotency-Key, ce n’est fait qu’une fois."),
}

// readTitles are those of requests that were to keep nothing.
var readTitles = map[string]i18n.Text{
	"unavailable": i18n.T("The data cannot be reached just now. Try again later.", "Les données sont inaccessibles pour le moment. Réessayez plus tard."),
	"internal":    i18n.T("Something went wrong.", "Une erreur s’est produite."),
}

// title is what a problem of a request is called.
func title(kind, method string) i18n.Text {
	if text, ok := readTitles[kind]; ok && (method == http.MethodGet || method == http.MethodHead) {
		return text
	}
	return titles[kind]
}

// Refuse answers a request with an error as the routes do, for what stands before
// them, such as sign-in.
func Refuse(w http.ResponseWriter, r *http.Request, err error) {
	plainHeaders(w)
	problem(w, r, err)
}

// problem maps errors to answers, and is the only place that does.
func problem(w http.ResponseWriter, r *http.Request, err error) {
	p := Problem{Type: "internal", Status: http.StatusInternalServerError}
	var duplicates *casemgmt.PossibleDuplicates
	var read *readError
	var hooks *casemgmt.HookError
	var wait *fault.Wait
	if errors.As(err, &wait) {
		retryAfter(w, wait.After)
	}
	switch {
	case errors.As(err, &hooks):
		reportError(r, err)
	case errors.As(err, &read):
		p = Problem{Type: read.kind, Status: read.status, Issues: read.issues}
	case errors.As(err, &duplicates):
		p = Problem{Type: "possible_duplicates", Status: http.StatusConflict, LookAlikes: duplicates.LookAlikes}
	case errors.Is(err, fault.ErrInvalid):
		p = Problem{Type: "invalid", Status: http.StatusUnprocessableEntity, Issues: fault.IssuesOf(err)}
	case errors.Is(err, fault.ErrNotFound):
		p = Problem{Type: "not_found", Status: http.StatusNotFound}
	case errors.Is(err, fault.ErrForbidden):
		p = Problem{Type: "forbidden", Status: http.StatusForbidden}
	case errors.Is(err, fault.ErrUnauthenticated):
		p = Problem{Type: "unauthenticated", Status: http.StatusUnauthorized}
	case errors.Is(err, fault.ErrKeyReused):
		p = Problem{Type: "key_reused", Status: http.StatusConflict}
	case errors.Is(err, fault.ErrConflict) && r.Header.Get("If-Match") != "":
		p = Problem{Type: "conflict", Status: http.StatusPreconditionFailed}
	case errors.Is(err, fault.ErrConflict):
		p = Problem{Type: "conflict", Status: http.StatusConflict}
	case errors.Is(err, fault.ErrTooMany):
		p = Problem{Type: "too_many_tries", Status: http.StatusTooManyRequests}
	case errors.Is(err, fault.ErrUnavailable), errors.Is(err, context.DeadlineExceeded):
		p = Problem{Type: "unavailable", Status: http.StatusServiceUnavailable}
		if wait == nil {
			retryAfter(w, unavailableFor)
		}
		reportError(r, err)
	case errors.Is(err, context.Canceled): // nobody reads the answer
	default:
		reportError(r, err)
	}
	writeProblem(w, r, p)
}

// unavailableFor is after which time it is worth asking again for what is
// unavailable.
const unavailableFor = 2 * time.Second

// retryAfter says in whole seconds when to try again.
func retryAfter(w http.ResponseWriter, after time.Duration) {
	w.Header().Set("Retry-After", strconv.Itoa(max(1, int(math.Ceil(after.Seconds())))))
}

// statuses are those of problems, with the title that describes them.
var statuses = map[int]string{
	http.StatusBadRequest:            "malformed",
	http.StatusUnauthorized:          "unauthenticated",
	http.StatusForbidden:             "forbidden",
	http.StatusNotFound:              "not_found",
	http.StatusConflict:              "conflict",
	http.StatusPreconditionFailed:    "conflict",
	http.StatusRequestTimeout:        "too_slow",
	http.StatusRequestEntityTooLarge: "too_large",
	http.StatusUnsupportedMediaType:  "unsupported_media_type",
	http.StatusUnprocessableEntity:   "invalid",
	http.StatusPreconditionRequired:  "precondition_required",
	http.StatusTooManyRequests:       "too_many_tries",
	http.StatusInternalServerError:   "internal",
	http.StatusServiceUnavailable:    "unavailable",
}

// problems are the statuses of the problems with which a route can answer.
func (r *route) problems() []int {
	out := []int{http.StatusBadRequest, http.StatusUnauthorized, http.StatusUnprocessableEntity, http.StatusTooManyRequests, http.StatusInternalServerError,
		http.StatusServiceUnavailable}
	add := func(may bool, list ...int) {
		if may {
			out = append(out, list...)
		}
	}
	add(!r.open, http.StatusForbidden)
	add(r.missing || len(r.params()) > 0, http.StatusNotFound)
	add(r.once(), http.StatusConflict)
	add(r.version, http.StatusPreconditionFailed, http.StatusPreconditionRequired)
	add(r.body != noBody, http.StatusRequestTimeout, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	return out
}

func writeProblem(w http.ResponseWriter, r *http.Request, p Problem) {
	lang := language(r)
	p.Title = title(p.Type, r.Method).In(lang)
	p.Type = "urn:casework:problem:" + p.Type
	p.Issues = p.Issues[:min(len(p.Issues), maxIssues)].In(lang)
	for i := range p.LookAlikes {
		for _, r := range p.LookAlikes[i].Reasons {
			p.LookAlikes[i].Texts = append(p.LookAlikes[i].Texts, r.Text().In(lang))
		}
	}
	w.Header().Set("Content-Type", problemType)
	w.Header().Set("Content-Language", string(lang))
	if p.Status == http.StatusUnauthorized && w.Header().Get("WWW-Authenticate") == "" { // the host may have another scheme
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	if p.Status == http.StatusServiceUnavailable && w.Header().Get("Retry-After") == "" {
		w.Header().Set("Retry-After", "1")
	}
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p)
}
