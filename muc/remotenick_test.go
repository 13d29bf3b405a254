package muc

import (
	"strings"
	"testing"
	"time"

	"isthmus/component/stanza"
)

// Somebody is announced again after an outage, who has said something else here meanwhile: he is shown as he is there.
func TestAnnouncedAgain(t *testing.T) {
	settings := &Settings{Service: "muc.example", MaxNick: 64, Defaults: DefaultConfig()}
	r := Open(settings, stanza.MustJID(testRoom), Birth{Epoch: 1, Secret: []byte("secret")}, nil)
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	bob := Entered{Person{JID: stanza.MustJID("bob@b.example/far"), Nick: "Bob", Role: Participant}, []byte("<show>away</show>")}
	here := func(xml string) {
		st, err := stanza.Parse([]byte(xml))
		if err != nil {
			t.Fatal(err)
		}
		st.From = stanza.MustJID("bob@b.example/pc")
		r.Handle(Event{At: now, Stanza: st})
	}
	here("<presence to='den@muc.example/Bob'><x xmlns='http://jabber.org/protocol/muc'/></presence>")
	r.Handle(Event{At: now, Via: testPeer, Fact: bob})
	here("<presence to='den@muc.example/Bob'><show>dnd</show></presence>")
	for _, want := range []int{2, 0} { // to him and to the other links; and then nothing is new
		if got := r.Handle(Event{At: now, Via: testPeer, Fact: bob}); len(got) != want {
			t.Errorf("%d effects, not %d: %s", len(got), want, readable(got))
		}
	}
}

// A user of ours whom a peer speaks for is somebody else: neither of the two becomes a session of the other.
func TestPeerSpeaksForOurUser(t *testing.T) {
	settings := &Settings{Service: "muc.example", MaxNick: 64, Defaults: DefaultConfig(), LocalDomains: []string{"b.example"}}
	r := Open(settings, stanza.MustJID(testRoom), Birth{Epoch: 1, Secret: []byte("secret")}, nil)
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	enter := func(from, nick string) string {
		st, err := stanza.Parse([]byte("<presence to='den@muc.example/" + nick + "'><x xmlns='http://jabber.org/protocol/muc'/></presence>"))
		if err != nil {
			t.Fatal(err)
		}
		st.From = stanza.MustJID(from)
		return readable(r.Handle(Event{At: now, Stanza: st}))
	}
	bob := func(nick string) Entered {
		return Entered{Person: Person{JID: stanza.MustJID("bob@b.example/far"), Nick: nick, Role: Participant}}
	}
	enter("alice@a.example/pc", "Alice")
	r.rec.Locked = false
	r.Handle(Event{At: now, Via: testPeer, Fact: bob("Bob")})
	if got := enter("bob@b.example/pc", "Bob (remote.example)"); !strings.Contains(got, "<conflict") {
		t.Errorf("Bob enters as the one whom the peer speaks for: %s", got)
	}
	r.Handle(Event{At: now, Via: testPeer, Fact: Left{Person: bob("Bob").Person}})
	enter("bob@b.example/pc", "Bob (remote.example)")
	r.Handle(Event{At: now, Via: testPeer, Fact: bob("Bob")})
	if n := len(r.occupants); n != 3 {
		t.Errorf("%d occupants: the one whom the peer speaks for is taken for Bob", n)
	}
}
