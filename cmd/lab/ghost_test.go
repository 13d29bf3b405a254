package main

import (
	"testing"
)

// TestGhost kills the server under somebody's feet. It has told nobody that she is gone, and nobody speaks: the room finds out
// by itself, whatever this server answers in her place.
func TestGhost(t *testing.T) {
	onBoth(t, func(s *scene) {
		room := s.room("castle")
		alice := s.login("alice")
		alice.join(room, "Alice")
		alice.configure(room, "persistentroom=1")
		server := world.Server(s.users)
		server.Kill9()
		if err := server.Start(world.Context()); err != nil {
			s.Fatal(err)
		}
		bob := s.login("bob")
		bob.awaits(room)
		bob.join(room, "Bob")
		bob.expect("the ghost", presence(room+"/Alice", ""))
		n := bob.expect("its end", presence(room+"/Alice", "unavailable"))
		s.equal("333, 307", [2]bool{n.Status("333"), n.Status("307")}, [2]bool{true, false})
		s.equal("her nick", bob.refused(room, "AIice"), "conflict")
		for _, st := range bob.Received() {
			if st.Is("", "message") && st.Attr("from") == room && st.Child("urn:xmpp:hints", "no-store") != nil {
				s.Error("a client that answers pings is asked twice")
			}
		}
	})
}
