package fmuc

import (
	"slices"

	"isthmus/component/stanza"
)

// queue is users of whom something is due, each once, in the order in which it was.
type queue struct {
	list []stanza.JID // some may have been dropped
	in   map[stanza.JID]bool
}

func (q *queue) some() bool { return len(q.in) > 0 }

func (q *queue) add(user stanza.JID) {
	if q.in[user] {
		return
	}
	if q.in == nil {
		q.in = map[stanza.JID]bool{}
	}
	q.in[user] = true
	q.list = append(q.list, user)
}

func (q *queue) drop(user stanza.JID) {
	if !q.in[user] {
		return
	}
	delete(q.in, user)
	if len(q.list) > 2*len(q.in)+16 {
		q.list = slices.DeleteFunc(q.list, func(j stanza.JID) bool { return !q.in[j] })
	}
}

// first takes out the first.
func (q *queue) first() (user stanza.JID, ok bool) {
	for len(q.list) > 0 && !ok {
		user, q.list = q.list[0], q.list[1:]
		ok = q.in[user]
		delete(q.in, user)
	}
	return user, ok
}
