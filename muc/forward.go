package muc

import "isthmus/component/stanza"

// occupantIQ passes a query to another occupant's client, or answers for the occupant's own nick: then only whether he
// is here is asked. xep:0410 xep:0045#disco-occupant
func (r *Room) occupantIQ(st *stanza.Stanza) {
	s := r.session(st.From)
	q := &st.Children[0]
	if s == nil {
		if q.Name.Space == nsInfo || q.Name.Space == nsItems {
			r.fail(st, badRequest.Because("You are not in the room."))
			return
		}
		r.fail(st, notInside)
		return
	}
	o := r.occupant(st.To.Resource)
	switch {
	case o == nil:
		r.fail(st, noSuchNick)
	case o == s.o && q.Name == name(nsPing, "ping"):
		r.result(st, nil)
	case !r.rec.Config.AllowQuery:
		r.fail(st, forbidden.Because("Occupants may not query each other here."))
	case !o.local():
		r.fail(st, unsupported.Because("This occupant is on another node."))
	case q.Name.Space == nsFMUC:
		r.fail(st, notForClients)
	default:
		r.forward(st, s, o)
	}
}

// forward rewrites the addresses so that neither side learns the other's. vCards and PEP live at the account, so they are
// asked of the bare address.
func (r *Room) forward(st *stanza.Stanza, s *Session, o *Occupant) {
	to := r.queried(o)
	if q := st.Children[0].Name.Space; q == nsVCard || q == nsPubSub {
		to = o.bare.Addr()
	}
	env := stanza.Envelope{Kind: stanza.IQ, Type: st.Type, ID: r.sealID(s.jid, o.bare, st.ID), From: s.o.from, Lang: st.Lang}
	r.send(env, st.Children[0].Raw, to)
}

// queried is the session that answers for an occupant: the one that is shown, if it is here.
func (r *Room) queried(o *Occupant) stanza.Addr {
	list := o.addrs()
	return list[len(list)-1]
}

// forwardReply brings an answer back to the session that asked. What we never asked is dropped.
func (r *Room) forwardReply(st *stanza.Stanza) {
	if st.To.IsBare() {
		r.answered(st)
		return
	}
	to, id, ok := r.openID(st)
	if !ok {
		return
	}
	from := r.answering(st.From)
	s := r.session(to)
	if s == nil || from == nil {
		return
	}
	payload := joined(st.Children)
	if st.IsError() {
		payload = r.errorFor(st, s)
	}
	r.send(stanza.Envelope{Kind: stanza.IQ, Type: st.Type, ID: id, From: from.from, Lang: st.Lang}, payload, s.addr)
	r.unanswered(st)
}

// unanswered takes out the session that a query could not reach. xep:0045#impl-service-ghosts
func (r *Room) unanswered(st *stanza.Stanza) {
	if s := r.session(st.From); s != nil && st.IsError() && ghostly(st, deadConditions) {
		r.lose(s)
	}
}

// answering is the occupant who answers: by his session, or by his account for vCards and PEP.
func (r *Room) answering(j stanza.JID) *Occupant {
	if s := r.session(j); s != nil {
		return s.o
	}
	for _, o := range r.users[j] {
		if o.local() {
			return o
		}
	}
	return nil
}
