package muc

import (
	"slices"

	"isthmus/chatneg"
	"isthmus/component/stanza"
)

// leaveTalks ends the sessions of a client that leaves: the other party is told, and cannot go on without a new thread.
// xep:0155#impl-unavail
func (r *Room) leaveTalks(s *Session) {
	for _, t := range slices.Clone(r.talks) {
		p := t.side(s)
		if t.Over() || p == chatneg.Nobody || t.Ends[p].JID.IsBare() && len(s.o.sessions) > 1 {
			continue
		}
		r.endTalk(t, p, t.Ends[p].Nick+" has left the room.")
	}
}

// endTalk ends a session because a party is gone, and tells the other.
func (r *Room) endTalk(t *talk, gone chatneg.Party, why string) {
	bye := t.Write(chatneg.Terminate, "", why, nil)
	if t.Take(gone, &chatneg.Message{Kind: chatneg.Gone}, r.now).Taken {
		r.hand(t, gone.Other(), stanza.Envelope{}, bye)
	}
	r.keepTalk(t)
}

// renameTalks tells the other parties that somebody goes on under another nick: in a room that is his resource. Nobody has to
// agree to that. xep:0155#move
func (r *Room) renameTalks(s *Session, nick string) {
	for _, t := range slices.Clone(r.talks) {
		p := t.side(s)
		if t.Over() || p == chatneg.Nobody || t.Ends[p].JID.IsBare() && len(s.o.sessions) > 1 {
			continue
		}
		if t.Phase != chatneg.Offered {
			r.hand(t, p.Other(), stanza.Envelope{}, t.Write(chatneg.Move, nick, "", nil))
		}
		t.Ends[p].Nick, t.Names[p] = nick, r.jid.With(nick).String()
		r.keepTalk(t)
	}
}

// wakeTalks ends waits that are over. Of an offer nobody is told: who does not answer may not want to be seen.
// xep:0155#new-reject
func (r *Room) wakeTalks() {
	for _, t := range slices.Clone(r.talks) {
		if t.orphan && !t.Over() {
			r.endTalk(t, r.deserted(t), "The other side is not in the room any more.")
			continue
		}
		if r.awaited(t) && !r.now.Before(t.Until) {
			r.endTalk(t, chatneg.B, "You have not entered the room.")
			continue
		}
		was, asker, id := t.Phase, t.Asker, t.ID
		bye := t.Write(chatneg.Terminate, "", "The negotiation was not completed.", nil)
		if !t.Tick(r.now) {
			continue
		}
		switch was {
		case chatneg.Waiting:
			r.hand(t, chatneg.A, stanza.Envelope{}, bye)
			r.hand(t, chatneg.B, stanza.Envelope{}, bye)
		case chatneg.Asked, chatneg.Moving:
			r.hand(t, asker, stanza.Envelope{Type: "error", ID: id}, t.Relayed(chatneg.Silent, r.me))
		}
		r.keepTalk(t)
	}
	r.forgetTalks()
}

// deserted is a party that is not in the room, Nobody if both are: after a restart somebody may be missing.
func (r *Room) deserted(t *talk) chatneg.Party {
	for _, p := range []chatneg.Party{chatneg.A, chatneg.B} {
		if !(p == chatneg.B && t.party()) && len(r.reach(&t.Ends[p])) == 0 {
			return p
		}
	}
	return chatneg.Nobody
}

// awaited tells whether a pact waits for its user to enter.
func (r *Room) awaited(t *talk) bool {
	return t.party() && !t.Over() && !t.Until.IsZero() && r.session(t.Ends[chatneg.A].JID) == nil
}

// clearTalks ends all sessions without a word: their parties have been told that the room is over.
func (r *Room) clearTalks() {
	for _, t := range r.talks {
		if t.stored != nil {
			r.emit(DeleteTalk{t.record(r.me).Key})
		}
	}
	r.talks = nil
}
