package host_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"isthmus/muc"
	"isthmus/muc/muctest"
	"isthmus/storage/memory"
)

// One user who floods the service is told to wait, on every one of his stanzas; others, and his leaving, get through.
func TestFlood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		settings := muctest.Defaults()
		settings.Bounds.Stanzas = muc.Rate{Burst: 3, Every: time.Second}
		s := startWith(t, memory.New(), settings)
		defer s.stop()
		for n := range 3 {
			got := s.send(ping("bob@b.example/pc", n))
			if !strings.Contains(got, "type='result'") {
				t.Fatalf("ping %d: %s", n, got)
			}
		}
		for n := range 5 {
			got := s.send(ping("bob@b.example/phone", n))
			if !strings.Contains(got, "<policy-violation") || !strings.Contains(got, "type='wait'") {
				t.Fatalf("flood %d: %s", n, got)
			}
		}
		if got := s.send("<presence from='bob@b.example/pc' to='den@muc.example/Bob' type='unavailable'/>"); got != "" {
			t.Errorf("leaving: %s", got)
		}
		if got := s.send(ping("alice@a.example/pc", 1)); !strings.Contains(got, "type='result'") {
			t.Errorf("somebody else: %s", got)
		}
		time.Sleep(time.Second)
		if got := s.send(ping("bob@b.example/pc", 9)); !strings.Contains(got, "type='result'") {
			t.Errorf("a second later: %s", got)
		}
	})
}

func ping(from string, n int) string {
	return fmt.Sprintf("<iq from='%s' to='muc.example' type='get' id='%d'><ping xmlns='urn:xmpp:ping'/></iq>", from, n)
}

// Entries are counted over all rooms.
func TestEntries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		settings := muctest.Defaults()
		settings.Bounds.Entries = muc.Rate{Burst: 2, Every: time.Minute}
		s := startWith(t, memory.New(), settings)
		defer s.stop()
		for n := range 3 {
			got := s.send(fmt.Sprintf("<presence from='bob@b.example/pc' to='room%d@muc.example/Bob'><x xmlns='http://jabber.org/protocol/muc'/></presence>", n))
			if refused := strings.Contains(got, "type='error'"); refused != (n == 2) {
				t.Errorf("entry %d: %s", n, got)
			}
		}
	})
}

// Who answers others asks nothing of the service: nobody can silence him by asking.
func TestAnswersAreFree(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		settings := muctest.Defaults()
		settings.Bounds.Stanzas = muc.Rate{Burst: 1, Every: time.Hour}
		s := startWith(t, memory.New(), settings)
		defer s.stop()
		for n := range 10 {
			s.send(fmt.Sprintf("<iq from='bob@b.example/pc' to='den@muc.example/Alice' type='result' id='%d'/>", n))
		}
		if got := s.send(ping("bob@b.example/pc", 1)); !strings.Contains(got, "type='result'") {
			t.Errorf("his own question: %s", got)
		}
	})
}

// A user who creates rooms in one burst gets as many as he may have.
func TestRoomsInABurst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		settings := muctest.Defaults()
		settings.Bounds.Rooms = 5
		s := startWith(t, memory.New(), settings)
		defer s.stop()
		gate := make(chan struct{})
		s.store.set(gate, nil)
		var b strings.Builder
		for n := range 20 {
			b.WriteString(s.send(fmt.Sprintf("<presence from='bob@b.example/pc' to='room%d@muc.example/Bob'"+enters, n)))
		}
		s.store.set(nil, nil)
		close(gate)
		b.WriteString(s.quiet())
		if n := strings.Count(b.String(), "code='201'"); n != 5 {
			t.Errorf("%d rooms were created", n)
		}
		s.send("<presence from='bob@b.example/pc' to='room0@muc.example/Bob' type='unavailable'/>")
		if got := s.send("<presence from='bob@b.example/pc' to='other@muc.example/Bob'" + enters); !strings.Contains(got, "code='201'") {
			t.Errorf("in the place of one that is gone: %s", got)
		}
	})
}
