package fmuc

import (
	"strconv"
	"strings"

	"isthmus/component/stanza"
	"isthmus/muc"
)

// request begins the id of a request to join. A peer of our kind gives the subject that ends its answer the same id: so what
// was under way before the request is not taken for the answer. Others send a subject without an id, or with the one it had.
const request = "isthmus:join:"

// newRequest is an id that none of our requests had before, not even before a restart.
func (l *Link) newRequest() string {
	l.requests++
	return request + strconv.FormatInt(l.now.UnixMilli(), 36) + ":" + strconv.Itoa(l.requests)
}

// closing is what a subject of the peer may be.
type closing uint8

const (
	event  closing = iota // somebody has changed the subject
	ending                // the end of the answer to our request
	second                // the end of an answer to a request that we did not mean so
	stray                 // the end of an answer to an earlier request
)

// closes tells what a subject is.
func (l *Link) closes(f muc.Said) closing {
	ours := strings.HasPrefix(f.ID, request)
	switch {
	case l.c.Inbound:
		return event
	case l.quirks.shy:
		return l.closesThere(f)
	case f.ID == request: // the peer has had no request of ours, but one of our people
		return second
	case f.ID == l.request && l.doing == joining:
		return ending
	case ours:
		return stray
	case l.doing == joining && !l.alike:
		return ending
	case f.ID == "" && (l.doing == joining || !f.At.IsZero()):
		return second
	}
	return event
}

// earlier tells whether this is the id of a request that is not our last one, be it of before a restart.
func (l *Link) earlier(id string) bool {
	return strings.HasPrefix(id, request) && id != request && id != l.request
}

// titled takes a subject. Its author is who is named in the sender's address: that is right even where the mark is not.
func (l *Link) titled(st *stanza.Stanza, f muc.Said) {
	own := l.repeated(f)
	if f.At.IsZero() && l.known(f.JID) && !own {
		return
	}
	if j, ok := l.called(f.Nick); ok && !own {
		f.JID = j
	}
	text := st.Child("", "subject").Text()
	switch l.closes(f) {
	case event:
		l.rep.topic = nil
		l.overrule(&f)
		l.tell(f)
	case ending:
		l.alike = l.alike || f.ID != "" && f.ID == l.request
		if !l.fits(st.Child(nsFMUC, "fmuc"), f.ID == l.request) {
			return
		}
		l.adopt(f, text)
		l.partial = partly(st)
		l.complete()
	case second:
		l.adopt(f, text)
		l.forgotten()
	}
}

// adopt takes the subject that ends an answer: what the room is about, and not an event. A room that says itself that it is
// about nothing has never had a subject.
func (l *Link) adopt(f muc.Said, text string) {
	if f.At.IsZero() {
		f.At = l.now
	}
	if strings.HasPrefix(f.ID, request) {
		f.ID = ""
	}
	if f.Nick != "" || text != "" {
		l.title(f)
	}
}
