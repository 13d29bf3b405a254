package fmuc

import "isthmus/muc"

// unsaid tells whether our log has something that the peer was not sent yet. Whoever is the last to leave leaves behind it,
// or it would wait for the next visit.
func (l *Link) unsaid() bool {
	return !l.c.Inbound && l.up() && (l.log.behind || l.log.asked)
}

// lastWord lets the last one leave when everything has been said.
func (l *Link) lastWord() {
	if l.last == nil || l.unsaid() {
		return
	}
	if l.log.sent != l.c.Acked { // nobody will ask later whether it has arrived
		l.ping()
	}
	l.showLast()
	l.leave()
}

func (l *Link) showLast() {
	l.show(l.last.Person, l.last.Payload, leaveWord(*l.last), l.peer)
	l.last = nil
}

// relieved takes it that somebody comes before the last one has left: the peer is never without anybody. If he is the same
// he has not left.
func (l *Link) relieved(f muc.Entered) {
	if l.last.JID != f.JID {
		l.introduce(f)
		l.showLast()
		return
	}
	was := l.last.Person
	l.last = nil
	l.add(muc.Entered{Person: was}).told = true
	if f.Nick != was.Nick {
		l.renamed(muc.Renamed{Person: was, NewNick: f.Nick})
	}
	l.changed(muc.Changed(f))
}
