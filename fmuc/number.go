package fmuc

import (
	"strconv"
	"strings"

	"isthmus/component/stanza"
)

// A server that resumes a connection to another does not know what has arrived, and sends the last stanzas again. To a peer of
// our kind each stanza says its number since the request to join, or since the answer to that, so that nobody is seen to leave
// and to come back who did so once already. Numbers are of one request: they grow, and may have gaps.

// epoch names our request to join, or the peer's, "" if it is not known.
func (l *Link) epoch() string {
	id, ok := strings.CutPrefix(l.request, request)
	at, count, _ := strings.Cut(id, ":")
	if !ok || count == "" {
		return ""
	}
	return at[max(0, len(at)-2):] + count
}

// number is that of the stanza that is being written, "" where it has none: in a request, in an answer, for other peers.
func (l *Link) number() string {
	if !l.alike || l.epoch() == "" || l.doing != joined && (l.c.Inbound || l.doing != joining) {
		return ""
	}
	l.numbers++
	return l.epoch() + "." + strconv.Itoa(l.numbers)
}

// renumber begins again, with a request.
func (l *Link) renumber() { l.numbers, l.highest = 0, 0 }

// twice tells whether a stanza has come before.
func (l *Link) twice(st *stanza.Stanza, mark *stanza.Element) bool {
	if l.c.Inbound && l.up() && strings.HasPrefix(st.ID, request) && st.ID == l.request {
		return true
	}
	epoch, text, ok := strings.Cut(mark.Attr("n"), ".")
	n, err := strconv.Atoi(text)
	switch {
	case !ok || err != nil:
		return false
	case st.Kind == stanza.Presence && epoch != l.epoch(): // request and answer say who is there
		return st.Type == "" && !l.c.Inbound || st.Type != "" && l.doing != joining && l.past(epoch)
	case epoch != l.epoch():
		return false
	}
	if n <= l.highest {
		return true
	}
	l.highest = n
	return false
}

// past tells whether an epoch is before this one: whoever asks counts his requests, until he dies.
func (l *Link) past(epoch string) bool {
	is := l.epoch()
	if len(epoch) < 3 || len(is) < 3 {
		return false
	}
	then, err := strconv.Atoi(epoch[2:])
	now, _ := strconv.Atoi(is[2:])
	return err == nil && then < now
}
