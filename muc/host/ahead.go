package host

import (
	"isthmus/component/stanza"
	"isthmus/muc"
	"isthmus/storage"
)

// queue counts what is held in a room, so that who comes and goes need not wait behind what others have said (H2).
type queue struct {
	firm int                 // changes that are no messages: nothing overtakes them
	said map[string]int      // messages, by the nick of who has said them
	owed map[stanza.Addr]int // what each recipient is owed that is no message: to him nothing overtakes it
}

// hold puts a step at the end of a room's order.
func (l *live) hold(st step) {
	l.held = append(l.held, st)
	l.queue.count(st, 1)
}

// unhold takes the first step out of it.
func (l *live) unhold() {
	l.queue.count(l.held[0], -1)
	l.held = l.held[1:]
	if len(l.held) == 0 {
		l.held, l.queue = nil, queue{}
	}
}

func (q *queue) count(st step, n int) {
	if q.said == nil {
		q.said, q.owed = map[string]int{}, map[stanza.Addr]int{}
	}
	switch e := st.effect.(type) {
	case nil:
		if a, ok := st.ticket.change.(storage.AppendEvent); ok {
			q.said[a.Event.Nick] += n
			return
		}
		q.firm += n
	case muc.Send:
		if st.said {
			return
		}
		for _, to := range e.To {
			q.owed[to] += n
		}
	}
}

// ahead shows a presence to all who are owed nothing that it must not overtake, and returns what is left of it. The messages
// that it overtakes are of others: nobody is seen to go before he is heard, and nobody is heard under a nick that is another's
// by now.
func (s *shard) ahead(l *live, e muc.Send) (rest muc.Send, waits bool) {
	if e.Ahead == "" || l.queue.firm > 0 || l.queue.said[e.Ahead] > 0 {
		return e, true
	}
	var now, later []stanza.Addr
	for _, to := range e.To {
		if l.queue.owed[to] > 0 {
			later = append(later, to)
			continue
		}
		now = append(now, to)
	}
	if len(now) > 0 {
		s.show(l, muc.Send{Out: e.Out, To: now})
	}
	e.To = later
	return e, len(later) > 0
}

// says tells whether there is a message among what a room decided.
func says(effects []muc.Effect) bool {
	for _, e := range effects {
		if _, ok := e.(muc.Append); ok {
			return true
		}
	}
	return false
}
