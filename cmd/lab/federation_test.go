package main

import (
	"fmt"
	"strings"
	"testing"

	"isthmus/cmd/lab/internal/client"
	"isthmus/cmd/lab/internal/relay"
)

const (
	rabbithole = "rabbithole@rooms.wonderland.lit" // joined
	elsinore   = "elsinore@talk.denmark.lit"       // joins
)

// crossed is what went over the link, by the server that sent it, since a moment.
func crossed(since [2]relay.Counts) [2]relay.Counts {
	now := counted()
	return [2]relay.Counts{now[0].Since(since[0]), now[1].Since(since[1])}
}

func counted() [2]relay.Counts {
	link := world.Link(wonderland.users, denmark.users)
	return [2]relay.Counts{link.From(wonderland.users).Counts(), link.From(denmark.users).Counts()}
}

// TestFederation is the XEP's own story: Alice and the Hatter are in the rabbit hole, Hamlet enters Elsinore, and the two
// rooms are one until he leaves.
func TestFederation(t *testing.T) {
	w, d := at(t, wonderland), at(t, denmark)
	alice, hatter, hamlet := w.login("alice"), w.login("hatter"), d.login("hamlet")

	alice.join(rabbithole, "Alice")
	alice.configure(rabbithole, "persistentroom=1")
	defer hamlet.destroy(elsinore)
	defer alice.destroy(rabbithole)
	alice.send("<message to='%s' type='groupchat'><subject>A mad tea party</subject></message>", rabbithole)
	alice.say(rabbithole, "an old message")
	alice.hears("an old message")
	hatter.join(rabbithole, "Hatter")

	before := counted()
	hamlet.join(elsinore, "Hamlet")
	hamlet.configure(elsinore, "persistentroom=1")
	for _, nick := range []string{"Alice", "Hatter"} {
		hamlet.expect(nick, presence(elsinore+"/"+nick, ""))
	}
	old := hamlet.hears("an old message")
	t.Logf("Hamlet got %v", old)
	w.equal("who said it", old.Attr("from"), elsinore+"/Alice")
	w.equal("that it is old", old.Child("urn:xmpp:delay", "delay") != nil, true)
	hamlet.expect("the subject", func(n *client.Node) bool { return text(n, "subject") == "A mad tea party" })
	for _, u := range []*user{alice, hatter} {
		u.expect("Hamlet", presence(rabbithole+"/Hamlet", ""))
	}
	t.Logf("the join: %+v", crossed(before))

	t.Run("messages cross once", func(t *testing.T) { talk(t, alice, hatter, hamlet) })
	t.Run("presence and nicks", func(t *testing.T) { change(t, alice, hamlet) })
	t.Run("private messages", func(t *testing.T) { whisper(t, alice, hatter, hamlet) })
	t.Run("the last one leaves", func(t *testing.T) { part(t, alice, hamlet) })
	for _, u := range []*user{alice, hatter, hamlet} {
		for _, n := range u.Received() {
			if strings.Contains(n.Raw, "isode.com/protocol/fmuc") {
				t.Errorf("%s received %s", u.jid, n.Raw)
			}
		}
	}
}

// agreed waits until the rooms have agreed on their link: no message has crossed for a while.
func agreed(t *testing.T, alice, hamlet *user) {
	t.Helper()
	for quiet := 0; quiet < 3; quiet++ {
		before := counted()
		barrier(t, alice, rabbithole)
		barrier(t, hamlet, elsinore)
		barrier(t, alice, denmark.rooms)
		barrier(t, hamlet, wonderland.rooms)
		if over := crossed(before); over[0].Messages.Stanzas+over[1].Messages.Stanzas > 0 {
			quiet = -1
		}
	}
}

// talk says things on both sides: everybody hears each exactly once, and each crosses the link as one stanza.
func talk(t *testing.T, alice, hatter, hamlet *user) {
	agreed(t, alice, hamlet)
	before := counted()
	for i := range 5 {
		alice.say(rabbithole, fmt.Sprintf("alice %d", i))
		hamlet.say(elsinore, fmt.Sprintf("hamlet %d", i))
	}
	for i := range 5 {
		for _, u := range []*user{alice, hatter, hamlet} {
			u.hears(fmt.Sprintf("alice %d", i))
			u.hears(fmt.Sprintf("hamlet %d", i))
		}
	}
	over := crossed(before)
	for i, name := range []string{"wonderland", "denmark"} {
		if over[i].Messages.Stanzas != 5 {
			t.Errorf("%s sent %d message stanzas for 5 messages", name, over[i].Messages.Stanzas)
		}
	}
	for i := range 5 {
		for _, u := range []*user{alice, hatter, hamlet} {
			for _, who := range []string{"alice", "hamlet"} {
				body := fmt.Sprintf("%s %d", who, i)
				if n := u.times(body); n != 1 {
					t.Errorf("%s heard %q %d times", u.jid, body, n)
				}
			}
		}
	}
	t.Logf("10 messages: %+v", over)
}

func change(t *testing.T, alice, hamlet *user) {
	hamlet.send("<presence to='%s/Hamlet'><show>away</show></presence>", elsinore)
	alice.expect("away", func(n *client.Node) bool {
		return presence(rabbithole+"/Hamlet", "")(n) && text(n, "show") == "away"
	})
	hamlet.send("<presence to='%s/Prince'/>", elsinore)
	alice.expect("303", func(n *client.Node) bool {
		return presence(rabbithole+"/Hamlet", "unavailable")(n) && n.Status("303")
	})
	alice.expect("Prince", presence(rabbithole+"/Prince", ""))
	alice.say(rabbithole, "my prince")
	hamlet.hears("my prince")
	alice.send("<presence to='%s/Liddell'/>", rabbithole)
	hamlet.expect("303", func(n *client.Node) bool {
		return presence(elsinore+"/Alice", "unavailable")(n) && n.Status("303")
	})
	hamlet.expect("Liddell", presence(elsinore+"/Liddell", ""))
}

func whisper(t *testing.T, alice, hatter, hamlet *user) {
	alice.send("<message to='%s/Prince' type='chat'><body>psst</body></message>", rabbithole)
	if from := hamlet.hears("psst").Attr("from"); from != elsinore+"/Liddell" {
		t.Errorf("the whisper came from %s", from)
	}
	hamlet.send("<message to='%s/Hatter' type='chat'><body>tea?</body></message>", elsinore)
	hatter.hears("tea?")
	if alice.times("tea?") != 0 {
		t.Error("Alice overheard")
	}
}

// part lets the only user of the joining side leave: nothing crosses the link afterwards.
func part(t *testing.T, alice, hamlet *user) {
	if err := hamlet.Leave(hamlet.s.ctx, elsinore, "Prince"); err != nil {
		t.Fatal(err)
	}
	alice.expect("the leave", presence(rabbithole+"/Prince", "unavailable"))
	barrier(t, alice, denmark.rooms)
	barrier(t, hamlet, wonderland.rooms)
	before := counted()
	alice.say(rabbithole, "alone")
	alice.hears("alone")
	barrier(t, alice, rabbithole)
	over := crossed(before)
	for i := range over {
		if n := over[i].Stanzas().Stanzas; n != 0 {
			t.Errorf("%d stanzas crossed with nobody there", n)
		}
	}
	hamlet.join(elsinore, "Hamlet")
	hamlet.hears("alone")
	alice.expect("Hamlet again", presence(rabbithole+"/Hamlet", ""))
	if n := hamlet.times("my prince"); n != 2 { // live, and as history of the room that he entered again
		t.Errorf("Hamlet heard the same %d times", n)
	}
}

// barrier returns when everything that this user's server has sent over the link before has arrived there.
func barrier(t *testing.T, u *user, to string) {
	t.Helper()
	if err := u.Barrier(u.s.ctx, to); err != nil {
		t.Fatal(err)
	}
}

// destroy makes way for the next run.
func (u *user) destroy(room string) {
	u.must("set", room, "<query xmlns='http://jabber.org/protocol/muc#owner'><destroy/></query>")
}

// TestUnwelcomePeer lets a room join that nobody has allowed: it is told why, stays a room of its own, and nobody in the
// other ever hears of it.
func TestUnwelcomePeer(t *testing.T) {
	w, d := at(t, wonderland), at(t, denmark)
	alice, hamlet := w.login("alice"), d.login("hamlet")
	alice.join(rabbithole, "Queen")
	alice.configure(rabbithole)
	hole := d.room("unwelcome")
	hamlet.join(hole, "Stranger")
	hamlet.configure(hole)
	hamlet.say(hole, "is anybody here?")
	hamlet.hears("is anybody here?")
	barrier(t, hamlet, rabbithole)
	barrier(t, alice, rabbithole)
	for _, n := range alice.Received() {
		if strings.Contains(n.Raw, "Stranger") {
			t.Errorf("Alice heard of the stranger: %s", n.Raw)
		}
	}
	alice.destroy(rabbithole)
}

// TestFederationByForm links two rooms by their owners' forms alone, and unlinks them again.
func TestFederationByForm(t *testing.T) {
	w, d := at(t, wonderland), at(t, denmark)
	garden, castle := w.room("garden-by-form"), d.room("castle-by-form")
	alice, hamlet := w.login("alice"), d.login("hamlet")
	alice.join(garden, "Alice")
	alice.form(garden, "federation_accept", castle)
	hamlet.join(castle, "Hamlet")
	refused := hamlet.ask("set", castle, fieldForm("federation_join", "den@elsewhere.lit"))
	d.equal("a room of a service that is no peer", refused.Condition(), "not-acceptable")
	hamlet.form(castle, "federation_join", garden)
	hamlet.expect("Alice", presence(castle+"/Alice", ""))
	alice.expect("Hamlet", presence(garden+"/Hamlet", ""))
	hamlet.say(castle, "the play's the thing")
	alice.hears("the play's the thing")
	hamlet.form(castle, "federation_join", "")
	alice.expect("Hamlet's leave", presence(garden+"/Hamlet", "unavailable"))
	hamlet.expect("Alice's leave", presence(castle+"/Alice", "unavailable"))
}

func (u *user) form(room, field, value string) {
	u.s.Helper()
	u.must("set", room, fieldForm(field, value))
}

func fieldForm(field, value string) string {
	return fmt.Sprintf("<query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'>"+
		"<field var='{urn:isthmus:0}%s'><value>%s</value></field></x></query>", field, value)
}
