package fmuc

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"isthmus/component/stanza"
	"isthmus/muc"
)

// crowd is the limit of people on either side of a link (F9). Whoever comes when it is reached is not announced, or not
// shown, and what he says does not cross; the log says so once.
const crowd = 10_000

// member is somebody on our side.
type member struct {
	muc.Person
	payload []byte // of his presence, shared with the room
	speaks  bool   // he has said something since he came, or stands for all who are here
	moving  bool   // the peer is being told of his new nick
	fresh   bool   // his nick is newer than the last outage
	yields  int    // times that he has got another nick because the peer wanted his
	place   int    // in order of entry
	far     bool   // he came over another link
}

// guest is somebody whom the peer has announced.
type guest struct {
	nick    string
	renamed bool // the second half of a change of nick is due
	removed bool // our room has put him out and his node has not confirmed it
	stale   bool // not announced since his node lost its state, or was cut off

	removal muc.Left
	due     bool      // his node has to be told of it when there is room
	owed    bool      // his node has to be told of it when it is there again
	until   time.Time // until when what he says may have been said before he was told
	again   time.Time // when his node may be told once more
}

// add remembers somebody on our side; nil where there are too many.
func (l *Link) add(f muc.Entered) *member {
	if len(l.ours) >= crowd {
		l.note(Oddity, "Too many people are in the room: not all are announced to the peer.")
		return nil
	}
	l.followed()
	l.entries++
	m := &member{Person: f.Person, payload: f.Payload, far: f.Far, place: l.entries, fresh: l.fresh()}
	l.ours[f.JID] = m
	return m
}

// double brings in somebody who has left our side, and whom the peer has announced meanwhile: a ring was open for a moment
// and is opened again. A peer of another kind may have meant no more than that our own user has entered.
func (l *Link) double(user stanza.JID) {
	if l.doing == joining {
		return // it is not known yet
	}
	f, ok := l.doubled[user]
	delete(l.doubled, user)
	if ok && l.hears() && l.alike {
		l.welcome(f)
	}
}

// doubles does so for everybody who has left while the peer was answering.
func (l *Link) doubles() {
	for _, j := range slices.SortedFunc(maps.Keys(l.doubled), func(a, b stanza.JID) int { return cmp.Compare(a.String(), b.String()) }) {
		if l.ours[j] == nil {
			l.double(j)
		}
	}
}

// inOrder are those of our side, in order of entry.
func (l *Link) inOrder() []*member {
	return slices.SortedFunc(maps.Values(l.ours), func(a, b *member) int { return cmp.Compare(a.place, b.place) })
}

// inRoster are those whom the peer knows, in order of entry.
func (l *Link) inRoster() []*face {
	return slices.SortedFunc(maps.Values(l.roster), func(a, b *face) int { return cmp.Compare(a.place, b.place) })
}

// known tells whether this is somebody of ours whom we have announced.
func (l *Link) known(j stanza.JID) bool { return l.ours[j] != nil && l.roster[j] != nil }

// guest is somebody of the peer who may act here; nil if he may not.
func (l *Link) guest(j stanza.JID) *guest {
	g := l.theirs[j]
	if g == nil || g.removed {
		return nil
	}
	l.still(g)
	return g
}

// still takes it that a guest is there still. The others get as much time again: on a slow link one comes after the other.
func (l *Link) still(g *guest) {
	at := l.now.Add(l.c.JoinTimeout + l.behindLetter())
	if g.stale && l.doing != down && !l.waits[stale].IsZero() && at.After(l.waits[stale]) {
		l.set(stale, at)
	}
	g.stale = false
}

// called finds a guest by his nick.
func (l *Link) called(nick string) (stanza.JID, bool) {
	for j, g := range l.theirs {
		if g.nick == nick && !g.removed {
			return j, true
		}
	}
	return stanza.JID{}, false
}
