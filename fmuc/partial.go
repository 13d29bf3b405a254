package fmuc

import (
	"strconv"

	"isthmus/component/stanza"
)

// A room that was loaded a moment ago may miss people whom it had before: the nodes behind its other links have not come
// back yet. It says so when it joins or is joined, and the other side does not take those out who are not announced: they
// stay as if nothing got through, until they are announced again or their time is over.

// partly tells whether a peer says that it misses nodes.
func partly(st *stanza.Stanza) bool {
	return st.Child(nsFMUC, "fmuc").Child(nsIsthmus, "people").Attr("partial") != ""
}

// Partial tells whether the peer misses nodes, as it says, or has not announced everybody yet.
func (l *Link) Partial() bool {
	return l.partial || l.c.Inbound && (l.got < l.people || l.request == request)
}

// markRequest is what the first request to join says beside who its author is.
func (l *Link) markRequest(b *stanza.Builder, user stanza.JID) {
	b.Start("fmuc", "xmlns", nsFMUC, "from", user.String(), "has", l.had)
	l.behindUs(b)
	if l.follows() {
		l.hint(b)
	}
	l.missing(b)
	l.markPeople(b)
	b.End()
}

// markPeople says, with a request, how many are announced by it and right behind it, and with both request and answer whether
// more may come who were there before.
func (l *Link) markPeople(b *stanza.Builder) {
	count, partial := "", ""
	if l.lacks {
		partial = "true"
	}
	if !l.c.Inbound {
		count = strconv.Itoa(l.people)
	}
	if count+partial != "" {
		b.Empty("people", "xmlns", nsIsthmus, "count", count, "partial", partial)
	}
}

// announceable is how many of our side the peer is to know.
func (l *Link) announceable() (n int) {
	for _, m := range l.ours {
		if l.announces(m) {
			n++
		}
	}
	return n
}

// announced reads how many a request announces.
func announced(st *stanza.Stanza) int {
	return number(st.Child(nsFMUC, "fmuc").Child(nsIsthmus, "people").Attr("count"))
}
