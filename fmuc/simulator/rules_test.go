package simulator_test

import (
	"maps"
	"slices"
	"strings"
	"time"

	"isthmus/component/stanza"
)

// The rules, by the names under which they are found broken:
//
//	leak     no client ever sees an <fmuc/>
//	reason   whoever is refused is told why, user or node
//	nick     two users never share one nick
//	flicker  nobody who stayed is seen to leave and come back
//	twice    no client is sent a message twice in one visit
//	unheard  who stayed in the room has heard everything that was said meanwhile
//	address  a room that hides no addresses names everybody
//	kick     who is put out anywhere is put out at home, unless a node dies on the way, or his opponent is put out meanwhile
//	private  private messages reach nobody but whom they are for
//	cost     a message crosses each link of the tree once, and there is one tree
//	returned no message goes back to where it came from
//	order    a primary and its replicas have one order, in archives and for all clients
//	early    nobody at a replica sees a message before its primary has it
//	both     whoever is told that a message is not said does not hear it
//	neither  who has said something and stayed has heard it, or an error, and that once
//	loss     what one archive has, all have, but for what was said before anybody wanted the link over which it would come, and
//	         for what its author was told that it is not heard
//	double   each once
//	roster   everybody sees exactly those who are there
//	subject  there is one subject
//	storm    what crosses is in proportion to what happens
//	noise    nothing but pings, and requests of whom was refused, crosses while nothing happens
//	lazy     nothing at all crosses while nobody is in the room at the joining side
//	xml      what is sent can be read

// judge checks what is put on a wire.
func (w *world) judge(k *wire, st *stanza.Stanza) {
	mark := st.Child(nsFMUC, "fmuc")
	if r := mark.Child(nsFMUC, "reject"); r != nil && r.Text() == "" {
		w.found("reason", "%s was rejected without a reason", k.to.name)
	}
	text := st.Child("", "body").Text()
	if author := w.said[text]; author == nil || st.IsError() {
		return
	} else if w.follows(k.to.i) == k.from.i {
		w.passed[k][text]++ // it is repeated
		return
	} else if author.home == k.to || w.passed[w.wire(k.to, k.from)][text] > 0 {
		w.found("returned", "%s got back %s", k.to.name, brief(st))
	}
	w.passed[k][text]++
}

// check looks at what nodes have stored and clients believe, after quiet.
func (w *world) check() {
	stored := w.stored()
	w.checkArchives(stored)
	w.checkReplicas()
	there := map[stanza.JID]bool{}
	for _, c := range w.clients {
		if c.in {
			there[c.jid.Bare()] = true
		}
	}
	for _, crew := range w.crews {
		for _, c := range crew {
			if c.in {
				w.checkClient(c, there, stored)
			}
		}
	}
	for _, n := range w.nodes {
		if a, b := w.nodes[0].subject(), n.subject(); a != b {
			w.found("subject", "%s is about %q, %s about %q", w.nodes[0].name, a, n.name, b)
		}
	}
}

// texts are what a node's archive has, and how often.
func (n *node) texts() map[string]int {
	m := map[string]int{}
	for _, e := range n.archive() {
		if _, rest, ok := strings.Cut(string(e.Payload), "<body>"); ok && e.Kind == "message" {
			text, _, _ := strings.Cut(rest, "<")
			m[text]++
		}
	}
	return m
}

func (w *world) checkArchives(stored map[string]int) {
	for _, n := range w.nodes {
		texts := n.texts()
		for _, text := range slices.Sorted(maps.Keys(stored)) {
			switch texts[text] {
			case 0:
				if !w.due(text, n) || w.lonely(text) {
					continue
				}
				w.found("loss", "%s has not got %s of %s", n.name, text, w.said[text].jid)
			case 1:
			default:
				w.found("double", "%s has %s of %s %d times", n.name, text, w.said[text].jid, texts[text])
			}
		}
	}
}

// due tells whether a node must have a text: everything that was said since whoever joins on the way between it and the
// author's has first wanted to. Of what is older it has as much as a room tells of its history.
func (w *world) due(text string, n *node) bool {
	latest := 0
	for k, texts := range w.wanted {
		if w.downwards(k, w.said[text].home, n) {
			latest = max(latest, texts)
		}
	}
	return number(text) > latest
}

// downwards tells whether what is said at a node may come to another over this wire's connection, against its direction.
func (w *world) downwards(k *wire, from, to *node) bool {
	root := w.root()
	if root < 0 { // who joins whom is found out
		return len(w.nodes) > 2
	}
	return w.above(to.i, k.from.i) && !w.above(from.i, k.from.i)
}

// above tells whether one node lies on the way from another to the root.
func (w *world) above(i, node int) bool {
	for ; i >= 0; i = w.joins[i] {
		if i == node {
			return true
		}
	}
	return false
}

// stored is everything that any node has.
func (w *world) stored() map[string]int {
	all := map[string]int{}
	for _, n := range w.nodes {
		maps.Copy(all, n.texts())
	}
	return all
}

func (w *world) checkClient(c *client, there map[stanza.JID]bool, stored map[string]int) {
	if k := w.kicked[c.visit()]; k.by != nil && w.kicked[k.visit].by == nil && c.jid.Local != "twin" {
		w.found("kick", "%s is in the room that %s has put him out of", c.jid, k.by.jid)
	}
	sees := map[stanza.JID]bool{}
	for _, j := range c.sees {
		sees[j.Bare()] = true
	}
	if !maps.Equal(sees, there) {
		w.found("roster", "%s sees %s, there are %s", c.jid, names(sees), names(there))
	}
	for _, text := range slices.Sorted(maps.Keys(stored)) {
		if c.since < number(text) && c.heard[text] == 0 && !(w.refused[text] && w.said[text] == c) && !w.lonely(text) && w.due(text, c.home) {
			w.found("unheard", "%s has not heard %s of %s", c.jid, text, w.said[text].jid)
		}
	}
}

func names(set map[stanza.JID]bool) string {
	var list []string
	for j := range set {
		list = append(list, j.Local)
	}
	slices.Sort(list)
	return strings.Join(list, " ")
}

// quiet ends everything that is broken, lets somebody in everywhere, and waits until all has been made up for.
func (w *world) quiet() {
	for _, n := range w.nodes {
		n.spare()
		w.do(op{verb: "restart", node: n.i})
	}
	for i := range w.edges() {
		w.do(op{verb: "heal", n: i})
	}
	for range 2 {
		w.pass(settling)
		for _, crew := range w.crews { // who is put out meanwhile may have been the last
			if !slices.ContainsFunc(crew, func(c *client) bool { return c.in }) {
				w.do(op{verb: "enter", node: crew[0].home.i})
			}
		}
	}
	w.pass(settling)
}

// settling is how long it may take at most until all nodes have found each other again.
const settling = time.Hour

// talk lets everybody say something: links are in order, so that it reaches all, at the cost of one stanza a link.
func (w *world) talk() {
	for _, crew := range w.crews {
		for _, c := range crew {
			if !c.in {
				continue
			}
			text := c.say()
			w.pass(w.across())
			if n, want := w.crossings(text), w.price(c.home.i); n != want {
				w.found("cost", "%s has crossed %d times between %d nodes, %d would be enough", text, n, len(w.nodes), want)
			}
		}
	}
	w.pass(time.Minute)
}

// across is how long something may take from one end of the world to the other.
func (w *world) across() time.Duration {
	if w.play == "narrow" {
		return 30 * time.Second
	}
	return time.Second
}

func (w *world) crossings(text string) (n int) {
	for _, k := range w.wires {
		n += w.passed[k][text]
	}
	return n
}

// checkSilence looks at what crosses while nothing happens.
func (w *world) checkSilence() {
	before := w.crossed - w.queries - w.asked
	w.pass(time.Hour)
	if n := w.crossed - w.queries - w.asked - before; n > 0 {
		w.found("noise", "%d stanzas have crossed in an hour in which nothing happened", n)
	}
}

// checkLazy looks at what crosses while only the root has users, who talk.
func (w *world) checkLazy() {
	root := w.root()
	if root < 0 {
		return
	}
	for i, crew := range w.crews {
		for _, c := range crew {
			if i != root && c.in {
				c.leave()
				w.pass(time.Microsecond)
			}
		}
	}
	w.pass(settling)
	before := w.crossed
	for _, c := range w.crews[root] {
		if c.in {
			c.say()
		}
	}
	w.pass(time.Hour)
	if n := w.crossed - before; n > 0 {
		w.found("lazy", "%d stanzas have crossed though nobody is at a joining side", n)
	}
}

// checkStorm compares what has crossed with what happened: each step may cost a few stanzas on each link, each fault all of
// them again.
func (w *world) checkStorm() {
	faults := 2
	for _, o := range w.ops {
		if daily[o.verb] == 0 {
			faults++
		}
	}
	links := len(w.edges())
	most := links * (4*len(w.ops) + 4*faults*(len(w.clients)+w.texts+2))
	if n := w.crossed - w.queries; n > most {
		w.found("storm", "%d stanzas have crossed, %d would be enough", n, most)
	}
}
