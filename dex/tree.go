package dex

import (
	"bytes"
	"strconv"
)

// tree is the elements of one record. It is used again for the next one.
type tree struct {
	nodes []node
	text  []byte
}

// node is an element. Its relatives are indices of nodes; 0 is the record itself.
type node struct {
	name                string
	from, to            int // its text
	null, stray         bool
	pos                 Position
	parent, next, first int32 // -1 is none
	last                int32
	place               int32 // among its namesakes, from 1
	same                int32 // children that are named as the first of them
	odd                 bool  // an attribute that does not belong
}

func (t *tree) reset() { t.nodes, t.text = t.nodes[:0], t.text[:0] }

func (t *tree) open(name string, tok token, parent int32) int32 {
	i := int32(len(t.nodes))
	n := node{name: name, null: tok.null, odd: tok.odd, pos: tok.pos, parent: parent, next: -1, first: -1, last: -1, from: len(t.text), to: len(t.text), place: 1}
	if parent >= 0 {
		p := &t.nodes[parent]
		if p.last < 0 {
			p.first, p.same = i, 1
		} else {
			before := &t.nodes[p.last]
			before.next = i
			if t.nodes[p.first].name == name {
				p.same++
				n.place = p.same
			} else if before.name == name {
				n.place = before.place + 1
			}
		}
		p.last = i
	}
	t.nodes = append(t.nodes, n)
	return i
}

// value is the text of an element.
func (t *tree) value(i int32) []byte { return t.text[t.nodes[i].from:t.nodes[i].to] }

// path names an element within the record. Elements of lists are counted from 1.
func (t *tree) path(i int32) string {
	if i <= 0 {
		return ""
	}
	n := &t.nodes[i]
	name := n.name
	if el, _ := everything().find(t.nodes[n.parent].name, name); n.place > 1 || el != nil && el.Max != 1 {
		name += "[" + strconv.Itoa(int(n.place)) + "]"
	}
	if outer := t.path(n.parent); outer != "" {
		return outer + "/" + name
	}
	return name
}

// child is the first element of a name within another one, or -1.
func (t *tree) child(i int32, name string) int32 {
	if i < 0 {
		return -1
	}
	for c := t.nodes[i].first; c >= 0; c = t.nodes[c].next {
		if t.nodes[c].name == name {
			return c
		}
	}
	return -1
}

// find follows names from the record. Without the last it gives the nearest there is.
func (t *tree) find(names ...string) int32 {
	at := int32(0)
	for _, name := range names {
		c := t.child(at, name)
		if c < 0 {
			return at
		}
		at = c
	}
	return at
}

// items are the elements of a name within a list, in their order.
func (t *tree) items(list int32, name string) []int32 {
	var out []int32
	if list < 0 {
		return nil
	}
	for c := t.nodes[list].first; c >= 0; c = t.nodes[c].next {
		if t.nodes[c].name == name {
			out = append(out, c)
		}
	}
	return out
}

// within says whether an element is another one, or in it.
func (t *tree) within(i, outer int32) bool {
	for ; i >= 0; i = t.nodes[i].parent {
		if i == outer {
			return true
		}
	}
	return false
}

type eventKind uint8

const (
	atEnd eventKind = iota
	atSection
	atRecord
	atStray // a text that does not belong
)

// walker goes through a file, section by section and record by record.
type walker struct {
	*scanner
	tree    tree
	section string // the name of the section that is open
	inRoot  bool
	rootOdd bool              // the outermost element has an attribute that does not belong
	odd     bool              // the section has one, or it is the first and the outermost element has one
	null    bool              // the section is nil
	names   map[string]string // the names of elements, each once
}

func newWalker(s *scanner) *walker {
	w := &walker{scanner: s, names: map[string]string{}}
	return w
}

func (w *walker) intern(name []byte) string {
	if s, ok := w.names[string(name)]; ok {
		return s
	}
	s := string(name)
	if len(w.names) < 1000 {
		w.names[s] = s
	}
	return s
}

// next is the next section or record: its tree is in w.tree.
func (w *walker) next() (eventKind, Position, error) {
	for {
		t, err := w.scanner.next()
		if err != nil {
			return atEnd, t.pos, err
		}
		switch t.kind {
		case tokenEOF:
			return atEnd, t.pos, nil
		case tokenText:
			if len(bytes.TrimLeft(t.text, " \t\r\n")) > 0 {
				return atStray, t.pos, nil
			}
		case tokenEnd:
			w.section = ""
		case tokenStart:
			switch {
			case !w.inRoot:
				w.inRoot, w.rootOdd = true, t.odd
				if string(t.name) != Root {
					return atEnd, t.pos, w.fail(t.pos, "the outermost element is not "+Root+": this is not a DEX file")
				}
			case w.section == "":
				w.section, w.odd, w.null = w.intern(t.name), t.odd || w.rootOdd, t.null
				w.rootOdd = false
				return atSection, t.pos, nil
			default:
				return atRecord, t.pos, w.record(t)
			}
		}
	}
}

// maxNodes is how many elements a record may have.
const maxNodes = 200_000

// record reads a record up to its end.
func (w *walker) record(t token) error {
	w.tree.reset()
	at := w.tree.open(w.intern(t.name), t, -1)
	for {
		t, err := w.scanner.next()
		if err != nil {
			return err
		}
		n := &w.tree.nodes[at]
		switch t.kind {
		case tokenStart:
			if len(w.tree.nodes) >= maxNodes {
				return w.fail(t.pos, "a record with more than 200000 elements")
			}
			if n.first < 0 { // its text was a blank between elements, or does not belong
				n.stray = len(bytes.TrimLeft(w.tree.text[n.from:n.to], " \t\r\n")) > 0
				w.tree.text = w.tree.text[:n.from]
				n.to = n.from
			}
			at = w.tree.open(w.intern(t.name), t, at)
		case tokenText:
			if n.first >= 0 {
				n.stray = n.stray || len(bytes.TrimLeft(t.text, " \t\r\n")) > 0
				continue
			}
			if len(w.tree.text)+len(t.text) > maxToken {
				return w.fail(t.pos, tooLong)
			}
			w.tree.text = append(w.tree.text, t.text...)
			n.to = len(w.tree.text)
		case tokenEnd:
			if at == 0 {
				return nil
			}
			at = n.parent
		}
	}
}
