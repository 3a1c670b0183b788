package dex_test

import (
	"bytes"
	"encoding/csv"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opencasework/casework/dex"
)

const xsd = "testdata/dex-extended.xsd"

func load(t testing.TB) *dex.Schema {
	t.Helper()
	f, err := os.Open(xsd)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s, err := dex.LoadXSD(f)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestLoadXSD: the schema of the test data, loaded, is the built-in one.
func TestLoadXSD(t *testing.T) {
	loaded := load(t)
	for _, group := range []string{dex.Root, "Clients", "Client", "Disabilities", "ResidentialAddress", "Case", "CaseClients", "CaseClient", "ReasonsForAssistance", "ReasonForAssistance",
		"ParentingAgreementOutcome", "Section60I", "PropertyAgreementOutcome", "Session", "SessionClients", "SessionClient", "ClientReferralOutWithPurpose", "Referral",
		"PurposeCodes", "SessionAssessment", "GroupAssessments", "ClientAssessment", "Assessments", "Assessment", "Scores", "Outlet", "OutletActivities", "OutletActivity"} {
		want := dex.Current().Elements(group)
		got := append([]dex.Element(nil), loaded.Elements(group)...)
		for i := range got {
			if i < len(want) {
				got[i].Since, got[i].Certainty = want[i].Since, want[i].Certainty
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", group, diff)
		}
	}
	// ExtraItems may be empty in the schema, and may not in the specification
	if n := loaded.Elements("ExtraItems")[0].Min; n != 0 {
		t.Error(n)
	}
	if text := file(t, dex.WriterOptions{Schema: loaded}, valid()...); text != file(t, dex.WriterOptions{}, valid()...) {
		t.Error("the loaded schema writes something else")
	}
}

// TestLoadedOrder: a schema that has another order than the built-in one is obeyed.
func TestLoadedOrder(t *testing.T) {
	text, err := os.ReadFile(xsd)
	if err != nil {
		t.Fatal(err)
	}
	const setting, topic = `<xs:element name="ServiceSettingCode" type="NonEmptyString" nillable="true" minOccurs="0"/>`, `<xs:element name="TopicCode" type="NonEmptyString" nillable="true" minOccurs="0"/>`
	moved := strings.NewReplacer(setting, topic, topic, setting).Replace(string(text))
	added := strings.Replace(moved, `<xs:element name="SessionId" type="Id50"/>`, `<xs:element name="SessionId" type="Id50"/><xs:element name="NewCode" type="Id50" minOccurs="0"/>`, 1)
	s, err := dex.LoadXSD(strings.NewReader(added))
	if err != nil {
		t.Fatal(err)
	}
	x := meeting(1, "F1", "K7001")
	x.ServiceSetting, x.Topic = dex.Some("ORGOUTLETOFFICE"), dex.Some("ABUSENEGLECT")
	out := file(t, dex.WriterOptions{Schema: s}, x)
	if strings.Index(out, "<ServiceSettingCode>") > strings.Index(out, "<TopicCode>") {
		t.Error("the loaded order is not that of the file")
	}
	for _, f := range findings(t, out, dex.Options{Schema: s}) {
		if f.Rule != "CODE-2" {
			t.Error(f)
		}
	}
	mandatory := strings.Replace(added, `name="NewCode" type="Id50" minOccurs="0"`, `name="NewCode" type="Id50"`, 1)
	if s, err = dex.LoadXSD(strings.NewReader(mandatory)); err != nil {
		t.Fatal(err)
	}
	w := dex.NewWriter(&bytes.Buffer{}, dex.WriterOptions{Schema: s})
	if err := w.Write(x); err == nil || !strings.Contains(err.Error(), "NewCode: the schema wants it") {
		t.Error(err)
	}
	const outlet, caseClient = `<xs:element name="OutletActivityId" type="xs:unsignedInt"/>`, `<xs:element name="CaseClient" type="CaseClient" maxOccurs="unbounded"/>`
	wrapped := func(s string) string { return "<xs:choice>" + s + "</xs:choice>" }
	for _, bad := range []string{
		strings.Replace(string(text), outlet, wrapped(outlet), 1), strings.Replace(string(text), caseClient, wrapped(caseClient), 1),
		strings.NewReplacer("<xs:sequence>", "<xs:all>", "</xs:sequence>", "</xs:all>").Replace(string(text)),
		strings.Replace(string(text), outlet, `<xs:element ref="OutletActivityId"/>`, 1), strings.Replace(string(text), outlet, "", 1)[:5000], "", "<a/>", `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"/>`, string(text[:4000]),
		strings.Replace(string(text), `maxOccurs="2"`, `maxOccurs="two"`, 1), strings.Replace(string(text), `type="ResidentialAddress"`, `type="xs:string"`, 1)} {
		if _, err := dex.LoadXSD(strings.NewReader(bad)); err == nil {
			t.Errorf("a schema of %d bytes was taken", len(bad))
		}
	}
}

// TestNoPlace: what a record holds and a schema has no place for is refused.
func TestNoPlace(t *testing.T) {
	text, err := os.ReadFile(xsd)
	if err != nil {
		t.Fatal(err)
	}
	s, err := dex.LoadXSD(strings.NewReader(strings.Replace(string(text), `<xs:element name="IsUsingPsuedonym" type="xs:boolean"/>`, "", 1)))
	if err != nil {
		t.Fatal(err)
	}
	c := client(1)
	if out := file(t, dex.WriterOptions{Schema: s}, c); strings.Contains(out, "Psuedonym") {
		t.Error(out)
	}
	c.IsUsingPsuedonym = true
	if err := dex.NewWriter(&bytes.Buffer{}, dex.WriterOptions{Schema: s}).Write(c); err == nil || !strings.Contains(err.Error(), "IsUsingPsuedonym: is not part") {
		t.Error(err)
	}
}

// TestXMLLint: files of a Writer are valid by the schema of the test data.
func TestXMLLint(t *testing.T) {
	if _, err := exec.LookPath("xmllint"); err != nil {
		t.Skip("no xmllint: install libxml2-utils")
	}
	r := random{rand.New(rand.NewPCG(5, 6)), dex.Current()}
	dir := t.TempDir()
	args := []string{"--noout", "--schema", xsd}
	for i := range 20 {
		var records []dex.Record
		for _, s := range order {
			for range 1 + r.IntN(4) {
				records = append(records, r.record(s))
			}
		}
		name := filepath.Join(dir, string(rune('a'+i))+".xml")
		if err := os.WriteFile(name, []byte(file(t, dex.WriterOptions{}, records...)), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, name)
	}
	name := filepath.Join(dir, "valid.xml")
	if err := os.WriteFile(name, []byte(file(t, dex.WriterOptions{Declaration: dex.WithStandalone}, valid()...)), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("xmllint", append(args, name)...).CombinedOutput(); err != nil {
		t.Errorf("%v %s", err, out)
	}
}

// TestCodes: every list is there, every value has a status and a source, and
// what the schemas name exists.
func TestCodes(t *testing.T) {
	codes := dex.BuiltinCodes()
	if n := len(codes.Names()); n != 42 {
		t.Errorf("%d lists", n)
	}
	statuses := map[dex.CodeStatus]bool{dex.Verified: true, dex.Likely: true, dex.Legacy: true, dex.Unverified: true, dex.NotFound: true}
	for _, name := range codes.Names() {
		seen := map[string]bool{}
		for _, v := range codes.List(name).Values {
			if !statuses[v.Status] || v.Source == "" || (v.Code == "") != (v.Status == dex.NotFound) && name != "ProgramActivityNames" {
				t.Errorf("%s: incomplete value %+v", name, v)
			}
			if v.Code != "" && seen[v.Code] {
				t.Errorf("%s: %s twice", name, v.Code)
			}
			seen[v.Code] = true
		}
	}
	for _, s := range []*dex.Schema{dex.Schema2015(), dex.Current()} {
		for _, group := range []string{"Client", "Disabilities", "ResidentialAddress", "Case", "CaseClient", "ReasonForAssistance", "Session", "SessionClient", "Referral", "PurposeCodes", "ExtraItems", "Assessment", "Scores"} {
			for _, e := range s.Elements(group) {
				if e.List != "" && codes.List(e.List) == nil {
					t.Errorf("%s/%s names the list %s", group, e.Name, e.List)
				}
				if e.Kind == dex.KindCode && e.List == "" {
					t.Errorf("%s/%s has no list", group, e.Name)
				}
			}
		}
	}
	if v, ok := codes.List("ScoreCode").Lookup("HOUSING3"); !ok || v.Domain != "HOUSING" || v.ScoreType != "CIRCUMSTANCES" {
		t.Errorf("%+v", v)
	}
	for _, tt := range []struct{ list, code, want string }{
		{"Gender", "Femle", "FEMALE"}, {"Gender", "female", "FEMALE"}, {"Country", "Afghanistan", "7201"}, {"State", "Tasmania", "TAS"},
		{"Gender", "X", ""}, {"Country", "9999", ""}, {"HomelessIndicator", "At risk", "ATRISK"}, {"AccommodationType", "PRIVATERENTLA", "PRIVATERENTAL"},
	} {
		if got := codes.List(tt.list).Nearest(tt.code); got != tt.want {
			t.Errorf("nearest to %s in %s is %q, want %q", tt.code, tt.list, got, tt.want)
		}
	}
}

const reference = `<?xml version="1.0" encoding="utf-8"?>
<DEXReferenceData xmlns:xsd="http://www.w3.org/2001/XMLSchema">
  <ReferenceDataItems CodeType="Gender"><Item><CodeValue>MALE</CodeValue><CodeDescription>Man</CodeDescription><OrderNumber>1</OrderNumber></Item>
  <Item><CodeValue>NEWTERM</CodeValue><CodeDescription>A new &amp; better term</CodeDescription><OrderNumber>2</OrderNumber></Item></ReferenceDataItems>
  <AssessmentReferenceDataItems><AssessmentReferenceDataItem><ScoreType>GOALS</ScoreType><ApplicableFor>Client</ApplicableFor>
    <Domains><Domain><DomainCode>HOPE</DomainCode><DomainDescription>Hope</DomainDescription><Scores><Score><ScoreCode>HOPE1</ScoreCode><Description/></Score></Scores></Domain></Domains>
  </AssessmentReferenceDataItem></AssessmentReferenceDataItems>
</DEXReferenceData>`

// TestLoadReferenceData: loaded lists take the place of the built-in ones.
func TestLoadReferenceData(t *testing.T) {
	codes, err := dex.LoadReferenceData(strings.NewReader(reference))
	if err != nil {
		t.Fatal(err)
	}
	if v, ok := codes.List("Gender").Lookup("NEWTERM"); !ok || v.Label != "A new & better term" {
		t.Errorf("%+v", v)
	}
	if _, ok := codes.List("Gender").Lookup("FEMALE"); ok {
		t.Error("a built-in value is still there")
	}
	if _, ok := codes.List("Country").Lookup("1101"); !ok {
		t.Error("a list that was not loaded has gone")
	}
	if v, ok := codes.List("ScoreCode").Lookup("HOPE1"); !ok || v.Domain != "HOPE" || v.ScoreType != "GOALS" {
		t.Errorf("%+v", v)
	}
	p := newPack()
	p.a.Gender, p.b.Gender = "NEWTERM", "FEMALE"
	scored("GOALS PRE HOPE1")(p)
	p.group.Assessments.Items[0].Scores = dex.Of("HOPE1")
	opt := dex.Options{Today: today, Codes: codes}
	var rules []string
	for _, f := range findings(t, p.text(t), opt) {
		rules = append(rules, f.Rule)
	}
	if strings.Join(rules, " ") != "CODE-1 AS-3" {
		t.Error(rules)
	}
	for _, bad := range []string{"", "<a/>", "<DEXReferenceData/>", reference[:400], `<!DOCTYPE a>` + reference, strings.Replace(reference, ` CodeType="Gender"`, "", 1),
		strings.Replace(reference, "<AssessmentR", `<ReferenceDataItems><Item><CodeValue>X</CodeValue></Item></ReferenceDataItems><AssessmentR`, 1)} {
		if _, err := dex.LoadReferenceData(strings.NewReader(bad)); err == nil {
			t.Errorf("reference data of %d bytes was taken", len(bad))
		}
	}
}

// TestListsAreTables: the embedded lists have the same columns.
func TestListsAreTables(t *testing.T) {
	files, err := filepath.Glob("codes/*.csv")
	if err != nil || len(files) != 42 {
		t.Fatal(err, len(files))
	}
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(f).ReadAll()
		f.Close()
		if err != nil || strings.Join(rows[0], " ") != "code label status program_restriction notes source" {
			t.Errorf("%s: %v", name, err)
		}
	}
}
