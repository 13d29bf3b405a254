package component

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

const streamHead = `<stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams'>`

// What the scanner lets through a strict parser takes, too; it makes progress; and how the bytes arrive changes nothing.
func FuzzScanner(f *testing.F) {
	seeds := []string{
		` <message to='a' xml:lang="en"><body>&lt;&#x41;</body></message><iq/></stream:stream>`,
		`<iq xmlns:p='u' p:a='1'><p:q><![CDATA[<]] ]>]]></p:q></iq><presence id="a'b"/>`,
		`<message><!-- c --></message><?pi?><!DOCTYPE a><iq/>`,
		`<stream:error><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>`,
		`<a b='1' b='2'/><a>]]></a><a b='<'/><a></b><a><b></a>text<a/>`,
		"<a>\xff</a><a>\uFFFE</a><ä ö=''/><a xmlns=''/>",
	}
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, stream string) {
		limits := Limits{Stanza: 512, Depth: 8, Attrs: 6}
		whole := scan(t, strings.NewReader(stream), len(stream), limits)
		pieces := scan(t, iotest.OneByteReader(strings.NewReader(stream)), len(stream), limits)
		if a, b := strings.Join(whole, "\n"), strings.Join(pieces, "\n"); a != b {
			t.Errorf("at once:\n%s\nbyte by byte:\n%s", a, b)
		}
	})
}

// scan reads a stream to its end and tells what came of it.
func scan(t *testing.T, r io.Reader, size int, limits Limits) (log []string) {
	t.Helper()
	s := NewScanner(r, limits)
	for range size + 2 {
		raw, err := s.Next()
		if err == nil {
			strict(t, raw)
			log = append(log, string(raw))
			continue
		}
		log = append(log, err.Error())
		var bad *BadStanza
		if !errors.As(err, &bad) {
			return log
		}
		bad.Reply()
	}
	t.Error("more stanzas than bytes")
	return log
}

func strict(t *testing.T, raw []byte) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(streamHead + string(raw) + "</stream:stream>"))
	for {
		tok, err := d.Token()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatalf("let through: %q: %v", raw, err)
		}
		names(t, raw, tok)
	}
}

// names looks for what encoding/xml lets through itself: attributes given twice.
func names(t *testing.T, raw []byte, tok xml.Token) {
	t.Helper()
	start, ok := tok.(xml.StartElement)
	if !ok {
		return
	}
	seen := map[xml.Name]bool{}
	for _, a := range start.Attr {
		if seen[a.Name] {
			t.Fatalf("twice %v: %q", a.Name, raw)
		}
		seen[a.Name] = true
	}
}
