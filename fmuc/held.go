package fmuc

import (
	"slices"
	"strconv"

	"isthmus/component/stanza"
)

// Between nodes of our kind a ring does not close at all. A room that joins another lets nobody in before the nodes above it have
// heard who is behind it now: what a peer sends from its request on is held until then. Each node above answers when the one
// above it has, the highest at once. Who finds itself in the list does not, and the first of those has the request refused that
// would close the ring: its own peer's, if that is held, else the next one that is held on the way back. If nothing is heard in
// time the peer is let in, and a ring that has closed is opened in one place.

// holding is what a link knows of that.
type holding struct {
	pen      []*stanza.Stanza // what the peer has sent since a request that is held; nil if none is
	bytes    int              // of that
	asked    string           // the id of the peer's last word who is behind it, until it is answered
	told     string           // the id of our last word, until it is answered
	tells    int              // counts those
	circular string           // the node above that is behind us, too
	let      bool             // what was held is let in
	above    bool             // the nodes above do not know yet who is behind the room
}

const (
	behindID = "isthmus:behind:"
	penMost  = 300       // stanzas of a peer that are held at most
	penBytes = 256 << 10 // the same
)

// hold keeps a request, if nobody above knows yet who is behind it, and tells whether it does.
func (l *Link) hold(st *stanza.Stanza) bool {
	if !l.keeper.above || l.keeper.let || l.behind == nil || l.doing != idle && l.doing != down {
		return false
	}
	l.keeper.pen, l.keeper.bytes = []*stanza.Stanza{st}, 0
	l.after(ring, l.c.JoinTimeout*3/4)
	return true
}

// pens keeps a stanza behind a request that is held, and tells whether one is.
func (l *Link) pens(st *stanza.Stanza, mark *stanza.Element) bool {
	switch {
	case l.keeper.pen == nil:
		return false
	case nodesBehind(mark) != nil && !mark.HasAttr("from"):
		l.rearranged(st, mark)
	default:
		l.keeper.pen = append(l.keeper.pen, st)
		for _, e := range st.Children {
			l.keeper.bytes += len(e.Raw)
		}
	}
	if len(l.keeper.pen) >= penMost || l.keeper.bytes > penBytes {
		l.letIn()
	}
	return true
}

// letIn goes on with what was held.
func (l *Link) letIn() {
	list := l.keeper.pen
	l.keeper.pen, l.keeper.let = nil, true
	l.stopWaiting(ring)
	for _, st := range list {
		l.stanza(st)
	}
	l.keeper.let = false
}

// Unsure tells whether something waits for the word of the nodes above.
func (l *Link) Unsure() bool { return l.c.Inbound && (l.keeper.pen != nil || l.keeper.asked != "") }

// Sure tells whether the nodes above know who is behind us, as far as they will.
func (l *Link) Sure() bool {
	return l.Resting() || l.doing == joined && (l.keeper.told == "" || !l.alike)
}

// Circular is the node above that is behind us too, "" if none is known.
func (l *Link) Circular() string { return l.keeper.circular }

// cleared takes the word of the nodes above that they know who is behind us.
func (l *Link) cleared() {
	if l.among() {
		return
	}
	l.answerBehind("")
	if l.keeper.pen != nil {
		l.letIn()
	}
}

// closesRing takes the word that a node above is behind this link, too.
func (l *Link) closesRing(node string) {
	switch {
	case !slices.Contains(l.behind, node):
	case l.keeper.pen != nil:
		l.keeper.pen = nil
		l.reject(circular)
	default:
		l.answerBehind(node)
	}
}

// answerBehind answers the peer's last word who is behind it, naming the node that is above it, too.
func (l *Link) answerBehind(circular string) {
	if l.keeper.asked == "" {
		return
	}
	var b stanza.Builder
	b.Start("fmuc", "xmlns", nsFMUC).Empty("known", "xmlns", nsIsthmus, "node", circular).End()
	env := stanza.Envelope{Kind: stanza.Presence, ID: l.keeper.asked, From: l.c.Room.String()}
	l.emit(Send{env.Render(b.Bytes()), []stanza.Addr{l.peer}})
	l.keeper.asked = ""
}

// answeredBehind takes the answer to ours, and tells whether a stanza is one.
func (l *Link) answeredBehind(st *stanza.Stanza, mark *stanza.Element) bool {
	e := mark.Child(nsIsthmus, "known")
	if e == nil {
		return false
	}
	if st.ID == l.keeper.told {
		l.keeper.told, l.keeper.circular = "", e.Attr("node")
	}
	return true
}

// newBehindID is that of our word who is behind us.
func (l *Link) newBehindID() string {
	l.keeper.tells++
	l.keeper.told = behindID + strconv.Itoa(l.keeper.tells)
	l.keeper.circular = ""
	return l.keeper.told
}
