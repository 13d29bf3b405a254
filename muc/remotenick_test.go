package muc

import (
	"reflect"
	"testing"
	"time"

	"isthmus/component/stanza"
)

// Somebody is announced again after an outage, who has said something else here meanwhile: he is shown as he is there.
func TestAnnouncedAgain(t *testing.T) {
	settings := &Settings{Service: "muc.example", MaxNick: 64, Defaults: DefaultConfig()}
	r := Open(settings, stanza.MustJID(testRoom), Birth{Epoch: 1, Secret: []byte("secret")}, nil)
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	bob := Entered{Person: Person{JID: stanza.MustJID("bob@b.example/far"), Nick: "Bob", Role: Participant}, Payload: []byte("<show>away</show>")}
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

// Nobody is taken for a user of ours because a peer says so: nothing of him is shown, and his node hears why, each time.
func TestPeerSpeaksForOurUser(t *testing.T) {
	settings := &Settings{Service: "muc.example", MaxNick: 64, Defaults: DefaultConfig(), LocalDomains: []string{"b.example"}}
	r := Open(settings, stanza.MustJID(testRoom), Birth{Epoch: 1, Secret: []byte("secret")}, nil)
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	st, err := stanza.Parse([]byte("<presence to='den@muc.example/Alice'><x xmlns='http://jabber.org/protocol/muc'/></presence>"))
	if err != nil {
		t.Fatal(err)
	}
	st.From = stanza.MustJID("alice@a.example/pc")
	r.Handle(Event{At: now, Stanza: st})
	r.rec.Locked = false
	bob := Person{JID: stanza.MustJID("bob@b.example/far"), Nick: "Bob", Role: Participant}
	for range 2 {
		got := r.Handle(Event{At: now, Via: testPeer, Fact: Entered{Person: bob}})
		gone := Person{bob.JID, bob.Nick, None, NoRole}
		want := Left{Person: gone, Code: 307, Reason: forAnother, Refused: true}
		if len(got) != 1 || !reflect.DeepEqual(got[0], Effect(Relay{Only: testPeer, Fact: want})) {
			t.Errorf("his node hears %s", readable(got))
		}
	}
	body := []byte("<body>I am Bob</body>")
	for _, f := range []Fact{
		Said{Person: bob, ID: "1", Payload: body}, Said{Person: bob, ID: "2", Payload: body, At: now.Add(-time.Hour)},
		Said{Person: bob, ID: "3", Payload: []byte("<subject>Bob</subject>"), Subject: true},
		Private{Person: bob, To: "Alice", Type: "chat", Payload: body}, Changed{Person: bob}, Renamed{bob, "Robert"},
	} {
		if got := r.Handle(Event{At: now, Via: testPeer, Fact: f}); len(got) > 0 {
			t.Errorf("%T: %s", f, readable(got))
		}
	}
}
