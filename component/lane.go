package component

import "isthmus/component/stanza"

// lane is the queue of one room. It exists while it has something.
type lane struct {
	name        string
	first, last *entry
	credit      int   // bytes it may still write in this turn; below 0 after a stanza longer than that
	next        *lane // whose turn is behind
}

// entry is one Enqueue.
type entry struct {
	out  stanza.Out
	to   []stanza.Addr // who has no copy yet
	next *entry
}

func (l *lane) push(e *entry) {
	if l.last == nil {
		l.first, l.last = e, e
		return
	}
	l.last.next, l.last = e, e
}

// take makes copies of the first entry while there is credit and room, and returns for how many bytes they counted.
func (l *lane) take(b *batch) (size int) {
	e := l.first
	n := 0
	for n < len(e.to) && l.credit > 0 && !b.full() {
		l.credit -= b.add(e.out, e.to[n])
		n++
	}
	e.to = e.to[n:]
	if len(e.to) == 0 {
		l.first = e.next
	}
	if l.first == nil {
		l.last = nil
	}
	return n * (e.out.Size() + addressSize)
}
