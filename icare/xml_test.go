package icare

import (
	"encoding/xml"
	"io"
	"strings"
	"testing"
)

// ours and theirs are the tokens of a text: names in brackets, texts as they are.
func ours(text string) (string, error) {
	var b strings.Builder
	x := newXMLReader(strings.NewReader(text))
	for {
		t, err := x.next()
		if err != nil {
			return "", err
		}
		switch t {
		case xmlStart:
			b.WriteString("<" + string(x.name))
			for _, a := range x.attrs {
				b.WriteString(" " + string(a.name) + "=" + string(a.value))
			}
			b.WriteString(">")
		case xmlEnd:
			b.WriteString("</" + string(x.name) + ">")
		case xmlText:
			b.Write(x.text)
		case xmlDone:
			return b.String(), nil
		}
	}
}

func theirs(text string) (string, error) {
	var b strings.Builder
	d := xml.NewDecoder(strings.NewReader(text))
	for {
		t, err := d.RawToken()
		if err == io.EOF {
			return b.String(), nil
		}
		if err != nil {
			return "", err
		}
		switch t := t.(type) {
		case xml.StartElement:
			b.WriteString("<" + t.Name.Local)
			for _, a := range t.Attr {
				b.WriteString(" " + a.Name.Local + "=" + a.Value)
			}
			b.WriteString(">")
		case xml.EndElement:
			b.WriteString("</" + t.Name.Local + ">")
		case xml.CharData:
			b.Write(t)
		}
	}
}

func TestXML(t *testing.T) {
	for text, want := range map[string]string{
		`<a><b c="1" d:e='&quot;2&quot;'/>x&amp;y&#233;&#xE9;<![CDATA[<&amp;]]></a>`: `<a><b c=1 e="2"></b>x&yéé<&amp;</a>`,
		"<?xml version=\"1.0\"?><!-- <a> --><n:a\n b = \"x>y\" ></n:a>":              "<a b=x>y></a>",
		"": "",
	} {
		if got, err := ours(text); err != nil || got != want {
			t.Errorf("%s: %q %v, want %q", text, got, err, want)
		}
	}
	for _, text := range []string{"<a>", "</a>", "<a></b>", "<a b></a>", "<a b=c></a>", "<a b=\"c></a>", "<", "<a", "<!DOCTYPE a>", "<!--", "&#0;", "<a>&nbsp;</a>", "<a>&", "<a>&#xD800;</a>", "<a>\xff</a>",
		"< a></a>", "<a>" + strings.Repeat("x", maxChars+2) + "</a>", "<a b=\"" + strings.Repeat("x", maxTag+2) + "\"/>", strings.Repeat("<a>", maxDepth+1)} {
		if got, err := ours(text); err == nil {
			t.Errorf("%.40s is read as %.40q", text, got)
		}
	}
}

// FuzzXML: what both readers take they read alike.
func FuzzXML(f *testing.F) {
	f.Add(`<a><b c="1" d:e='&quot;2&quot;'/>x&amp;y&#233;<![CDATA[<&amp;]]></a>`)
	f.Add("<?xml version=\"1.0\"?><!-- <a> --><a\n b = \"x>y\" ></a>")
	f.Fuzz(func(t *testing.T, text string) {
		a, err := ours(text)
		if err != nil {
			return
		}
		b, bad := theirs(text)
		if bad != nil {
			return // theirs is stricter about names and characters
		}
		if normal := strings.NewReplacer("\r\n", "\n", "\r", "\n"); normal.Replace(a) != normal.Replace(b) { // theirs makes one of line ends
			t.Errorf("%q is read as %q, and by encoding/xml as %q", text, a, b)
		}
	})
}
