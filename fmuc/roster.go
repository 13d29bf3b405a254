package fmuc

import (
	"bytes"
	"strings"

	"isthmus/component/stanza"
	"isthmus/muc"
)

// What happens to somebody is not queued. Of everybody on our side there is what the peer knows and what is true; when there is
// room it is told the difference. So it gets the last state of each, and nothing of whoever came and left meanwhile.

// face is somebody of our side as the peer knows him.
type face struct {
	muc.Person
	payload []byte
	place   int
	left    muc.Left // how he has left, if he has
}

// due is what the peer has to be told of somebody.
type due uint8

const (
	arrival   due = iota // that he is here, or has another nick, or was put out of our room
	departure            // that he has left
	mood                 // how he is
	dues
	nothingDue
)

// owes tells what it is.
func (l *Link) owes(user stanza.JID) due {
	g, m, k := l.theirs[user], l.ours[user], l.roster[user]
	switch {
	case g != nil && g.due:
		return arrival
	case m == nil && k != nil:
		return departure
	case m == nil, k == nil && (g != nil && l.doing != joining || !l.announces(m)): // whom the peer takes for its own has to be gone there first
		return nothingDue
	case k == nil && l.waitsForRing():
		return nothingDue
	case k == nil, k.Nick != m.Nick:
		return arrival
	case l.quirks.still:
		return nothingDue
	case l.full() && (k.Role != m.Role || k.Affiliation != m.Affiliation || !bytes.Equal(k.payload, m.payload)):
		return mood
	}
	return nothingDue
}

// stir takes note that something has happened to somebody.
func (l *Link) stir(user stanza.JID) {
	what := l.owes(user)
	for d := range dues {
		if d == what {
			l.queues[d].add(user)
		} else {
			l.queues[d].drop(user)
		}
	}
}

// reports tells the peer of the one who has waited longest, and whether there was one.
func (l *Link) reports(d due) bool {
	if d == departure && l.parting() && len(l.roster) == 1 {
		return false
	}
	user, ok := l.queues[d].first()
	if ok {
		l.report(user)
	}
	return ok
}

// report tells the peer all that it has to know of somebody.
func (l *Link) report(user stanza.JID) {
	m := l.ours[user]
	if m != nil && l.owes(user) == arrival {
		m.moving = true
		l.vacate(m)
		m.moving = false
	}
	g, k := l.theirs[user], l.roster[user]
	switch what := l.owes(user); {
	case what == arrival && g != nil && g.due:
		l.expel(g)
	case what == arrival && k == nil:
		l.announce(m)
	case what == arrival: // two stanzas that are one unit (F7). xep:0289#activity
		l.show(k.Person, nil, word{kind: "unavailable", nick: m.Nick, code: 303}, l.peer)
		l.reappear(m)
	case what == departure:
		l.relieve()
		l.dismissed(user)
	case what == mood:
		l.present(m, word{})
	}
	l.stir(user)
}

// announce tells the peer of somebody. A joining node asks to join each time, so that a peer that has forgotten the link
// makes it anew. xep:0289#activity
func (l *Link) announce(m *member) {
	if l.c.Inbound {
		l.present(m, word{})
		return
	}
	l.showJoin(m, false)
}

// present shows somebody as he is. xep:0289#activity
func (l *Link) present(m *member, w word) {
	l.learn(m)
	l.show(m.Person, l.roster[m.JID].payload, w, l.peer)
}

// learn takes note of what the peer is told of somebody.
func (l *Link) learn(m *member) {
	l.unlearn(m.JID)
	k := &face{Person: m.Person, place: m.place}
	if l.full() {
		k.payload = m.payload
	}
	l.roster[m.JID] = k
	key := strings.ToLower(k.Nick)
	l.nicks[key] = append(l.nicks[key], k.JID)
}

func (l *Link) unlearn(user stanza.JID) {
	k := l.roster[user]
	if k == nil {
		return
	}
	delete(l.roster, user)
	key := strings.ToLower(k.Nick)
	list := l.nicks[key][:0]
	for _, j := range l.nicks[key] {
		if j != user {
			list = append(list, j)
		}
	}
	l.nicks[key] = list
	if len(list) == 0 {
		delete(l.nicks, key)
	}
}

// dismissed tells the peer that somebody has left. xep:0289#part xep:0289#admin
func (l *Link) dismissed(user stanza.JID) {
	k := l.roster[user]
	l.unlearn(user)
	w := leaveWord(k.left)
	w.has = l.word
	if !l.full() {
		k.left.Payload = nil
	}
	l.show(k.Person, k.left.Payload, w, l.peer)
}

// expel tells a guest's node that our room has put him out. xep:0289#admin
func (l *Link) expel(g *guest) {
	g.due = false
	if !g.removal.Refused && g.again.IsZero() { // whoever was never here has nothing to say
		g.until = l.now.Add(l.c.JoinTimeout)
	}
	g.again = l.now.Add(l.c.JoinTimeout)
	l.show(g.removal.Person, nil, leaveWord(g.removal), l.peer)
}

// readmit takes it that somebody is back who was put out, and whose leave the peer has not been told of yet. It waits for that,
// or for a request to join.
func (l *Link) readmit(user stanza.JID) {
	k := l.roster[user]
	switch {
	case k == nil || k.left.Code == 0:
	case l.c.Inbound:
		l.dismissed(user)
	default:
		l.unlearn(user)
	}
}

// vacate has the peer hear first that those whom it knows under a nick have it no more. Of two who have changed nicks with
// each other one leaves, and is announced again.
func (l *Link) vacate(m *member) {
	for _, user := range append([]stanza.JID(nil), l.nicks[strings.ToLower(m.Nick)]...) {
		other := l.ours[user]
		switch {
		case user.Bare() == m.JID.Bare() || l.roster[user] == nil:
		case other == nil || !other.moving:
			l.report(user)
		default:
			other.speaks = true
			l.show(l.roster[user].Person, nil, word{kind: "unavailable"}, l.peer)
			l.unlearn(user)
		}
	}
}

// relieve has the peer know somebody else before the last one leaves whom it knows: or it would take us for gone.
func (l *Link) relieve() {
	if l.c.Inbound || len(l.roster) > 1 {
		return
	}
	var first *member
	for j, m := range l.ours {
		if l.theirs[j] == nil && (first == nil || m.place < first.place) {
			first = m
		}
	}
	if first != nil {
		first.speaks = true
		l.report(first.JID)
	}
}

// introduce has the peer know somebody before it is sent what he says, and tells whether it does (F5).
func (l *Link) introduce(user stanza.JID) bool {
	m := l.ours[user]
	if m == nil {
		return false
	}
	m.speaks = true
	if g := l.theirs[user]; g == nil && l.owes(user) == arrival {
		l.report(user)
	}
	return l.roster[user] != nil
}

// forget takes it that the peer knows nobody of our side, or has to be told everything again.
func (l *Link) forget() {
	clear(l.roster)
	clear(l.nicks)
	for d := range l.queues {
		l.queues[d] = queue{}
	}
}

// parting tells whether nobody is left on the joining side.
func (l *Link) parting() bool { return !l.c.Inbound && l.up() && len(l.ours) == 0 }

// part lets the last one leave behind everything that was said before, or it would wait for the next visit.
func (l *Link) part() bool {
	if l.c.Inbound {
		return false
	}
	if !l.parting() {
		l.reconsider()
		return false
	}
	if l.log.behind || l.log.asked || len(l.roster) > 1 || l.hopes() {
		return false
	}
	if l.quirks.blunt && len(l.roster) == 0 { // put out there
		l.remember()
		l.rest()
		return true
	}
	if !l.vouches() {
		return false
	}
	if l.log.sent != l.c.Acked && !l.alike { // nobody will ask later whether it has arrived, and only our kind says so
		l.ping()
	}
	for user := range l.roster {
		l.dismissed(user)
	}
	l.leave()
	return true
}
