package muc

import (
	"cmp"
	"slices"
	"time"

	"isthmus/component/stanza"
)

// Freeze gives everything that a room is, as plain data: Open makes the same room of it, which goes on as if nothing had
// happened (P4). nil means that there is no room. What it holds is never written to again (R8).
//
// Not kept are: caches; how much of their allowances users have used up; questions to the log that are not answered yet, so
// that whoever asked has to ask again; the nicks that users of other nodes have there; who waits at the door of a replica, and
// what it bears for others. The timer that the room has set is its host's to keep: a room that was opened asks for one again
// when it is handed the first event, which may be one without anything in it.
func (r *Room) Freeze() *Stored {
	switch {
	case r.exists:
	case r.tomb == nil:
		return nil
	default:
		return &Stored{Tombstone: r.tomb}
	}
	s := &Stored{
		Record: r.rec, History: copied(r.history), LastSeq: r.seq, LastAt: r.clock,
		VCard: r.vcard, Hats: copied(r.hats), Holds: copied(r.holds), Requests: copied(r.requests),
		Verdicts: r.freezeVerdicts(), Removals: r.freezeRemovals(), Privates: r.privates.freeze(), Invitees: r.invitees.freeze(),
		Proposals: r.freezeProposals(),
		Ended:     r.ended.freeze(), Turns: r.turns.freeze(), Talks: r.freezeTalks(), PulseAt: r.pulseAt,
	}
	for _, a := range r.affils {
		s.Affiliations = append(s.Affiliations, a)
	}
	slices.SortFunc(s.Affiliations, func(a, b AffiliationRecord) int { return cmp.Compare(a.JID, b.JID) })
	for _, k := range r.seen.list {
		s.Seen = append(s.Seen, []byte(k))
	}
	late := map[*Session]delayed{}
	for _, d := range r.late {
		late[d.s] = d
	}
	for _, o := range r.occupants {
		for _, x := range o.sessions {
			q := o.freeze(x)
			q.Late, q.LateAt = late[x].payload, late[x].at
			s.Sessions = append(s.Sessions, q)
		}
	}
	return s
}

// Sessions are those of this node, as they are stored so that a restart finds them.
func (r *Room) Sessions() []SessionRecord {
	var list []SessionRecord
	for _, o := range r.occupants {
		for _, s := range o.sessions {
			if s.via == Here {
				list = append(list, o.freeze(s))
			}
		}
	}
	return list
}

// copied is a list of its own, nil if it is empty.
func copied[T any](list []T) []T { return append([]T(nil), list...) }

func (o *Occupant) freeze(s *Session) SessionRecord {
	return SessionRecord{
		JID: s.jid.String(), Via: string(s.via), Nick: o.Nick, Role: o.role.String(), Silenced: o.silenced,
		Entry: o.entry, Spoke: s.spoke, Payload: s.payload, Heard: s.heard, Asked: s.asked,
	}
}

// thaw gives a room that was just opened what is not of its record, nor of its lists.
func (r *Room) thaw(stored *Stored) {
	list := slices.Clone(stored.Sessions)
	slices.SortFunc(list, func(a, b SessionRecord) int {
		return cmp.Or(cmp.Compare(a.Entry, b.Entry), cmp.Compare(a.Spoke, b.Spoke))
	})
	for i := range list {
		r.seat(&list[i])
	}
	r.pulseAt = stored.PulseAt
	if r.pulseAt.IsZero() && r.settings.PingIdle > 0 {
		for _, s := range r.behind(Here) {
			if at := r.patience(s); r.pulseAt.IsZero() || at.Before(r.pulseAt) {
				r.pulseAt = at
			}
		}
	}
	r.thawVerdicts(stored.Verdicts)
	r.thawRemovals(stored.Removals)
	r.privates.thaw(stored.Privates)
	r.invitees.thaw(stored.Invitees)
	r.ended.thaw(stored.Ended)
	r.turns.thaw(stored.Turns)
	r.thawTalks(stored.Talks)
	r.thawProposals(stored.Proposals)
}

// seat puts a session where it was. Who cannot be there any more, because the record is broken or the rules are others now,
// is not there.
func (r *Room) seat(q *SessionRecord) {
	j, err := stanza.ParseJID(q.JID)
	nick, key, bad := prepareNick(q.Nick)
	id, there := identity{Via(q.Via), j}, r.byNick[key]
	role := ParseRole(q.Role)
	if err != nil || bad != nil || role < Visitor || r.sessions[id] != nil || there != nil && there.bare != j.Bare() {
		return
	}
	s := &Session{jid: j, addr: j.Addr(), via: id.via, payload: q.Payload}
	o := r.add(s, nick, key, None, role)
	if there == nil {
		o.entry = q.Entry
		if n := len(r.occupants); n > 1 { // they are found by it
			o.entry = max(q.Entry, r.occupants[n-2].entry+1)
		}
	}
	o.role, o.silenced = role, q.Silenced
	r.rank(o)
	s.spoke, s.heard, s.asked = q.Spoke, q.Heard, q.Asked
	r.count = max(r.count, o.entry, q.Spoke)
	if !q.LateAt.IsZero() {
		r.late = append(r.late, delayed{s, q.Late, q.LateAt})
	}
}

func (r *Room) freezeVerdicts() []Verdict {
	var list []Verdict
	for _, v := range r.verdicts {
		list = append(list, Verdict{v.user, v.voice.String()})
	}
	return list
}

func (r *Room) thawVerdicts(list []Verdict) {
	for _, v := range list {
		if role := ParseRole(v.Role); role != 0 {
			r.verdicts = append(r.verdicts, verdict{v.User, role})
		}
	}
}

// freeze lists what a ring remembers, oldest first.
func (g *ring) freeze() []Mark {
	var list []Mark
	for i := range g.list {
		if k := g.list[(g.next+i)%len(g.list)]; k != (privateKey{}) {
			list = append(list, Mark{k.to.String(), k.id})
		}
	}
	return list
}

func (g *ring) thaw(list []Mark) {
	for _, m := range list {
		if j, err := stanza.ParseJID(m.JID); err == nil {
			g.add(j, m.ID)
		}
	}
}

// freeze lists when users have spoken last, oldest first.
func (p *turns) freeze() []Turn {
	var list []Turn
	for _, t := range p.order {
		if p.at[t.who].Equal(t.at) {
			list = append(list, Turn{t.who, t.at})
		}
	}
	return list
}

func (p *turns) thaw(list []Turn) {
	p.at = map[string]time.Time{}
	for _, t := range list {
		p.at[t.JID] = t.At
		p.order = append(p.order, turn{t.JID, t.At})
	}
}
