package component

import (
	"bytes"
	"encoding/xml"
	"io"
	"testing"

	"isthmus/component/stanza"
)

// groupchat is a usual message in a room: 335 bytes.
var groupchat = []byte(`<message from='romeo@montague.example/orchard' to='balcony@rooms.capulet.example' type='groupchat' ` +
	`id='9a1b3c5d-7e9f-4a1b-8c3d-5e7f9a1b3c5d' xml:lang='en'><body>But soft, what light through yonder window breaks? ` +
	`It is the east &amp; Juliet.</body><origin-id xmlns='urn:xmpp:sid:0' id='9a1b3c5d-7e9f-4a1b'/>` +
	`<markable xmlns='urn:xmpp:cm'/></message>`)

// endless is a stream that repeats one stanza.
type endless struct{ stanza, rest []byte }

func (e *endless) Read(p []byte) (n int, err error) {
	for n < len(p) {
		if len(e.rest) == 0 {
			e.rest = e.stanza
		}
		c := copy(p[n:], e.rest)
		e.rest = e.rest[c:]
		n += c
	}
	return n, nil
}

func BenchmarkScanner(b *testing.B) {
	s := NewScanner(&endless{stanza: groupchat}, Limits{})
	b.SetBytes(int64(len(groupchat)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Next(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkScannerAndParse(b *testing.B) {
	s := NewScanner(&endless{stanza: groupchat}, Limits{})
	b.SetBytes(int64(len(groupchat)))
	b.ReportAllocs()
	for b.Loop() {
		raw, err := s.Next()
		if err != nil {
			b.Fatal(err)
		}
		if _, err := stanza.Parse(raw); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncodingXML(b *testing.B) {
	d := xml.NewDecoder(io.MultiReader(bytes.NewReader([]byte(streamHead)), &endless{stanza: groupchat}))
	d.Token()
	b.SetBytes(int64(len(groupchat)))
	b.ReportAllocs()
	for b.Loop() {
		for depth := 0; ; {
			tok, err := d.Token()
			if err != nil {
				b.Fatal(err)
			}
			if _, ok := tok.(xml.StartElement); ok {
				depth++
			}
			if _, ok := tok.(xml.EndElement); ok {
				depth--
			}
			if depth == 0 {
				break
			}
		}
	}
}
