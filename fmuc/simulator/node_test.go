package simulator_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"isthmus/component/stanza"
	"isthmus/muc"
	"isthmus/muc/host"
	"isthmus/muc/muctest"
	"isthmus/storage"
	"isthmus/storage/memory"
)

// node is one host with one room. It may die at any instant; what it had stored by then survives.
type node struct {
	w      *world
	i      int
	name   string // domain
	room   stanza.JID
	skew   time.Duration // by which its clock is wrong
	store  *memory.Store
	life   *life // nil while it is dead
	lives  int
	settle *muc.Settings
}

// life is a host from its start to its death.
type life struct {
	n    *node
	host *host.Host
	ctx  context.Context
	stop func()
	fuse int // stanzas until it dies, negative for never
	dead bool
}

func domain(i int) string { return fmt.Sprintf("n%d.example", i) }

func newNode(w *world, i int) *node {
	n := &node{w: w, i: i, name: domain(i), store: memory.New()}
	n.room = stanza.JID{Local: "den", Domain: n.name}
	s := muctest.Defaults()
	s.Service, s.LocalDomains = n.name, []string{fmt.Sprintf("u%d.example", i)}
	f := muc.Federation{}
	for a, b := range w.joins {
		if a == i && b >= 0 {
			f.Join = "den@" + domain(b)
		}
		if b == i {
			f.Accept = append(f.Accept, "den@"+domain(a))
		}
	}
	for a := range w.joins {
		s.Peers = append(s.Peers, domain(a))
	}
	s.Link.Ping, s.Link.Grace = 15*time.Minute, time.Hour // longer than anything is broken: whoever stays is never out of sight
	s.PingIdle = 50 * time.Minute                         // who was brought back after a crash may have gone before it
	s.Link.Negotiate = w.seed%2 == 0
	s.Federation = map[string]muc.Federation{"den": f}
	s.Links = w.modes(i, s.Link)
	if w.play == "narrow" {
		s.Link.Rate, s.Link.JoinTimeout = bitRate, time.Minute
	}
	n.settle = s
	n.found()
	return n
}

// found stores the room as its owner has configured it.
func (n *node) found() {
	c := muc.DefaultConfig()
	c.Persistent, c.NonAnonymous, c.ChangeSubject, c.MaxHistory = true, true, true, 20
	room := n.room.String()
	err := n.store.Commit(context.Background(), []storage.Change{
		storage.SaveRoom{Room: storage.RoomRecord{
			JID: room, Epoch: int64(n.i) + 1, Secret: []byte(strings.Repeat("secret", 6))[:32], Created: time.Now(),
			Creator: n.user(0).Bare().String(), Config: storage.Config(c),
		}},
		storage.SaveAffiliation{Room: room, Affiliation: storage.Affiliation{JID: n.user(0).Bare().String(), Affiliation: "owner"}},
	})
	if err != nil {
		panic(err)
	}
}

// user is the address of one of the node's users. In some kinds of trouble the last is somebody who is at all nodes.
func (n *node) user(u int) stanza.JID {
	if u == crew-1 && n.w.play == "twins" {
		return stanza.JID{Local: "twin", Domain: "x.example", Resource: fmt.Sprint("at", n.i)}
	}
	return stanza.JID{Local: string(rune('a'+u)) + fmt.Sprint(n.i), Domain: fmt.Sprintf("u%d.example", n.i), Resource: "pc"}
}

func (n *node) start() {
	ctx, cancel := context.WithCancel(context.Background())
	l := &life{n: n, ctx: ctx, fuse: -1}
	n.lives++
	l.host = host.New(host.Options{
		Settings: n.settle, Store: frail{n.store, l}, Out: l, Log: zerolog.Nop(),
		Birth: func() muc.Birth { return muctest.Birth() },
	})
	var wg sync.WaitGroup
	wg.Go(func() { _ = l.host.Run(ctx) })
	l.stop = func() { cancel(); wg.Wait() }
	n.life = l
	n.w.stops = append(n.w.stops, l.stop)
}

// spare lets a host that has not died yet live.
func (n *node) spare() {
	n.w.mu.Lock()
	defer n.w.mu.Unlock()
	if n.life != nil {
		n.life.fuse = -1
	}
}

// burns tells whether a host that is about to do something dies before it does.
func (l *life) burns() bool {
	l.n.w.mu.Lock()
	defer l.n.w.mu.Unlock()
	if l.fuse == 0 {
		l.dead = true
	}
	l.fuse--
	return l.dead
}

// gone tells whether a host is dead. Commits do not burn the fuse: they are made beside all else, in no fixed order.
func (l *life) gone() bool {
	l.n.w.mu.Lock()
	defer l.n.w.mu.Unlock()
	return l.dead
}

// Ready implements host.Outbox.
func (l *life) Ready(context.Context) error { return nil }

// Enqueue implements host.Outbox.
func (l *life) Enqueue(_ string, out stanza.Out, to []stanza.Addr) {
	if l.burns() {
		return
	}
	for _, a := range to {
		l.n.w.sent(l.n, out.To(a))
	}
}

// frail is the store of a host that may be dead, without knowing it.
type frail struct {
	*memory.Store
	l *life
}

func (f frail) Commit(ctx context.Context, batch []storage.Change) error {
	if f.l.gone() {
		<-f.l.ctx.Done()
		<-ctx.Done()
		return ctx.Err()
	}
	return f.Store.Commit(ctx, batch)
}

// archive is what the node has stored, in order of arrival.
func (n *node) archive() []storage.Event {
	p, err := n.store.Archive(context.Background(), storage.Query{Room: n.room.String(), Max: 100000})
	if err != nil {
		panic(err)
	}
	return p.Events
}

func (n *node) subject() string {
	r, err := n.store.Load(context.Background(), n.room.String(), 0)
	if err != nil {
		panic(err)
	}
	return r.Subject
}
