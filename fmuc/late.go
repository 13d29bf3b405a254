package fmuc

import (
	"slices"
	"strings"

	"isthmus/component/stanza"
)

// late tells whether an error is about something that was sent before the link was made anew: it is no word about this one.
// Where it does not say what it is about, a peer of our kind is asked: the count in a ping says whether something is missing, and
// an error about the ping has its id.
func (l *Link) late(st *stanza.Stanza) bool {
	epoch, _, numbered := strings.Cut(st.Child(nsFMUC, "fmuc").Attr("n"), ".")
	switch {
	case numbered:
		return epoch != l.epoch()
	case strings.HasPrefix(st.ID, request):
		return l.earlier(st.ID)
	case !l.alike || st.Kind == stanza.Message && !st.From.IsBare(): // a private message ends nothing
		return false
	case st.ID != "":
		return l.doing == joining || l.doing == joined && l.trail.epoch == l.epoch() && !l.trail.has(st.ID)
	case l.doing == joined && l.c.Ping > 0:
		l.verify()
		return true
	}
	return l.doing == joining // an error about the request names it
}

// verify asks for a receipt that everything has come, unless the last one asked for will say that.
func (l *Link) verify() {
	if n := len(l.pings); n > 0 && l.pings[n-1].sent == l.sent {
		return
	}
	l.ping()
	l.after(probe, l.timeout())
}

// has tells whether something of this id was sent and not acknowledged.
func (t *trail) has(id string) bool {
	return slices.ContainsFunc(t.steps, func(s step) bool { return s.id == id })
}

// name notes the id of what was sent last.
func (t *trail) name(id string) {
	if n := len(t.steps); n > 0 {
		t.steps[n-1].id = id
	}
}
