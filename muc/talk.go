package muc

import (
	"slices"
	"time"

	mellium "mellium.im/xmpp/stanza"

	"isthmus/chatneg"
	"isthmus/component/stanza"
)

// Bounds of negotiated sessions.
const (
	mostTalks    = 32   // of one user
	allTalks     = 4096 // of a room
	mostFinished = 256  // threads that are over and remembered
)

// talks are sessions that occupants negotiate with each other. The room stands between them as a session border controller
// does: it may narrow what they offer each other, keeps an agreement to the clients that made it, and holds to it itself.
// xep:0155
var talks = feature{
	name:  "XEP-0155 sessions between occupants",
	disco: func(*Room) []string { return []string{chatneg.NSFeature, chatneg.NSTwoWay, chatneg.NSSession} },
	fields: []field{
		choice("{"+nsIsthmus+"}chatneg_logging", "What occupants may agree on about logging private messages",
			func(c *Config) *string { return &c.TalkLogging },
			stanza.Option{Label: "Whatever they like", Value: "pass"},
			stanza.Option{Label: "That it is allowed", Value: "force-may"},
			stanza.Option{Label: "That it is not", Value: "force-mustnot"}),
	},
	whisper: (*Room).whispered,
	leaving: (*Room).leaveTalks,
	naming:  (*Room).renameTalks,
	due:     (*Room).talksDue,
	wake:    (*Room).wakeTalks,
}

// talk is one negotiated session. B is an occupant, or the room itself.
type talk struct {
	chatneg.Session
	Ends  [2]end
	Until time.Time // a pact whose user is not in the room ends then

	stored []byte // its record's data as it was stored last, nil for not at all
	orphan bool   // a restart has not found a party
}

// end is a party: the client that has spoken, or an occupant of whose clients none has yet (a bare address).
type end struct {
	Via  Via
	JID  stanza.JID
	Nick string
}

// is tells whether a session is this party, or may become it.
func (e *end) is(s *Session) bool {
	return e.Via == s.via && (e.JID == s.jid || e.JID.IsBare() && e.JID == s.jid.Bare() && e.Nick == s.o.Nick)
}

// side is which party a session is; Nobody for a client that has no part in it.
func (t *talk) side(s *Session) chatneg.Party {
	for _, p := range []chatneg.Party{chatneg.A, chatneg.B} {
		if t.Ends[p].is(s) {
			return p
		}
	}
	return chatneg.Nobody
}

// joins tells whether a session is between these two users.
func (t *talk) joins(a, b stanza.JID) bool {
	x, y := t.Ends[chatneg.A].JID.Bare(), t.Ends[chatneg.B].JID.Bare()
	return x == a && y == b || x == b && y == a
}

// whispered takes a private message, or its error, that has to do with a negotiated session. o is nil where the nick is
// nobody's; then only the answer to a change of nick is taken, which comes too late for the old one.
func (r *Room) whispered(st *stanza.Stanza, s *Session, o *Occupant) bool {
	m, refused := chatneg.Read(st)
	switch {
	case refused != nil && o != nil:
		r.refuseTalk(st, s, m, refused)
		return true
	case refused != nil, m == nil && o == nil:
		return false
	case o == nil:
		return m.Kind == chatneg.Moved && r.talkNamed(s, m.Thread) != nil
	case m == nil:
		return r.inTalk(st, s, o)
	}
	t := r.talkOf(m, s, o)
	if t == nil && m.Kind == chatneg.Failure {
		return false
	}
	if t == nil && o.bare == s.o.bare {
		r.refuseTalk(st, s, m, withHimself)
		return true
	}
	if t == nil {
		if t, refused = r.newTalk(m, s, o); refused != nil {
			r.refuseTalk(st, s, m, refused)
			return true
		}
	}
	return r.negotiate(t, st, m, s, o)
}

// withHimself is for who would be both parties: nobody could tell them apart.
var withHimself = &chatneg.Error{
	Condition: mellium.NotAllowed, Type: mellium.Cancel, Code: "405", Text: "You cannot negotiate with yourself.",
}

// talkOf is the session that a message belongs to. An error may have lost its thread on the way.
func (r *Room) talkOf(m *chatneg.Message, s *Session, o *Occupant) *talk {
	for _, t := range r.talks {
		if t.joins(s.jid.Bare(), o.bare) && (t.Thread == m.Thread || m.Thread == "" && m.ID != "" && t.ID == m.ID) {
			return t
		}
	}
	return nil
}

// talkNamed is a session of this client by its thread alone.
func (r *Room) talkNamed(s *Session, thread string) *talk {
	for _, t := range r.talks {
		if t.Thread == thread && t.side(s) != chatneg.Nobody {
			return t
		}
	}
	return nil
}

// newTalk is the session that a message begins, or would if it were an offer.
func (r *Room) newTalk(m *chatneg.Message, s *Session, o *Occupant) (*talk, *chatneg.Error) {
	t := &talk{
		Session: *chatneg.New(m, s.o.from, o.from),
		Ends:    [2]end{{s.via, s.jid, s.o.Nick}, {Here, o.bare, o.Nick}},
	}
	if !o.local() {
		t.Ends[chatneg.B] = end{o.shown().via, o.shown().jid, o.Nick}
	}
	if m.Kind != chatneg.Offer {
		return t, nil
	}
	return t, r.roomToTalk(t)
}

// roomToTalk is why there cannot be one more session, nil if there can. xep:0155#parameters
func (r *Room) roomToTalk(t *talk) *chatneg.Error {
	mine, live := 0, 0
	for _, old := range r.talks {
		if old.Over() {
			continue
		}
		live++
		if old.Ends[chatneg.A].JID.Bare() == t.Ends[chatneg.A].JID.Bare() {
			mine++
		}
		sole := old.Dialect == chatneg.ThreeWay && t.Dialect == chatneg.ThreeWay && old.Params[chatneg.Multisession] != "true"
		if sole && old.Phase >= chatneg.Active && old.joins(t.Ends[0].JID.Bare(), t.Ends[1].JID.Bare()) && old.has(t.Ends[0].JID) {
			return chatneg.Taken
		}
	}
	if mine >= mostTalks || live >= allTalks {
		return chatneg.Full
	}
	return nil
}

// has tells whether a client is a party.
func (t *talk) has(j stanza.JID) bool {
	return t.Ends[chatneg.A].JID == j || t.Ends[chatneg.B].JID == j
}

// negotiate lets a party say something, and passes it on if that has a place in the chart. An error that has none is an error
// of something else.
func (r *Room) negotiate(t *talk, st *stanza.Stanza, m *chatneg.Message, s *Session, o *Occupant) bool {
	by := t.side(s)
	if refused := r.mayNegotiate(t, m, s, by); refused != nil {
		if m.Kind != chatneg.Failure {
			r.refuseTalk(st, s, m, refused)
		}
		return m.Kind != chatneg.Failure
	}
	to, goes := by.Other(), t.Resource
	out := t.Take(by, m, r.now)
	if !out.Taken && out.Err == nil && m.Kind == chatneg.Failure {
		return false
	}
	if m.Kind == chatneg.Offer && out.Taken && t.Phase == chatneg.Offered {
		r.talks = append(r.talks, t)
	}
	if t.Phase != chatneg.Offered && t.Ends[by].JID.IsBare() {
		t.Ends[by].JID = s.jid // who answers is who it is with. xep:0155#new-accept
	}
	if out.Lost != nil {
		r.hand(t, to, stanza.Envelope{Type: "error", ID: out.LostID}, t.Relayed(out.Lost, r.me))
	}
	switch {
	case out.Taken:
		r.hand(t, to, stanza.Envelope{Type: st.Type, ID: st.ID, Lang: st.Lang}, r.formIn(t, st, m))
	case out.Err != nil:
		r.refuseTalk(st, s, m, out.Err)
	}
	if m.Kind == chatneg.Moved && out.Taken {
		r.relocate(t, to, goes)
	}
	r.keepTalk(t)
	return true
}

// mayNegotiate is what the room has against a message, whatever the chart says. It may narrow what is offered.
func (r *Room) mayNegotiate(t *talk, m *chatneg.Message, s *Session, by chatneg.Party) *chatneg.Error {
	switch {
	case by == chatneg.Nobody && t.Over():
		return chatneg.NoSession()
	case by == chatneg.Nobody:
		return chatneg.Taken
	case m.Kind == chatneg.Move && r.movable(s, m.Resource) == nil:
		return chatneg.NotThere
	case t.Over() && t.Phase != chatneg.None:
		return nil
	}
	return m.Narrow(func(name, value string) bool { return r.forbids(t, name, value) })
}

// forbids is the room's policy. What nobody logs here may be logged at the next node, which has promised nothing.
func (r *Room) forbids(t *talk, name, value string) bool {
	if name != chatneg.Logging {
		return false
	}
	if value == chatneg.MustNot {
		return r.rec.Config.TalkLogging == "force-may" || t.Ends[chatneg.A].Via != Here || t.Ends[chatneg.B].Via != Here
	}
	return r.rec.Config.TalkLogging == "force-mustnot"
}

// movable is the client that a party can move to: under another nick of his, on the same side of all links.
func (r *Room) movable(s *Session, nick string) *Session {
	o := r.occupant(nick)
	if o == nil || o == s.o || o.bare != s.o.bare || o.shown().via != s.via {
		return nil
	}
	return o.shown()
}

// relocate puts a party where it wanted to be, if it can still be there. xep:0155#move
func (r *Room) relocate(t *talk, p chatneg.Party, nick string) {
	s := r.sessions[identity{t.Ends[p].Via, t.Ends[p].JID}]
	if s == nil {
		return
	}
	if there := r.movable(s, nick); there != nil {
		t.Ends[p] = end{there.via, there.jid, there.o.Nick}
		t.Names[p] = there.o.from
	}
}

// keepTalk stores a session as it is now, or forgets one that is over.
func (r *Room) keepTalk(t *talk) {
	switch rec := t.record(r.me); {
	case t.Over() && t.stored != nil:
		t.stored = nil
		r.emit(DeleteTalk{rec.Key})
	case !t.Over() && !slices.Equal(t.stored, rec.Data):
		t.stored = rec.Data
		r.emit(SaveTalk{rec})
	}
	r.forgetTalks()
}

// forgetTalks drops sessions that have been over for long, and more than can be remembered.
func (r *Room) forgetTalks() {
	over := 0
	for _, t := range r.talks {
		if t.Over() {
			over++
		}
	}
	r.talks = slices.DeleteFunc(r.talks, func(t *talk) bool {
		if !t.Over() || over <= mostFinished && r.now.Before(t.Due) {
			return false
		}
		over--
		return true
	})
}

// talksDue is when the first wait of a session is over.
func (r *Room) talksDue() time.Time {
	var first time.Time
	for _, t := range r.talks {
		if r.awaited(t) && (first.IsZero() || t.Until.Before(first)) {
			first = t.Until
		}
		if t.orphan && !t.Over() {
			return r.now
		}
		if !t.Due.IsZero() && (first.IsZero() || t.Due.Before(first)) {
			first = t.Due
		}
	}
	return first
}
