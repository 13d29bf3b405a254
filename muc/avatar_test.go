package muc

import (
	"strings"
	"testing"

	"isthmus/component/stanza"
)

// TestPhotoHashes: whatever a vCard holds, it has names, or is refused, at once.
func TestPhotoHashes(t *testing.T) {
	const nobody = "da39a3ee5e6b4b0d3255bfef95601890afd80709" // of no bytes at all
	deep := strings.Repeat("<PHOTO>", 5000) + strings.Repeat("</PHOTO>", 5000)
	for _, c := range []struct {
		name, card string
		want       int // pictures; -1: refused
	}{
		{"empty", "", 0},
		{"no value", "<PHOTO/><PHOTO><BINVAL/></PHOTO><PHOTO><BINVAL> ==\n</BINVAL></PHOTO>", 0},
		{"padding that is missing", "<PHOTO><BINVAL>AAA</BINVAL></PHOTO>", 1},
		{"a character alone", "<PHOTO><BINVAL>A</BINVAL></PHOTO>", -1},
		{"padding within", "<PHOTO><BINVAL>AA==AAAA</BINVAL></PHOTO>", -1},
		{"CDATA", "<PHOTO><BINVAL><![CDATA[AAAA]]></BINVAL></PHOTO>", 1},
		{"elements within", "<PHOTO><BINVAL>AA<BINVAL>!</BINVAL>AA</BINVAL></PHOTO>", 1},
		{"of another namespace", "<PHOTO xmlns='urn:example:x'><BINVAL>!</BINVAL></PHOTO>", 0},
		{"deep", deep, 0},
		{"large", "<PHOTO><BINVAL>" + strings.Repeat("A", 1<<20) + "</BINVAL></PHOTO>", 1},
		{"many", strings.Repeat("<PHOTO/>", maxPhotos+1), -1},
	} {
		e, err := stanza.ParseElement([]byte("<vCard xmlns='vcard-temp'>" + c.card + "</vCard>"))
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		list, refusal := photoHashes(&e)
		if got := len(list); (refusal != nil) != (c.want < 0) || refusal == nil && got != c.want {
			t.Errorf("%s: %v, %v", c.name, list, refusal)
		}
		if strings.Contains(strings.Join(list, " "), nobody) {
			t.Errorf("%s: nothing has a name", c.name)
		}
	}
}

// TestLargeCardIsHidden: a stored vCard that is larger than what is allowed by now is not sent to anybody.
func TestLargeCardIsHidden(t *testing.T) {
	card := []byte("<vCard xmlns='vcard-temp'><PHOTO><BINVAL>AAAA</BINVAL></PHOTO></vCard>")
	stored := &Stored{Record: Record{JID: testRoom}, VCard: card}
	for limit, shown := range map[int]bool{10: false, 1000: true} {
		r := Open(&Settings{MaxVCard: limit}, stanza.MustJID(testRoom), Birth{}, stored)
		if (r.vcard != nil) != shown || (len(r.avatar) > 0) != shown {
			t.Errorf("limit %d: %s %v", limit, r.vcard, r.avatar)
		}
	}
}
