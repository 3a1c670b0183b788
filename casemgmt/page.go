package casemgmt

// PageRequest says which part of a list is wanted.
type PageRequest struct {
	// After is the Next of the page before; empty is the first.
	After string `json:"after,omitempty"`
	// Limit is the number of items, 1 to 200; 0 is 50.
	Limit int `json:"limit,omitempty"`
}

// Size is the number of items of the page.
func (p PageRequest) Size() int {
	if p.Limit <= 0 {
		return 50
	}
	return min(p.Limit, 200)
}

// Page is a part of a list.
type Page[T any] struct {
	Items []T `json:"items"`
	// Next is where the next page starts; empty on the last.
	Next string `json:"next,omitempty"`
}
