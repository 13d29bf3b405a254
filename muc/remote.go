package muc

import (
	"bytes"
	"slices"

	"isthmus/component/stanza"
)

// fact takes what a link says. The other node has checked who its users are; what they may do here, this room says.
func (r *Room) fact(via Via, f Fact) {
	switch f := f.(type) {
	case Asked:
		r.tellState(via, f.History)
	case Entered:
		r.remoteEntered(via, f)
	case Changed:
		r.remoteChanged(via, f)
	case Renamed:
		r.remoteRenamed(via, f)
	case Left:
		r.remoteLeft(via, f)
	case Said:
		r.remoteSaid(via, f)
	case Private:
		r.remotePrivate(via, f)
	case Gone:
		r.confirmed(f.JID)
	case Unheard:
		r.remoteUnheard(f)
	case Collided:
		r.yield(via, f)
	case Wanted:
		r.tellLog(via, f)
	case Settled:
		r.settlesFor(via, f)
	case Primary:
		r.stand(via, f)
	case Lost:
		r.lost(via, f.Broken)
	}
}

// remoteEntered lets in a user of another node. This room's bans and members' list hold for him too; he is sent back, the
// link is not to blame.
func (r *Room) remoteEntered(via Via, f Entered) {
	if s := r.sessions[identity{via, f.JID}]; s != nil {
		r.remoteChanged(via, Changed{f.Person, f.Payload})
		return
	}
	if r.sessions[identity{Here, f.JID}] != nil {
		return // our own user comes back: a loop
	}
	if r.stillOut(via, f.JID) {
		return
	}
	nick, key, ok := r.nickFor(f.Nick, f.JID)
	if code, why := r.unwelcome(via, f.JID, r.byNick[key] != nil); code != 0 {
		r.turnAway(via, f.Person, code, why)
		return
	}
	if !ok {
		r.turnAway(via, f.Person, 307, nickTaken.Because("This cannot be a nick here, or too many have it.").Text)
		return
	}
	s := &Session{jid: f.JID, addr: f.JID.Addr(), via: via, wants: f.Nick, payload: r.filter(f.Payload)}
	r.collides(s, nick)
	there, aff := r.byNick[key], r.affiliationOver(via, f.JID)
	known := there != nil && bytes.Equal(there.shown().payload, s.payload)
	o := r.add(s, nick, key, aff, min(r.defaultRole(aff), Participant))
	was, changed := o.role, r.rank(o)
	r.grade(o, f.Role)
	if changed || !known || o.role != was {
		r.announce(o, s, &notice{})
	}
	p := s.person()
	r.relay(via, Entered{p, r.says(s), true})
}

func (r *Room) remoteChanged(via Via, f Changed) {
	s := r.sessions[identity{via, f.JID}]
	if s == nil {
		return
	}
	was, before, shown := s.o.role, s.payload, s.o.shown().payload
	s.payload = r.filter(f.Payload)
	r.bring(s)
	r.grade(s.o, f.Role)
	if s.o.role == was && bytes.Equal(s.payload, before) && bytes.Equal(s.payload, shown) {
		return // he was announced again after an outage
	}
	r.announce(s.o, s, &notice{})
	if r.broadcasts(was) && !r.broadcasts(s.o.role) {
		r.hide(s.o)
	}
	r.relay(via, Changed{s.person(), r.says(s)})
}

func (r *Room) remoteRenamed(via Via, f Renamed) {
	s := r.sessions[identity{via, f.JID}]
	if s == nil {
		return
	}
	nick, key, ok := r.nickFor(f.NewNick, f.JID)
	s.wants = f.NewNick
	if !ok || s.o.goesBy(nick, key) {
		return
	}
	r.collides(s, nick)
	r.renameSession(s, nick, key, s.payload, &notice{})
}

// remoteLeft takes out a user of another node, or one of ours whom another node's moderator removed.
func (r *Room) remoteLeft(via Via, f Left) {
	if s := r.sessions[identity{via, f.JID}]; s != nil {
		n := &notice{actor: f.Actor, reason: f.Reason}
		if f.Code != 0 {
			n.codes = []int{f.Code}
		}
		if f.Code == 333 {
			r.await(s)
		}
		r.depart(s, r.filter(f.Payload), n, f.Code)
		return
	}
	switch s := r.anywhere(f.JID); {
	case !removals[f.Code]:
	case s != nil:
		r.expel(s.o, &notice{codes: []int{f.Code}, actor: f.Actor, reason: f.Reason})
	default:
		r.shutOut(sentAway, f.JID)
	}
}

// removals are the codes by which somebody was put out, wherever he is. A node that has lost sight of somebody says nothing of
// that kind. xep:0045#registrar-statuscodes
var removals = map[int]bool{301: true, 307: true, 321: true, 322: true}

// anywhere finds a session that is here, or behind whatever link.
func (r *Room) anywhere(user stanza.JID) *Session {
	for _, o := range r.users[user.Bare()] {
		if i := slices.IndexFunc(o.sessions, func(s *Session) bool { return s.jid == user }); i >= 0 {
			return o.sessions[i]
		}
	}
	return nil
}

// lost takes out everybody who came over a link that is no more.
func (r *Room) lost(via Via, broken bool) {
	for _, s := range r.behind(via) {
		switch {
		case broken:
			r.lose(s)
		case r.sessions[s.identity()] == s:
			r.depart(s, nil, &notice{}, 0)
		}
	}
	r.afterLeave()
}

func (r *Room) behind(via Via) []*Session {
	var list []*Session
	for _, o := range r.occupants {
		for _, s := range o.sessions {
			if s.via == via {
				list = append(list, s)
			}
		}
	}
	return list
}

// filter strips from another node's payload what only this room may say.
func (r *Room) filter(payload []byte) []byte {
	list, err := stanza.ParseElements(payload)
	if err != nil {
		return nil
	}
	return joined(r.genuine(list))
}

func joined(list []stanza.Element) []byte {
	var b stanza.Builder
	return b.Elements(list).Bytes()
}
