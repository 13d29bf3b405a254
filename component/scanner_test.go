package component

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"isthmus/component/stanza"
)

func TestScannerStanzas(t *testing.T) {
	stream := " \n<message to='a'><body>&lt;</body></message>\r\n\t<iq/><presence></presence >   </stream:stream>"
	readers := map[string]io.Reader{
		"at once":      strings.NewReader(stream),
		"byte by byte": iotest.OneByteReader(strings.NewReader(stream)),
		"with EOF":     iotest.DataErrReader(strings.NewReader(stream)),
	}
	for name, r := range readers {
		s := NewScanner(r, Limits{})
		for _, want := range []string{"<message to='a'><body>&lt;</body></message>", "<iq/>", "<presence></presence >"} {
			if raw, err := s.Next(); err != nil || string(raw) != want {
				t.Errorf("%s: got %s, %v; want %s", name, raw, err, want)
			}
		}
		for range 2 {
			if _, err := s.Next(); err != io.EOF {
				t.Errorf("%s: got %v at the end", name, err)
			}
		}
	}
}

// P3: a stanza can break itself, never the stream.
func TestP3BadStanzaFailsAlone(t *testing.T) {
	limits := Limits{Stanza: 200, Depth: 4, Attrs: 5}
	tests := []struct {
		name, raw string
		want      error
	}{
		{"syntax", `<iq type='get' id='1' from='a@b/c' to='d'><a></b></iq>`, ErrNotWellFormed},
		{"reference", `<iq type='get' id='1' from='a@b/c' to='d'>&nbsp;</iq>`, ErrNotWellFormed},
		{"comment", `<iq type='get' id='1' from='a@b/c' to='d'><!-- </iq> --></iq>`, ErrRestrictedXML},
		{"instruction", `<iq type='get' id='1' from='a@b/c' to='d'><?a </iq> ?></iq>`, ErrRestrictedXML},
		{"deep", `<iq type='get' id='1' from='a@b/c' to='d'><a><a><a><a/></a></a></a></iq>`, ErrTooDeep},
		{"attributes", `<iq type='get' id='1' from='a@b/c' to='d'><q a='' b='' c='' d='' e='' f=''/></iq>`, ErrTooManyAttrs},
		{"big", `<iq type='get' id='1' from='a@b/c' to='d'>` + strings.Repeat("x<a/>", 1000) + `</iq>`, ErrTooBig},
	}
	for _, test := range tests {
		s := NewScanner(strings.NewReader(test.raw+"<iq id='2' from='a@b' to='muc.example'/>"), limits)
		_, err := s.Next()
		var bad *BadStanza
		if !errors.As(err, &bad) || !errors.Is(err, test.want) {
			t.Errorf("%s: got %v, want %v", test.name, err, test.want)
			continue
		}
		if h := bad.Head; h == nil || h.Kind != stanza.IQ || h.Type != "get" || h.ID != "1" || h.From.Local != "a" || h.To.Domain != "d" {
			t.Errorf("%s: head %+v", test.name, h)
		}
		if raw, err := s.Next(); err != nil || string(raw) != "<iq id='2' from='a@b' to='muc.example'/>" {
			t.Errorf("%s: behind it: %s, %v", test.name, raw, err)
		}
	}
}

func TestScannerJunk(t *testing.T) {
	for _, junk := range []string{"text", "<!-- c -->", "<?xml version='1.0'?>", "<![CDATA[x]]>", "<!DOCTYPE x>", "<\x00/>"} {
		s := NewScanner(strings.NewReader(junk+"<iq/>"), Limits{})
		var bad *BadStanza
		if _, err := s.Next(); !errors.As(err, &bad) || bad.Head != nil {
			t.Errorf("%q: got %v", junk, err)
		}
		if raw, err := s.Next(); err != nil || string(raw) != "<iq/>" {
			t.Errorf("%q: behind it: %s, %v", junk, raw, err)
		}
	}
}

func TestScannerEnds(t *testing.T) {
	tests := []struct {
		name, stream string
		want         error
	}{
		{"closed", "</stream:stream>", io.EOF},
		{"cut between", " ", io.ErrUnexpectedEOF},
		{"cut inside", "<iq><a/>", io.ErrUnexpectedEOF},
		{"flood", "<iq>" + strings.Repeat("x", 700), ErrFlood},
		{"flood of text", strings.Repeat("x", 700), ErrFlood},
	}
	for _, test := range tests {
		s := NewScanner(iotest.OneByteReader(strings.NewReader(test.stream)), Limits{Stanza: 10})
		for range 2 {
			if _, err := s.Next(); err != test.want {
				t.Errorf("%s: got %v, want %v", test.name, err, test.want)
			}
		}
	}
}

func TestScannerStreamError(t *testing.T) {
	s := NewScanner(strings.NewReader(`<stream:error><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>`+
		`<text xmlns='urn:ietf:params:xml:ns:xmpp-streams'>no</text></stream:error></stream:stream>`), Limits{})
	_, err := s.Next()
	var se *StreamError
	if !errors.As(err, &se) || *se != (StreamError{"conflict", "no"}) {
		t.Errorf("got %v", err)
	}
}

// A finished stanza is delivered though the connection stays silent.
func TestScannerDoesNotWithhold(t *testing.T) {
	r, w := io.Pipe()
	defer w.Close()
	go w.Write([]byte("<iq/>"))
	if raw, err := NewScanner(r, Limits{}).Next(); err != nil || string(raw) != "<iq/>" {
		t.Errorf("got %s, %v", raw, err)
	}
}
