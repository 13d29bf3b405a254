package component

import (
	"slices"

	"isthmus/component/stanza"
)

// lane is the queue of one room. It exists while it has something.
type lane struct {
	name        string
	first, last *entry
	credit      int   // bytes it may still write in this turn; below 0 after a stanza longer than that
	next        *lane // whose turn is behind
}

// entry is one Enqueue.
type entry struct {
	out    stanza.Out
	to     []stanza.Addr // who has no copy yet
	many   []stanza.Addr // who has none yet and gets his through the multicast service
	routed bool          // it is decided who does
	next   *entry
}

// single lets everybody get a copy of his own.
func (e *entry) single() {
	if len(e.many) > 0 {
		e.to, e.many = slices.Concat(e.to, e.many), nil
	}
}

func (l *lane) push(e *entry) {
	if l.last == nil {
		l.first, l.last = e, e
		return
	}
	l.last.next, l.last = e, e
}

// unshift puts an entry in front of all others.
func (l *lane) unshift(e *entry) {
	e.next, l.first = l.first, e
	if l.last == nil {
		l.last = e
	}
}

// take makes copies of the first entry while there is credit and room, and returns for how many bytes they counted.
func (l *lane) take(b *batch, m *multicast) (size int) {
	e := l.first
	n := 0
	for len(e.many) > 0 && l.credit > 0 && !b.full() {
		k := m.service.chunk(e.out, e.many)
		l.credit -= b.addMany(e.out, m.service.addr, e.many[:k])
		m.flight.add(l.name, e.out, e.many[:k])
		e.many = e.many[k:]
		n += k
	}
	direct := 0
	for direct < len(e.to) && l.credit > 0 && !b.full() {
		l.credit -= b.add(e.out, e.to[direct])
		direct++
	}
	e.to = e.to[direct:]
	if len(e.to)+len(e.many) == 0 {
		l.first = e.next
	}
	if l.first == nil {
		l.last = nil
	}
	return (n + direct) * (e.out.Size() + addressSize)
}
