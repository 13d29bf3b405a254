package client

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

const opening = "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"

func TestStanzasComeAsTreesAndAsTheyWere(t *testing.T) {
	stanzas := []string{
		`<message from='a@b/c' xml:lang='en'><body>a &lt; b<!-- no --> &amp; c</body><x xmlns='urn:x'><y z="1"/></x></message>`,
		`<presence/>`,
		`<iq type='result' id='1'></iq>`,
	}
	whole := opening + strings.Join(stanzas, "\n ") + " </stream:stream>"
	for name, wrap := range map[string]func(io.Reader) io.Reader{
		"at once":      func(r io.Reader) io.Reader { return r },
		"byte by byte": iotest.OneByteReader,
	} {
		r := newReader(wrap(strings.NewReader(whole)))
		if _, err := r.header(); err != nil {
			t.Fatal(err)
		}
		var got []*Node
		for range stanzas {
			node, err := r.next()
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, node)
		}
		for i, node := range got {
			if node.Raw != stanzas[i] {
				t.Errorf("%s: %q came as %q", name, stanzas[i], node.Raw)
			}
		}
		message := got[0]
		if !message.Is(nsClient, "message") || message.Attr("from") != "a@b/c" || message.Attr("lang") != "" || message.Body() != "a < b & c" {
			t.Errorf("%s: %+v", name, message)
		}
		if y := message.Child("urn:x", "x").Child("urn:x", "y"); y == nil || y.Attr("z") != "1" {
			t.Errorf("%s: %+v", name, y)
		}
		if _, err := r.next(); err != io.EOF {
			t.Errorf("%s: after the stream's end: %v", name, err)
		}
	}
}

func TestBrokenStreamsEnd(t *testing.T) {
	for _, rest := range []string{"<message><body>", "<message></presence>", "<message", "\x00", ""} {
		r := newReader(strings.NewReader(opening + rest))
		if _, err := r.header(); err != nil {
			t.Fatal(err)
		}
		if _, err := r.next(); err == nil {
			t.Errorf("%q was read as a stanza", rest)
		}
	}
}

func TestTooBigAStanzaEndsTheStream(t *testing.T) {
	endless := io.MultiReader(strings.NewReader(opening+"<message><body>"), endlessText{})
	r := newReader(endless)
	r.rec.limit = 1 << 10
	if _, err := r.header(); err != nil {
		t.Fatal(err)
	}
	if _, err := r.next(); !errors.Is(err, errTooBig) {
		t.Errorf("an endless stanza: %v", err)
	}
}

type endlessText struct{}

func (endlessText) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'a'
	}
	return len(p), nil
}

func TestNothingOfNothing(t *testing.T) {
	var n *Node
	if n.Child("", "a").Child("", "b") != nil || n.Body() != "" || n.Condition() != "" || n.Status("110") || n.All("", "a") != nil {
		t.Error("something came of nothing")
	}
}
