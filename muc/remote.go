package muc

import (
	"bytes"
	"slices"
	"strconv"

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
	case Wanted:
		r.tellLog(via, f)
	case Settled:
		r.emit(Relay{Only: via, Fact: f})
	case Lost:
		r.lost(via, f.Broken)
	}
}

// remoteEntered lets in a user of another node. This room's bans and members' list hold for him too; he is sent back, the
// link is not to blame.
func (r *Room) remoteEntered(via Via, f Entered) {
	if s := r.sessions[identity{via, f.JID}]; s != nil {
		r.remoteChanged(via, Changed(f))
		return
	}
	if r.sessions[identity{Here, f.JID}] != nil || f.JID.Domain == r.settings.Service {
		return // our own user comes back, or an address of ours: a loop
	}
	aff := r.affiliation(f.JID)
	if r.proxied(via, f.JID) && aff != Outcast {
		aff = None
	}
	nick, key, ok := r.nickOver(via, f.Nick, f.JID)
	if code, why := r.unwelcome(aff, r.byNick[key] != nil); code != 0 {
		r.emit(Relay{Only: via, Fact: Left{Person: f.Person, Code: code, Reason: why}})
		return
	}
	if !ok {
		r.emit(Relay{Only: via, Fact: Left{Person: f.Person, Code: 307, Reason: badNick.Text}})
		return
	}
	if !r.proxied(via, f.JID) && aliased(nick, f.Nick) {
		r.emit(Relay{Only: via, Fact: Collided{}})
	}
	s := &Session{jid: f.JID, addr: f.JID.Addr(), via: via, payload: r.filter(f.Payload)}
	there := r.byNick[key]
	known := there != nil && bytes.Equal(there.shown().payload, s.payload)
	o := r.add(s, nick, key, aff, min(r.defaultRole(aff), Participant))
	r.grade(o, f.Role)
	if !known {
		r.announce(o, s, &notice{})
	}
	p := s.person()
	r.relay(via, Entered{p, r.says(s)})
}

// unwelcome is the status code by which a remote user is turned away, and why; 0 if he is not.
func (r *Room) unwelcome(aff Affiliation, beside bool) (code int, why string) {
	limit := r.rec.Config.MaxUsers
	switch {
	case aff == Outcast:
		return 301, ""
	case r.rec.Config.MembersOnly && aff < Member:
		return 321, ""
	case limit > 0 && len(r.occupants) >= limit && !beside && aff < Admin:
		return 307, roomFull.Text
	}
	return 0, ""
}

// proxied tells whether a peer speaks for a user of our own. He may sit in the peer's room, or be made up: nobody can tell,
// so he gets neither the nick nor the rights that he has here. xep:0289#security
func (r *Room) proxied(via Via, user stanza.JID) bool {
	return via != Here && r.settings.Hosts(user.Domain)
}

// nickOver is the nick under which somebody is shown whom a peer speaks for.
func (r *Room) nickOver(via Via, nick string, user stanza.JID) (string, string, bool) {
	if r.proxied(via, user) {
		peer, _ := stanza.ParseJID(string(via))
		nick += " (" + peer.Domain + ")"
	}
	return r.nickFor(nick, user.Domain, r.who(via, user))
}

// nickFor is the nick under which this room shows a remote user: his own, unless somebody else has it here. Then he is
// told apart by his domain, the same way every time.
func (r *Room) nickFor(nick, domain string, user stanza.JID) (string, string, bool) {
	nick, key, err := prepareNick(nick)
	if err != nil {
		return "", "", false
	}
	if r.refuseNick(nick, key, user) == nil {
		return nick, key, true
	}
	for i := range 100 {
		alias := nick + " (" + domain + ")"
		if i > 0 {
			alias = nick + " (" + domain + " " + strconv.Itoa(i+1) + ")"
		}
		if a, k, err := prepareNick(alias); err == nil && r.refuseNick(a, k, user) == nil {
			return a, k, true
		}
	}
	return "", "", false
}

// aliased tells whether somebody is shown under another nick than his own.
func aliased(shown, own string) bool {
	nick, _, err := prepareNick(own)
	return err == nil && nick != shown
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
	nick, key, ok := r.nickOver(via, f.NewNick, f.JID)
	if !ok || s.o.goesBy(nick, key) {
		return
	}
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
	if o := r.elsewhere(f.JID); o != nil && removals[f.Code] {
		r.expel(o, &notice{codes: []int{f.Code}, actor: f.Actor, reason: f.Reason})
	}
}

// removals are the codes by which somebody was put out, wherever he is. A node that has lost sight of somebody says nothing of
// that kind. xep:0045#registrar-statuscodes
var removals = map[int]bool{301: true, 307: true, 321: true, 322: true}

// elsewhere finds somebody who is here, or behind another link than the one that speaks of him.
func (r *Room) elsewhere(user stanza.JID) *Occupant {
	for _, o := range r.users[user.Bare()] {
		if slices.ContainsFunc(o.sessions, func(s *Session) bool { return s.jid == user }) {
			return o
		}
	}
	return nil
}

// lost takes out everybody who came over a link that is no more.
func (r *Room) lost(via Via, broken bool) {
	for _, s := range r.behind(via) {
		if broken {
			r.lose(s)
			continue
		}
		r.depart(s, nil, &notice{}, 0)
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
