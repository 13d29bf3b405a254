package muc

import (
	"encoding/xml"
	"slices"

	"isthmus/chatneg"
	"isthmus/component/stanza"
)

// refuseTalk answers a message of a negotiation with an error, to whichever node its author is on.
func (r *Room) refuseTalk(st *stanza.Stanza, s *Session, m *chatneg.Message, e *chatneg.Error) {
	if st.IsError() {
		return
	}
	payload := m.Refusal(e, r.me)
	if s.via != Here {
		r.emit(Relay{Only: s.via, Fact: Private{
			Person: s.person(), To: st.To.Resource, Type: "error", ID: st.ID, Payload: payload,
		}})
		return
	}
	env := stanza.Envelope{Kind: stanza.Message, Type: "error", ID: st.ID, From: st.To.String()}
	r.send(env, payload, st.From.Addr())
}

// inTalk passes on what is said within a session, and holds it to what was agreed; false for what belongs to none.
func (r *Room) inTalk(st *stanza.Stanza, s *Session, o *Occupant) bool {
	m := &chatneg.Message{Thread: st.Child("", "thread").Text(), ID: st.ID}
	if m.Thread == "" || st.IsError() {
		return false
	}
	t := r.talkOf(m, s, o)
	if t == nil || t.Phase < chatneg.Waiting || t.Over() {
		return false
	}
	to := t.partyOf(o)
	if t.Ends[to].Via != Here && t.Bars(chatneg.Logging) {
		m.Dialect = t.Dialect
		r.refuseTalk(st, s, m, chatneg.Unacceptable(t.Dialect, chatneg.Spell(t.Dialect, chatneg.Logging)))
		return true
	}
	if kept := t.strip(r.genuine(st.Children)); saysAnything(kept) {
		r.hand(t, to, stanza.Envelope{Type: st.Type, ID: st.ID, Lang: st.Lang}, t.hinted(kept))
	}
	return true
}

// partyOf is which party an occupant is.
func (t *talk) partyOf(o *Occupant) chatneg.Party {
	if t.Ends[chatneg.B].JID.Bare() == o.bare && t.Ends[chatneg.B].Nick == o.Nick {
		return chatneg.B
	}
	return chatneg.A
}

// strip leaves out what the parties have agreed not to send. xep:0155#parameters
func (t *talk) strip(list []stanza.Element) []stanza.Element {
	return slices.DeleteFunc(list, func(e stanza.Element) bool { return t.bars(&e) })
}

func (t *talk) bars(e *stanza.Element) bool {
	return e.Name.Space == chatneg.ChatStates && t.Bars(chatneg.ChatStates) || e.Name.Space == chatneg.XHTML && t.Bars(chatneg.XHTML)
}

// saysAnything tells whether there is more in a message than what it belongs to and how it is to be treated.
func saysAnything(list []stanza.Element) bool {
	return slices.ContainsFunc(list, func(e stanza.Element) bool {
		about := e.Name == name("", "thread") || slices.Contains(marks, e.Name.Space)
		return !about && (e.Name != name(nsUser, "x") || len(e.Children()) > 0)
	})
}

// marks are the namespaces of what only says how a message is to be treated, and whose it is.
var marks = []string{nsHints, nsSID, nsOccupantID}

// off are the hints that keep a message out of the archives of the users' own servers, and from their other clients.
// xep:0334#hints
var off = []xml.Name{name(nsHints, "no-store"), name(nsHints, "no-copy")}

// hinted is a payload with the hints that go with what was agreed.
func (t *talk) hinted(list []stanza.Element) []byte {
	var b stanza.Builder
	b.Elements(list)
	if t.Bars(chatneg.Logging) {
		unlogged(&b, list)
	}
	return b.Bytes()
}

// unlogged asks everybody on the way not to keep a message.
func unlogged(b *stanza.Builder, list []stanza.Element) {
	for _, hint := range off {
		if find(list, hint) == nil {
			b.Empty(hint.Local, "xmlns", hint.Space)
		}
	}
}

// formIn is a message of a negotiation as it is passed on: its form is as narrow as the room wants it, its error says no more
// than it must (P8).
func (r *Room) formIn(t *talk, st *stanza.Stanza, m *chatneg.Message) []byte {
	if m.Kind == chatneg.Failure {
		return t.Relayed(m.Failure, "")
	}
	list := r.genuine(st.Children)
	for i := range list {
		if list[i].Name.Space == chatneg.NSFeature {
			list[i].Raw = m.Feature
		}
	}
	return t.hinted(list)
}

// reach are the clients of a party: one, or all of an occupant of whom none has answered.
func (r *Room) reach(e *end) []*Session {
	if !e.JID.IsBare() {
		if s := r.sessions[identity{e.Via, e.JID}]; s != nil {
			return []*Session{s}
		}
		return nil
	}
	o := r.occupant(e.Nick)
	if o == nil || o.bare != e.JID {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(o.sessions), func(s *Session) bool { return s.via != e.Via })
}

// hand gives a party something from the other.
func (r *Room) hand(t *talk, to chatneg.Party, env stanza.Envelope, payload []byte) {
	other := &t.Ends[to.Other()]
	from, id := r.jid.With(other.Nick).String(), ""
	if o := r.occupant(other.Nick); o != nil {
		id = o.id
	}
	if t.party() {
		if to == chatneg.A {
			env.Kind, env.From = stanza.Message, r.me
			r.send(env, payload, t.Ends[to].JID.Addr())
		}
		return
	}
	list := r.reach(&t.Ends[to])
	if t.Ends[to].Via == Here {
		r.showPrivate(from, id, env, payload, list)
		return
	}
	author := r.reach(other)
	if len(list) == 0 || len(author) == 0 {
		return
	}
	r.emit(Relay{Only: t.Ends[to].Via, Fact: Private{
		Person: author[0].person(), To: t.Ends[to].Nick, ToJID: t.Ends[to].JID,
		Type: env.Type, ID: env.ID, Lang: env.Lang, Payload: payload,
	}})
}
