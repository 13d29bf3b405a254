package simulator_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing/synctest"
	"time"

	"isthmus/component/stanza"
	"isthmus/fmuc"
	"isthmus/muc/muctest"
)

const nsFMUC = "http://isode.com/protocol/fmuc"

// world is all nodes, what lies between them, and their users. One goroutine drives it; hosts only hand in what they send.
type world struct {
	script
	nodes   []*node
	wires   []*wire
	byName  map[string]*node
	clients map[stanza.JID]*client
	crews   [][]*client
	said    map[string]*client    // who has said a text
	secret  map[string]stanza.JID // whom a private text is for
	kicked  map[string]kick       // who has put an end to a visit
	refused map[string]bool       // texts whose author was told that they are not said
	texts   int
	tamper  tamper                   // on wires; nil = what is sent stays what it is
	smear   smear                    // on what clients are sent
	passed  map[*wire]map[string]int // how often texts have crossed
	wanted  map[*wire]int            // how many texts had been said when a node first asked over it to join
	bell    chan struct{}
	stops   []func()

	mu      sync.Mutex // of all that hosts change
	inbox   []letter
	crossed int // stanzas put on wires
	queries int // of those, pings and their answers
	asked   int // of those, requests to join and their refusal

	note     sync.Mutex
	findings findings
	tracing  bool
	traced   []string
}

// kick is who has put somebody out, and the visit in which he did.
type kick struct {
	by    *client
	visit string
}

type letter struct {
	to *client
	st *stanza.Stanza
}

// findings are the rules that were broken, each with its first example.
type findings map[string]string

// found keeps the first example of each broken rule.
func (w *world) found(rule, format string, args ...any) {
	w.trace("! "+rule+": "+format, args...)
	w.note.Lock()
	defer w.note.Unlock()
	if _, known := w.findings[rule]; !known {
		w.findings[rule] = fmt.Sprintf(format, args...)
	}
}

// tell notes what happened to a stanza. Pings and their answers are left out where not everything is told.
func (w *world) tell(st *stanza.Stanza, format string, args ...any) {
	if w.tracing && (st.Kind != stanza.IQ || *raw) {
		w.trace(format+" %s", append(args, brief(st))...)
	}
}

func (w *world) trace(format string, args ...any) {
	if w.tracing {
		w.note.Lock()
		defer w.note.Unlock()
		w.traced = append(w.traced, time.Since(muctest.Start).String()+" "+fmt.Sprintf(format, args...))
	}
}

func newWorld(s script) *world {
	w := &world{
		script: s, byName: map[string]*node{}, clients: map[stanza.JID]*client{}, said: map[string]*client{},
		bell: make(chan struct{}, 1), findings: findings{}, passed: map[*wire]map[string]int{}, wanted: map[*wire]int{},
		secret: map[string]stanza.JID{}, kicked: map[string]kick{}, refused: map[string]bool{},
	}
	for i := range s.joins {
		n := newNode(w, i)
		w.nodes, w.byName[n.name] = append(w.nodes, n), n
		var list []*client
		for u := range crew {
			c := &client{w: w, home: n, jid: n.user(u), nick: n.user(u).Local}
			w.clients[c.jid] = c
			list = append(list, c)
		}
		w.crews = append(w.crews, list)
	}
	r := random(s.seed, "skew")
	for _, a := range w.nodes {
		if s.play == "skew" {
			a.skew = time.Duration(r.Int64N(int64(2*time.Hour))) - time.Hour
		}
		for _, b := range w.nodes {
			if a != b {
				k := &wire{from: a, to: b, rand: random(s.seed, a.name+b.name), narrow: s.play == "narrow"}
				w.wires, w.passed[k] = append(w.wires, k), map[string]int{}
			}
		}
	}
	return w
}

// end stops all hosts, the dead ones too.
func (w *world) end() {
	for _, stop := range w.stops {
		stop()
	}
}

// sent takes what a host has sent, to a node or to a user.
func (w *world) sent(from *node, raw []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	st, err := stanza.Parse(raw)
	if err != nil {
		w.found("xml", "%s has sent %s: %v", from.name, raw, err)
		return
	}
	if to := w.byName[st.To.Domain]; to != nil {
		k := w.wire(from, to)
		w.cross(k, shift(raw, from.skew-to.skew))
		ring(w.bell)
		return
	}
	if c := w.clients[st.To]; c != nil {
		w.inbox = append(w.inbox, letter{c, st})
		ring(w.bell)
	}
}

// cross puts on a wire what a node has sent, or what the fault that is planted there makes of it.
func (w *world) cross(k *wire, raw []byte) {
	st, err := stanza.Parse(raw)
	if err != nil {
		panic(err)
	}
	if w.tamper == nil {
		w.put(k, st)
		return
	}
	w.tamper(w, k, st)
}

// flood is how many stanzas may cross in one run before all that follow are dropped, so that every run has an end. A few
// hundred are usual.
const flood = 1000

// put puts a stanza on a wire.
func (w *world) put(k *wire, st *stanza.Stanza) {
	w.crossed++
	if st.Kind == stanza.IQ {
		w.queries++
	}
	if _, known := w.wanted[k]; !known && fmuc.JoinShaped(st) {
		w.wanted[k] = w.texts
	}
	if fmuc.JoinShaped(st) || st.Child(nsFMUC, "fmuc").Child(nsFMUC, "reject") != nil {
		w.asked++
	}
	if w.crossed-w.queries > flood {
		w.found("storm", "%d stanzas have crossed, and there is no end", flood)
		return
	}
	w.tell(st, "%d>%d", k.from.i, k.to.i)
	w.judge(k, st)
	k.push(st, time.Now())
}

func ring(bell chan struct{}) {
	select {
	case bell <- struct{}{}:
	default:
	}
}

func (w *world) wire(from, to *node) *wire {
	for _, k := range w.wires {
		if k.from == from && k.to == to {
			return k
		}
	}
	return nil
}

// deliver hands a stanza to a node. The server of a dead one says so.
func (w *world) deliver(n *node, st *stanza.Stanza) {
	w.bury()
	if n.life != nil {
		n.life.host.Deliver(context.Background(), st)
		w.listen()
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	from := w.byName[st.From.Domain]
	if e := refused(st, "service-unavailable"); e != nil && from != nil {
		w.wire(n, from).push(e, time.Now())
	}
}

// listen lets all hosts do what they can do now, and clients believe what they were sent.
func (w *world) listen() {
	for {
		synctest.Wait()
		w.mu.Lock()
		list := w.inbox
		w.inbox = nil
		w.mu.Unlock()
		if len(list) == 0 {
			break
		}
		slices.SortStableFunc(list, func(a, b letter) int { return a.to.home.i - b.to.home.i })
		for _, l := range list {
			if w.smear != nil {
				l.st = w.smear(l.st)
			}
			w.tell(l.st, "    %d: %s <", l.to.home.i, l.to.jid.Local)
			l.to.receive(l.st)
		}
	}
	w.bury()
}

// bury takes note of hosts that have died. Their users are out, and what they were sent before is all they know.
func (w *world) bury() {
	for _, n := range w.nodes {
		if n.life == nil || !n.dead() {
			continue
		}
		w.trace("node %d is dead", n.i)
		go n.life.stop()
		n.life = nil
		maps.DeleteFunc(w.kicked, func(visit string, k kick) bool { return k.by.home == n || w.during(visit) }) // it may have been forgotten
		for _, c := range w.crews[n.i] {
			c.lost, c.in = c.in, false
		}
	}
}

// during tells whether somebody is in the room with this visit.
func (w *world) during(visit string) bool {
	for _, c := range w.clients {
		if c.in && c.visit() == visit {
			return true
		}
	}
	return false
}

func (n *node) dead() bool {
	n.w.mu.Lock()
	defer n.w.mu.Unlock()
	return n.life.dead
}

// pass lets time go by; everything that is due happens in order.
func (w *world) pass(d time.Duration) {
	end := time.Now().Add(d)
	for {
		w.listen()
		select {
		case <-w.bell:
		default:
		}
		k, at := w.first()
		if k == nil || at.After(end) {
			at = end
		}
		if wait := time.Until(at); wait > 0 {
			select {
			case <-w.bell:
			case <-time.After(wait):
			}
			continue
		}
		if k == nil || at == end && !w.isDue(k) {
			return
		}
		w.carry(k)
	}
}

func (w *world) isDue(k *wire) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	at, ok := k.next()
	return ok && !at.After(time.Now())
}

// first is the wire on which something arrives first.
func (w *world) first() (first *wire, at time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, k := range w.wires {
		if due, ok := k.next(); ok && (first == nil || due.Before(at)) {
			first, at = k, due
		}
	}
	return first, at
}

// carry delivers the next stanza of a wire.
func (w *world) carry(k *wire) {
	w.mu.Lock()
	st, to := k.take(time.Now())
	w.mu.Unlock()
	if st != nil {
		w.tell(st, "%d<%d", to.i, w.byName[st.From.Domain].i)
		w.deliver(to, st)
	}
}
