package report

import (
	"slices"

	"github.com/opencasework/casework/casemgmt/i18n"
)

// Name of a report.
type Name string

// Source is what a report counts.
type Source string

// The sources.
const (
	Services      Source = "services"       // the service forms of complete sessions (CMP-03)
	BatchServices Source = "batch_services" // the posted services of batches that are not reversed (BAT-19)
	Everything    Source = "everything"     // both, a person in both once
)

// Values are all sources.
func (Source) Values() []Source { return []Source{Services, BatchServices, Everything} }

// Dimension is what a report has its rows by.
type Dimension string

// The dimensions. Whole is one row for everything.
const (
	Whole       Dimension = ""
	FormKind    Dimension = "form_kind"
	SessionType Dimension = "session_type"
	Program     Dimension = "program"
	Site        Dimension = "site"
	Worker      Dimension = "worker"
	Funder      Dimension = "funder"
	Answer      Dimension = "answer" // to Criteria.Field of Criteria.FormKind
	Code        Dimension = "code"   // of batch services
)

// Values are all dimensions.
func (Dimension) Values() []Dimension {
	return []Dimension{Whole, FormKind, SessionType, Program, Site, Worker, Funder, Answer, Code}
}

// Measure is how a report counts.
type Measure string

// The measures.
const (
	Forms     Measure = "services"  // service forms
	Units     Measure = "units"     // of batch services
	Clients   Measure = "clients"   // different named clients; of batches all different clients
	Anonymous Measure = "anonymous" // anonymous clients, once for each session
	Visits    Measure = "visits"    // clients per session; of batches clients per day
)

// Values are all measures.
func (Measure) Values() []Measure { return []Measure{Forms, Units, Clients, Anonymous, Visits} }

// sums says whether other measures of a row can be computed back from it.
func (m Measure) sums() bool { return m == Visits }

var labels = map[Measure]i18n.Text{
	Forms:     i18n.T("Services", "Services"),
	Units:     i18n.T("Units", "Unités"),
	Clients:   i18n.T("Different clients", "Clients différents"),
	Anonymous: i18n.T("Anonymous clients served", "Clients anonymes servis"),
	Visits:    i18n.T("Visits", "Visites"),
}

// Filter is one of the criteria besides the range.
type Filter string

// The filters, named as in JSON.
const (
	ByProgram     Filter = "program"
	BySite        Filter = "site"
	ByFunder      Filter = "funder"
	ByWorker      Filter = "worker"
	BySessionType Filter = "session_type"
	ByFormKind    Filter = "form_kind"
	ByField       Filter = "field"
	ByGender      Filter = "gender"
)

// Values are all filters.
func (Filter) Values() []Filter {
	return []Filter{ByProgram, BySite, ByFunder, ByWorker, BySessionType, ByFormKind, ByField, ByGender}
}

// Definition is one report of the catalogue (REP-12).
type Definition struct {
	Name    Name      `json:"name"`
	Title   i18n.Text `json:"title"`
	Of      Source    `json:"of"`
	By      Dimension `json:"by,omitempty"` // what its rows are
	Count   []Measure `json:"count"`
	Filters []Filter  `json:"filters"` // the criteria that it takes
	// Total is the measure that can be added up over the rows; empty for none.
	Total Measure `json:"total,omitempty"`
	// People is the measure that says about how many people a row is: a row about
	// few is withheld as a whole; empty where each measure stands for itself.
	People Measure `json:"people,omitempty"`
}

var (
	onServices = []Filter{ByProgram, BySite, ByFunder, ByWorker, BySessionType, ByFormKind, ByGender}
	onAnswers  = append(slices.Clone(onServices), ByField)
	onBatches  = []Filter{ByProgram, BySite, ByWorker, ByGender}
)

// catalogue is the table of the reports that there are.
var catalogue = []Definition{
	{Name: "clients_served", Title: i18n.T("Clients served", "Clients servis"), Of: Everything, Count: []Measure{Clients, Anonymous, Visits}, Filters: onServices},
	{Name: "services_by_form_kind", Title: i18n.T("Services by form kind", "Services par type de formulaire"), Of: Services, By: FormKind,
		Count: []Measure{Forms}, Filters: onServices, Total: Forms},
	{Name: "services_by_program", Title: i18n.T("Services by program", "Services par programme"), Of: Services, By: Program, Count: []Measure{Forms}, Filters: onServices, Total: Forms},
	{Name: "services_by_site", Title: i18n.T("Services by site", "Services par site"), Of: Services, By: Site, Count: []Measure{Forms}, Filters: onServices, Total: Forms},
	{Name: "services_by_worker", Title: i18n.T("Services by worker", "Services par intervenant"), Of: Services, By: Worker, Count: []Measure{Forms}, Filters: onServices, Total: Forms},
	{Name: "services_by_funder", Title: i18n.T("Services by funder", "Services par bailleur de fonds"), Of: Services, By: Funder, Count: []Measure{Forms}, Filters: onServices, Total: Forms},
	{Name: "answers", Title: i18n.T("Answers to a question", "Réponses à une question"), Of: Services, By: Answer, Count: []Measure{Forms}, Filters: onAnswers},
	{Name: "services_by_code", Title: i18n.T("Services delivered by code", "Services fournis par code"), Of: BatchServices, By: Code,
		Count: []Measure{Units, Clients, Visits}, Filters: onBatches, Total: Units, People: Clients},
}

// Values are the names of all reports of the catalogue.
func (Name) Values() []Name {
	out := make([]Name, len(catalogue))
	for i, d := range catalogue {
		out[i] = d.Name
	}
	return out
}

// Catalogue lists the reports.
func Catalogue() []Definition { return slices.Clone(catalogue) }

// Find is a report by its name.
func Find(n Name) (Definition, bool) {
	i := slices.IndexFunc(catalogue, func(d Definition) bool { return d.Name == n })
	if i < 0 {
		return Definition{}, false
	}
	return catalogue[i], true
}

func (d Definition) columns() []Column {
	out := make([]Column, len(d.Count))
	for i, m := range d.Count {
		out[i] = Column{m, labels[m]}
	}
	return out
}
