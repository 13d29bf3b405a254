package stanza

import (
	"errors"
	"testing"
)

func mustParse(t *testing.T, raw string) *Stanza {
	t.Helper()
	st, err := Parse([]byte(raw))
	if err != nil {
		t.Fatalf("%v: %s", err, raw)
	}
	return st
}

func TestParseEnvelope(t *testing.T) {
	st := mustParse(t, `<message type="groupchat" id='a&apos;"b' xml:lang = "de"
		from="x@y/&lt;z&#x27;" to='den@muc'><body>hi</body> <e xmlns='urn:e'/></message >`)
	want := Stanza{Kind: Message, Type: "groupchat", ID: `a'"b`, From: JID{"x", "y", "<z'"}, To: JID{"den", "muc", ""}, Lang: "de"}
	if got := *st; got.Kind != want.Kind || got.Type != want.Type || got.ID != want.ID || got.From != want.From ||
		got.To != want.To || got.Lang != want.Lang || len(got.Children) != 2 {
		t.Errorf("got %+v", got)
	}
	if !st.Has("", "body") || !st.Has("urn:e", "e") || st.Has("", "e") {
		t.Errorf("children: %v", st.Children)
	}
}

func TestParseNamespaces(t *testing.T) {
	tests := []struct{ name, raw, space, local, child string }{
		{"plain", `<iq><q xmlns='u'/></iq>`, "u", "q", `<q xmlns='u'/>`},
		{"own", `<message xmlns='jabber:client'><body/></message>`, "", "body", `<body/>`},
		{"own child", `<message><body xmlns='jabber:server'/></message>`, "", "body", `<body xmlns='jabber:server'/>`},
		{"prefixed child", `<iq xmlns:p='u'><p:q><p:r/></p:q></iq>`, "u", "q", `<p:q xmlns:p='u'><p:r/></p:q>`},
		{"prefix deep", `<iq xmlns:p="u"><q><p:r/></q></iq>`, "", "q", `<q xmlns:p="u"><p:r/></q>`},
		{"prefix declared again", `<iq xmlns:p='u'><p:q xmlns:p='v'/></iq>`, "v", "q", `<p:q xmlns:p='v'/>`},
		{"prefixed envelope", `<c:iq xmlns:c='jabber:client'><c:q/></c:iq>`, "", "q", `<c:q xmlns:c='jabber:client'/>`},
		{"default of a prefixed envelope", `<c:iq xmlns:c='jabber:client' xmlns="u"><q/></c:iq>`, "u", "q", `<q xmlns="u"/>`},
		{"none", `<iq><q xmlns=''/></iq>`, NoNamespace, "q", `<q xmlns=''/>`},
	}
	for _, test := range tests {
		st := mustParse(t, test.raw)
		c := st.Child(test.space, test.local)
		if c == nil || string(c.Raw) != test.child || string(c.Standalone()) != test.child {
			t.Errorf("%s: got %+v, want %s", test.name, st.Children, test.child)
		}
	}
}

func TestParseErrors(t *testing.T) {
	tests := []struct {
		raw  string
		want error
	}{
		{``, ErrXML},
		{`<`, ErrXML},
		{`<iq`, ErrXML},
		{`<iq>`, ErrXML},
		{`<iq></`, ErrXML},
		{`<iq></iqx`, ErrXML},
		{`<iq></message>`, ErrXML},
		{`<iq><q></iq>`, ErrXML},
		{`<iq><p:q/></iq>`, ErrXML},
		{`<iq id=1/>`, ErrXML},
		{`<p:iq/>`, ErrKind},
		{`<iq xmlns='urn:other'/>`, ErrKind},
		{`<iq xmlns=''/>`, ErrKind},
		{`<stream/>`, ErrKind},
		{`<iq from='@'/>`, ErrFrom},
		{`<iq from='@' to='@'/>`, ErrFrom},
		{`<iq to='@' from='@'/>`, ErrFrom},
		{`<iq to=''/>`, ErrTo},
	}
	for _, test := range tests {
		if _, err := Parse([]byte(test.raw)); !errors.Is(err, test.want) {
			t.Errorf("%s: got %v, want %v", test.raw, err, test.want)
		}
	}
}

// An answer to a stanza with a broken address needs the rest of it.
func TestParseErrorKeepsStanza(t *testing.T) {
	st, err := Parse([]byte(`<iq type='get' id='1' from='a@b/c' to='@'><q xmlns='u'/></iq>`))
	if !errors.Is(err, ErrTo) || st == nil || st.From != (JID{"a", "b", "c"}) || st.ID != "1" || len(st.Children) != 1 {
		t.Errorf("got %+v, %v", st, err)
	}
}

func TestElement(t *testing.T) {
	e, err := ParseElement([]byte(`<x xmlns='a' xmlns:p='b' k="1&amp;2" xml:lang='en'>one &lt;<item n='2'>no</item>` +
		`<![CDATA[<two>]]>` + "\r\n" + `<p:item/><item xmlns=''/></x>`))
	if err != nil {
		t.Fatal(err)
	}
	if got := e.Text(); got != "one <<two>\n" {
		t.Errorf("text %q", got)
	}
	if e.Attr("k") != "1&2" || e.Lang() != "en" || e.HasAttr("z") || !e.HasAttr("k") {
		t.Errorf("attributes: %q %q", e.Attr("k"), e.Lang())
	}
	standalone := map[string]string{
		"a":         `<item xmlns='a' n='2'>no</item>`,
		"b":         `<p:item xmlns='a' xmlns:p='b'/>`,
		NoNamespace: `<item xmlns=''/>`,
	}
	for space, want := range standalone {
		if got := string(e.Child(space, "item").Standalone()); got != want {
			t.Errorf("%s: got %s, want %s", space, got, want)
		}
	}
	if n := len(e.Children()); n != 3 {
		t.Errorf("%d children", n)
	}
}

func TestElementNil(t *testing.T) {
	var e *Element
	if e.Attr("x") != "" || e.HasAttr("x") || e.Lang() != "" || e.Children() != nil || e.Child("", "x") != nil ||
		e.Text() != "" || e.Inner() != nil || e.Standalone() != nil {
		t.Error("nil element says something")
	}
}

func TestParseElements(t *testing.T) {
	list, err := ParseElements([]byte(`<body>1</body><x xmlns='u'><y/></x>`))
	if err != nil || len(list) != 2 || list[0].Text() != "1" || list[1].Child("u", "y") == nil {
		t.Errorf("got %v, %v", list, err)
	}
	if list, err := ParseElements(nil); list != nil || err != nil {
		t.Errorf("nothing: got %v, %v", list, err)
	}
	if _, err := ParseElements([]byte(`<a/><b>`)); !errors.Is(err, ErrXML) {
		t.Errorf("cut: got %v", err)
	}
	if _, err := ParseElement([]byte(`<a/><b/>`)); !errors.Is(err, ErrXML) {
		t.Errorf("two: got %v", err)
	}
}
