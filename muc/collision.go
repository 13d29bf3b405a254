package muc

import (
	"slices"
	"strconv"

	"isthmus/component/stanza"
)

// nickFor is the nick under which this room shows a remote user: his own, unless somebody else has it here, or one that looks
// like it, or it is kept for others.
func (r *Room) nickFor(nick string, user stanza.JID) (string, string, bool) {
	nick, key, err := prepareNick(nick)
	if err != nil {
		return "", "", false
	}
	if r.refuseNick(nick, key, user) == nil {
		return nick, key, true
	}
	return r.alias(nick, user)
}

// mostAliases bounds how many users of one domain are told apart by it, and what a peer can have us try.
const mostAliases = 10

// alias tells a user apart from another one of his nick: by his domain, the same way every time and on every node.
func (r *Room) alias(nick string, user stanza.JID) (string, string, bool) {
	for i := range mostAliases {
		alias := nick + " (" + user.Domain + ")"
		if i > 0 {
			alias = nick + " (" + user.Domain + " " + strconv.Itoa(i+1) + ")"
		}
		if a, k, err := prepareNick(alias); err == nil && r.refuseNick(a, k, user) == nil {
			return a, k, true
		}
	}
	return "", "", false
}

// collides tells the link of a user that he is shown under another nick than his own.
func (r *Room) collides(s *Session, shown string) {
	nick, key, err := prepareNick(s.wants)
	if err != nil || nick == shown {
		return
	}
	other := r.byNick[key]
	r.emit(Relay{Only: s.via, Fact: Collided{
		Person: Person{JID: s.jid, Nick: nick}, Alias: shown, Exact: other != nil && other.bare != s.jid.Bare(),
	}})
}

// yield gives a user another nick because somebody else has his on a node that goes before this one. That one gets it here, too.
// Whoever has to use this nick here stays as he is: each node shows the other one under another nick.
func (r *Room) yield(via Via, f Collided) {
	s := r.anywhere(f.JID)
	if s == nil || s.via == via || s.o.Nick != f.Nick {
		return
	}
	if s.via != Here {
		f.Exact = true
		r.emit(Relay{Only: s.via, Fact: f})
		return
	}
	nick, key, ok := r.alias(f.Nick, f.JID)
	if kept, _ := r.keptNick(s.o.bare.String()); !ok || kept != "" {
		return
	}
	was := s.o.key
	r.renameOccupant(s.o, nick, key, &notice{self: []int{210}})
	r.unalias(via, was)
}

// renameOccupant gives an occupant another nick, with all his sessions.
func (r *Room) renameOccupant(o *Occupant, nick, key string, n *notice) {
	var people []Person
	for _, s := range o.sessions {
		people = append(people, s.person())
		for _, f := range features {
			if f.naming != nil {
				f.naming(r, s, nick)
			}
		}
	}
	r.moveOccupant(o.shown(), nick, key, o.shown().payload, n)
	for i, s := range o.sessions {
		r.relay(s.via, Renamed{people[i], nick})
	}
}

// unalias calls those of a link by their own nick who could not have it.
func (r *Room) unalias(via Via, key string) {
	for _, s := range slices.Clone(r.behind(via)) {
		nick, own, err := prepareNick(s.wants)
		if err == nil && own == key && s.o.key != key && r.refuseNick(nick, own, s.jid) == nil {
			r.renameSession(s, nick, own, s.payload, &notice{})
		}
	}
}
