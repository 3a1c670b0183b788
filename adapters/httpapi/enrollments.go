package httpapi

import (
	"context"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/enroll"
)

type (
	codeList struct {
		Group enroll.ServiceGroupID `json:"group,omitzero"`
		casemgmt.PageRequest
	}
	// stockCodes has nothing to choose.
	stockCodes   struct{}
	enrolledList struct {
		enroll.EnrolledIn
		casemgmt.PageRequest
	}
	barList struct {
		enroll.BarsAt
		casemgmt.PageRequest
	}
)

// enrollmentRoutes are what ties clients to programs and keeps them out, and the
// agency's service codes.
func enrollmentRoutes(e *enroll.Service) []*route {
	out := []*route{
		create("POST /enrollments", "enroll", "Enroll a client in a program; a new or inactive one needs the intake (ENR-03)", e.Enroll),
		op("GET /enrollments/{id}", "getEnrollment", "Read an enrollment", byID(e.Enrollment)),
		op("PUT /enrollments/{id}", "updateEnrollment", "Move or close an enrollment (ENR-06)", e.UpdateEnrollment),
		op("POST /enrollments/{id}/removal", "takeBackEnrollment", "Take back an enrollment that was made by mistake and has no services (ENR-06)", e.TakeBack),
		op("POST /enrollments/{id}/restoration", "restoreEnrollment", "Undo the taking back of an enrollment (ENR-06)", e.Restore),
		op("GET /clients/{id}/enrollments", "listEnrollments", "A client's enrollments in the programs that the caller sees", whole(byID(e.ClientEnrollments))),
		op("GET /programs/{program}/enrollments", "listEnrolled", "Who is enrolled in a program on a day, today without it (ENR-04)", func(ctx context.Context, in enrolledList) (casemgmt.Page[enroll.EnrolledClient], error) {
			return e.Enrolled(ctx, in.EnrolledIn, in.PageRequest)
		}),
		create("POST /bars", "barClient", "Bar a client from a program, a facility or the whole agency (BAR-03)", e.BarClient),
		op("GET /bars", "listBarred", "Who is barred from a program or a facility on a day, today without it (BAR-06)", func(ctx context.Context, in barList) (casemgmt.Page[enroll.BarredClient], error) {
			return e.Bars(ctx, in.BarsAt, in.PageRequest)
		}),
		op("GET /bars/{id}", "getBar", "Read a bar; incident notes are for supervisors (BAR-02)", byID(e.Bar)),
		op("POST /bars/{id}/extension", "extendBar", "Give a bar a later end, or none (BAR-03); its history keeps the one before", e.ExtendBar),
		op("POST /bars/{id}/lifting", "liftBar", "Lift a bar, as a supervisor (BAR-07)", e.LiftBar),
		op("GET /clients/{id}/bars", "listBars", "A client's bars, past ones too", whole(byID(e.ClientBars))),
		create("POST /clients/{client}/cards", "issueCard", "Give a client a scan card (SCN-02)", e.IssueCard),
		op("POST /cards/{id}/deactivation", "deactivateCard", "End a scan card for good (SCN-02)", e.DeactivateCard),
		op("POST /cards/lookup", "findCard", "Whose card was scanned, and whether it works now (SCN-01); the value is in no address", e.FindCard).asks().orMissing(),
		op("GET /clients/{client}/cards", "listCards", "A client's scan cards", whole(func(ctx context.Context, q cardsOf) ([]*enroll.Card, error) {
			return e.ClientCards(ctx, q.Client)
		})),
		op("POST /stock-codes", "addStockCodes", "Give the agency the stock service groups and codes that it lacks (BAT-07)", whole(func(ctx context.Context, _ stockCodes) ([]enroll.ServiceCode, error) {
			return e.AddStockCodes(ctx)
		})),
		op("GET /service-codes", "listServiceCode", "List service codes, of one group or all (BAT-06)", func(ctx context.Context, in codeList) (casemgmt.Page[enroll.ServiceCode], error) {
			return e.ServiceCodes(ctx, in.Group, in.PageRequest)
		}).toAll(),
	}
	out = append(out, crud("/service-groups", "ServiceGroup", "service group", table[enroll.ServiceGroup]{e.CreateServiceGroup, e.UpdateServiceGroup, e.ServiceGroup, e.ServiceGroups})...)
	return append(out, crud("/service-codes", "ServiceCode", "service code", table[enroll.ServiceCode]{create: e.CreateServiceCode, update: e.UpdateServiceCode, get: e.ServiceCode})...)
}

// cardsOf asks for the cards of a client; the path has the name that issuing one has.
type cardsOf struct {
	Client casemgmt.ClientID `json:"client"`
}
