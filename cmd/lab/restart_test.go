package main

import (
	"testing"
	"time"

	"isthmus/cmd/lab/internal/client"
	"isthmus/cmd/lab/internal/lab"
)

// TestRestart ends the daemon in each way: whatever somebody received is still there (P1).
func TestRestart(t *testing.T) {
	for way, end := range map[string]func(*lab.Node){"stopped": (*lab.Node).Stop, "killed": (*lab.Node).Kill9} {
		t.Run(way, func(t *testing.T) {
			onBoth(t, func(s *scene) {
				room := s.room("archive-" + way)
				alice := s.login("alice")
				alice.join(room, "Alice")
				alice.configure(room, "persistentroom=1", "roomname=The Archive")
				alice.admin(room, "<item jid='bob@"+s.users+"' affiliation='admin'/>")
				alice.say(room, "for the record")
				id := stanzaID(alice.hears("for the record"))
				node := world.Node(s.rooms)
				end(node)
				if err := node.Start(s.ctx); err != nil {
					s.Fatal(err)
				}
				bob := s.login("bob")
				bob.join(room, "Bob")
				said := bob.hears("for the record")
				s.equal("the id", stanzaID(said), id)
				s.equal("the delay", said.Child("urn:xmpp:delay", "delay") != nil, true)
				bob.say(room, "carry on")
				if stanzaID(bob.hears("carry on")) == id {
					s.Fatal("an id was used twice")
				}
				s.equal("an admin's list", bob.ask("get", room,
					"<query xmlns='http://jabber.org/protocol/muc#admin'><item affiliation='member'/></query>").Attr("type"), "result")
			})
		})
	}
}

func stanzaID(n *client.Node) string {
	if c := n.Child("urn:xmpp:sid:0", "stanza-id"); c != nil {
		return c.Attr("id")
	}
	return ""
}

// TestHostRestarts takes the server away and brings it back: the daemon attaches again by itself and the rooms are there.
func TestHostRestarts(t *testing.T) {
	onBoth(t, func(s *scene) {
		room := s.room("lighthouse")
		alice := s.login("alice")
		alice.join(room, "Alice")
		alice.configure(room, "persistentroom=1")
		alice.say(room, "before")
		alice.hears("before")
		pid := world.Node(s.rooms).Pid()
		server := world.Server(s.users)
		server.Stop()
		if err := server.Start(world.Context()); err != nil {
			s.Fatal(err)
		}
		bob := s.login("bob")
		bob.awaits(room)
		bob.join(room, "Bob")
		bob.hears("before")
		bob.say(room, "after")
		bob.hears("after")
		s.equal("the daemon", world.Node(s.rooms).Pid(), pid)
	})
}

// awaits asks for a room until it answers: the daemon attaches again in its own time.
func (u *user) awaits(room string) {
	u.s.Helper()
	for again := time.NewTicker(50 * time.Millisecond); ; <-again.C {
		n := u.ask("get", room, "<query xmlns='http://jabber.org/protocol/disco#info'/>")
		if n.Attr("type") == "result" {
			return
		}
		if c := n.Condition(); c == "item-not-found" {
			u.s.Fatalf("%s is no more", room)
		}
	}
}

// TestStaysThroughRestart ends the daemon and starts it again: whoever was in a room is still in it, has been told nothing, and
// talks on (P4).
func TestStaysThroughRestart(t *testing.T) {
	onBoth(t, func(s *scene) {
		room := s.room("inn")
		alice, bob := s.login("alice"), s.login("bob")
		alice.join(room, "Alice")
		alice.configure(room)
		bob.join(room, "Bob")
		alice.say(room, "before")
		bob.hears("before")
		alice.hears("before")
		node := world.Node(s.rooms)
		node.Stop()
		if err := node.Start(s.ctx); err != nil {
			s.Fatal(err)
		}
		bob.awaits(room)
		s.equal("bob's own ping", bob.ask("get", room+"/Bob", "<ping xmlns='urn:xmpp:ping'/>").Attr("type"), "result")
		alice.say(room, "after")
		bob.hears("after")
		for _, u := range []*user{alice, bob} {
			for _, n := range u.Received() {
				if n.Is("", "presence") && n.Attr("type") != "" {
					s.Errorf("%s was told: %s", u.jid, n)
				}
			}
		}
	})
}
