package host_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"isthmus/muc/muctest"
	"isthmus/storage"
	"isthmus/storage/memory"
)

const (
	owners = "<query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'/></query>"
	enters = "><x xmlns='http://jabber.org/protocol/muc'/></presence>"
)

// A restart is invisible (P4): nobody is told anything, who was in the room is in it, with nick, role and voice, and clients
// that are gone meanwhile are found.
func TestRestartIsInvisible(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, settings := memory.New(), muctest.Defaults()
		settings.PingIdle, settings.PingTimeout = 15*time.Minute, 2*time.Minute
		s := startWith(t, store, settings)
		s.send("<presence from='alice@a.example/pc' to='den@muc.example/Alice'" + enters)
		s.send("<iq type='set' id='c' from='alice@a.example/pc' to='den@muc.example'>" + owners + "</iq>")
		s.send("<presence from='bob@b.example/pc' to='den@muc.example/Bob'" + enters)
		s.send("<presence from='bob@b.example/pc' to='den@muc.example/Robert'/>")
		s.send("<presence from='carol@c.example/pc' to='den@muc.example/Carol'" + enters)
		s.send("<presence from='carol@c.example/pc' to='den@muc.example/Carol' type='unavailable'/>")
		s.stop()
		if got := s.quiet(); got != "" {
			t.Errorf("the end was told: %s", got)
		}

		s = startWith(t, store, settings)
		for stanza := range strings.Lines(s.quiet()) {
			if !strings.Contains(stanza, "<ping xmlns='urn:xmpp:ping'/>") {
				t.Errorf("the start was told: %s", stanza)
			}
		}
		if got := s.send("<iq type='get' id='p' from='bob@b.example/pc' to='den@muc.example/Robert'><ping xmlns='urn:xmpp:ping'/></iq>"); !strings.Contains(got, "type='result'") {
			t.Errorf("self-ping: %s", got)
		}
		if got := s.send("<iq type='get' id='p' from='carol@c.example/pc' to='den@muc.example/Carol'><ping xmlns='urn:xmpp:ping'/></iq>"); !strings.Contains(got, "<not-acceptable") {
			t.Errorf("self-ping of who has left: %s", got)
		}
		got := s.send("<message type='groupchat' id='m' from='bob@b.example/pc' to='den@muc.example'><body>still here</body></message>")
		if strings.Count(got, "still here") != 2 || !strings.Contains(got, "from='den@muc.example/Robert'") {
			t.Errorf("a message: %s", got)
		}

		time.Sleep(settings.PingTimeout + 10*time.Second)
		if got := s.quiet(); !strings.Contains(got, "from='den@muc.example/Alice' type='unavailable'") || !strings.Contains(got, "code='333'") {
			t.Errorf("Alice, of whom nobody has heard since: %s", got)
		}
		s.stop()
	})
}

// A temporary room that everybody has left while nobody was there to see it ends.
func TestRestartEndsEmptyRooms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New()
		s := start(t, store)
		s.send("<presence from='alice@a.example/pc' to='den@muc.example/Alice'" + enters)
		s.send("<iq type='set' id='c' from='alice@a.example/pc' to='den@muc.example'>" + owners + "</iq>")
		s.stop()
		room, err := store.Load(t.Context(), "den@muc.example", 0)
		if err != nil || len(room.Sessions) != 1 {
			t.Fatalf("%v, %v", room, err)
		}
		gone := storage.DeleteSession{Room: "den@muc.example", JID: "alice@a.example/pc"}
		if err := store.Commit(t.Context(), []storage.Change{gone}); err != nil {
			t.Fatal(err)
		}
		s = start(t, store)
		synctest.Wait()
		s.stop()
		if _, err := store.Load(t.Context(), "den@muc.example", 0); err == nil {
			t.Error("the room is still there")
		}
	})
}
