package muc

import "isthmus/component/stanza"

// remoteSaid takes a message of another node: live, or missed and told again. What has been here before is dropped.
func (r *Room) remoteSaid(via Via, f Said) {
	list, err := stanza.ParseElements(f.Payload)
	if err != nil || r.session(f.JID) != nil && f.At.IsZero() || !r.authored(via, &f) {
		return
	}
	if why := r.unheard(via, &f); why != nil {
		r.sayUnheard(via, &f, why)
		return
	}
	u := utterance{Person: f.Person, via: via, id: f.ID, lang: f.Lang}
	if s := r.sessions[identity{via, f.JID}]; s != nil {
		u.Person = s.person()
	} else if nick, _, ok := r.nickFor(f.Nick, f.JID); ok {
		u.Nick = nick
	} else if !f.Subject {
		return
	}
	kept := r.genuine(list)
	u.children, u.payload = kept, joined(kept)
	if !f.At.IsZero() {
		u.late = f.At.UnixMilli() << 16
	}
	if f.Subject {
		u.subject = find(kept, name("", "subject"))
		if u.subject == nil || len(subjectsIn(kept, u.lang)) > longestSubject {
			return
		}
	}
	u.kind = kindOf(u.subject, kept)
	switch {
	case u.kind != "" && (u.late != 0 || u.id != "") && r.seen.has(dedupeKey(f.JID, u.id, u.payload)):
		r.emit(Relay{Only: via, Fact: Repeated{}})
	case u.subject == nil || u.late == 0:
		r.say(u)
	default:
		r.lateSubject(u)
	}
}

// lateSubject takes a subject that is told again: without an id it is what a room is about, not an event of its log. One that
// has been replaced since is kept in the log and shown to nobody.
func (r *Room) lateSubject(u utterance) {
	if u.id == "" {
		u.kind = ""
	}
	switch {
	case r.newerSubject(u):
		r.say(u)
	case u.kind != "":
		r.pass(u, r.log(u, r.occupantID(u.JID)))
	}
}

// newerSubject tells whether a subject that is told again takes the place of ours: the newer one does, and of two of the same
// instant the one that comes later in the alphabet, so that all nodes end with the same.
func (r *Room) newerSubject(u utterance) bool {
	at, text := clockTime(u.late), u.subject.Text()
	if at.Equal(r.rec.SubjectAt) {
		return text > r.rec.Subject
	}
	return text != r.rec.Subject && at.After(r.rec.SubjectAt)
}
