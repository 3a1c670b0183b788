package httpapi

import (
	"testing"

	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/enroll"
	"github.com/opencasework/casework/session"
	"github.com/opencasework/casework/session/report"
)

// Everything that people read has both languages.
func TestTextsHaveBothLanguages(t *testing.T) {
	for kind, title := range titles {
		if !title.Complete() {
			t.Errorf("the problem %s: %+v", kind, title)
		}
	}
	for _, list := range [][]casemgmt.Coded{casemgmt.Genders(), casemgmt.MaritalStatuses(), casemgmt.ImmigrationClasses(), casemgmt.AgeBands(),
		session.Types(), session.Deliveries(), enroll.Situations(), enroll.IntakeNeeds()} {
		for _, c := range list {
			if !c.Label.Complete() {
				t.Errorf("%s: %+v", c.Key, c.Label)
			}
		}
	}
	for _, o := range batch.Outcomes() {
		if !o.Text().Complete() {
			t.Errorf("the outcome %s: %+v", o, o.Text())
		}
	}
	for _, d := range report.Catalogue() {
		if !d.Title.Complete() {
			t.Errorf("the report %s: %+v", d.Name, d.Title)
		}
	}
}
