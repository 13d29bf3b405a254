package main

import (
	"fmt"
	"testing"

	"isthmus/cmd/lab/internal/client"
)

// TestKilledWhileTalking kills the daemon while people talk as fast as they can: whatever anybody received is in the
// history afterwards, once, under the same id (P1).
func TestKilledWhileTalking(t *testing.T) {
	onBoth(t, func(s *scene) {
		room := s.room("storm")
		alice, bob := s.login("alice"), s.login("bob")
		alice.join(room, "Alice")
		alice.send("<iq type='set' id='c' to='%s'><query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'>"+
			"<field var='muc#roomconfig_persistentroom'><value>1</value></field>"+
			"<field var='muc#maxhistoryfetch'><value>1000</value></field></x></query></iq>", room)
		alice.expect("the configuration", func(n *client.Node) bool { return n.Attr("id") == "c" && n.Attr("type") == "result" })
		bob.join(room, "Bob")
		const messages = 400
		for i := range messages {
			alice.say(room, fmt.Sprintf("a%d", i))
			bob.say(room, fmt.Sprintf("b%d", i))
		}
		alice.hears("b20")
		node := world.Node(s.rooms)
		node.Kill9()
		heard := ids(s, append(alice.Received(), bob.Received()...))
		if err := node.Start(s.ctx); err != nil {
			s.Fatal(err)
		}
		carol := s.login("carol")
		carol.join(room, "Carol")
		carol.expect("the end of the entry", func(n *client.Node) bool { return n.Is("", "message") && n.Child("", "subject") != nil })
		kept := ids(s, carol.Received())
		for body, id := range heard {
			if kept[body] != id {
				s.Errorf("%s was heard as %q and is kept as %q", body, id, kept[body])
			}
		}
		s.Logf("%d heard before the end, %d kept", len(heard), len(kept))
	})
}

// ids are the stanza-ids of what was said in a room, by what was said. Nobody may have heard a thing twice, or under two ids.
func ids(s *scene, list []*client.Node) map[string]string {
	s.Helper()
	found, seen := map[string]string{}, map[string]bool{}
	for _, n := range list {
		if !n.Is("", "message") || n.Attr("type") != "groupchat" || n.Body() == "" {
			continue
		}
		id, reader := stanzaID(n), n.Attr("to")+" "+n.Body()
		if was, ok := found[n.Body()]; ok && was != id {
			s.Errorf("%s has the ids %q and %q", n.Body(), was, id)
		}
		if seen[reader] {
			s.Errorf("%s came twice", reader)
		}
		found[n.Body()], seen[reader] = id, true
	}
	return found
}
