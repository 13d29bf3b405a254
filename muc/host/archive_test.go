package host_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"isthmus/storage/memory"
)

const query = "<iq type='set' id='q' from='bob@b.example/pc' to='den@muc.example'><query xmlns='urn:xmpp:mam:2'/></iq>"

// TestQueryWaitsForWhatIsBeingStored: who asks for the log while a message is on its way into it finds the message there,
// since he was shown it before the answer. xep:0313#archive_order
func TestQueryWaitsForWhatIsBeingStored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, memory.New())
		s.open()
		s.enter("bob@b.example/pc", "Bob")
		gate := make(chan struct{})
		s.store.set(gate, nil)
		s.say("m1")
		s.lacks(s.send(query), "fin")
		s.say("m2")
		close(gate)
		got := s.quiet()
		shown, found, end := strings.Index(got, "id='m1'"), strings.LastIndex(got, "id='m1'"), strings.Index(got, "<fin ")
		if shown < 0 || found <= shown || end < found || !strings.Contains(got, "urn:xmpp:mam:2' id=") {
			t.Fatalf("not in order:\n%s", got)
		}
	})
}

// TestArchiveSurvivesRestart: another process finds the same messages under the same ids.
func TestArchiveSurvivesRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New()
		s := start(t, store)
		s.open()
		s.say("m1")
		s.say("m2")
		before := s.send(query)
		s.has(before, "<fin ")
		s.stop()
		after := start(t, store).send(query)
		if before != after {
			t.Fatalf("before:\n%s\nafter:\n%s", before, after)
		}
	})
}
