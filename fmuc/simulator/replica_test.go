package simulator_test

import (
	"slices"
	"strings"

	"isthmus/component/stanza"
	"isthmus/muc"
)

// replicas are, by shape, the nodes that join theirs as replicas; the others are on their own when nothing gets through.
var replicas = map[string][]int{"replica": {1}, "replicas": {1, 2, 3}, "mixed": {1, 4}}

// follows is the node whose replica this one is, -1 for none.
func (s shape) follows(i int) int {
	if !slices.Contains(replicas[s.name], i) {
		return -1
	}
	return s.joins[i]
}

// modes are how a node's links are.
func (w *world) modes(i int, link muc.LinkConfig) map[muc.Ends]muc.LinkConfig {
	m := map[muc.Ends]muc.LinkConfig{}
	link.Mode = muc.MasterSlave
	for a := range w.joins {
		if w.follows(a) == i {
			m[muc.Ends{Room: "den", Peer: domain(a)}] = link
		}
		if a == i && w.follows(a) >= 0 {
			m[muc.Ends{Room: "den", Peer: domain(w.follows(a))}] = link
		}
	}
	return m
}

// price is how often a message of a node has to cross links: to each node once, and up before that where replicas ask.
func (w *world) price(from int) int {
	n := len(w.nodes) - 1
	for asking := false; from >= 0 && w.joins[from] >= 0 && w.root() >= 0; from = w.joins[from] {
		if asking = asking || w.follows(from) >= 0; w.follows(from) >= 0 {
			n++
		}
	}
	return n
}

// primary is the node whose order a node has.
func (n *node) primary() *node {
	for n.w.follows(n.i) >= 0 {
		n = n.w.nodes[n.w.follows(n.i)]
	}
	return n
}

// sequence are the texts of a node's archive.
func (n *node) sequence() (list []string) {
	for _, e := range n.archive() {
		if _, rest, ok := strings.Cut(string(e.Payload), "<body>"); ok && e.Kind == "message" {
			text, _, _ := strings.Cut(rest, "<")
			list = append(list, text)
		}
	}
	return list
}

// unsaid takes the word that something is not said.
func (c *client) unsaid(st *stanza.Stanza) {
	if st.Kind != stanza.Message || c.w.said[st.ID] != c {
		return
	}
	c.w.refused[st.ID] = true
	if c.w.lonely(st.ID) {
		return
	}
	c.errors[st.ID]++
	if c.heard[st.ID] > 0 && slices.Contains(c.order, st.ID) {
		c.w.found("both", "%s is told that %s is not said, which it has heard", c.jid, st.ID)
	}
	if c.errors[st.ID] > 1 {
		c.w.found("neither", "%s is told twice that %s is not said", c.jid, st.ID)
	}
}

// lonely tells whether the author of a text was told that it is not heard everywhere: he was put out before he said it, and his
// node had not heard of that.
func (w *world) lonely(text string) bool {
	return w.refused[text] && w.follows(w.said[text].home.i) < 0
}

// follow takes it that something is said, now or when nothing got through.
func (c *client) follow(text string) {
	p := c.home.primary()
	if p != c.home && p.texts()[text] == 0 {
		c.w.found("early", "%s has heard %s, and %s does not have it", c.jid, text, p.name)
	}
	if !c.settled {
		return
	}
	c.order = append(c.order, text)
	if c.w.refused[text] && c.w.said[text] == c && !c.w.lonely(text) {
		c.w.found("both", "%s hears %s, and was told that it is not said", c.jid, text)
	}
}

// checkReplicas compares the orders of archives and clients, after quiet.
func (w *world) checkReplicas() {
	for _, n := range w.nodes {
		p, own := n.primary().sequence(), n.sequence()
		if tail := p[max(0, len(p)-len(own)):]; n.primary() != n && !slices.Equal(tail, own) { // it may have come late
			w.found("order", "%s has %s, its primary %s", n.name, own, p)
		}
		for _, c := range w.crews[n.i] {
			w.checkOrder(c, own, n.primary() != n || slices.Contains(w.primaries(), n.i))
		}
	}
}

// primaries are the nodes that have replicas.
func (w *world) primaries() (list []int) {
	for i := range w.nodes {
		list = append(list, w.follows(i))
	}
	return list
}

func (w *world) checkOrder(c *client, archive []string, strict bool) {
	if !c.in {
		return
	}
	at := -1
	for _, text := range c.order {
		i := slices.Index(archive, text)
		if strict && i < at {
			w.found("order", "%s has heard %s, the archive has %s", c.jid, c.order, archive)
		}
		at = max(at, i)
	}
	for text, by := range w.said {
		if by == c && number(text) > c.since && c.heard[text]+c.errors[text] == 0 {
			w.found("neither", "%s has not heard what became of %s", c.jid, text)
		}
	}
}
