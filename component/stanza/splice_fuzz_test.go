package stanza

import (
	"encoding/xml"
	"fmt"
	"io"
	"sort"
	"strings"
	"testing"

	"isthmus/component/internal/xmltext"
)

// What goes into an envelope of ours comes out of a strict parser as the same tree, whatever the names and addresses are.
func FuzzSplice(f *testing.F) {
	seeds := []struct{ raw, id, from, to string }{
		{`<message id="a'b" from='x@y/z' to="den@muc"><body>hi</body></message>`, `a'b"<>&`, "den@muc/nick", `x@y/"'<>&`},
		{`<iq xmlns:p='u'><p:q><p:r p:a='1'/></p:q><s><p:t/></s></iq>`, "", "", "a"},
		{`<c:iq xmlns:c='jabber:client' xmlns="u&amp;'"><q/><c:q/></c:iq>`, "1", "a", "b"},
		{`<iq xmlns='jabber:client'><q xmlns=''><r/></q><stream:x/></iq>`, "\x00\xff", "'/>", "\n"},
		{`<message><x xmlns='a'><p:y xmlns:p='b'><y/><p:z xmlns='c'><y/></p:z></p:y></x></message>`, "1", "a", "b"},
		{`<message xmlns:a='u'><x b='a:c'><![CDATA[<a:d>]]>&#13;</x></message>`, "1", "a", "b"},
	}
	for _, s := range seeds {
		f.Add(s.raw, s.id, s.from, s.to)
	}
	f.Fuzz(func(t *testing.T, raw, id, from, to string) {
		check := xmltext.Checker{MaxDepth: 64, MaxAttrs: 64}
		wellFormed := check.Check([]byte(raw)) == nil
		st, err := Parse([]byte(raw))
		if !wellFormed || err != nil {
			return
		}
		var b Builder
		payload := b.Elements(st.Children).Bytes()
		addr := Addr(Escape(to))
		out := Envelope{Kind: st.Kind, Type: st.Type, ID: id, From: from, Lang: st.Lang}.Render(payload).To(addr)
		if err := check.Check(out); err != nil {
			t.Fatalf("%q becomes %q: %v", raw, out, err)
		}
		was, is := tree(t, raw), tree(t, string(out))
		if got, want := is.children(), was.children(); got != want {
			t.Errorf("%q becomes %q:\n%s\n%s", raw, out, want, got)
		}
		envelope := map[string]string{
			"id": clean(id), "from": clean(from), "to": clean(to), "type": st.Type, "http://www.w3.org/XML/1998/namespace lang": st.Lang}
		for name, want := range envelope {
			if got := is.attrs[name]; got != normal(want) {
				t.Errorf("%s=%q in %q, want %q", name, got, out, want)
			}
		}
		nested(t, st.Children, was.elements)
	})
}

// nested compares each element, made to stand alone, with the same one of the tree.
func nested(t *testing.T, list []Element, want []*node) {
	t.Helper()
	if len(list) != len(want) {
		t.Fatalf("%d children, want %d", len(list), len(want))
	}
	for i := range list {
		e := &list[i]
		name := strings.TrimSpace(strings.ReplaceAll(e.Name.Space, NoNamespace, "none") + " " + e.Name.Local)
		if name != want[i].name {
			t.Errorf("name %q, want %q", name, want[i].name)
		}
		if got := tree(t, string(e.Standalone())); got.String() != want[i].String() {
			t.Errorf("standalone %q:\n%s\n%s", e.Standalone(), got, want[i])
		}
		if got := e.Text(); got != want[i].text {
			t.Errorf("text %q, want %q", got, want[i].text)
		}
		nested(t, e.Children(), want[i].elements)
	}
}

// node is an element as encoding/xml sees it, without namespace declarations.
type node struct {
	name     string
	attrs    map[string]string
	content  strings.Builder // of text and children, in order
	text     string
	elements []*node
}

func (n *node) children() string {
	var b strings.Builder
	for _, e := range n.elements {
		b.WriteString(e.String())
	}
	return b.String()
}

func (n *node) String() string {
	var attrs []string
	for k, v := range n.attrs {
		attrs = append(attrs, fmt.Sprintf("%s=%q", k, v))
	}
	sort.Strings(attrs)
	return fmt.Sprintf("<%s %q>%s</>", n.name, attrs, n.content.String())
}

// tree parses raw as the child of a stream.
func tree(t *testing.T, raw string) *node {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(`<stream:stream xmlns='jabber:component:accept' xmlns:stream='` + nsStreams + `'>` +
		raw + `</stream:stream>`))
	stack := []*node{{}}
	for {
		tok, err := d.Token()
		if err == io.EOF {
			return stack[0].elements[0].elements[0]
		}
		if err != nil {
			t.Fatalf("%q: %v", raw, err)
		}
		top := stack[len(stack)-1]
		switch tok := tok.(type) {
		case xml.StartElement:
			n := start(tok)
			top.elements = append(top.elements, n)
			stack = append(stack, n)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
			stack[len(stack)-1].content.WriteString(top.String())
		case xml.CharData:
			top.text += string(tok)
			fmt.Fprintf(&top.content, "%q", tok)
		}
	}
}

func start(tok xml.StartElement) *node {
	n := &node{name: resolved(tok.Name, "none "), attrs: map[string]string{}}
	for _, a := range tok.Attr {
		if a.Name.Space != "xmlns" && a.Name != (xml.Name{Local: "xmlns"}) {
			n.attrs[resolved(a.Name, "")] = normal(a.Value)
		}
	}
	return n
}

// normal does what encoding/xml leaves out; what was written as a reference cannot be told from it any more.
var normal = strings.NewReplacer("\t", " ", "\n", " ").Replace

func resolved(n xml.Name, none string) string {
	switch {
	case n.Space == "":
		return none + n.Local
	case own[n.Space]:
		return n.Local
	}
	return n.Space + " " + n.Local
}
