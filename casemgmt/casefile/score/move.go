package score

import "github.com/opencasework/casework/casemgmt/civil"

// Move is what became of a domain from pre to post (SCO-06).
type Move string

// The moves.
const (
	Rose   Move = "rose"
	Stayed Move = "stayed"
	Fell   Move = "fell"
)

// Values are all moves.
func (Move) Values() []Move { return []Move{Rose, Stayed, Fell} }

// Dated is an assessment and the day of its session.
type Dated struct {
	On civil.Date
	Assessment
}

// Change is a domain that was assessed before and after.
type Change struct {
	Type   Type   `json:"type"`
	Domain string `json:"domain"`
	Pre    int    `json:"pre"`
	Post   int    `json:"post"`
	Move   Move   `json:"move"`
	// On is the day of the post.
	On civil.Date `json:"on"`
}

// Changes compare, for each domain of one client's or one session's assessments, the first
// pre with the last post on that day or later (SCO-06). Of several on one day the first
// counts as the first, and the last as the last. A domain without both is not there.
func Changes(all []Dated) []Change {
	var out []Change
	for _, t := range Type("").Values() {
		for _, domain := range domains[t] {
			pre, post := ends(all, t, domain)
			if pre == nil || post == nil || post.on.Before(pre.on) {
				continue
			}
			c := Change{Type: t, Domain: domain, Pre: pre.value, Post: post.value, Move: Stayed, On: post.on}
			if c.Post > c.Pre {
				c.Move = Rose
			} else if c.Post < c.Pre {
				c.Move = Fell
			}
			out = append(out, c)
		}
	}
	return out
}

// end is a value of a domain and its day.
type end struct {
	on    civil.Date
	value int
}

// ends are the first pre and the last post of a domain.
func ends(all []Dated, t Type, domain string) (pre, post *end) {
	for _, a := range all {
		if a.Type != t {
			continue
		}
		for _, s := range a.Scores {
			switch {
			case s.Domain != domain:
			case a.Phase == Pre && (pre == nil || a.On.Before(pre.on)):
				pre = &end{a.On, s.Value}
			case a.Phase == Post && (post == nil || !a.On.Before(post.on)):
				post = &end{a.On, s.Value}
			}
		}
	}
	return pre, post
}

// Tally counts the moves of a domain over many clients or sessions, and the values before
// and after: five numbers, of how many had 1, 2 and so on.
type Tally struct {
	Type   Type   `json:"type"`
	Domain string `json:"domain"`
	Rose   int    `json:"rose"`
	Stayed int    `json:"stayed"`
	Fell   int    `json:"fell"`
	Pre    []int  `json:"pre"`
	Post   []int  `json:"post"`
}

// Tallies count changes by domain, in the order of the types and their domains (SCO-06).
func Tallies(changes []Change) []Tally {
	out := []Tally{}
	for _, t := range Type("").Values() {
		for _, domain := range domains[t] {
			tally := Tally{Type: t, Domain: domain, Pre: make([]int, 5), Post: make([]int, 5)}
			for _, c := range changes {
				if c.Type == t && c.Domain == domain {
					tally.add(c)
				}
			}
			if tally.Rose+tally.Stayed+tally.Fell > 0 {
				out = append(out, tally)
			}
		}
	}
	return out
}

func (t *Tally) add(c Change) {
	switch c.Move {
	case Rose:
		t.Rose++
	case Stayed:
		t.Stayed++
	case Fell:
		t.Fell++
	}
	t.Pre[c.Pre-1]++
	t.Post[c.Post-1]++
}

// BeforePre are the types of one client's or one session's assessments of which a post is
// dated before the first pre (SCO-08).
func BeforePre(all []Dated) []Type {
	return typesOf(all, func(pre, post civil.Date) bool { return !pre.IsZero() && post.Before(pre) })
}

// WithoutPre are the types that have a post and no pre, which is allowed with a warning
// (SCO-08).
func WithoutPre(all []Dated) []Type {
	return typesOf(all, func(pre, _ civil.Date) bool { return pre.IsZero() })
}

// typesOf are the types that have a post, and of which the days of the first pre, zero
// without one, and the first post are as asked for.
func typesOf(all []Dated, as func(pre, post civil.Date) bool) []Type {
	var out []Type
	for _, t := range Type("").Values() {
		first := map[Phase]civil.Date{}
		for _, a := range all {
			if had := first[a.Phase]; a.Type == t && (had.IsZero() || a.On.Before(had)) {
				first[a.Phase] = a.On
			}
		}
		if post := first[Post]; !post.IsZero() && as(first[Pre], post) {
			out = append(out, t)
		}
	}
	return out
}
