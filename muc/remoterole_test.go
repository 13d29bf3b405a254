package muc

import (
	"strings"
	"testing"
	"time"

	"isthmus/component/stanza"
)

// Somebody who is only behind a link any more and whose role there is not shown here is taken out of sight.
func TestRemoteOutOfSight(t *testing.T) {
	settings := &Settings{Service: "muc.example", MaxNick: 64, Defaults: DefaultConfig()}
	settings.Defaults.PresenceBroadcast = []string{"moderator"}
	r := Open(settings, stanza.MustJID(testRoom), Birth{Epoch: 1, Secret: []byte("secret")}, nil)
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	say := func(from, xml string) []Effect {
		st, err := stanza.Parse([]byte(xml))
		if err != nil {
			t.Fatal(err)
		}
		st.From = stanza.MustJID(from)
		return r.Handle(Event{At: now, Stanza: st})
	}
	far := Person{JID: stanza.MustJID("bob@b.example/far"), Nick: "Bob", Affiliation: Owner, Role: Moderator}
	say("bob@b.example/pc", "<presence to='den@muc.example/Bob'><x xmlns='http://jabber.org/protocol/muc'/></presence>")
	r.rec.Locked = false
	r.Handle(Event{At: now, Via: testPeer, Fact: Entered{Person: far}})
	say("alice@a.example/pc", "<presence to='den@muc.example/Alice'><x xmlns='http://jabber.org/protocol/muc'/></presence>")
	var hidden bool
	for _, e := range say("bob@b.example/pc", "<presence to='den@muc.example/Robert'/>") {
		if s, ok := e.(Send); ok {
			raw := string(s.Out.To(s.To[0]))
			hidden = hidden || strings.Contains(raw, "from='den@muc.example/Bob'") && strings.Contains(raw, "type='unavailable'")
		}
	}
	if !hidden {
		t.Error("Alice still sees Bob")
	}
}
