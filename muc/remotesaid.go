package muc

import "isthmus/component/stanza"

// remoteSaid takes a message of another node: live, or missed and told again. What has been here before is dropped.
func (r *Room) remoteSaid(via Via, f Said) {
	list, err := stanza.ParseElements(f.Payload)
	p, origin := r.answerTo(via, f), r.originOf(via, f)
	if err != nil || origin != Here && (r.session(f.JID) != nil && f.At.IsZero() || !r.authored(origin, &f)) {
		return
	}
	if why := r.unheard(via, &f); why != nil && origin != Here {
		r.sayUnheard(via, &f, why)
		return
	}
	u := utterance{Person: f.Person, via: via, origin: origin, id: f.ID, lang: f.Lang, since: f.Since, answers: p}
	if s := r.sessions[identity{u.origin, f.JID}]; s != nil {
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
		if f.Subject && u.since.IsZero() {
			u.since = f.At
		}
	}
	if f.Subject {
		u.subject = find(kept, name("", "subject"))
		if u.subject == nil || len(subjectsIn(kept, u.lang)) > longestSubject {
			return
		}
	}
	u.kind = kindOf(u.subject, kept)
	if via == r.primary() {
		r.delivered(f.JID, f.ID)
	}
	switch {
	case u.kind == "" && u.subject == nil && origin != via: // shown already
	case u.kind != "" && (f.Known || (u.late != 0 || u.id != "") && r.heard(dedupeKey(f.JID, u.id, u.payload))):
		r.emit(Relay{Only: via, Fact: Repeated{}})
		r.dropProposal(p)
	case u.kind != "" && via != r.primary() && r.primary() != Here:
		r.bear(via, u.said(""))
	case u.subject != nil && via == r.primary():
		r.primarySubject(u)
	case u.subject == nil || u.since.IsZero():
		r.say(u)
	default:
		r.placeSubject(u)
	}
}

// originOf is the link that the author of something is behind. What a primary repeats may be of anybody.
func (r *Room) originOf(via Via, f Said) Via {
	if via != r.primary() {
		return via
	}
	if r.session(f.JID) != nil || r.answerTo(via, f) != nil {
		return Here
	}
	if by := r.bearer(f.JID, f.ID); by != Here {
		return by
	}
	if s := r.anywhere(f.JID); s != nil {
		return s.via
	}
	return via
}

// primarySubject takes a subject of the primary, whose order is the only one: the last of them holds. Without an id it is what
// the room is about, and not an event of the log.
func (r *Room) primarySubject(u utterance) {
	if u.id == "" {
		u.kind = ""
	}
	if u.kind != "" || u.subject.Text() != r.rec.Subject {
		r.say(u)
	}
}

// placeSubject takes a subject that has its place among all: told again without an id it is what a room is about, not an event
// of its log. One that has been replaced since is kept in the log and shown to nobody.
func (r *Room) placeSubject(u utterance) {
	if u.id == "" && u.late != 0 {
		u.kind = ""
	}
	switch {
	case u.subject.Text() == r.rec.Subject && u.kind == "":
		r.moveSubject(u.since)
	case r.newerSubject(u):
		r.say(u)
	case u.kind != "":
		r.pass(u, r.log(u, r.occupantID(u.JID)))
	}
}
