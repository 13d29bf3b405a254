package muc_test

import (
	"strings"
	"testing"

	"isthmus/component/stanza"
	"isthmus/muc"
)

// TestVoiceOverALink: a voice that a moderator took here is not given back by a peer.
func TestVoiceOverALink(t *testing.T) {
	const peer = muc.Via("den@remote.example")
	rosa := muc.Person{JID: stanza.MustJID("rosa@remote.example/x"), Nick: "Rosa", Role: muc.Participant}
	d := newDesk(t, 0)
	over := func(f muc.Fact) { d.perform(d.room.Handle(muc.Event{At: d.now, Via: peer, Fact: f})) }
	over(muc.Entered{Person: rosa})
	d.says("alice", "<iq type='set' id='v' to='den@muc.example'><query xmlns='http://jabber.org/protocol/muc#admin'>"+
		"<item nick='Rosa' role='visitor'/></query></iq>")
	over(muc.Changed{Person: rosa, Payload: []byte("<show>away</show>")})
	if got := strings.Join(d.sent, ""); !strings.Contains(got, "role='visitor'") {
		t.Errorf("her node gave her voice: %s", got)
	}
}
