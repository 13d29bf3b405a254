package muc

import (
	"strconv"
	"time"

	"isthmus/component/stanza"
)

// unheard is why this room does not show what a user of another node says, nil if it does: his voice, and what he may say, are
// decided here, in a replica where its primary is. The subject of the room that this one has joined holds here, too. xep:0289#admin xep:0289#startup
func (r *Room) unheard(via Via, f *Said) *stanza.Error {
	aff, parent := r.affiliationOver(via, f.JID), f.Subject && string(via) == r.Joins()
	decided := via == r.primary()
	switch {
	case parent:
		return nil
	case aff == Outcast:
		return banned
	case r.rec.Config.MembersOnly && aff < Member:
		return noMember
	case decided:
		return nil
	case r.voiceOver(via, f.JID, aff) < Participant:
		return nobodysVoice
	case f.Subject && !r.rec.Config.ChangeSubject && aff < Admin:
		return noSubject
	}
	return nil
}

// voiceOver is the role of a user of another node, or the one that he would enter with.
func (r *Room) voiceOver(via Via, user stanza.JID, aff Affiliation) Role {
	if s := r.sessions[identity{via, user}]; s != nil {
		return s.o.role
	}
	if voice := r.judged(user.Bare().String()); voice != 0 {
		return voice
	}
	return r.defaultRole(aff)
}

// sayUnheard tells the author, if he is in the room, by the way that his message came. A node whose subject is not taken is
// told ours, or the rooms would go on with two.
func (r *Room) sayUnheard(via Via, f *Said, why *stanza.Error) {
	if s := r.sessions[identity{via, f.JID}]; s != nil && f.ID != "" {
		e := *why
		e.By = r.me
		r.emit(Relay{Only: via, Fact: Unheard{Person: s.person(), ID: f.ID, Payload: e.Element()}})
	}
	if ours := r.subjectFor(via); f.Subject && string(ours.Payload) != string(f.Payload) {
		ours.ID, ours.Person, ours.At = "isthmus:subject:"+strconv.FormatInt(r.tick(), 36), Person{}, time.Time{}
		r.emit(Relay{Only: via, Fact: ours})
	}
}

// remoteUnheard tells one of our users, or the node that he is on, that another node does not show what he has said.
func (r *Room) remoteUnheard(f Unheard) {
	if p := r.proposalOf(f.JID, f.ID); p != nil {
		r.refuseWith(p, f.Payload)
		return
	}
	switch s := r.anywhere(f.JID); {
	case s == nil:
	case s.via == Here:
		r.send(stanza.Envelope{Kind: stanza.Message, Type: "error", ID: f.ID, From: r.me}, f.Payload, s.addr)
	default:
		r.emit(Relay{Only: s.via, Fact: f})
	}
}
