package export

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/session"
)

// compare looks at what the ledger has of a record, makes the record accordingly,
// and judges it. record makes it, given the funder's number of the record that it
// changes. It says whether a good record is sent.
func (w *walk) compare(it *item, st standing, record func(amends string) Record) (sends bool, err error) {
	if it.row != nil && it.row.State == session.Accepted {
		it.amends = cmp.Or(it.row.RecordID, it.row.Amends) // the number stays through amendments
	} else if it.row != nil && it.row.Funder == w.c.Funder {
		it.amends = it.row.Amends // the amendment itself was rejected
	}
	it.Record = record(it.amends)
	if it.row != nil && it.row.State == session.Accepted && it.row.Core != it.Core && it.amends == "" && !it.OwnID {
		it.Findings = append(it.Findings, finding("XPT-10", fault.Error, i18n.T(
			"The record was changed after the funder accepted it. Enter the funder's number of the record, so that the change can be sent.",
			"L’enregistrement a été modifié après son acceptation. Inscrivez le numéro que lui a donné le bailleur de fonds, afin que la modification puisse être envoyée.")))
	}
	if st.unsent && it.OwnID {
		it.Findings = append(it.Findings, finding("XPT-05", fault.Warning, i18n.T(
			"A record that this one needs is in a file of another run that was not sent yet. Have that file sent first.",
			"Un enregistrement dont celui-ci a besoin figure dans un fichier d’une autre exportation, pas encore envoyé. Faites d’abord envoyer ce fichier.")))
	} else if st.unsent {
		it.Findings = append(it.Findings, finding("XPT-05", fault.Warning, i18n.T(
			"The client's profile is in a file of another run that was not sent yet. Have that file sent first.",
			"Le profil du client figure dans un fichier d’une autre exportation, pas encore envoyé. Faites d’abord envoyer ce fichier.")))
	}
	// a service that was refused with its client goes again when the client is right
	mended := it.row != nil && it.row.Funder != w.c.Funder || // rejected under another agreement
		it.row != nil && it.OwnID && st.sends ||
		it.row != nil && aboutClient(it.row) &&
			(st.sends || bytes.Compare(st.accepted[:], it.row.File[:]) > 0) // ids grow with time
	return w.judge(it, mended, st.bad)
}

func finding(rule string, s fault.Severity, message i18n.Text) Finding {
	return Finding{Rule: rule, Severity: s, Message: message}
}

// judge compares a record with what the ledger has of it, counts it, and hands it
// on if it is due. mended: what it was rejected for was mended elsewhere;
// blocked: it waits for its client's profile (XPT-05). It says whether a good
// record is sent.
func (w *walk) judge(it *item, mended, blocked bool) (sends bool, err error) {
	if r := it.row; r != nil {
		same := r.Print == it.Print
		if r.State == session.Accepted {
			same = r.Core == it.Core
		}
		switch {
		case r.State == session.Exported:
			w.left[InFile]++
			it.Findings = nil // it is as it was sent
			return false, nil
		case r.State == session.Pending:
			w.left[AtFunder]++
			it.Findings = nil
			return false, nil
		case r.State == session.Accepted && same:
			w.left[AcceptedOnce]++
			it.Findings = nil // the funder took it
			return false, nil
		case r.State == session.Rejected && same && !mended && !w.c.Resend:
			it.Findings = append(rejection(r), it.Findings...)
		}
	}
	if blocked && !it.Bad() && it.OwnID {
		it.Findings = append(it.Findings, finding("XPT-05", fault.Error, i18n.T(
			"A record that this one needs would be refused. Mend that one first.",
			"Un enregistrement dont celui-ci a besoin serait refusé. Corrigez-le d’abord.")))
	} else if blocked && !it.Bad() {
		it.Findings = append(it.Findings, finding("XPT-05", fault.Error, i18n.T(
			"The client's profile would be refused, and with it all of the client's services. Mend the profile first.",
			"Le profil du client serait refusé, et avec lui tous ses services. Corrigez d’abord le profil.")))
	}
	t := w.tallies[it.Record.Kind]
	for _, f := range it.Findings {
		if f.Severity == fault.Warning {
			w.counts.Warnings++
		}
	}
	if it.Bad() {
		t.Bad++
		w.counts.Bad++
	} else {
		sends = true
		t.Good++
		w.counts.Good++
		if it.amends != "" || it.OwnID && it.row != nil && it.row.State == session.Accepted {
			t.Amendments++
		}
	}
	return sends, w.each(*it)
}

// aboutClient says whether a record was rejected with its client, and for nothing
// else.
func aboutClient(r *Row) bool {
	return len(r.Messages) > 0 && !slices.ContainsFunc(r.Messages, func(m session.FunderMessage) bool { return !strings.EqualFold(m.Part, "client") })
}

// rejection is what the funder said of a record that was not corrected since (XPT-08).
func rejection(r *Row) []Finding {
	var out []Finding
	for _, m := range r.Messages {
		text := i18n.T(m.En, m.Fr)
		if text.Fr == "" {
			text.Fr = m.En
		}
		out = append(out, finding("XPT-08", fault.Error, text))
	}
	if len(out) == 0 {
		out = append(out, finding("XPT-08", fault.Error, i18n.T("The funder rejected this record and gave no reason.", "Le bailleur de fonds a rejeté cet enregistrement sans en donner la raison.")))
	}
	return out
}
