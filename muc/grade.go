package muc

import "isthmus/component/stanza"

// applyAffiliation grants or revokes membership, admin and owner status, and bans.
// xep:0045#ban xep:0045#grantmember xep:0045#revokemember xep:0045#grantadmin xep:0045#grantowner
func (r *Room) applyAffiliation(c change, actor string) {
	was, reserved := r.affiliationOf(c.jid), r.affils[c.jid].Nick
	if c.renick {
		reserved = c.nick
	}
	if c.aff <= None {
		reserved = ""
	}
	r.setAffiliationNick(c.jid, c.aff, reserved, c.reason)
	if c.aff != None {
		r.forget(c.jid)
	}
	if c.aff > was {
		r.acquit(c.jid)
	}
	present := r.of(c.jid)
	for _, o := range present {
		r.regrade(o, &notice{actor: actor, reason: c.reason})
	}
	if len(present) == 0 && c.aff != was {
		r.tellAbsent(c)
		r.tellHimself(c)
	}
	if c.renick {
		r.settle(c.jid)
	}
}

// tellHimself tells somebody who is not here what he has become, if the service wants that. He is not told why: nobody
// shall write to strangers that way. xep:0045#registrar-statuscodes-init
func (r *Room) tellHimself(c change) {
	j, err := stanza.ParseJID(c.jid)
	if !r.settings.AnnounceAffiliations || err != nil || j.Local == "" {
		return
	}
	var b stanza.Builder
	b.Start("x", "xmlns", nsUser).Empty("item", "affiliation", c.aff.String(), "jid", c.jid, "role", NoRole.String())
	b.Empty("status", "code", "101").End()
	r.send(stanza.Envelope{Kind: stanza.Message, From: r.me}, b.Bytes(), j.Addr())
}

// regrade lets an occupant feel a change of the lists.
func (r *Room) regrade(o *Occupant, n *notice) {
	was, role, saw := o.aff, o.role, r.seesJIDs(o)
	switch r.rank(o); {
	case o.aff == was:
		return
	case o.aff == Outcast:
		n.codes = []int{301}
		r.expel(o, n)
		return
	case r.rec.Config.MembersOnly && o.aff < Member:
		n.codes = []int{321}
		r.expel(o, n)
		return
	case o.aff >= Admin:
		o.role = max(o.role, o.highest())
	case was >= Admin:
		o.role = r.defaultRole(o.aff)
	case o.aff == Member && o.role == Visitor:
		o.role = Participant
	}
	r.restate(o, role, saw, n)
}

// tellAbsent announces the new affiliation of somebody who is not here, to those who may know his address.
func (r *Room) tellAbsent(c change) {
	var b stanza.Builder
	b.Start("x", "xmlns", nsUser)
	b.Start("item", "affiliation", c.aff.String(), "jid", c.jid, "role", "none")
	if c.reason != "" {
		b.Leaf("reason", c.reason)
	}
	b.End().End()
	r.send(stanza.Envelope{Kind: stanza.Message, From: r.me}, b.Bytes(), r.viewers().seeing...)
}
