package muc

import (
	"fmt"
	"testing"
	"time"

	"isthmus/component/stanza"
)

// crowd is a room with this many users who entered in one instant, at the zero of the returned clock.
func crowd(t testing.TB, n int) (*Room, time.Time) {
	t.Helper()
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	s := &Settings{Service: "muc.example", MaxNick: 64, Defaults: DefaultConfig(), PingIdle: 15 * time.Minute, PingTimeout: 2 * time.Minute}
	s.Defaults.PresenceBroadcast = nil
	r := Open(s, stanza.MustJID(testRoom), Birth{Secret: []byte("a secret of thirty-two characters")}, nil)
	for i := range n {
		r.Handle(Event{At: start, Stanza: enterAs(t, i)})
		r.rec.Locked = false
	}
	if len(r.occupants) != n {
		t.Fatalf("%d of %d are in", len(r.occupants), n)
	}
	return r, start
}

func enterAs(t testing.TB, i int) *stanza.Stanza {
	t.Helper()
	st, err := stanza.Parse(fmt.Appendf(nil, "<presence from='user%d@a.example/pc' to='%s/User %d'><x xmlns='%s'/></presence>", i, testRoom, i, nsMUC))
	if err != nil {
		t.Fatal(err)
	}
	return st
}

// pings counts the clients that are pinged.
func pings(effects []Effect) (n int) {
	for _, e := range effects {
		if s, ok := e.(Send); ok && string(s.Out.Head[:3]) == "<iq" {
			n += len(s.To)
		}
	}
	return n
}

// A large room that has been silent asks for signs of life in small portions, everybody once, and takes out who does not
// answer in portions, too.
func TestPulseIsPaced(t *testing.T) {
	const n = 1020
	r, start := crowd(t, n)
	asked, wakes := 0, 0
	for at := r.armed; asked < n; at = r.armed {
		if at.IsZero() || at.After(start.Add(r.settings.PingIdle+time.Minute)) {
			t.Fatalf("%d of %d are asked by %v", asked, n, at)
		}
		now := pings(r.Handle(Event{At: at, Wake: true}))
		if now > askedAtOnce {
			t.Fatalf("%d at once", now)
		}
		asked += now
		wakes++
	}
	if asked != n || wakes > n/askedAtOnce+1 {
		t.Fatalf("%d pings by %d wakes", asked, wakes)
	}
	for !r.armed.IsZero() {
		was := len(r.occupants)
		r.Handle(Event{At: r.armed, Wake: true})
		if gone := was - len(r.occupants); gone > askedAtOnce {
			t.Fatalf("%d go at once", gone)
		}
	}
	if r.exists {
		t.Fatalf("%d are left", len(r.occupants))
	}
}

// What was asked before the host server came back is asked again, so that an outage of the server's costs nobody his place.
func TestPulseAfterAnOutage(t *testing.T) {
	r, start := crowd(t, 3)
	if n := pings(r.Handle(Event{At: start.Add(15 * time.Minute), Wake: true})); n != 3 {
		t.Fatalf("%d pings", n)
	}
	back := start.Add(time.Hour)
	if n := pings(r.Handle(Event{At: back.Add(time.Second), Wake: true, Since: back})); n != 3 || len(r.occupants) != 3 {
		t.Fatalf("%d pings, %d occupants", n, len(r.occupants))
	}
	r.Handle(Event{At: back.Add(time.Second + r.settings.PingTimeout), Wake: true, Since: back})
	if r.exists {
		t.Fatal("ghosts are left")
	}
}

// Users of other nodes are not asked, and a room with nobody else rests.
func TestPulseIsLocal(t *testing.T) {
	r, start := crowd(t, 1)
	rosa := Entered{Person: Person{JID: stanza.MustJID("rosa@remote.example/x"), Nick: "Rosa"}}
	r.Handle(Event{At: start, Via: testPeer, Fact: rosa})
	r.rec.Config.Persistent = true
	for range 10 {
		if !r.armed.IsZero() {
			r.Handle(Event{At: r.armed, Wake: true})
		}
	}
	if len(r.occupants) != 1 || r.occupants[0].Nick != "Rosa" || !r.armed.IsZero() {
		t.Fatalf("%d occupants, woken at %v", len(r.occupants), r.armed)
	}
	r.Handle(Event{At: start.Add(time.Hour), Stanza: enterAs(t, 7)})
	if at := start.Add(time.Hour + r.settings.PingIdle); !r.armed.Equal(at) {
		t.Fatalf("woken at %v, not at %v", r.armed, at)
	}
}

// Many clients that speak now and then are looked at seldom.
func TestPulseIsCheap(t *testing.T) {
	r, start := crowd(t, 500)
	wakes := 0
	for at := start; at.Before(start.Add(30 * time.Minute)); at = at.Add(100 * time.Millisecond) {
		if !r.armed.After(at) {
			r.Handle(Event{At: at, Wake: true})
			wakes++
		}
		st := enterAs(t, int(at.Sub(start)/(100*time.Millisecond))%500)
		r.Handle(Event{At: at, Stanza: st})
	}
	if wakes > 3 || len(r.occupants) != 500 {
		t.Fatalf("%d wakes, %d occupants", wakes, len(r.occupants))
	}
}
