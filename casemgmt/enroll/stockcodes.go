package enroll

import (
	"context"
	"slices"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/i18n"
)

// DayShelter is the default code for day shelter visits, as the funder spells it (BAT-07).
const DayShelter = "Day Shelter – Homeless Drop-In Centers"

// stockCodes are what an agency may start with: groups, and their codes.
var stockCodes = []struct {
	group i18n.Text
	codes []i18n.Text
}{
	{i18n.T("Day Shelter", "Refuge de jour"), []i18n.Text{i18n.T(DayShelter, "Refuge de jour – Haltes-accueil pour personnes en situation d’itinérance")}},
	{i18n.T("Meals", "Repas"), []i18n.Text{i18n.T("Breakfast", "Déjeuner"), i18n.T("Lunch", "Dîner"), i18n.T("Supper", "Souper")}},
	{i18n.T("Counselling", "Counseling"), []i18n.Text{i18n.T("Individual counselling", "Counseling individuel"), i18n.T("Group counselling", "Counseling de groupe")}},
	{i18n.T("Financial assistance", "Aide financière"), []i18n.Text{i18n.T("Transit fare", "Titre de transport"), i18n.T("Identification fees", "Frais de pièces d’identité")}},
	{i18n.T("Basic needs", "Besoins essentiels"), []i18n.Text{i18n.T("Shower", "Douche"), i18n.T("Laundry", "Buanderie"), i18n.T("Clothing", "Vêtements")}},
}

// AddStockCodes gives the agency the stock groups and codes that it does not
// have yet, by their names in its first language, and says which codes it has now from that
// list. It fails with fault.ErrForbidden.
func (s *Service) AddStockCodes(ctx context.Context) ([]ServiceCode, error) {
	return casemgmt.Change(ctx, s.work, "stock codes", addStockCodes)
}

func addStockCodes(ctx context.Context, u *Unit, _ string) ([]ServiceCode, error) {
	if err := casemgmt.MayManage(ctx, u); err != nil {
		return nil, err
	}
	groups, err := casemgmt.All(ctx, u.Tx.ServiceGroups())
	if err != nil {
		return nil, err
	}
	codes, err := casemgmt.All(ctx, u.Tx.ServiceCodes())
	if err != nil {
		return nil, err
	}
	var out []ServiceCode
	for _, stock := range stockCodes {
		group, err := stockGroup(ctx, u, groups, stock.group)
		if err != nil {
			return nil, err
		}
		for _, name := range stock.codes {
			code, err := stockCode(ctx, u, codes, group, name)
			if err != nil {
				return nil, err
			}
			out = append(out, *code)
		}
	}
	u.Was(u.Agency)
	u.Log(event.StockCodesAdded, u.Agency)
	return out, nil
}

func stockGroup(ctx context.Context, u *Unit, have []ServiceGroup, name i18n.Text) (ServiceGroupID, error) {
	own := u.Agency.Speaks()
	if i := slices.IndexFunc(have, func(g ServiceGroup) bool { return g.Name.Own(own[0]) == name.Own(own[0]) }); i >= 0 {
		return have[i].ID, nil
	}
	group := &ServiceGroup{Head: casemgmt.NewHead[ServiceGroup](), Name: name.Only(own)}
	return group.ID, u.Tx.ServiceGroups().Insert(ctx, group)
}

func stockCode(ctx context.Context, u *Unit, have []ServiceCode, group ServiceGroupID, name i18n.Text) (*ServiceCode, error) {
	own := u.Agency.Speaks()
	if i := slices.IndexFunc(have, func(c ServiceCode) bool { return c.Name.Own(own[0]) == name.Own(own[0]) }); i >= 0 {
		return &have[i], nil
	}
	code := &ServiceCode{Head: casemgmt.NewHead[ServiceCode](), Group: group, Name: name.Only(own)}
	return code, u.Tx.ServiceCodes().Insert(ctx, code)
}
