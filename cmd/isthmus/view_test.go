package main

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"isthmus/component/componenttest"
)

// TestView has links in several states: the page and the metrics have them, escaped, and no address of a person.
func TestView(t *testing.T) {
	host := componenttest.New(t, testDomain, testSecret)
	addr, door := host.Listen(), freePort(t)
	path := configFile(t, addr, `url = "memory:"`, fmt.Sprintf(`[rooms.defaults]
persistentroom = true
[admin]
listen = %q
socket = %q
[federation]
peers = ["rooms.wonderland.lit"]
[[federation.room]]
room = "elsinore"
join = "rabbithole@rooms.wonderland.lit"
[[federation.room]]
room = "battlements"
join = "croquet@rooms.wonderland.lit"
[[federation.room]]
room = "graveyard"
join = "trial@rooms.wonderland.lit"
[[federation.room]]
room = "orchard"
join = "garden@rooms.wonderland.lit"
[[federation.room]]
room = "chapel"
accept = ["rooms.wonderland.lit"]
`, door, filepath.Join(t.TempDir(), "s")))
	d := launch(t, path)
	c := host.Accept()
	const hamlet, fmuc = "hamlet@denmark.lit/castle", "<fmuc xmlns='http://isode.com/protocol/fmuc' from='alice@wonderland.lit/pc'/>"
	for _, room := range []string{"elsinore", "battlements", "graveyard", "chapel"} {
		room += "@" + testDomain
		c.Write("<presence from='" + hamlet + "' to='" + room + "/Hamlet'><x xmlns='http://jabber.org/protocol/muc'/></presence>")
		c.Write("<iq type='set' id='c' from='" + hamlet + "' to='" + room + "'><query xmlns='http://jabber.org/protocol/muc#owner'>" +
			"<x xmlns='jabber:x:data' type='submit'/></query></iq>")
		until(c, "type='result'", "id='c'", "from='"+room)
	}
	// one is answered, one rejected, one is not answered; and somebody joins
	c.Write("<presence from='rabbithole@rooms.wonderland.lit/Alice' to='elsinore@" + testDomain + "'>" + fmuc + "</presence>" +
		"<message type='groupchat' from='rabbithole@rooms.wonderland.lit/Alice' to='elsinore@" + testDomain + "'><subject>tea</subject>" +
		"<delay xmlns='urn:xmpp:delay' from='rabbithole@rooms.wonderland.lit' stamp='2026-01-01T00:00:00Z'/>" + fmuc + "</message>")
	until(c, "Alice", "to='"+hamlet)
	c.Write("<presence from='croquet@rooms.wonderland.lit' to='battlements@" + testDomain + "'><fmuc xmlns='http://isode.com/protocol/fmuc'>" +
		"<reject>&lt;script&gt;alert(1)&lt;/script&gt; Off with his head</reject></fmuc></presence>")
	d.log.await("Off with his head")
	c.Write("<presence from='ball@rooms.wonderland.lit/Alice' to='chapel@" + testDomain + "/Alice'><x xmlns='http://jabber.org/protocol/muc'/>" +
		"<x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='none' role='participant'/></x>" + fmuc + "</presence>")
	until(c, "<subject", "to='ball@rooms.wonderland.lit'")
	c.Write("<message type='groupchat' id='m1' from='" + hamlet + "' to='elsinore@" + testDomain + "'><body>" + owned + "</body></message>")
	until(c, "type='groupchat'", owned, "to='rabbithole@rooms.wonderland.lit'")
	if code, _, err := isthmus(t, "link", "-room", "orchard", "-do", "pause", "-config", path); code != 1 || !strings.Contains(err, "no such room") {
		t.Errorf("a room that nobody has made: %d, %s", code, err)
	}
	if code, _, err := isthmus(t, "link", "-room", "graveyard", "-do", "pause", "-config", path); code != 0 {
		t.Error(err)
	}

	body := get(t, "http://"+door+"/")
	for _, want := range []string{
		">up<", ">down<", ">paused<", ">idle<", "joins rabbithole@rooms.wonderland.lit", "is joined by ball@rooms.wonderland.lit",
		"&lt;script&gt;alert(1)&lt;/script&gt; Off with his head", "1 × rejection", ">attached<", "<title>" + testDomain + " ", ">dev<",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the page has no %s", want)
		}
	}
	metrics := get(t, "http://"+door+"/metrics")
	link := func(room, peer string) string {
		return fmt.Sprintf(`{room="%s@%s",peer="%s@rooms.wonderland.lit"`, room, testDomain, peer)
	}
	for _, want := range []string{
		"isthmus_link_up" + link("elsinore", "rabbithole") + "} 1", "isthmus_link_up" + link("battlements", "croquet") + "} 0",
		"isthmus_link_down" + link("battlements", "croquet") + "} 1", "isthmus_link_down" + link("orchard", "garden") + "} 0",
		"isthmus_link_occupants" + link("elsinore", "rabbithole") + `,direction="in"} 1`,
		"isthmus_link_stanzas_total" + link("chapel", "ball") + `,direction="out"} 2`,
		"isthmus_link_notes_total" + link("battlements", "croquet") + `,kind="rejection"} 1`,
		"isthmus_link_outages_total" + link("elsinore", "rabbithole") + `,cause="silence"} 0`,
		"isthmus_links 5", "isthmus_rooms 4", "isthmus_occupants 6", "isthmus_link_joins_refused_total 0",
	} {
		if !strings.Contains(metrics, "\n"+want+"\n") {
			t.Errorf("the metrics have no %s", want)
		}
	}
	for _, private := range []string{"<script", "denmark.lit/", "alice@", "hamlet@", owned, testSecret, "tea"} {
		if strings.Contains(body+metrics, private) {
			t.Errorf("%s is shown", private)
		}
	}
	r, err := http.Get("http://" + door + "/")
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	if policy := r.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") {
		t.Errorf("Content-Security-Policy: %s", policy)
	}
	d.end(c)
}
