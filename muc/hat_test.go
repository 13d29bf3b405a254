package muc

import (
	"bytes"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"isthmus/component/stanza"
)

// wornRoom is a room of one owner, in which commands are run.
func wornRoom(t *testing.T) (run func(node, uri, user string) string) {
	r := Open(&Settings{Service: "muc.example", MaxNick: 64, Defaults: DefaultConfig()}, stanza.MustJID(testRoom),
		Birth{Epoch: 1, Secret: []byte("a secret of thirty-two characters")}, nil)
	handle := func(text string) string {
		st, err := stanza.Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		st.From = stanza.MustJID("alice@a.example/pc")
		var b strings.Builder
		for _, e := range r.Handle(Event{At: time.Unix(1e9, 0), Stanza: st}) {
			if out, ok := e.(Send); ok && out.Out.Size() > 0 {
				b.Write(out.Out.To(out.To[0]))
			}
		}
		return b.String()
	}
	handle("<presence to='den@muc.example/Alice'><x xmlns='" + nsMUC + "'/></presence>")
	return func(node, uri, user string) string {
		return handle(testHat + node + "'><x xmlns='jabber:x:data' type='submit'>" +
			"<field var='hats#title'><value>Host</value></field><field var='hats#uri'><value>" + uri + "</value></field><field var='hats#jid'><value>" + user + "</value></field>" +
			"</x></command></iq>")
	}
}

// TestHatsAreBounded: a room has so many hats, a hat so many wearers, and no list is longer than a server takes.
func TestHatsAreBounded(t *testing.T) {
	run := wornRoom(t)
	uri := func(i int) string { return fmt.Sprintf("urn:example:%0240d", i) }
	for i := range maxHats {
		if got := run("create", uri(i), ""); strings.Contains(got, "error") {
			t.Fatalf("hat %d: %s", i, got)
		}
	}
	if got := run("create", uri(maxHats), ""); !strings.Contains(got, "policy-violation") {
		t.Errorf("one hat more: %s", got)
	}
	for i := range maxWearers {
		if got := run("assign", uri(0), fmt.Sprintf("u%d@a.example", i)); strings.Contains(got, "error") {
			t.Fatalf("wearer %d: %s", i, got)
		}
	}
	if got := run("assign", uri(0), "zoe@a.example"); !strings.Contains(got, "policy-violation") {
		t.Errorf("one wearer more: %s", got)
	}
	got := run("list-assigned", "", "")
	if len(got) > longestTable+8192 || !strings.Contains(got, "of 1000 are shown.</note>") {
		t.Errorf("a list of %d bytes that ends in %s", len(got), got[len(got)-200:])
	}
	if got := run("list", "", ""); strings.Count(got, "<item>") != maxHats {
		t.Errorf("not all hats are listed: %d", strings.Count(got, "<item>"))
	}
}

// TestWornHatsAreSmall: the hats of one user leave room for the rest of a presence.
func TestWornHatsAreSmall(t *testing.T) {
	r := &Room{}
	for i := range maxWorn {
		long := strings.Repeat("x", maxHatText-1) + fmt.Sprint(i)
		r.hats = append(r.hats, Hat{URI: long, Title: long, Hue: "359.123456789", Wearers: []string{"a@b"}})
	}
	if n := len(r.wardrobe()["a@b"]); n > 4096 {
		t.Errorf("%d bytes of hats", n)
	}
}

// TestWear: one user's hats rendered anew are what all are rendered to.
func TestWear(t *testing.T) {
	r := &Room{hats: []Hat{{URI: "a", Title: "A", Wearers: []string{"a@b", "c@d"}}, {URI: "b", Title: "B", Wearers: []string{"a@b"}}}}
	all := maps.Clone(r.wardrobe())
	r.worn["a@b"] = nil
	r.worn["e@f"] = []byte("old")
	for _, user := range []string{"a@b", "c@d", "e@f"} {
		r.wear(user)
	}
	if !maps.EqualFunc(all, r.worn, bytes.Equal) {
		t.Errorf("%q, not %q", r.worn, all)
	}
}
