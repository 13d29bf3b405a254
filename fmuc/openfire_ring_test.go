package fmuc_test

import (
	"strconv"
	"testing"
	"time"

	"isthmus/component/stanza"
	"isthmus/fmuc/openfire"
	"isthmus/muc"
	"isthmus/muc/muctest"
)

// Two rooms of Openfire and one of ours join each other in a ring, in whatever order people enter. The ring is opened
// before somebody speaks: traffic ends, and nobody hears anything twice.
func TestOpenfireRing(t *testing.T) {
	for _, order := range []string{"abc", "acb", "bac", "bca", "cab", "cba"} {
		t.Run(order, func(t *testing.T) {
			s := muctest.Defaults()
			s.Peers, s.Link.Dialect = []string{"fire.example"}, muc.DialectOpenfire
			s.Defaults.Persistent, s.Link.Ping = true, time.Minute
			s.Federation = map[string]muc.Federation{"j": {Join: "b@fire.example", Accept: []string{"c@fire.example"}}}
			w := &pair{world: newWorld(s), t: t, users: map[string]*user{}}
			b, c := openfire.New(stanza.MustJID("b@fire.example")), openfire.New(stanza.MustJID("c@fire.example"))
			b.Joins, c.Joins = c.JID, stanza.MustJID(roomA)
			w.fires = map[string]*openfire.Room{b.JID.String(): b, c.JID.String(): c}
			w.held = true
			w.open(roomA)
			bill, carl := stanza.MustJID("bill@b.example/pc"), stanza.MustJID("carl@c.example/pc")
			enter := map[rune]func(){
				'a': func() { w.enter(roomA, "ann") },
				'b': func() { b.Enter(bill, "bill"); w.smoke(b) },
				'c': func() { c.Enter(carl, "carl"); w.smoke(c) },
			}
			for _, who := range order {
				enter[who]()
				w.bounded()
			}
			ann := w.users["ann@j.example/pc"]
			for round := range 3 {
				before := len(w.crossed)
				w.say(ann)
				w.bounded()
				b.Say(bill, "bill "+strconv.Itoa(round))
				w.smoke(b)
				w.bounded()
				c.Say(carl, "carl "+strconv.Itoa(round))
				w.smoke(c)
				w.bounded()
				if n := len(w.crossed) - before; n > 30 {
					t.Errorf("%d stanzas for three messages", n)
				}
				for _, n := range ann.heard {
					if n > 1 {
						t.Errorf("ann has heard %v", ann.heard)
					}
				}
				for _, body := range []string{"m" + strconv.Itoa(round+1), "bill " + strconv.Itoa(round), "carl " + strconv.Itoa(round)} {
					if n, m := b.Heard(bill, body), c.Heard(carl, body); n > 1 || m > 1 {
						t.Errorf("%q was heard by bill %d times, by carl %d times", body, n, m)
					}
				}
				for range 15 {
					w.pass(time.Minute)
					w.bounded()
				}
			}
			if ann.heard["m3"] != 1 || b.Heard(bill, "m3") != 1 {
				t.Error("the rooms are not linked any more")
			}
		})
	}
}

// bounded carries everything, which ends.
func (p *pair) bounded() {
	p.t.Helper()
	p.held = true
	for n := 0; p.carry(p.loaded()...); n++ {
		if n > 300 {
			p.t.Fatalf("it never ends: %s", p.crossed[len(p.crossed)-1].raw)
		}
	}
	p.see(p.drain())
}
