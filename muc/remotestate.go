package muc

import (
	"cmp"

	"isthmus/component/stanza"
)

// tellState answers a link with everything that its node must know, in the order of an entry.
func (r *Room) tellState(via Via, l Limits) {
	var st State
	for _, o := range r.occupants {
		for _, s := range o.sessions {
			if s.via != via {
				st.Occupants = append(st.Occupants, Entered{s.person(), r.says(s)})
			}
		}
	}
	if via == r.primary() {
		st.Occupants = append(st.Occupants, r.knocking()...)
	}
	for _, e := range r.within(l) {
		if (e.Via != string(via) || r.repeats(via)) && !e.Retracted { // what came over a link never goes back over it
			st.History = append(st.History, retell(e))
		}
	}
	author, _ := stanza.ParseJID(r.rec.SubjectAuthor)
	payload, lang := r.subjectNow()
	st.Subject = Said{
		Person: Person{JID: author, Nick: r.rec.SubjectNick}, Lang: lang, Payload: payload, Subject: true, At: r.rec.SubjectAt,
	}
	if st.Subject.At.IsZero() {
		st.Subject.At = r.rec.Created
	}
	st.Last, st.Standing = r.lastEvent(), r.standingBelow()
	r.emit(Relay{Only: via, Fact: st})
}

// retell is what was said, as other nodes are told it later.
func retell(e *Entry) Said {
	author, _ := stanza.ParseJID(e.Author)
	return Said{
		Person: Person{JID: author, Nick: e.Nick}, ID: cmp.Or(e.ID, e.StanzaID), Lang: e.Lang, Payload: e.Payload,
		Subject: e.Kind == kindSubject, At: clockTime(e.At), StanzaID: e.StanzaID,
	}
}
