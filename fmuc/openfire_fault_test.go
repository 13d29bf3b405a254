package fmuc_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"isthmus/fmuc/openfire"
	"isthmus/muc"
)

// trouble is one fault: stanzas are lost, Openfire restarts or ends its links, our program restarts, time goes by.
func (b *blaze) trouble(t *rapid.T) {
	switch rapid.SampledFrom([]string{"cut", "mend", "mend", "restart", "close", "ours", "time", "time"}).Draw(t, "fault") {
	case "cut":
		b.cut = true
	case "mend":
		b.mend()
	case "restart":
		b.do(func(f *openfire.Room) { f.Restart() })
	case "close":
		b.do(func(f *openfire.Room) { f.CloseInbound(); f.CloseOutbound() })
	case "ours":
		if !b.cut {
			b.calm()
		}
		if e := b.edges[roomA][fireRoom]; !b.cut && !b.fire.Closed && e != nil && e.link.Up() { // what it has missed, and whose its history is, is forgotten
			b.reborn()
		}
	case "time":
		if !b.cut {
			b.calm()
		}
		b.pass(rapid.SampledFrom([]time.Duration{10 * time.Second, time.Minute, 10 * time.Minute}).Draw(t, "time"))
	}
}

// mend ends an outage that has lasted long enough to be noticed. What was on its way is lost.
func (b *blaze) mend() {
	if b.cut {
		b.pass(10 * time.Minute)
		clear(b.wires)
		b.see(b.drain())
		b.cut = false
	}
}

// reborn is a restart of our program: users stay, and links are made anew.
func (b *blaze) reborn() {
	delete(b.edges[roomA], fireRoom)
	b.perform(roomA, muc.Here, b.rooms[roomA].Handle(muc.Event{At: b.now, Via: fireRoom, Fact: muc.Lost{Broken: true}}))
	b.settle(roomA)
	b.see(b.drain())
}

// heal lets everything come to rest: people talk, and somebody enters there, without whom Openfire does not join again.
func (b *blaze) heal(joins bool) {
	b.mend()
	b.held = false
	for i := range 4 {
		for range 12 {
			b.calm()
			b.pass(time.Minute)
		}
		if i == 1 && b.waits() { // its request was lost, or our answer: it waits for ever
			b.do(func(f *openfire.Room) { f.Restart() })
		}
		if i == 1 {
			b.guest("hare")
		}
		for _, u := range b.present(roomA) {
			b.say(u)
		}
		for _, name := range slices.Sorted(maps.Keys(b.guests)) {
			if g := b.guests[name]; b.inside(g) {
				b.do(func(f *openfire.Room) { f.Say(g.jid, "is anybody there?") })
			}
		}
	}
	b.calm()
}

func (b *blaze) waits() bool {
	_, waits := b.fire.Linked()
	return waits
}

// Whatever is lost, whoever restarts and whoever ends the link: when it is over both rooms have the same people, everybody is heard
// once, and Openfire is sent nothing that it could not bear. Openfire may go on listing
// who has left while nothing got through, since it never says whom it has; and where it has joined, so may we.
func TestOpenfireAfterFaults(t *testing.T) {
	for name, joins := range map[string]bool{"joined": false, "joining": true} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				b := newBlaze(t, joins)
				b.fire.KickLeft = rapid.Bool().Draw(t, "kick left")
				b.fire.Closed = rapid.Bool().Draw(t, "semi-anonymous")
				b.held, b.mild = true, true
				for range rapid.IntRange(1, 60).Draw(t, "steps") {
					if rapid.IntRange(0, 9).Draw(t, "fault") == 0 && !b.waits() { // what it collects then cannot be taken back
						b.trouble(t)
						continue
					}
					b.act(t)
				}
				b.heal(joins)
				b.fire.Faults = nil
				b.said = nil
				b.ghosts = true
				if !joins {
					b.forgive()
				}
				b.check(joins)
				b.talk(joins)
				b.check(joins)
				if t.Failed() {
					t.Log(b.notes)
				}
				for _, x := range b.crossed[max(0, len(b.crossed)-60):] {
					if t.Failed() {
						t.Log(x.raw)
					}
				}
			})
		})
	}
}

// forgive takes out of everybody's sight whom nobody has said to have left.
func (b *blaze) forgive() {
	for _, u := range b.present(roomA) {
		for _, g := range b.guests {
			if !b.inside(g) {
				delete(u.sees, g.nick)
			}
		}
	}
}
