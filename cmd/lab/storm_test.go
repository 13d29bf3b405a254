package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"isthmus/cmd/lab/internal/client"
	"isthmus/cmd/lab/internal/lab"
)

// The load and the faults of TestStorm. A whole storm has -storm.rooms 50 -storm.rate 200 -storm.kills 60.
var (
	stormRooms = flag.Int("storm.rooms", 6, "rooms of TestStorm, on both nodes together")
	stormRate  = flag.Int("storm.rate", 60, "messages a second that are said in all of them together")
	stormKills = flag.Int("storm.kills", 8, "how often something is killed")
	stormSeed  = flag.Uint64("storm.seed", 1, "seed of what is killed, and when")
	stormTime  = flag.Duration("storm.time", 5*time.Minute, "after which the test has failed")
)

// storm is people who talk in many rooms while everything is killed in turn.
type storm struct {
	*testing.T
	lab    *lab.Lab
	ctx    context.Context
	dice   *rand.Rand
	over   chan struct{}
	guests []*guest
	halls  map[string]*hall
	list   []*hall

	outages []outage
	end     time.Time            // of all that was said
	streams map[string]time.Time // see renewed
	mu      sync.Mutex
	thrown  []string
}

// outage is a time when something was dead, or about to come back.
type outage struct {
	what     string
	domain   string // of the node or of the server that was not there
	from, to time.Time
}

// victims are what is killed, the hosts' own servers last.
var victims = []struct {
	name    string
	loses   bool // what is on its way when it is killed may be lost
	strikes func(s *storm, p place)
}{
	{"daemon", true, func(s *storm, p place) { s.killDaemon(p, func() {}) }},
	{"database", false, func(s *storm, p place) { s.killDatabase(p) }},
	{"daemon and database", true, func(s *storm, p place) { s.killDaemon(p, func() { s.killDatabase(p) }) }},
	{"host", true, (*storm).killHost},
}

// TestStorm kills daemons, their databases (a private one and one elsewhere) and the servers that they are attached to, at
// any moment, while people of both servers talk in many rooms. Whatever somebody has heard is in the archive, once, under the
// same id, in the order in which everybody heard it; nobody misses anything but where something was dead; and whatever was
// said was heard, or came back as an error, or was on its way when something died. P1 P2 P4
func TestStorm(t *testing.T) {
	for _, linked := range []bool{false, true} {
		t.Run(map[bool]string{false: "rooms", true: "linked"}[linked], func(t *testing.T) { storms(t, linked) })
	}
}

func storms(t *testing.T, linked bool) {
	s := newStorm(t)
	for i := range *stormRooms {
		s.open([]place{wonderland, denmark}[i%2], fmt.Sprint("hall", i))
	}
	if linked {
		s.link()
	}
	var living sync.WaitGroup
	for _, g := range s.guests {
		living.Go(g.live)
	}
	defer living.Wait()
	defer close(s.over)
	s.awaits("everybody is in", s.settled)
	quiet := make(chan struct{})
	var talking sync.WaitGroup
	talking.Go(func() { s.talk(quiet) })
	for i := range *stormKills {
		v, p := victims[i%len(victims)], []place{wonderland, denmark}[s.dice.IntN(2)]
		<-time.After(time.Duration(s.dice.IntN(1000)) * time.Millisecond)
		s.strike(v.name, v.loses, p, v.strikes)
	}
	close(quiet)
	talking.Wait()
	s.calm()
	s.judge()
}

func newStorm(t *testing.T) *storm {
	s := &storm{
		T: t, dice: rand.New(rand.NewPCG(*stormSeed, 0)), over: make(chan struct{}), halls: map[string]*hall{},
		streams: map[string]time.Time{},
		lab: lab.ForTest(t, lab.Plan{
			Dir:     os.Getenv("STORM"),
			Limit:   *stormTime,
			Servers: []lab.ServerPlan{{Kind: lab.Prosody, Domain: wonderland.users}, {Kind: lab.Ejabberd, Domain: denmark.users}},
			Nodes: []lab.NodePlan{
				{Domain: wonderland.rooms, Server: wonderland.users, Config: impatient, Elsewhere: true},
				{Domain: denmark.rooms, Server: denmark.users, Config: impatient},
			},
		}),
	}
	s.ctx = s.lab.Context()
	for _, g := range []struct{ name, users string }{
		{"Alice", wonderland.users}, {"Hatter", wonderland.users}, {"Hamlet", denmark.users}, {"Ophelia", denmark.users},
	} {
		s.guests = append(s.guests, &guest{s: s, name: g.name, users: g.users, stays: map[string]*stay{}})
	}
	return s
}

// open makes a room, which everybody will enter.
func (s *storm) open(p place, name string) {
	s.Helper()
	h := &hall{room: name + "@" + p.rooms, place: p, words: map[string]*word{}}
	s.halls[h.room] = h
	s.list = append(s.list, h)
	owner := s.reader(p)
	owner.join(h.room, "Owner")
	owner.configure(h.room, "persistentroom=1")
	owner.leave(h.room, "Owner")
	_ = owner.Close()
	for _, g := range s.guests {
		g.stays[h.room] = &stay{}
		h.guests = append(h.guests, g)
	}
}

// link makes every two rooms one; people enter that of their own server.
func (s *storm) link() {
	for i := 0; i+1 < len(s.list); i += 2 {
		w, d := s.list[i], s.list[i+1]
		w.other, d.other = d, w
		for _, h := range []*hall{w, d} {
			owner := s.reader(h.place)
			owner.join(h.room, "Owner")
			if h == w {
				owner.form(h.room, "federation_accept", d.room)
			} else {
				owner.form(h.room, "federation_join", w.room)
			}
			owner.leave(h.room, "Owner")
			_ = owner.Close()
			h.guests = nil
			for _, g := range s.guests {
				if g.users == h.place.users {
					h.guests = append(h.guests, g)
				} else {
					delete(g.stays, h.room)
				}
			}
		}
	}
}

// reader is somebody who reads archives.
func (s *storm) reader(p place) *user {
	s.Helper()
	return (&scene{T: s.T, place: p, lab: s.lab, ctx: s.ctx}).login("owner")
}

// talk says things in one room after the other, everybody in his turn, until it is quiet.
func (s *storm) talk(quiet chan struct{}) {
	tick := time.NewTicker(time.Second / time.Duration(*stormRate))
	defer tick.Stop()
	for n := 0; ; n++ {
		h := s.list[n%len(s.list)]
		g := h.guests[n/len(s.list)%len(h.guests)]
		g.says(h, fmt.Sprintf("%s-%d", g.name, n))
		select {
		case <-tick.C:
		case <-quiet:
			return
		case <-s.ctx.Done():
			return
		}
	}
}

// strike kills something, waits until it is back, and until people hear each other again.
func (s *storm) strike(name string, loses bool, p place, strikes func(*storm, place)) {
	s.Helper()
	from := time.Now()
	strikes(s, p)
	to := time.Now()
	if loses {
		domain := p.rooms
		if name == "host" {
			domain = p.users
		}
		s.outages = append(s.outages, outage{name, domain, from, to})
	}
	for _, h := range s.list[:2] { // one of each node
		s.awaits(h.room+" goes on after the death of the "+name+" of "+p.kind, func() bool { return h.goesOn(to) })
	}
}

func (s *storm) pause() { <-time.After(time.Duration(s.dice.IntN(700)) * time.Millisecond) }

func (s *storm) killDaemon(p place, meanwhile func()) {
	s.Helper()
	node := s.lab.Node(p.rooms)
	node.Kill9()
	meanwhile()
	s.pause()
	for {
		err := node.Start(s.ctx)
		if err == nil {
			return
		}
		if s.ctx.Err() != nil || !strings.Contains(err.Error(), "the database cannot be used") {
			s.Fatal(err)
		}
		s.pause()
	}
}

func (s *storm) killDatabase(p place) {
	s.Helper()
	if err := s.lab.Node(p.rooms).SignalDatabase(syscall.SIGKILL); err != nil && !os.IsNotExist(err) {
		s.Fatal(err)
	}
}

func (s *storm) killHost(p place) {
	s.Helper()
	server := s.lab.Server(p.users)
	server.Kill9()
	s.pause()
	if err := server.Start(s.ctx); err != nil {
		s.Fatal(err)
	}
}

func (s *storm) thrownOut(g *guest, n *client.Node) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if strings.HasSuffix(n.Attr("from"), "."+g.users+"/"+g.name) {
		s.Errorf("%s was put out of a room of his own server: %s", g.name, n)
	}
	s.thrown = append(s.thrown, n.Raw)
}

func (s *storm) settled() bool {
	for _, g := range s.guests {
		if !g.settled() {
			return false
		}
	}
	return true
}

// calm waits until everybody is everywhere and hears everybody else.
func (s *storm) calm() {
	s.Helper()
	for n := 0; ; n++ {
		s.awaits("everybody is in again", s.settled)
		since := time.Now()
		for _, h := range s.list {
			for _, g := range h.guests {
				g.says(h, fmt.Sprintf("%s-last-%d", g.name, n))
			}
		}
		lost := false
		for _, h := range s.list {
			s.awaits(h.room+" is calm", func() bool { done, bad := h.finished(since); lost = lost || bad; return done })
		}
		if !lost {
			return
		}
	}
}

func (s *storm) awaits(what string, done func() bool) {
	s.Helper()
	for again := time.NewTicker(50 * time.Millisecond); !done(); {
		select {
		case <-again.C:
		case <-s.ctx.Done():
			s.Fatalf("%s: not in time", what)
		}
	}
}
