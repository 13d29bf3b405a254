package relay

import (
	"slices"
	"strings"
	"testing"
)

// scan feeds a stream in pieces of size bytes.
func scan(stream string, size int) (all []Element, s Scanner) {
	for piece := range slices.Chunk([]byte(stream), size) {
		for len(piece) > 0 {
			n, e, ended := s.Next(piece)
			if ended {
				all = append(all, e)
			}
			piece = piece[n:]
		}
	}
	return all, s
}

const header = "<?xml version='1.0'?><stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' a='>'>"

func TestScannerFindsStanzas(t *testing.T) {
	message := `<message to='a>b' from="/"><body>a/b</body><x xmlns='urn:x'><iq/><message></message></x></message>`
	cases := map[string]struct {
		stream string
		want   []Element
	}{
		"stanzas":        {header + message + " <presence/>\n<iq type='get' ></iq>", []Element{{"message", len(message)}, {"presence", 11}, {"iq", 21}}},
		"dialback":       {header + "<stream:features/><db:result from='a'>k</db:result><db:verify/>", []Element{{"features", 18}, {"result", 33}, {"verify", 12}}},
		"restart":        {header + "<presence/>" + header + "<presence/>", []Element{{"presence", 11}, {"presence", 11}}},
		"end and again":  {header + "<presence/></stream:stream>" + header + "<presence/>", []Element{{"presence", 11}, {"presence", 11}}},
		"CDATA":          {header + "<message><![CDATA[</message>>]]]></message>", []Element{{"message", 43}}},
		"prefix":         {header + "<client:message/>", []Element{{"message", 17}}},
		"slash in value": {header + "<iq a='/'></iq>", []Element{{"iq", 15}}},
		"unfinished":     {header + "<message><body>", nil},
	}
	for name, c := range cases {
		for _, size := range []int{1, 2, 7, len(c.stream)} {
			if got, _ := scan(c.stream, size); !slices.Equal(got, c.want) {
				t.Errorf("%s, %d bytes at a time: %v", name, size, got)
			}
		}
	}
}

func TestScannerKnowsWhenItIsBetween(t *testing.T) {
	for stream, want := range map[string]bool{
		"":                                     false,
		header[:len(header)-1]:                 false,
		header:                                 true,
		header + "<presence/> ":                true,
		header + "<":                           false,
		header + "<message>":                   false,
		header + "<message></message>":         true,
		header + "</stream:stream>":            false,
		strings.Repeat(header+"<message/>", 3): true,
	} {
		if _, s := scan(stream, 3); s.Between() != want {
			t.Errorf("after %q: between is %v", stream, !want)
		}
	}
}

// Whatever comes, the scanner takes all of it and stays bounded.
func FuzzScanner(f *testing.F) {
	f.Add(header + "<message><![CDATA[]]></message></stream:stream></a></b><")
	f.Fuzz(func(t *testing.T, stream string) {
		all, s := scan(stream, 5)
		total := 0
		for _, e := range all {
			total += e.Bytes
		}
		if s.depth < 0 || len(s.name) > maxName || total > len(stream) {
			t.Errorf("depth %d, name %q, %d bytes in elements of %d", s.depth, s.name, total, len(stream))
		}
	})
}
