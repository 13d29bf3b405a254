package fmuc_test

import (
	"strings"
	"testing"

	"isthmus/component/stanza"
	"isthmus/fmuc"
	"isthmus/muc"
	"isthmus/muc/muctest"
)

// The stanzas of a link cost no more than this, in bytes, with the XEP's own names and a modern client's presence and message.
// Whoever adds to them adds to every ship's bill.
func TestBytes(t *testing.T) {
	const (
		presenceOf = "<show>away</show><status>gone to the castle</status>" +
			"<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='https://conversations.im' ver='QgayPKawpkPSDYmwT/WM94uAlu0='/>" +
			"<x xmlns='vcard-temp:x:update'><photo>1d9f3b6c7a4e2f5d8c0b9a8f7e6d5c4b3a291807</photo></x>" +
			"<idle xmlns='urn:xmpp:idle:1' since='2026-07-01T10:00:00Z'/>"
		said     = "<body>Something is rotten in the state of Denmark, as we all know.</body>"
		messages = said + "<active xmlns='http://jabber.org/protocol/chatstates'/><markable xmlns='urn:xmpp:chat-markers:0'/>" +
			"<origin-id xmlns='urn:xmpp:sid:0' id='m19'/>"
	)
	alice := muc.Person{JID: stanza.MustJID("alice@wonderland.lit/pc"), Nick: "Alice", Affiliation: muc.None, Role: muc.Participant}
	for _, test := range []struct {
		level                                              string
		enter, change, rename, message, plain, late, leave int
	}{
		{muc.PresenceFull, 626, 625, 981, 415, 273, 518, 314},
		{muc.PresenceJoins, 270, 0, 500, 360, 273, 463, 195},
		{muc.PresenceNone, 0, 0, 0, 360, 273, 463, 195},
	} {
		c := config(true)
		c.Room, c.Peer = stanza.MustJID("rabbithole@rooms.wonderland.lit"), stanza.MustJID("elsinore@talk.denmark.lit")
		c.Presence = test.level
		l := fmuc.New(c)
		l.Handle(fmuc.Event{At: muctest.Start, Stanza: fromPeer(t, "%s", strings.NewReplacer("rabbithole@far.example", c.Peer.String(),
			"den@muc.example", c.Room.String(), "%[1]s", "Hamlet").Replace(announcement))})
		l.Handle(fmuc.Event{At: muctest.Start, Fact: muc.State{}})
		cost := func(f muc.Fact) (n int) {
			for _, e := range l.Handle(fmuc.Event{At: muctest.Start, Fact: f}) {
				if s, ok := e.(fmuc.Send); ok {
					n += len(s.Out.To(s.To[0]))
				}
			}
			return n
		}
		shown := muc.Changed{Person: alice, Payload: []byte(strings.Replace(presenceOf, "away", "dnd", 1))}
		renamed := alice
		renamed.Nick = "Liddell"
		is := func(what string, got, want int) {
			t.Helper()
			if got != want {
				t.Errorf("%s, %s: %d bytes, not %d", test.level, what, got, want)
			}
		}
		is("somebody enters", cost(muc.Entered{Person: alice, Payload: []byte(presenceOf)}), test.enter)
		is("he changes", cost(shown), test.change)
		is("he has another nick", cost(muc.Renamed{Person: alice, NewNick: renamed.Nick}), test.rename)
		if test.level == muc.PresenceNone {
			cost(muc.Said{Person: renamed, ID: "m1", StanzaID: "1"}) // with his announcement
		}
		is("he speaks", cost(muc.Said{Person: renamed, ID: "m19", StanzaID: "2", Payload: []byte(messages)}), test.message)
		is("he speaks plainly", cost(muc.Said{Person: renamed, ID: "m19", StanzaID: "3", Payload: []byte(said)}), test.plain)
		is("it is told again", cost(muc.Said{Person: renamed, ID: "m19", StanzaID: "4", Payload: []byte(messages), At: muctest.Start}), test.late)
		is("he leaves", cost(muc.Left{Person: renamed}), test.leave)
	}
}
