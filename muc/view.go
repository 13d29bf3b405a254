package muc

import (
	"slices"
	"strconv"

	"isthmus/component/stanza"
)

// notice is what a presence of an occupant says beyond the occupant himself.
type notice struct {
	codes   []int  // for everybody
	self    []int  // for his own sessions only, beside 110
	newNick string // with 303
	actor   string
	reason  string
	gone    bool   // unavailable
	extra   []byte // inside <x/>: <destroy/>
	payload []byte // instead of the session's own
}

// mucUser is the <x/> that every presence to an occupant carries exactly once. xep:0045#enter-pres
func (r *Room) mucUser(o *Occupant, s *Session, seesJID, own bool, n *notice) []byte {
	var b stanza.Builder
	b.Start("x", "xmlns", nsUser)
	jid := ""
	if seesJID || own { // clients find themselves by it
		jid = s.jid.String()
	}
	role := o.role
	if n.gone && n.newNick == "" {
		role = NoRole
	}
	attrs := []string{"affiliation", o.aff.String(), "role", role.String(), "jid", jid, "nick", n.newNick}
	if n.actor == "" && n.reason == "" {
		b.Empty("item", attrs...)
	} else {
		b.Start("item", attrs...)
		if n.actor != "" {
			b.Empty("actor", "nick", n.actor)
		}
		if n.reason != "" {
			b.Leaf("reason", n.reason)
		}
		b.End()
	}
	b.Raw(n.extra)
	codes := n.codes
	if own {
		codes = append(append(slices.Clone(n.codes), 110), n.self...)
		slices.Sort(codes)
	}
	for _, c := range codes {
		b.Empty("status", "code", strconv.Itoa(c))
	}
	return b.End().Bytes()
}

// show renders the presence of an occupant's session for one class of reader.
func (r *Room) show(o *Occupant, s *Session, seesJID, own bool, n *notice) stanza.Out {
	payload := n.payload
	if payload == nil {
		payload = r.says(s)
	}
	var b stanza.Builder
	b.Raw(payload)
	for _, f := range features {
		if f.dress != nil {
			f.dress(r, o, &b)
		}
	}
	b.Raw(r.mucUser(o, s, seesJID, own, n))
	typ := ""
	if n.gone {
		typ = "unavailable"
	}
	return stanza.Envelope{Kind: stanza.Presence, Type: typ, From: o.from}.Render(b.Bytes())
}

// announce tells everybody what became of an occupant, himself last. Those who watch are the room's present viewers;
// sessions that have already been removed must be told by the caller.
func (r *Room) announce(o *Occupant, s *Session, n *notice) {
	own := o.addrs()
	v := r.viewers()
	if r.broadcasts(o.role) {
		if to := without(v.seeing, own); len(to) > 0 {
			r.emit(Send{Out: r.show(o, s, true, false, n), To: to})
		}
		if to := without(v.blind, own); len(to) > 0 {
			r.emit(Send{Out: r.show(o, s, false, false, n), To: to})
		}
	}
	if len(own) > 0 {
		r.emit(Send{Out: r.show(o, s, r.seesJIDs(o), true, n), To: own})
	}
}

// broadcasts tells whether presence of this role is sent to everybody. xep:0045#enter-pres
func (r *Room) broadcasts(role Role) bool {
	return slices.Contains(r.rec.Config.PresenceBroadcast, role.String())
}

// without is list less a few; list itself where there is nothing to leave out.
func without(list, few []stanza.Addr) []stanza.Addr {
	if !slices.ContainsFunc(few, func(a stanza.Addr) bool { return slices.Contains(list, a) }) {
		return list
	}
	rest := make([]stanza.Addr, 0, len(list))
	for _, a := range list {
		if !slices.Contains(few, a) {
			rest = append(rest, a)
		}
	}
	return rest
}
