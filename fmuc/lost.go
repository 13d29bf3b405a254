package fmuc

import (
	"cmp"
	"slices"

	"isthmus/component/stanza"
	"isthmus/muc"
)

// lose takes it that nothing gets through any more. The peer's people stay for a while: if both sides come together again
// in time, nothing happens to those who have stayed.
func (l *Link) lose() {
	l.remember()
	l.markStale()
	l.become(down)
	l.owed, l.healing = 0, true
	l.forget()
	l.tear()
	l.drown()
	if l.c.Inbound || len(l.theirs) > 0 && !l.follows() {
		l.after(stale, l.c.Grace)
	}
}

// cutOff ends an inbound link until its peer joins again.
func (l *Link) cutOff(c Kind, why string) {
	l.note(l.outage(c), why+" Its people stay for "+l.c.Grace.String()+".")
	l.lose()
	l.search()
}

// abandon lets go of the peer's people at once.
func (l *Link) abandon(why string) {
	l.stopWaiting(stale)
	if len(l.theirs) > 0 {
		clear(l.theirs)
		l.tell(muc.Lost{Reason: why, Broken: l.doing == down})
	}
}

// Succeed takes the people of a link to the same peer that this one takes the place of. Nobody sees a difference if the peer
// announces them again. Whom the peer was told of already it has to hear of until they are gone.
func (l *Link) Succeed(old *Link) {
	l.theirs, l.roster, l.nicks = old.theirs, old.roster, old.nicks
	l.markStale()
}

func (l *Link) markStale() {
	for _, g := range l.theirs {
		g.stale, g.owed, g.due = true, g.removed, false // whoever is announced again has not heard of his removal
	}
}

// sweep takes out those who were not announced again: by a peer that was joined again, or has joined us again, or not at
// all in the time that they may stay.
func (l *Link) sweep() {
	var f muc.Left
	if l.doing != joined {
		f.Code = 333
	}
	l.stopWaiting(stale)
	var list []stanza.JID
	for j, g := range l.theirs {
		if g.stale {
			list = append(list, j)
		}
	}
	slices.SortFunc(list, func(a, b stanza.JID) int { return cmp.Compare(a.String(), b.String()) })
	for _, j := range list {
		l.dismiss(j, l.theirs[j], f)
	}
	if l.c.Inbound && l.doing == down && !l.quirks.sticky {
		l.info("The peer has not come back.")
		l.end()
		return
	}
	l.lastLeft()
}
