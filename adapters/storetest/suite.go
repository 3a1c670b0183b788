package storetest

import (
	"maps"
	"slices"
	"testing"
)

// Rules are tests on a world by their names. A name starts with the ids of the
// rules that the test shows.
type Rules map[string]func(t *testing.T, w *World)

// Suite is what any storage must promise: that it keeps every record, its versions,
// its lists and their order, the bounds of the agencies, and all of it when several
// write at once. world gives the world on an empty storage. What the services
// promise over it is shown beside them.
func Suite(t *testing.T, world func(t *testing.T) *World) {
	world(t).Run(t, map[string]Rules{
		"agencies": agencyRules, "at once": atOnceRules, "properties": propertyRules, "records": recordRules, "search": searchRules, "storage": storageRules,
	})
}

// Run runs parts of rules by their names, in alphabetical order, on this one world.
func (w *World) Run(t *testing.T, parts map[string]Rules) {
	for _, part := range slices.Sorted(maps.Keys(parts)) {
		t.Run(part, func(t *testing.T) {
			for _, name := range slices.Sorted(maps.Keys(parts[part])) {
				t.Run(name, func(t *testing.T) {
					own := *w
					own.T = t
					parts[part][name](t, &own)
				})
			}
		})
	}
}
