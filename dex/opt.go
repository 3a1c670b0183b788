package dex

// State says how an optional element stands in a file. Leaving an element out
// and sending it as nil are different things (FORMAT section 1).
type State uint8

// The states of an optional element.
const (
	Omitted State = iota // the element is not there
	Nil                  // the element is there with xsi:nil="true"
	Given                // the element is there with a value
)

// Opt is an optional element with a single value. The zero Opt is omitted.
type Opt[T any] struct {
	State State
	Value T // the zero value unless State is Given
}

// Some is an element with a value.
func Some[T any](v T) Opt[T] { return Opt[T]{Given, v} }

// Null is an element that is sent with xsi:nil="true".
func Null[T any]() Opt[T] { return Opt[T]{State: Nil} }

// Get is the value and whether there is one.
func (o Opt[T]) Get() (T, bool) { return o.Value, o.State == Given }

func (o *Opt[T]) state() State     { return o.State }
func (o *Opt[T]) setState(s State) { o.State = s }
func (o *Opt[T]) value() any       { return &o.Value }

// List is an optional element that holds others of one kind, such as
// Disabilities. The zero List is omitted; a List that is given holds at least one.
type List[T any] struct {
	State State
	Items []T // nil unless State is Given
}

// Of is a list that is given.
func Of[T any](items ...T) List[T] { return List[T]{Given, items} }

// NullList is a list that is sent with xsi:nil="true".
func NullList[T any]() List[T] { return List[T]{State: Nil} }

func (l *List[T]) state() State     { return l.State }
func (l *List[T]) setState(s State) { l.State = s }
func (l *List[T]) length() int      { return len(l.Items) }
func (l *List[T]) at(i int) any     { return &l.Items[i] }

func (l *List[T]) grow() any {
	var zero T
	l.Items = append(l.Items, zero)
	return &l.Items[len(l.Items)-1]
}

// optional and several are what Opt and List are to those who read and write them.
type optional interface {
	state() State
	setState(State)
	value() any
}

type several interface {
	state() State
	setState(State)
	length() int
	at(i int) any
	grow() any
}
