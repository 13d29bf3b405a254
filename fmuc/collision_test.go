package fmuc_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"isthmus/component/stanza"
	"isthmus/fmuc"
	"isthmus/muc"
	"isthmus/muc/muctest"
)

const samOfJ, samOfP = "Sam (j.example)", "Sam (p.example)"

// sams is a pair with somebody called Sam in each room, as nobody else is; how says how they come to be.
func sams(t *testing.T, how func(p *pair) (j, q *user)) (p *pair, j, q *user) {
	p = newPair(t)
	p.enter(roomP, "alice")
	p.enter(roomJ, "hamlet")
	j, q = how(p)
	p.pass(time.Second)
	p.distinct()
	p.writes(p.users["alice@p.example/pc"], j)
	p.writes(p.users["alice@p.example/pc"], q)
	p.writes(p.users["hamlet@j.example/pc"], j)
	p.writes(p.users["hamlet@j.example/pc"], q)
	p.writes(j, q)
	p.writes(q, j)
	if n := p.noted(fmuc.Collision); n == 0 {
		t.Error("the log knows nothing of it")
	}
	return p, j, q
}

// distinct checks that no two users share a nick in either room, and that each is in both.
func (p *pair) distinct() {
	p.t.Helper()
	for room, r := range p.rooms {
		who := map[string]string{}
		for _, o := range r.Freeze().Sessions {
			if other := who[o.Nick]; other != "" {
				p.t.Errorf("in %s %s and %s are both %s", room, other, o.JID, o.Nick)
			}
			who[o.Nick] = o.JID
		}
		if len(who) != len(p.present(roomJ))+len(p.present(roomP)) {
			p.t.Errorf("in %s are %v", room, who)
		}
	}
}

// called is the nick of a user in a room.
func (p *pair) called(room string, u *user) string {
	for _, o := range p.rooms[room].Freeze().Sessions {
		if o.JID == u.jid {
			return o.Nick
		}
	}
	return ""
}

// writes sends a private message: it reaches whom it is for and nobody else, over no more than one stanza.
func (p *pair) writes(from, to *user) {
	p.t.Helper()
	p.ids++
	id := "p" + strconv.Itoa(p.ids)
	p.crossed = nil
	p.from(from.jid, from.room+"/"+p.called(from.room, to), "<message type='chat' id='"+id+"' to='%s'><body>"+id+"</body></message>")
	for _, u := range p.users {
		if heard := u.heard[id] > 0; heard != (u == to) {
			p.t.Errorf("%s writes to %s: heard by %s: %v", from.jid, to.jid, u.jid, heard)
		}
	}
	if n := len(p.count(upto)) + len(p.count(down)); n > 1 {
		p.t.Errorf("%d stanzas for one private message", n)
	}
}

func (p *pair) noted(k fmuc.Kind) (n int) {
	for _, x := range p.notes {
		if x.Kind == k {
			n++
		}
	}
	return n
}

// one called Sam, in whatever room, is somebody of his own.
func (p *pair) sam(room string) *user {
	u := &user{jid: "sam@" + room[:1] + ".example/pc", room: room}
	u.begin("Sam")
	p.users[u.jid] = u
	p.from(u.jid, room+"/Sam", "<presence to='%s'><x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='0'/></x></presence>")
	return u
}

// Both enter at once, or one takes the other's nick at once: the room that was joined goes before, and both rooms end with the
// same nicks, whichever word arrives first.
func TestCollisionLive(t *testing.T) {
	for name, order := range map[string][]wire{"down first": {down, upto}, "up first": {upto, down}} {
		for _, rename := range []bool{false, true} {
			t.Run(name+strconv.FormatBool(rename), func(t *testing.T) {
				p, j, q := sams(t, func(p *pair) (j, q *user) {
					if rename {
						j = p.enter(roomJ, "bob")
					}
					p.held = true
					if rename {
						p.rename(j, "Sam")
					} else {
						j = p.sam(roomJ)
					}
					q = p.sam(roomP)
					for _, k := range order {
						for len(p.wires[k]) > 0 {
							p.carry(k)
						}
					}
					p.held = false
					return j, q
				})
				p.agree()
				if j.nick != samOfJ || q.nick != "Sam" {
					t.Errorf("they are %s and %s", j.nick, q.nick)
				}
				if n := p.noted(fmuc.Collision); n > 3 {
					t.Errorf("%d notes for one collision", n)
				}
			})
		}
	}
}

// The first user of the joining side has a nick that is taken on the other.
func TestCollisionAtTheFirstJoin(t *testing.T) {
	p := newPair(t)
	q := p.sam(roomP)
	j := p.sam(roomJ)
	p.pass(time.Second)
	p.agree()
	if j.nick != samOfJ || q.nick != "Sam" {
		t.Errorf("they are %s and %s", j.nick, q.nick)
	}
	if p.called(roomP, j) != samOfJ || p.called(roomJ, q) != "Sam" {
		t.Errorf("they are called %s and %s", p.called(roomP, j), p.called(roomJ, q))
	}
}

// After an outage both keep the nick that they have, and each room tells the other one apart, whichever side heals first.
func TestCollisionAfterAnOutage(t *testing.T) {
	for _, first := range []wire{down, upto} {
		p, j, q := sams(t, func(p *pair) (j, q *user) {
			p.held = true
			p.pass(10 * time.Minute) // both give up, and the people of the other side are gone
			p.wires = map[wire][]*stanza.Stanza{}
			j, q = p.sam(roomJ), p.sam(roomP)
			p.wires = map[wire][]*stanza.Stanza{}
			p.held = false
			if first == down {
				p.say(p.users["alice@p.example/pc"])
			} else {
				p.say(p.users["hamlet@j.example/pc"])
			}
			p.pass(time.Hour)
			return j, q
		})
		if j.nick != "Sam" || q.nick != "Sam" || p.called(roomP, j) != samOfJ || p.called(roomJ, q) != samOfP {
			t.Errorf("they are %s and %s, called %s and %s", j.nick, q.nick, p.called(roomP, j), p.called(roomJ, q))
		}
	}
}

// Somebody is in both rooms under one nick: that is one nick, with two sessions.
func TestSameUserOnBothSides(t *testing.T) {
	p := newPair(t)
	for _, room := range []string{roomP, roomJ} {
		p.from("twin@x.example/"+room[:1], room+"/Twin", "<presence to='%s'><x xmlns='http://jabber.org/protocol/muc'/></presence>")
	}
	for room, r := range p.rooms {
		list := r.Freeze().Sessions
		if len(list) != 2 || list[0].Nick != "Twin" || list[1].Nick != "Twin" {
			t.Errorf("in %s are %v", room, list)
		}
	}
	if n := p.noted(fmuc.Collision); n > 0 {
		t.Errorf("%d collisions", n)
	}
}

// A peer that does not understand is told once for each announcement, and shown under another nick; one that never stops asking
// for a nick gets it a few times.
func TestCollisionHasAnEnd(t *testing.T) {
	l := up(t, false)
	told := 0
	nick := "ann"
	for i := range 20 {
		st := fromPeer(t, "<presence type='error' from='rabbithole@far.example/%s' to='den@muc.example'><fmuc xmlns='{fmuc}'"+
			" from='ann@near.example/pc'><collision/></fmuc><error type='cancel'/></presence>", nick)
		for _, e := range l.Handle(fmuc.Event{At: muctest.Start, Stanza: st}) {
			if x, ok := e.(fmuc.Tell); ok {
				told++
				nick = "ann" + strconv.Itoa(i)
				l.Handle(fmuc.Event{At: muctest.Start, Fact: muc.Renamed{Person: x.Fact.(muc.Collided).Person, NewNick: nick}})
			}
		}
	}
	if told != 3 || l.State() != "up" {
		t.Errorf("told %d times, and the link is %s", told, l.State())
	}
}

// Whose nick only looks like another's, or like one that is kept, is shown under another one here; his own node does as it
// likes.
func TestLooksAreLocal(t *testing.T) {
	for nick, exact := range map[string]bool{"Sam": true, "Sаm": false, "Admin": false} { // the second a is Cyrillic
		p := newPair(t)
		p.settings.Reserved, _ = muc.Reserve([]string{"Admin"})
		p.enter(roomJ, "hamlet")
		p.sam(roomP)
		r := p.rooms[roomP]
		who := muc.Person{JID: stanza.MustJID("eve@e.example/pc"), Nick: nick}
		var collided []muc.Collided
		for _, e := range r.Handle(muc.Event{At: p.now, Via: roomJ, Fact: muc.Entered{Person: who}}) {
			if x, ok := e.(muc.Relay); ok {
				if c, ok := x.Fact.(muc.Collided); ok {
					collided = append(collided, c)
				}
			}
		}
		if len(collided) != 1 || collided[0].Exact != exact || !strings.HasSuffix(collided[0].Alias, "(e.example)") {
			t.Errorf("%s: %+v", nick, collided)
		}
	}
}
