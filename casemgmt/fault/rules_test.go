package fault_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/fault"
)

// said are the issues of an error, each as path, code, rule and parameters.
func said(err error) []string {
	var out []string
	for _, i := range fault.IssuesOf(err) {
		text := strings.TrimSpace(i.Path + " " + i.Code + " " + i.Rule)
		if len(i.Params) > 0 {
			text += strings.TrimPrefix(fmt.Sprint(" ", i.Params), " map")
		}
		out = append(out, text)
	}
	return out
}

type colour string

func (c colour) Valid() bool { return c == "red" || c == "blue" }

type zeroable struct{ n int }

func (z zeroable) IsZero() bool { return z.n == 0 }

func ptr[T any](v T) *T { return &v }

var (
	monday  = civil.Date{Year: 2025, Month: 6, Day: 16}
	inJune  = fault.Env{Today: monday, Known: func(list, key string) bool { return list == "language" && key == "arabic" }}
	noDay   = civil.Date{}
	shapeOf = regexp.MustCompile(`^[a-z]+$`)
)

// Each rule passes what it should and says path, code and rule of what it does not.
func TestRules(t *testing.T) {
	one := func(text string) []string { return []string{text} }
	tests := map[string]struct {
		rule  fault.Rule
		value any
		want  []string
	}{
		"required, given":                  {fault.Required("R-1"), "a", nil},
		"required, empty text":             {fault.Required("R-1"), "", one("required R-1")},
		"required, blank pointer":          {fault.Required("R-1"), (*string)(nil), one("required R-1")},
		"required, pointer to zero":        {fault.Required("R-1"), ptr(0), one("required R-1")},
		"required, date":                   {fault.Required("R-1"), monday, nil},
		"required, no date":                {fault.Required("R-1"), noDay, one("required R-1")},
		"required, own zero":               {fault.Required("R-1"), zeroable{}, one("required R-1")},
		"required, own value":              {fault.Required("R-1"), zeroable{1}, nil},
		"required, nil with own zero":      {fault.Required("R-1"), (*zeroable)(nil), one("required R-1")},
		"required, pointer to own zero":    {fault.Required("R-1"), &zeroable{}, one("required R-1")},
		"required, empty list":             {fault.Required("R-1"), []string{}, one("required R-1")},
		"required, list":                   {fault.Required("R-1"), []string{""}, nil},
		"empty, empty":                     {fault.Empty("R-1"), "", nil},
		"empty, given":                     {fault.Empty("R-1"), "a", one("not_applicable R-1")},
		"accepted, yes":                    {fault.Accepted("R-1", "privacy_not_accepted"), true, nil},
		"accepted, no":                     {fault.Accepted("R-1", "privacy_not_accepted"), false, one("privacy_not_accepted R-1")},
		"line, as long as may be":          {fault.Line("R-1", 3), "éßø", nil},
		"line, too long":                   {fault.Line("R-1", 3), "abcd", one("too_long R-1[max:3]")},
		"line, behind a pointer":           {fault.Line("R-1", 3), ptr("abcd"), one("too_long R-1[max:3]")},
		"line, nil pointer":                {fault.Line("R-1", 3), (*string)(nil), nil},
		"line, of a type of its own":       {fault.Line("R-1", 2), colour("red"), one("too_long R-1[max:2]")},
		"line, two lines":                  {fault.Line("R-1", 9), "a\nb", one("control_character R-1")},
		"line, not Unicode":                {fault.Line("R-1", 9), "a\xff", one("not_unicode R-1")},
		"line, zero byte":                  {fault.Line("R-1", 9), "a\x00", one("control_character R-1")},
		"note, lines and tabs":             {fault.Note("R-1", 9), "a\r\n\tb", nil},
		"note, other control":              {fault.Note("R-1", 9), "a\x1b", one("control_character R-1")},
		"note, too long":                   {fault.Note("R-1", 3), "a\nbc", one("too_long R-1[max:3]")},
		"match, empty":                     {fault.Match("R-1", "malformed", shapeOf), "", nil},
		"match, fits":                      {fault.Match("R-1", "malformed", shapeOf), "abc", nil},
		"match, does not":                  {fault.Match("R-1", "malformed", shapeOf), "ABC", one("malformed R-1")},
		"valid, empty":                     {fault.Valid("R-1"), colour(""), nil},
		"valid, one":                       {fault.Valid("R-1"), colour("red"), nil},
		"valid, none":                      {fault.Valid("R-1"), colour("grey"), one("unknown_value R-1")},
		"valid, type without Valid":        {fault.Valid("R-1"), "red", one("unknown_value R-1")},
		"one of, empty":                    {fault.OneOf("R-1", shapeOf.MatchString), "", nil},
		"one of, known":                    {fault.OneOf("R-1", shapeOf.MatchString), "a", nil},
		"one of, unknown":                  {fault.OneOf("R-1", shapeOf.MatchString), "1", one("unknown_value R-1")},
		"at most, full":                    {fault.AtMost("R-1", 2), []int{1, 2}, nil},
		"at most, none":                    {fault.AtMost("R-1", 2), []int(nil), nil},
		"at most, more":                    {fault.AtMost("R-1", 2), []int{1, 2, 3}, one("too_many R-1[max:2]")},
		"between, least":                   {fault.Between("R-1", 1, 5), 1, nil},
		"between, most":                    {fault.Between("R-1", 1, 5), int64(5), nil},
		"between, less":                    {fault.Between("R-1", 1, 5), 0, one("out_of_range R-1[max:5 min:1]")},
		"between, more, behind a pointer":  {fault.Between("R-1", 1, 5), ptr(6), one("out_of_range R-1[max:5 min:1]")},
		"between, nil":                     {fault.Between("R-1", 1, 5), (*int)(nil), nil},
		"days, none":                       {fault.Days("R-1", 1900, 2100), noDay, nil},
		"days, in them":                    {fault.Days("R-1", 1900, 2100), monday, nil},
		"days, first year":                 {fault.Days("R-1", 2025, 2100), monday, nil},
		"days, last year":                  {fault.Days("R-1", 1900, 2025), monday, nil},
		"days, before":                     {fault.Days("R-1", 2026, 2100), monday, one("date_range R-1")},
		"days, after":                      {fault.Days("R-1", 1900, 2024), monday, one("date_range R-1")},
		"days, no such day":                {fault.Days("R-1", 1900, 2100), civil.Date{Year: 2025, Month: 2, Day: 30}, one("date_range R-1")},
		"past, today":                      {fault.Past("R-1"), monday, nil},
		"past, none":                       {fault.Past("R-1"), noDay, nil},
		"past, tomorrow":                   {fault.Past("R-1"), monday.AddDays(1), one("in_future R-1")},
		"within, last day":                 {fault.Within("R-1", 3), monday.AddDays(3), nil},
		"within, a day more":               {fault.Within("R-1", 3), monday.AddDays(4), one("date_range R-1")},
		"within, none":                     {fault.Within("R-1", 3), noDay, nil},
		"coming, today":                    {fault.Coming("R-1"), monday, nil},
		"coming, none":                     {fault.Coming("R-1"), noDay, nil},
		"coming, yesterday":                {fault.Coming("R-1"), monday.AddDays(-1), one("date_range R-1")},
		"not before, the day":              {fault.NotBefore("R-1", "ends_before_start", monday), monday, nil},
		"not before, none":                 {fault.NotBefore("R-1", "ends_before_start", monday), noDay, nil},
		"not before, a day too early":      {fault.NotBefore("R-1", "ends_before_start", monday), monday.AddDays(-1), one("ends_before_start R-1")},
		"in list, known":                   {fault.InList("R-1", "language"), "arabic", nil},
		"in list, empty":                   {fault.InList("R-1", "language"), "", nil},
		"in list, unknown":                 {fault.InList("R-1", "language"), "elvish", one("unknown_value R-1")},
		"in list, of another list":         {fault.InList("R-1", "country"), "arabic", one("unknown_value R-1")},
		"distinct":                         {fault.Distinct[string]("R-1"), []string{"a", "b"}, nil},
		"distinct, twice and thrice":       {fault.Distinct[string]("R-1"), []string{"a", "b", "a", "a"}, []string{"/2 repeated R-1", "/3 repeated R-1"}},
		"each, all of the rules":           {fault.Each[string](fault.Line("R-1", 1), fault.Match("R-2", "malformed", shapeOf)), []string{"a", "A", "AB"}, []string{"/1 malformed R-2", "/2 too_long R-1[max:1]", "/2 malformed R-2"}},
		"each, of a type of its own":       {fault.Each[colour](fault.Valid("R-1")), []colour{"red", "grey"}, one("/1 unknown_value R-1")},
		"each, nothing":                    {fault.Each[string](fault.Required("R-1")), []string(nil), nil},
		"each, rules that know the day":    {fault.Each[civil.Date](fault.Past("R-1")), []civil.Date{monday, monday.AddDays(1)}, one("/1 in_future R-1")},
		"items, beside each other":         {fault.Items(growing), []int{1, 3, 2}, one("/2/at out_of_range R-1")},
		"fails, holds":                     {fault.Fails(true, "R-1", "does_not_fit", "max", 2), "a", one("does_not_fit R-1[max:2]")},
		"fails, does not":                  {fault.Fails(false, "R-1", "does_not_fit"), "", nil},
		"if, holds: the first broken one":  {fault.If(true, fault.Line("R-1", 9), fault.Required("R-2"), fault.Accepted("R-3", "closed")), "", one("required R-2")},
		"if, does not":                     {fault.If(false, fault.Required("R-1")), "", nil},
		"if, knows the day":                {fault.If(true, fault.Past("R-1")), monday.AddDays(1), one("in_future R-1")},
		"by, of another type":              {fault.By(short), 5, nil},
		"by, its issues":                   {fault.By(short), "abc", one("/en too_long R-1")},
		"under":                            {fault.Under("/name", fault.By(short)), "abc", one("/name/en too_long R-1")},
		"under, knows the day":             {fault.Under("/on", fault.Past("R-1")), monday.AddDays(1), one("/on in_future R-1")},
		"judge":                            {fault.Judge(func(context.Context) fault.Issues { return short("abc") }), 1, one("/en too_long R-1")},
		"all, also behind one that is bad": {fault.All(fault.Required("R-1"), fault.Line("R-2", 9), fault.Accepted("R-3", "closed")), "", []string{"required R-1", "closed R-3"}},
		"all, nothing is wrong":            {fault.All(fault.Required("R-1"), fault.Line("R-2", 9)), "a", nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := said(tt.rule.ValidateWithContext(fault.In(context.Background(), inJune), tt.value))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// growing is a rule on neighbours.
func growing(list []int, i int) fault.Issues {
	var bad fault.Issues
	if i > 0 && list[i] < list[i-1] {
		bad.Add("R-1", "/at", "out_of_range")
	}
	return bad
}

func short(text string) fault.Issues {
	var bad fault.Issues
	if len(text) > 2 {
		bad.Add("R-1", "/en", "too_long")
	}
	return bad
}

// Rules that need the day or the lists say nothing where nobody has told them.
func TestRulesWithoutEnv(t *testing.T) {
	for name, tt := range map[string]struct {
		rule  fault.Rule
		value any
	}{
		"past": {fault.Past("R-1"), monday.AddDays(9999)}, "within": {fault.Within("R-1", 1), monday.AddDays(9999)},
		"coming": {fault.Coming("R-1"), monday.AddDays(-9999)}, "in list": {fault.InList("R-1", "language"), "elvish"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := tt.rule.Validate(tt.value); err != nil {
				t.Error(err)
			}
			if err := tt.rule.ValidateWithContext(context.Background(), tt.value); err != nil {
				t.Error(err)
			}
		})
	}
}

type part struct {
	Name string     `json:"name"`
	On   civil.Date `json:"on"`
}

func (p part) ValidateWithContext(ctx context.Context) error {
	return fault.CheckIn(ctx, &p,
		validation.Field(&p.On, fault.Past("P-2")), // not in the order of the fields
		validation.Field(&p.Name, fault.Required("P-1"), fault.Line("P-1", 5)),
	)
}

type base struct {
	ID   string `json:"id"`
	Note string `json:"note"`
}

type whole struct {
	base
	Title    string
	Part     part     `json:"part"`
	Maybe    *part    `json:"maybe,omitempty"`
	Parts    []part   `json:"parts"`
	Tags     []string `json:"tags"`
	Accepted bool     `json:"accepted"`
}

func (w whole) check(ctx context.Context) error {
	return fault.CheckIn(ctx, &w,
		validation.Field(&w.Accepted, fault.Accepted("W-9", "privacy_not_accepted")),
		validation.Field(&w.Tags, fault.AtMost("W-5", 12), fault.Each[string](fault.Required("W-6")), fault.Distinct[string]("W-7")),
		validation.Field(&w.Parts),
		validation.Field(&w.Maybe),
		validation.Field(&w.Part),
		validation.Field(&w.Title, fault.Required("W-1"), fault.Line("W-2", 3)),
		validation.Field(&w.Note, fault.Required("B-2")),
		validation.Field(&w.ID, fault.Required("B-1")),
	)
}

// Check lists the first broken rule of each field in the order of the fields,
// with JSON paths: those of an embedded record are the record's own, and those of
// nested ones and lists stand below their field.
func TestCheck(t *testing.T) {
	ctx := fault.In(context.Background(), inJune)
	good := whole{base: base{"1", "n"}, Title: "abc", Part: part{Name: "p"}, Parts: []part{{Name: "q"}}, Tags: []string{"a"}, Accepted: true}
	if err := good.check(ctx); err != nil {
		t.Fatal(err)
	}
	many := make([]part, 12)
	for i := range many {
		many[i].Name = "ok"
	}
	many[2].Name, many[10].On, many[11].Name = "too long", monday.AddDays(1), ""
	bad := whole{Title: "abcd", Part: part{On: monday.AddDays(1)}, Maybe: &part{Name: "longer"}, Parts: many, Tags: []string{"a", "", "a"}}
	want := []string{
		"/id required B-1", "/note required B-2", "/Title too_long W-2[max:3]",
		"/part/name required P-1", "/part/on in_future P-2", "/maybe/name too_long P-1[max:5]",
		"/parts/2/name too_long P-1[max:5]", "/parts/10/on in_future P-2", "/parts/11/name required P-1",
		"/tags/1 required W-6", "/accepted privacy_not_accepted W-9",
	}
	if diff := cmp.Diff(want, said(bad.check(ctx))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	// without a day nothing is said of dates
	if diff := cmp.Diff([]string{"/name required P-1"}, said(part{On: monday.AddDays(1)}.ValidateWithContext(context.Background()))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

type simple struct {
	Name string `json:"name"`
	List []int  `json:"list"`
}

// Check is for rules that need to know nothing else.
func TestCheckWithoutContext(t *testing.T) {
	s := simple{List: []int{1, 2, 3}}
	err := fault.Check(&s, validation.Field(&s.List, fault.AtMost("S-2", 2)), validation.Field(&s.Name, fault.Required("S-1")))
	if diff := cmp.Diff([]string{"/name required S-1", "/list too_many S-2[max:2]"}, said(err)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A declaration that names a field of something else is a mistake, not an issue.
func TestCheckOfAForeignField(t *testing.T) {
	var s simple
	var other string
	err := fault.Check(&s, validation.Field(&other, fault.Required("S-1")))
	if err == nil || len(fault.IssuesOf(err)) > 0 {
		t.Errorf("got %v", err)
	}
}

// Issues keep their order, their severity and their paths; warnings alone stop nothing.
func TestIssues(t *testing.T) {
	var bad fault.Issues
	bad.Warn("R-1", "/a", "late_after_arrival")
	if bad.Err() != nil {
		t.Error("a warning stops a write")
	}
	bad.Required("R-2", "/b", false)
	bad.Required("R-2", "/given", true)
	bad.OneOf("R-3", "/c", false, "x")
	bad.OneOf("R-3", "/empty", false, "")
	bad.OneOf("R-3", "/known", true, "x")
	bad.Line("/d", "a\nb", 9)
	bad.Note("/e", "abc", 2)
	want := []string{"/a late_after_arrival R-1", "/b required R-2", "/c unknown_value R-3", "/d control_character", "/e too_long[max:2]"}
	if diff := cmp.Diff(want, said(bad.Err())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := len(bad.Warnings()); got != 1 || len(bad.Errors()) != len(want)-1 {
		t.Errorf("%d warnings, %d errors", got, len(bad.Errors()))
	}
	if got := bad.Under(fault.At("/list", 7))[1].Path; got != "/list/7/b" || bad[1].Path != "/b" {
		t.Errorf("under: %s, and its own %s", got, bad[1].Path)
	}
	const text = "invalid: /b required R-2; /c unknown_value R-3; /d control_character; /e too_long"
	if got := bad.Err().Error(); got != text {
		t.Error(got)
	}
}
