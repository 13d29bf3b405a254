package muc

import (
	"testing"

	"isthmus/chatneg"
	"isthmus/component/stanza"
)

// Two clients of one user negotiate with the room itself under the same thread: two sessions, and both are stored.
func TestTalkKeys(t *testing.T) {
	keys := map[string]bool{}
	for _, client := range []string{"alice@a.example/pc", "alice@a.example/phone"} {
		one := talk{Session: chatneg.Session{Thread: "t1"}, Ends: [2]end{{JID: stanza.MustJID(client)}}}
		keys[one.record(testRoom).Key] = true
	}
	if len(keys) != 2 {
		t.Error("one takes the other's place")
	}
}
