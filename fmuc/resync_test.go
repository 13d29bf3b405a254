package fmuc_test

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"isthmus/component/stanza"
	"isthmus/fmuc"
	"isthmus/muc"
	"isthmus/muc/muctest"
)

// archive are the ids of what is in a room's log, in its order.
func (w *world) archive(room string) (ids []string) {
	for _, e := range w.logs[room] {
		if e.Kind == "message" {
			ids = append(ids, e.ID)
		}
	}
	return ids
}

// converged checks that both logs have the same messages, each once, n of them, and that everybody who is in has heard of
// them what was said since he came.
func (p *pair) converged(n int) {
	p.t.Helper()
	j, r := p.archive(roomJ), p.archive(roomP)
	slices.Sort(j)
	slices.Sort(r)
	if len(j) != n || len(slices.Compact(slices.Clone(j))) != n || !slices.Equal(j, r) {
		p.t.Errorf("the logs have %d and %d messages, want the same %d:\n%v\n%v", len(j), len(r), n, j, r)
	}
}

// fault drops what is under way, and what is sent while do is done.
func (p *pair) fault(do func()) {
	p.t.Helper()
	p.held = true
	do()
	clear(p.wires)
	p.held = false
}

// B1, B2: a hundred messages on each side of a black hole. Both logs end with the same, each once; what was missed comes with
// the time when it was said, in the order of its room, and behind what is there.
func TestBothSidesTalkOn(t *testing.T) {
	p := newPair(t)
	alice, hamlet := p.enter(roomP, "alice"), p.enter(roomJ, "hamlet")
	p.say(alice)
	p.say(hamlet)
	before := map[string][]string{}
	p.fault(func() {
		for range 100 {
			p.say(alice)
			p.say(hamlet)
			p.pass(5 * time.Second)
			clear(p.wires)
		}
		before[roomJ], before[roomP] = p.archive(roomJ), p.archive(roomP)
	})
	p.pass(20 * time.Minute)
	p.converged(202)
	p.agree()
	for room, was := range before {
		list := p.archive(room)
		if len(was) != 102 || !slices.Equal(list[:102], was) {
			t.Errorf("the order of %s has changed: %v, was %v", room, list, was)
		}
		late := p.logs[room][len(p.logs[room])-1]
		if missed := list[102:]; !slices.IsSortedFunc(missed, byNumber) || late.At>>16 > p.logs[room][101].At>>16+10 {
			t.Errorf("missed in %s: %v, the last said at %d", room, missed, late.At)
		}
	}
	for _, u := range []*user{alice, hamlet} {
		if len(u.heard) != 202 {
			t.Errorf("%s has heard %d messages", u.nick, len(u.heard))
		}
	}
}

func byNumber(a, b string) int {
	x, _ := strconv.Atoi(a[1:])
	y, _ := strconv.Atoi(b[1:])
	return x - y
}

// B8: far more than fits into the window is missed. It all comes from the log, and while the link was down nothing was kept
// for it.
func TestLongOutage(t *testing.T) {
	p := newPair(t)
	alice, hamlet := p.enter(roomP, "alice"), p.enter(roomJ, "hamlet")
	p.fault(func() {
		for range 2500 {
			p.say(alice)
			p.say(hamlet)
			clear(p.wires)
		}
		p.pass(3 * time.Minute)
	})
	p.pass(time.Hour)
	p.converged(5000)
	p.agree()
}

// A5: what was missed while nobody was on the joining side comes too, and nothing else.
func TestMissedBetweenVisits(t *testing.T) {
	p := newPair(t)
	alice, hamlet := p.enter(roomP, "alice"), p.enter(roomJ, "hamlet")
	for range 30 {
		p.say(alice)
	}
	p.say(hamlet)
	p.pass(2 * time.Minute)
	p.leave(hamlet)
	for range 3 {
		p.say(alice)
	}
	p.pass(10 * time.Minute)
	p.crossed = nil
	p.enter(roomJ, "hamlet")
	messages := 0
	for _, st := range p.count(down) {
		if st.Has("", "body") {
			messages++
		}
	}
	if messages != 3 {
		t.Errorf("%d messages crossed, want the 3 that were missed", messages)
	}
	p.converged(34)
}

// B7: both sides change the subject while they cannot hear each other. The newer one holds, on both sides, and both are in
// both logs.
func TestSubjectsMeet(t *testing.T) {
	for _, last := range []string{roomJ, roomP} {
		p := newPair(t)
		users := map[string]*user{roomP: p.enter(roomP, "alice"), roomJ: p.enter(roomJ, "hamlet")}
		first := roomJ
		if last == roomJ {
			first = roomP
		}
		p.fault(func() {
			for _, room := range []string{first, last} {
				p.from(users[room].jid, room, "<message type='groupchat' id='s"+room[:1]+"' to='%s'><subject>of "+room[:1]+"</subject></message>")
				p.pass(time.Second)
			}
			p.pass(5 * time.Minute)
		})
		p.pass(20 * time.Minute)
		for _, room := range []string{roomJ, roomP} {
			var subjects []string
			for _, e := range p.logs[room] {
				if e.Kind == "subject" {
					subjects = append(subjects, e.ID)
				}
			}
			slices.Sort(subjects)
			if got := p.records[room].Subject; got != "of "+last[:1] || !slices.Equal(subjects, []string{"sj", "sp"}) {
				t.Errorf("%s: the subject is %q, with %v in the log; the last was set in %s", room, got, subjects, last)
			}
		}
	}
}

// A stanza that is lost between the servers without a word is missed at the next ping, and comes after all.
func TestLostWithoutAWord(t *testing.T) {
	for _, k := range []wire{upto, down} {
		p := newPair(t)
		users := map[string]*user{roomP: p.enter(roomP, "alice"), roomJ: p.enter(roomJ, "hamlet")}
		p.pass(2 * time.Minute)
		p.held = true
		p.say(users[k.from])
		delete(p.wires, k)
		p.held = false
		p.say(users[k.from])
		p.pass(5 * time.Minute)
		p.converged(2)
		p.agree()
	}
}

// B3: either side is killed in the middle of healing, and begins again with what it has stored.
func TestKilledWhileHealing(t *testing.T) {
	for _, victim := range []string{roomJ, roomP} {
		for crossings := range 30 {
			p := newPair(t)
			alice, hamlet := p.enter(roomP, "alice"), p.enter(roomJ, "hamlet")
			p.fault(func() {
				for range 10 {
					p.say(alice)
					p.say(hamlet)
				}
				p.pass(2*time.Minute + time.Second)
			})
			p.held = true
			for range crossings {
				if !p.carry(p.loaded()...) {
					p.pass(10 * time.Second)
				}
			}
			p.kill(victim)
			p.held = false
			p.pass(20 * time.Minute)
			p.enter(victim, p.present(victim)[0].nick)
			p.pass(20 * time.Minute)
			p.converged(20)
			if t.Failed() {
				t.Fatalf("%s was killed after %d stanzas", victim, crossings)
			}
		}
	}
}

// kill ends a node and starts it again with what it has stored. Its users enter again.
func (p *pair) kill(room string) {
	p.t.Helper()
	p.edges[room] = nil
	for k := range p.wires {
		if k.from == room || k.to == room {
			delete(p.wires, k)
		}
	}
	maps.DeleteFunc(p.past, func(k wire, _ fmuc.Past) bool { return k.from == room })
	log := p.logs[room]
	stored := &muc.Stored{Record: p.records[room], LastSeq: int64(len(log))}
	for _, e := range log {
		stored.LastAt = max(stored.LastAt, e.At)
		stored.Seen = append(stored.Seen, e.Dedupe)
	}
	stored.Seen = stored.Seen[max(0, len(stored.Seen)-1000):]
	stored.History = slices.Clone(log[max(0, len(log)-history):])
	p.rooms[room] = muc.Open(p.settings, stanza.MustJID(room), muctest.Birth(), stored)
}

// Three rooms in a row: what is said at one end while the middle is away reaches the other.
func TestTreeHeals(t *testing.T) {
	p := newPair(t)
	const roomC = "c@muc.example" // joins J
	p.settings.Federation["c"] = muc.Federation{Join: roomJ}
	p.settings.Federation["j"] = muc.Federation{Join: roomP, Accept: []string{roomC}}
	p.open(roomC)
	users := map[string]*user{roomP: p.enter(roomP, "alice"), roomJ: p.enter(roomJ, "hamlet"), roomC: p.enter(roomC, "cesario")}
	for _, u := range users {
		p.say(u)
	}
	p.fault(func() {
		for range 20 {
			for _, u := range users {
				p.say(u)
				clear(p.wires)
			}
		}
		p.pass(3 * time.Minute)
	})
	p.pass(time.Hour)
	p.converged(63)
	if c := p.archive(roomC); len(c) != 63 || len(slices.Compact(slices.Sorted(slices.Values(c)))) != 63 {
		t.Errorf("the third room has %v", c)
	}
	for _, x := range p.crossed {
		if from := x.st.Child(nsFMUC, "fmuc").Attr("from"); x.st.Has("", "body") && strings.HasPrefix(from, x.to[:1]) {
			t.Errorf("went back: %s", x.raw)
		}
	}
}

// Both sides change the subject at once, while everything gets through: the later one holds on both, and who knows it may
// change it at once.
func TestSubjectsCross(t *testing.T) {
	p := newPair(t)
	users := map[string]*user{roomP: p.enter(roomP, "alice"), roomJ: p.enter(roomJ, "hamlet")}
	set := func(room, text string) {
		p.from(users[room].jid, room, "<message type='groupchat' id='"+text+"' to='%s'><subject>"+text+"</subject></message>")
	}
	check := func(want string, events int) {
		t.Helper()
		for _, room := range []string{roomJ, roomP} {
			if got := p.records[room].Subject; got != want || len(p.logs[room]) != events {
				t.Errorf("%s is about %q, with %d in its log, want %q, %d", room, got, len(p.logs[room]), want, events)
			}
		}
	}
	p.held = true
	set(roomP, "of p")
	set(roomJ, "of j")
	p.held = false
	p.pass(time.Second)
	check("of j", 2)
	set(roomJ, "again of j")
	check("again of j", 3)
	set(roomP, "again of p")
	check("again of p", 4)
}

// What is said while the peer is joined for the first time is for the peer, even if the one who says it leaves, or the node
// is killed, before the join is done.
func TestSaidBeforeTheFirstAnswer(t *testing.T) {
	for _, killed := range []bool{false, true} {
		p := newPair(t)
		p.fault(func() {
			hamlet := p.enter(roomJ, "hamlet")
			p.say(hamlet)
			if killed {
				p.kill(roomJ)
			} else {
				p.leave(hamlet)
				p.pass(time.Hour)
				delete(p.edges, roomJ) // the room is not in memory any more
			}
		})
		p.enter(roomP, "alice")
		p.enter(roomJ, "hamlet")
		p.pass(20 * time.Minute)
		p.converged(1)
	}
}

// B8: what has arrived, but without a receipt, is sent again; meanwhile more was said than a room remembers of its own people.
func TestReceiptLost(t *testing.T) {
	p := newPair(t)
	alice, hamlet := p.enter(roomP, "alice"), p.enter(roomJ, "hamlet")
	for range 20 {
		p.say(hamlet)
		p.say(alice)
	}
	p.fault(func() {
		for range 1200 {
			p.say(alice)
			p.say(hamlet)
		}
		p.pass(3 * time.Minute)
	})
	p.pass(time.Hour)
	p.converged(2440)
}
