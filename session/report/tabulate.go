package report

// Withhold is the number below which a count is withheld when it would reveal
// what the caller may not see: itself, or the part of it that is hidden, which is
// the difference to what the caller sees (ACC-11).
const Withhold = 5

func (c Count) hides() bool { return c.All > c.Visible }

func (c Count) reveals() bool { return c.hides() && c.All-c.Visible < Withhold }

func (c Count) value() *int {
	if c.reveals() {
		return nil
	}
	return &c.All
}

// tabulate makes the rows and their total, and is the one place that withholds: a
// number with a part below Withhold in it which the caller may not see, what could be
// computed back from the others, and a whole row where that is about few people.
func tabulate(d Definition, counted []Counted) (rows []Row, total *int) {
	rows = []Row{}
	sum, hidden, withheld := 0, 0, false
	for _, n := range counted {
		row := Row{Key: n.Key, Values: map[Measure]*int{}}
		few := d.few(n)
		for i, m := range d.Count {
			if few || n.Values[i].reveals() {
				row.Withheld = true
				continue
			}
			row.Values[m] = n.Values[i].value()
		}
		for _, m := range d.Count {
			if _, shown := row.Values[m]; !shown || row.Withheld && m.sums() {
				row.Values[m] = nil
			}
		}
		rows = append(rows, row)
		for i, m := range d.Count {
			if m == d.Total {
				sum += n.Values[i].All
				if row.Withheld {
					hidden += n.Values[i].All - n.Values[i].Visible
				}
			}
		}
		withheld = withheld || row.Withheld
	}
	// a total would give away what few were withheld
	if d.Total == "" || withheld && (d.People != "" || hidden < Withhold) {
		return rows, nil
	}
	return rows, &sum
}

// few says whether a row has something in it that the caller may not see, and is
// about few people, or few of them are hidden.
func (d Definition) few(n Counted) bool {
	few, hides := false, false
	for i, m := range d.Count {
		few = few || m == d.People && (n.Values[i].All < Withhold || n.Values[i].reveals())
		hides = hides || n.Values[i].hides()
	}
	return few && hides
}
