package session

import (
	"slices"
	"time"

	"github.com/opencasework/casework/casemgmt"
)

// Participant is a client in a session with their forms.
type Participant struct {
	Client  casemgmt.ClientID   `json:"client"`
	Kind    casemgmt.ClientKind `json:"kind"`
	Added   time.Time           `json:"added"`
	Removal *Removal            `json:"removal,omitempty"`
	Forms   []*Form             `json:"forms"`
}

// Active are the participant's forms that were not removed.
func (p *Participant) Active() []*Form {
	if p.Removal != nil {
		return nil
	}
	return kept(p.Forms)
}

func kept(list []*Form) []*Form {
	return slices.DeleteFunc(slices.Clone(list), func(f *Form) bool { return f.Removal != nil })
}
