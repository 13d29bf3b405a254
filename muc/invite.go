package muc

import (
	mellium "mellium.im/xmpp/stanza"

	"isthmus/component/stanza"
)

// invitations holds who may bring others. xep:0045#invite-mediated
var invitations = feature{
	name: "XEP-0045 invitations",
	fields: []field{
		flag("muc#roomconfig_allowinvites", "Everybody may invite others", func(c *Config) *bool { return &c.AllowInvites }).
			called("allowmemberinvites"),
	},
	letter: func(r *Room, st *stanza.Stanza, s *Session) bool {
		x := st.Child(nsUser, "x")
		switch {
		case x.Child(nsUser, "invite") != nil:
			r.invite(st, s, x)
		case x.Child(nsUser, "decline") != nil:
			r.decline(st, x)
		default:
			return false
		}
		return true
	},
	info: func(r *Room) []stanza.Field {
		return []stanza.Field{{Var: "muc#roomconfig_allowinvites", Values: []string{bit(r.rec.Config.AllowInvites)}}}
	},
}

// invite passes an invitation on. In a members-only room it makes its recipient a member: who may invite to it may let in.
// xep:0045#modifymember
func (r *Room) invite(st *stanza.Stanza, s *Session, x *stanza.Element) {
	if s == nil {
		r.fail(st, r.outside())
		return
	}
	if !r.rec.Config.AllowInvites && s.o.aff < Admin {
		r.fail(st, forbidden.Because("You may not invite others to this room."))
		return
	}
	list, err := r.invited(st, x)
	if err != nil {
		r.fail(st, err)
		return
	}
	for _, i := range list {
		r.passInvite(st, s, &i.invite, i.to)
	}
}

// invitation is one of those in a message, and whom it is for.
type invitation struct {
	invite stanza.Element
	to     stanza.JID
}

// invited checks every invitation in a message; one that cannot be passed on keeps back all.
func (r *Room) invited(st *stanza.Stanza, x *stanza.Element) ([]invitation, *stanza.Error) {
	var list []invitation
	for _, c := range x.Children() {
		if c.Name != name(nsUser, "invite") {
			continue
		}
		to, err := Typed(c.Attr("to"))
		switch {
		case err != nil:
			return nil, err
		case to.Bare() == r.jid:
			return nil, badRequest.Because("Who is in the room needs no invitation.")
		case to.Local == "":
			return nil, notAnAddress.Because("Only people can be invited.")
		case len(c.Child(nsUser, "reason").Text()) > longestReason, len(c.Child(nsUser, "continue").Attr("thread")) > longestThread:
			return nil, longReason
		}
		if err := r.hurried(r.paces().invites, st.From); err != nil {
			return nil, err
		}
		list = append(list, invitation{c, to})
	}
	return list, nil
}

func (r *Room) passInvite(st *stanza.Stanza, s *Session, invite *stanza.Element, to stanza.JID) {
	bare := to.Bare().String()
	if r.rec.Config.MembersOnly && r.affiliationOf(bare) == None {
		r.applyAffiliation(change{jid: bare, aff: Member}, s.o.Nick)
	}
	from := s.o.from
	if r.rec.Config.NonAnonymous {
		from = s.o.bare.String()
	}
	id := r.sealID(s.jid, to, st.ID)
	r.invitees.add(to.Bare(), "")
	r.sendInvite(id, from, invite.Child(nsUser, "reason").Text(), invite.Child(nsUser, "continue"), to)
}

// sendInvite says it twice: clients that know only direct invitations understand the second. xep:0249
func (r *Room) sendInvite(id, from, reason string, goOn *stanza.Element, to stanza.JID) {
	var b stanza.Builder
	b.Start("x", "xmlns", nsUser).Start("invite", "from", from)
	if reason != "" {
		b.Leaf("reason", reason)
	}
	if goOn != nil {
		b.Empty("continue", "thread", goOn.Attr("thread"))
	}
	b.End()
	secret := ""
	if r.rec.Config.PasswordProtected {
		secret = r.rec.Config.Password
		b.Leaf("password", secret)
	}
	b.End()
	b.Empty("x", "xmlns", nsInvite, "jid", r.me, "reason", reason, "password", secret)
	b.Leaf("body", from+" invites you to the room "+r.me+".")
	r.send(stanza.Envelope{Kind: stanza.Message, ID: id, From: r.me}, b.Bytes(), to.Addr())
}

// inviteFailed brings the error of an invitation back to the inviter. xep:0045#invite-mediated
func (r *Room) inviteFailed(st *stanza.Stanza) {
	inviter, id, ok := r.openID(st)
	s := r.session(inviter)
	if !ok || s == nil {
		return
	}
	env := stanza.Envelope{Kind: stanza.Message, Type: "error", ID: id, From: r.me}
	r.send(env, r.errorFor(st, s), s.addr)
}

// decline tells the inviter, and nobody else, that his invitation was declined. xep:0045#invite-mediated
func (r *Room) decline(st *stanza.Stanza, x *stanza.Element) {
	d := x.Child(nsUser, "decline")
	reason := d.Child(nsUser, "reason").Text()
	to, err := Typed(d.Attr("to"))
	switch {
	case err != nil:
	case r.affiliation(st.From) == Outcast:
		err = banned
	case !r.invitees.has(st.From.Bare(), ""):
		err = notAllowed.Because("You have not been invited.")
	case len(reason) > longestReason:
		err = longReason
	default:
		err = r.hurried(r.paces().invites, st.From)
	}
	if err != nil {
		r.fail(st, err)
		return
	}
	addrs := r.inviter(to)
	if addrs == nil {
		r.fail(st, stanza.Fail(mellium.ItemNotFound).Because("Who invited you is not in the room."))
		return
	}
	from := st.From.Bare().String()
	if s := r.session(st.From); s != nil && !r.rec.Config.NonAnonymous {
		from = s.o.from // he is here under a nick, and that is all that others know
	}
	r.invitees.drop(st.From.Bare())
	var b stanza.Builder
	b.Start("x", "xmlns", nsUser).Start("decline", "from", from)
	if reason != "" {
		b.Leaf("reason", reason)
	}
	b.End().End()
	r.send(stanza.Envelope{Kind: stanza.Message, From: r.me}, b.Bytes(), addrs...)
}

// inviter is who is meant by the address that an invitation came from. Only occupants are: a room is no relay to strangers.
// Where addresses are hidden it came from a nick, and nobody learns by asking whose address is behind one (R5).
func (r *Room) inviter(to stanza.JID) []stanza.Addr {
	if to.Bare() == r.jid {
		if o := r.occupant(to.Resource); o != nil {
			return o.addrs()
		}
		return nil
	}
	if !r.rec.Config.NonAnonymous {
		return nil
	}
	for _, o := range r.users[to.Bare()] {
		if list := o.addrs(); len(list) > 0 {
			return list
		}
	}
	return nil
}
