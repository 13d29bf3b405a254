package fmuc

import (
	"slices"
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
	return l.count()
}

// farewell is that of the stanza with which somebody goes. One has it before it is known of which kind the peer is: it may be
// about to join us, and must not take the number for one of its request.
func (l *Link) farewell() string {
	if n := l.number(); n != "" || l.c.Inbound || l.doing != joining || l.quirks.sticky {
		return n
	}
	return strings.Replace(l.count(), ".", ":", 1)
}

func (l *Link) count() string {
	l.numbers++
	return l.epoch() + "." + strconv.Itoa(l.numbers)
}

// renumber begins again, with a request.
func (l *Link) renumber() { l.c.Epochs, l.numbers, l.highest, l.numbered = l.Epochs(), 0, 0, 0 }

// twice tells whether a stanza has come before.
func (l *Link) twice(st *stanza.Stanza, mark *stanza.Element) bool {
	if l.c.Inbound && l.up() && strings.HasPrefix(st.ID, request) && st.ID == l.request {
		return true
	}
	said := mark.Attr("n")
	if l.c.Inbound {
		said = strings.Replace(said, ":", ".", 1)
	}
	epoch, text, ok := strings.Cut(said, ".")
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
	l.highest, l.numbered = n, l.numbered+1
	return false
}

// mostEpochs are remembered: a server repeats the last stanzas only.
const mostEpochs = 4

// Epochs are the last requests, ours or the peer's, for the link that takes the place of this one.
func (l *Link) Epochs() []string {
	list := l.c.Epochs
	if is := l.epoch(); is != "" {
		list = append(list[:len(list):len(list)], is)
	}
	return list[max(0, len(list)-mostEpochs):]
}

// past tells whether an epoch is before this one.
func (l *Link) past(epoch string) bool { return slices.Contains(l.c.Epochs, epoch) }
