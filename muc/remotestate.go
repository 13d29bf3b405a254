package muc

import (
	"cmp"
	"strings"
	"time"

	"isthmus/component/stanza"
)

// tellState answers a link with everything that its node must know, in the order of an entry.
func (r *Room) tellState(via Via, l Limits) {
	var st State
	for _, o := range r.occupants {
		for _, s := range o.sessions {
			if r.passes(s.via, via) {
				st.Occupants = append(st.Occupants, Entered{s.person(), r.says(s), s.via != Here})
			}
		}
	}
	if via == r.primary() {
		st.Occupants = append(st.Occupants, r.knocking()...)
	}
	for _, e := range r.within(l) {
		if r.isFor(e, via) {
			st.History = append(st.History, r.retell(e))
		}
	}
	st.Subject = r.subjectFor(via)
	st.Tail, st.Last, st.Standing = r.tail(l), r.lastEvent(), r.standingBelow()
	r.emit(Relay{Only: via, Fact: st})
}

// isFor tells whether an event of the log is for a link. A replica is sent its own, too.
func (r *Room) isFor(e *Entry, via Via) bool {
	return !e.Retracted && (r.passes(Via(e.Via), via) || e.Via == string(via) && r.repeats(via))
}

// subjectFor is what the room is about, as a link may know it: nothing, where that came over another one that is kept apart.
func (r *Room) subjectFor(via Via) Said {
	from := Via(r.rec.SubjectVia)
	if r.rec.SubjectAt.IsZero() || from != via && !r.passes(from, via) {
		return Said{Payload: []byte("<subject/>"), Subject: true, At: r.rec.Created}
	}
	author, _ := stanza.ParseJID(r.rec.SubjectAuthor)
	payload, lang := r.subjectNow()
	return Said{
		Person: Person{JID: author, Nick: r.rec.SubjectNick}, Lang: lang, Payload: payload, Subject: true,
		At: r.rec.SubjectAt, Since: r.rec.SubjectAt,
	}
}

// tail is the event behind which the last ones of the log lie, as many as are wanted: a replica is told those, because the
// history has another order. "" is the beginning.
func (r *Room) tail(l Limits) string {
	if n := int64(max(l.MaxStanzas, 0)); r.seq > n {
		return r.stanzaID(r.seq - n)
	}
	return ""
}

// retell is what was said, as other nodes are told it later. What the room is about has its place; what it was about before
// gives way to that, whenever it has come here.
func (r *Room) retell(e *Entry) Said {
	author, _ := stanza.ParseJID(e.Author)
	f := Said{
		Person: Person{JID: author, Nick: e.Nick}, ID: cmp.Or(e.ID, e.StanzaID), Lang: e.Lang, Payload: e.Payload,
		Subject: e.Kind == kindSubject, At: clockTime(e.At), StanzaID: e.StanzaID,
	}
	switch {
	case !f.Subject:
	case e.Author == r.rec.SubjectAuthor && strings.HasPrefix(string(bodyOf(e.Payload)), r.rec.Subject+"\x00"):
		f.Since = r.rec.SubjectAt
	case !f.At.Before(r.rec.SubjectAt):
		f.Since = r.rec.SubjectAt.Add(-time.Microsecond)
	}
	return f
}
