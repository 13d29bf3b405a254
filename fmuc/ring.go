package fmuc

import (
	"slices"

	"isthmus/component/stanza"
	"isthmus/muc"
)

// Each room joins one other at most, so links close to a ring only where each of some rooms joins the next. Who joins
// therefore says which nodes are behind it, itself first, and says so again when that changes. Who finds itself among them
// would be behind itself: it refuses. A node is named by a token that only those know whom it joins, and whom those join,
// so that no peer can have others refuse each other. Rooms of another kind say nothing of this and do not pass it on.

const (
	circular = "The rooms are linked already by another way."
	farthest = 100 // nodes that are told at most
)

// nodesBehind reads who is behind a peer, nil where it does not say.
func nodesBehind(mark *stanza.Element) []string {
	told := mark.Child(nsIsthmus, "behind")
	if told == nil {
		return nil
	}
	list := []string{}
	for _, e := range told.Children() {
		if e.Name == name(nsIsthmus, "node") && len(list) < farthest {
			list = append(list, e.Text())
		}
	}
	return list
}

// Behind are the nodes behind a peer that has joined us, itself first as far as it says so.
func (l *Link) Behind() []string {
	if !l.c.Inbound || l.doing != joined && l.doing != asking && l.keeper.pen == nil {
		return nil
	}
	return l.behind
}

// circle refuses a request that would close a ring, and tells whether it did.
func (l *Link) circle(st *stanza.Stanza, mark *stanza.Element) bool {
	if l.keeper.let {
		return false
	}
	list := nodesBehind(mark)
	if list != nil {
		l.behind, l.alike = list, true
		l.stopWaiting(ring)
	}
	if !l.among() || list == nil && l.doing != idle {
		return list != nil && l.hold(st)
	}
	if list != nil {
		l.reject(circular)
	}
	return true
}

func (l *Link) among() bool { return l.c.Node != "" && slices.Contains(l.behind, l.c.Node) }

// rearranged takes it that others are behind the peer now. A ring must be opened in one place only: the first of its nodes does
// it, as far as they can be told from those beside the ring; if it does not, the others do.
func (l *Link) rearranged(st *stanza.Stanza, mark *stanza.Element) {
	list := nodesBehind(mark)
	if list == nil || !l.c.Inbound {
		return
	}
	if !l.hears() && l.keeper.pen == nil {
		l.absent(st)
		return
	}
	l.behind, l.keeper.asked = list, st.ID
	switch {
	case !l.among() && l.keeper.pen == nil:
		l.stopWaiting(ring)
	case !l.among():
	case slices.Min(list) == l.c.Node && l.keeper.pen == nil && l.keeper.asked != "":
		l.answerBehind(l.c.Node)
		l.after(ring, l.patience())
	case slices.Min(list) == l.c.Node:
		l.keeper.pen = nil
		l.reject(circular)
	case l.waits[ring].IsZero():
		l.after(ring, l.patience())
	}
}

// reject ends what the peer has with us, with a reason. The link is kept for a while, because whomever the peer announces
// behind its request is refused with it.
func (l *Link) reject(why string) {
	l.note(Refusal, "The peer is refused. "+why)
	out, to := refusal(l.c.Room, l.c.Peer, l.request, why, false)
	l.emit(Send{out, []stanza.Addr{to}})
	clear(l.theirs)
	clear(l.ours)
	l.forget()
	l.keeper.pen, l.keeper.asked = nil, ""
	l.become(idle)
	l.stopWaiting(stale)
	l.after(ring, l.c.JoinTimeout)
	l.tell(muc.Lost{Reason: why})
}

// ringOver is the end of a wait: a ring that nobody else has opened is opened here, and what is left of a refusal goes.
func (l *Link) ringOver() {
	if l.keeper.pen != nil && !l.among() {
		l.letIn()
		return
	}
	if l.keeper.pen == nil && l.doing == idle {
		l.end()
		return
	}
	l.reject(circular)
}

// spread tells the peer that we have joined who is behind us, if it is one of our kind.
func (l *Link) spread(list []string) {
	l.below = list
	told := l.doing == joined && l.alike || l.doing == joining && l.c.Dialect != muc.DialectOpenfire
	if l.c.Inbound || !told || slices.Equal(l.below, l.spreadLast) {
		return
	}
	var b stanza.Builder
	l.behindUs(b.Start("fmuc", "xmlns", nsFMUC))
	env := stanza.Envelope{Kind: stanza.Presence, ID: l.newBehindID(), From: l.c.Room.String()}
	l.emit(Send{env.Render(b.End().Bytes()), []stanza.Addr{l.peer}})
}

// behindUs writes who is behind us, for the node that we join.
func (l *Link) behindUs(b *stanza.Builder) {
	if l.c.Node == "" {
		return
	}
	l.spreadLast = l.below
	b.Start("behind", "xmlns", nsIsthmus).Leaf("node", l.c.Node)
	for _, n := range l.below[:min(len(l.below), farthest-1)] {
		if n != l.c.Node {
			b.Leaf("node", n)
		}
	}
	b.End()
}
