package main

import (
	"strings"
	"testing"

	"isthmus/cmd/lab/internal/client"
	"isthmus/cmd/lab/internal/lab"
)

// TestAlmostTooBig says something of almost the size that the host takes: what the room adds must not end the stream, now
// or when it is shown as history.
func TestAlmostTooBig(t *testing.T) {
	for _, kind := range []lab.Kind{lab.Prosody, lab.Ejabberd} {
		t.Run(string(kind), func(t *testing.T) {
			l := lab.ForTest(t, lab.Plan{
				Servers: []lab.ServerPlan{{Kind: kind, Domain: "narrow.lit", StanzaLimit: 262144}},
				Nodes:   []lab.NodePlan{{Domain: "rooms.narrow.lit", Server: "narrow.lit"}},
			})
			s := at(t, place{string(kind), "narrow.lit", "rooms.narrow.lit"})
			login := func(name string) *user {
				c, err := l.Login(s.ctx, name+"@narrow.lit/lab")
				if err != nil {
					t.Fatal(err)
				}
				return &user{c, s, name}
			}
			alice, room := login("alice"), "den@rooms.narrow.lit"
			alice.join(room, "Alice")
			alice.configure(room)
			refused := false
			for n := 253000; n < 262000; n += 500 {
				id := alice.say(room, strings.Repeat("x", n))
				answer := alice.expect("an answer", func(st *client.Node) bool { return st.Is("", "message") && st.Attr("id") == id })
				refused = answer.Attr("type") == "error"
				if refused {
					s.equal("the refusal", answer.Condition(), "policy-violation")
					break
				}
			}
			s.equal("that some size is refused", refused, true)
			bob := login("bob")
			bob.join(room, "Bob")
			bob.expect("the end of the entry", func(n *client.Node) bool { return n.Is("", "message") && n.Child("", "subject") != nil })
			bob.say(room, "still here")
			alice.hears("still here")
		})
	}
}
