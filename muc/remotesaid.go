package muc

import "isthmus/component/stanza"

// remoteSaid takes a message of another node: live, or missed and told again. What has been here before is dropped.
func (r *Room) remoteSaid(via Via, f Said) {
	list, err := stanza.ParseElements(f.Payload)
	if err != nil || f.JID.Domain == r.settings.Service || r.session(f.JID) != nil && f.At.IsZero() || r.silenced(via, f.JID) {
		return
	}
	u := utterance{Person: f.Person, via: via, id: f.ID, lang: f.Lang}
	if s := r.sessions[identity{via, f.JID}]; s != nil {
		u.Person = s.person()
	} else if nick, _, ok := r.nickOver(via, f.Nick, f.JID); ok {
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
		if u.subject == nil || !r.newerSubject(u) || len(subjectsIn(kept, u.lang)) > longestSubject {
			return
		}
	}
	u.kind = kindOf(u.subject, kept)
	if u.subject == nil && u.kind != "" && (u.late != 0 || u.id != "") && r.seen.has(dedupeKey(f.JID, u.id, u.payload)) {
		return
	}
	r.say(u)
}

// silenced tells whether this room does not show what a remote user says: he is banned, or has no voice.
func (r *Room) silenced(via Via, user stanza.JID) bool {
	if r.affiliation(user) == Outcast {
		return true
	}
	s := r.sessions[identity{via, user}]
	return s != nil && s.o.role < Participant
}

// newerSubject tells whether a subject takes the place of ours: a live one always, one that is told again if it is newer.
func (r *Room) newerSubject(u utterance) bool {
	if u.late == 0 {
		return true
	}
	return u.subject.Text() != r.rec.Subject && clockTime(u.late).After(r.rec.SubjectAt)
}
