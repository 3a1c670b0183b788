package session

import (
	"strings"

	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
)

// Localize fills in the texts in a language.
func (s *Session) Localize(l i18n.Lang) {
	s.Warnings = s.Warnings.In(l)
	for _, f := range s.all() {
		f.Localize(l)
	}
}

// Localize fills in the texts in a language.
func (f *Form) Localize(l i18n.Lang) {
	f.Warnings = f.Warnings.In(l)
	localize(f.Missing, l)
}

// Localize fills in the texts in a language.
func (x *Incomplete) Localize(l i18n.Lang) {
	for _, f := range x.Forms {
		localize(f.Missing, l)
	}
	for _, c := range x.Clients {
		for _, f := range c.Forms {
			localize(f.Missing, l)
		}
	}
}

func localize(list []Missing, l i18n.Lang) {
	for i := range list {
		if text := (fault.Issue{Code: list[i].Code}).Message(l); !strings.Contains(text, "{") { // limits are not kept with what is missing
			list[i].Text = text
		}
	}
}
