package fmuc

import (
	"slices"

	"isthmus/component/stanza"
	"isthmus/muc"
)

// Rooms of Openfire say nothing of who is behind them, and in a ring of them one message goes round for ever. But they name
// everybody by his real address at every hop: if a peer announces somebody who is here over another link, there is a ring. A room
// that asks to join is refused then, one that we join or that has joined is left at once, before somebody speaks. What rooms of
// Openfire know of each other's users afterwards is wrong until these enter again: whoever they are told has left is gone for
// them, be he their own.

// ringed tells whether a peer that asks to join announces somebody who is here already by another way.
func (l *Link) ringed(st muc.State) bool {
	return l.quirks.sticky && slices.ContainsFunc(st.Occupants, func(f muc.Entered) bool { return f.Far && l.theirs[f.JID] != nil })
}

// returns tells whether a peer announces such a user later.
func (l *Link) returns(user stanza.JID) bool {
	m := l.ours[user]
	return l.quirks.sticky && l.doing != asking && l.hears() && m != nil && m.far
}

func (l *Link) openRing() {
	if l.c.Inbound {
		l.note(Refusal, "The peer is left. "+circular)
		l.close(muc.Lost{Reason: circular})
		return
	}
	l.depart()
	l.abandon(circular)
	l.giveUp(Refusal, circular)
}

// waitsForRing tells whether nobody but the first is announced yet: the answer may name those who are there already.
func (l *Link) waitsForRing() bool { return l.quirks.sticky && l.doing == joining }

// announceRest goes on with those.
func (l *Link) announceRest() {
	if l.quirks.sticky {
		for _, m := range l.inOrder() {
			l.stir(m.JID)
		}
	}
}

// nearFirst has our own users go before those of other links: of those the peer may know.
func nearFirst(a, b *member) int {
	switch {
	case a.far == b.far:
		return 0
	case b.far:
		return -1
	}
	return 1
}
