package simulator_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"
)

// verbs are what a step may be: what users do, and what breaks.
var verbs = map[string]func(*world, op){
	"wait":    func(w *world, o op) { w.pass(o.d) },
	"sleep":   func(w *world, _ op) { w.pass(broken + time.Minute) },
	"enter":   ofUser(false, func(c *client, _ op) { c.enter() }),
	"leave":   ofUser(true, func(c *client, _ op) { c.leave() }),
	"say":     ofUser(true, func(c *client, _ op) { c.say() }),
	"chat":    ofUser(true, func(c *client, o op) { c.chat(20 + o.n%30) }),
	"nick":    ofUser(true, func(c *client, o op) { c.rename(fmt.Sprint(c.jid.Local, "-", o.n%100)) }),
	"subject": ofUser(true, func(c *client, o op) { c.setSubject(fmt.Sprint("about ", o.n)) }),
	"same":    same,
	"whisper": whisper,
	"kick":    expel,
	"slow":    func(w *world, o op) { w.wires[o.n%len(w.wires)].slow = 2 * o.d },
	"cut":     ofEdge(func(k *wire, now time.Time) { k.sever(now) }),
	"heal":    ofEdge(func(k *wire, now time.Time) { k.heal(now) }),
	"hole":    ofEdge(func(k *wire, now time.Time) { k.open(now) }),
	"lose":    ofEdge(func(k *wire, _ time.Time) { k.queue = nil }),
	"again":   func(w *world, o op) { w.wires[o.n%len(w.wires)].again(o.n/64%5+1, time.Now()) },
	"resync":  resync,
	"crash":   crash,
	"restart": restart,
}

// do plays one step. No two happen at the same instant: what follows from them has an order, the same each time.
func (w *world) do(o op) {
	w.trace("%s", o)
	verbs[o.verb](w, o)
	w.pass(time.Microsecond)
}

// ofUser is a step of a user who is in the room, or is not.
func ofUser(in bool, act func(*client, op)) func(*world, op) {
	return func(w *world, o op) {
		if c := w.crews[o.node][o.user]; c.in == in && c.home.life != nil {
			act(c, o)
		}
	}
}

// ofEdge is what happens to a connection, both ways.
func ofEdge(act func(*wire, time.Time)) func(*world, op) {
	return func(w *world, o op) {
		list := w.edges()
		e := list[o.n%len(list)]
		w.mu.Lock()
		defer w.mu.Unlock()
		for _, k := range w.wires {
			if k.from.i == e[0] && k.to.i == e[1] || k.from.i == e[1] && k.to.i == e[0] {
				act(k, time.Now())
			}
		}
	}
}

// same lets a user want the nick that everybody wants.
func same(w *world, o op) {
	c := w.crews[o.node][o.user]
	switch {
	case c.home.life == nil:
	case c.in:
		c.rename("sam")
	default:
		c.nick = "sam"
		c.enter()
	}
}

// expel lets a node's owner put somebody out whom he sees.
func expel(w *world, o op) {
	c := w.crews[o.node][0]
	if !c.in || c.home.life == nil {
		return
	}
	if nick := c.pick(o.n); nick != "" {
		c.kick(nick)
	}
}

// whisper lets a user say something to one whom he sees.
func whisper(w *world, o op) {
	c := w.crews[o.node][o.user]
	if !c.in || c.home.life == nil {
		return
	}
	if nick := c.pick(o.n); nick != "" {
		c.whisper(nick)
	}
}

// chat says more than a room shows to those who enter.
func (c *client) chat(n int) {
	for range n {
		c.say()
	}
}

// pick is the nick of somebody else, "" if there is nobody.
func (c *client) pick(n int) string {
	list := slices.DeleteFunc(slices.Sorted(maps.Keys(c.sees)), func(nick string) bool { return nick == c.nick })
	if len(list) == 0 {
		return ""
	}
	return list[n%len(list)]
}

// resync lets the operator of either end have a link joined anew. Nobody sees it.
func resync(w *world, o op) {
	list := w.edges()
	e := list[o.n%len(list)]
	a, b := w.nodes[e[o.n/64%2]], w.nodes[e[1-o.n/64%2]]
	if a.life == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = a.life.host.Steer(ctx, a.room, b.room.String(), "resync") // one that is at rest has nothing to join anew
}

// crash kills a node, at once or after some more of what it does.
func crash(w *world, o op) {
	l := w.nodes[o.node].life
	if l == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	l.fuse, l.dead = o.n/2%6, o.n%2 == 0
}

// restart brings a dead node back. Those who were in the room come back, or say that they do not.
func restart(w *world, o op) {
	n := w.nodes[o.node]
	if n.life != nil {
		return
	}
	n.start()
	w.listen()
	for u, c := range w.crews[o.node] {
		switch {
		case !c.lost:
		case o.n>>u&1 == 0:
			c.enter()
		default:
			c.leave()
		}
		c.lost = false
	}
}
