package casemgmt

import (
	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt/fault"
)

// The sizes of pages: what one has when none is asked for, and the largest.
const (
	UsualPage = 50
	MaxPage   = 200
)

// PageRequest says which part of a list is wanted.
type PageRequest struct {
	// After is the Next of the page before; empty is the first.
	After string `json:"after,omitempty"`
	// Limit is the number of items, 1 to 200; 0 is 50.
	Limit int `json:"limit,omitempty"`
}

// Validate says whether a page can have so many items.
func (p PageRequest) Validate() error {
	return fault.Check(&p, validation.Field(&p.Limit, fault.If(p.Limit != 0, fault.Between("", 1, MaxPage))))
}

// Size is the number of items of the page.
func (p PageRequest) Size() int {
	if p.Limit == 0 {
		return UsualPage
	}
	return p.Limit
}

// Page is a part of a list.
type Page[T any] struct {
	Items []T `json:"items"`
	// Next is where the next page starts; empty on the last.
	Next string `json:"next,omitempty"`
}
