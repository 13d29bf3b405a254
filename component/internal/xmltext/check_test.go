package xmltext

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

var accepted = []string{
	`<a/>`, `<a></a>`, `<a ></a >`, `<a b = "c>'" d='"/>'/>`, `<a>&lt;&#65;&#x1F600;</a>`, `<a><![CDATA[<&]]></a>`,
	`<a>]]&gt; ]] > ü</a>`, `<a xmlns:p='u' p:b='1' b='2'><p:c/></a>`, `<p:a p:b='1' xmlns:p='u'/>`, `<a xml:lang='en'/>`,
	`<stream:error/>`, `<a xmlns=''/>`, `<ä ö='1'/>`, `<a-b.c_1/>`, `<a xmlnsx='1'/>`,
	`<a xmlns:xml='http://www.w3.org/XML/1998/namespace'/>`, `<a xmlns:p='u'><b xmlns:p='v'/><p:c/></a>`,
}

var refused = []struct {
	raw  string
	want error
}{
	{``, ErrSyntax}, {`a`, ErrSyntax}, {`<`, ErrSyntax}, {`<a`, ErrSyntax}, {`<a>`, ErrSyntax}, {`<a><b></a></b>`, ErrSyntax},
	{`<a/><b/>`, ErrSyntax}, {`<![CDATA[a]]>`, ErrSyntax}, {`<a/> `, ErrSyntax}, {`</a>`, ErrSyntax}, {`<>`, ErrSyntax}, {`< a/>`, ErrSyntax},
	{`<a></ a>`, ErrSyntax}, {`<a b/>`, ErrSyntax}, {`<a b=c/>`, ErrSyntax}, {`<a b='1'c='2'/>`, ErrSyntax},
	{`<a b='1' b='2'/>`, ErrSyntax}, {`<a b='<'/>`, ErrSyntax}, {`<a b='&'/>`, ErrSyntax}, {`<a>&nbsp;</a>`, ErrSyntax},
	{`<a>&#0;</a>`, ErrSyntax}, {`<a>&#xD800;</a>`, ErrSyntax}, {`<a>&#X41;</a>`, ErrSyntax}, {`<a>&;</a>`, ErrSyntax},
	{"<a>\x00</a>", ErrSyntax}, {"<a>\xff</a>", ErrSyntax}, {"<a>\uFFFE</a>", ErrSyntax}, {"<a b='\x01'/>", ErrSyntax},
	{`<a>]]></a>`, ErrSyntax}, {`<p:a/>`, ErrSyntax}, {`<a p:b='1'/>`, ErrSyntax}, {`<a><b xmlns:p='u'/><p:c/></a>`, ErrSyntax},
	{`<a xmlns:p='u' xmlns:q='u' p:b='1' q:b='2'/>`, ErrSyntax}, {`<a xmlns:p=''/>`, ErrSyntax},
	{`<a xmlns:xml='u'/>`, ErrSyntax}, {`<a xmlns:p='http://www.w3.org/XML/1998/namespace'/>`, ErrSyntax},
	{`<a xmlns:xmlns='u'/>`, ErrSyntax}, {`<a xmlns='http://www.w3.org/2000/xmlns/'/>`, ErrSyntax}, {`<xmlns:a/>`, ErrSyntax},
	{`<a:b:c xmlns:a='u'/>`, ErrSyntax}, {`<:a/>`, ErrSyntax}, {`<a:/>`, ErrSyntax}, {`<1a/>`, ErrSyntax}, {`<ä:1/>`, ErrSyntax},
	{`<a / >`, ErrSyntax}, {`<a/b='1'/>`, ErrSyntax}, {`<a><![CDATA[</a>`, ErrSyntax},
	{`<a><!-- --></a>`, ErrRestricted}, {`<a><?pi?></a>`, ErrRestricted}, {`<!DOCTYPE a>`, ErrRestricted},
	{`<a><![cdata[]]></a>`, ErrRestricted}, {`<a><b><c><d/></c></b></a>`, ErrDepth}, {`<a a='' b='' c='' d='' e=''/>`, ErrAttrs},
}

func TestCheck(t *testing.T) {
	c := &Checker{MaxDepth: 3, MaxAttrs: 4}
	for _, raw := range accepted {
		if err := c.Check([]byte(raw)); err != nil {
			t.Errorf("%s: %v", raw, err)
		}
	}
	for _, test := range refused {
		if err := c.Check([]byte(test.raw)); !errors.Is(err, test.want) {
			t.Errorf("%s: got %v, want %v", test.raw, err, test.want)
		}
	}
}

// What a stanza may cost: prefixes are looked through for each name that has one.
func TestCheckPrefixesAreBounded(t *testing.T) {
	var b strings.Builder
	for depth := range 60 {
		b.WriteString("<a")
		for n := range 60 {
			fmt.Fprintf(&b, " xmlns:p%d.%d='u'", depth, n)
		}
		b.WriteString(">")
	}
	b.WriteString(strings.Repeat("</a>", 60))
	c := &Checker{MaxDepth: 64, MaxAttrs: 64}
	if err := c.Check([]byte(b.String())); !errors.Is(err, ErrAttrs) {
		t.Errorf("got %v", err)
	}
}

// However the bytes are cut, the end is where it is.
func TestFramerPieces(t *testing.T) {
	tests := append([]string{`<a><!-- <b> -- --></a>`, `<!-- > --->`, `<?p a="?" >?>`, `<!D a>`, `<![CDATA[ ]] ]>]]]>`, `</a>`,
		`<a b='>'/>`, `<a b='/'>/</a>`}, accepted...)
	for _, raw := range tests {
		in := raw + "<next>"
		for size := 1; size <= len(in); size++ {
			if got := frame(in, size); got != len(raw) {
				t.Errorf("%s in pieces of %d: ends at %d, not %d", raw, size, got, len(raw))
			}
		}
	}
}

func frame(in string, size int) (end int) {
	var f Framer
	for len(in) > 0 {
		piece := in[:min(size, len(in))]
		in = in[len(piece):]
		n, done := f.Feed([]byte(piece))
		end += n
		if done {
			return end
		}
	}
	return -1
}

func TestReference(t *testing.T) {
	if r, n := Reference([]byte("&" + strings.Repeat("x", 100))); r != 0 || n != 0 {
		t.Errorf("got %q, %d", r, n)
	}
	if got := Value([]byte("a&amp;\tb\r\n&#10;&bad;")); got != "a& b \n&bad;" {
		t.Errorf("value %q", got)
	}
	if got := string(AppendCDATA(nil, []byte("a\r\nb\rc&amp;"))); got != "a\nb\nc&amp;" {
		t.Errorf("cdata %q", got)
	}
}
