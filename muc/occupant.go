package muc

import (
	"cmp"
	"slices"
	"time"

	"isthmus/component/stanza"
)

// Occupant is a user under one nick, with one session or several.
type Occupant struct {
	Nick     string
	key      string // how the nick compares
	look     look   // what it looks like
	from     string // room/nick as text
	bare     stanza.JID
	id       string // occupant-id
	aff      Affiliation
	role     Role
	silenced bool       // a moderator took his voice
	vouched  bool       // he is here, or a peer that is trusted with his domain by name speaks for him
	sessions []*Session // in order of entry; the last one to speak of its presence is shown
	entry    int64      // rises in order of entry

	portraits [2]portrait // for those who see no real addresses, for those who do
}

// Session is one full JID in the room, on this node or behind a link.
type Session struct {
	jid     stanza.JID
	addr    stanza.Addr
	via     Via
	o       *Occupant
	wants   string // the nick that his own node has given him, behind a link
	payload []byte // presence children as the room shows them
	spoke   int64  // rises in the order in which sessions speak of their presence

	heard time.Time // when its client has last said something
	asked time.Time // when it was asked for a sign of life and has not given one
}

// identity finds a session. The same full JID may stand behind two links at once while the network heals.
type identity struct {
	via Via
	jid stanza.JID
}

func (s *Session) identity() identity { return identity{s.via, s.jid} }

// person is the session as other nodes know it.
func (s *Session) person() Person { return Person{s.jid, s.o.Nick, s.o.aff, s.o.role} }

// session finds the local session that sent a stanza.
func (r *Room) session(j stanza.JID) *Session { return r.sessions[identity{Here, j}] }

// occupant finds who has this nick.
func (r *Room) occupant(nick string) *Occupant {
	_, key, err := prepareNick(nick)
	if err != nil {
		return nil
	}
	return r.byNick[key]
}

// of finds all occupants of one user, or of all users of a domain.
func (r *Room) of(jid string) []*Occupant {
	if j, err := stanza.ParseJID(jid); err == nil && j.Local != "" {
		return slices.Clone(r.users[j])
	}
	var list []*Occupant
	for _, o := range r.occupants {
		if o.bare.Domain == jid {
			list = append(list, o)
		}
	}
	return list
}

// inside tells whether a user is in the room, and not just on some peer's word.
func (r *Room) inside(user stanza.JID) bool {
	return slices.ContainsFunc(r.users[user.Bare()], func(o *Occupant) bool { return o.vouched })
}

// add puts a session into the room under this nick, alone or beside the user's others.
func (r *Room) add(s *Session, nick, key string, aff Affiliation, role Role) *Occupant {
	o := r.byNick[key]
	if o == nil {
		o = &Occupant{bare: s.jid.Bare(), id: r.occupantID(s.jid), aff: aff, role: role, vouched: r.vouched(s)}
		r.remind(o)
		o.entry = r.next()
		r.occupants = append(r.occupants, o)
		r.users[o.bare] = append(r.users[o.bare], o)
		r.rename(o, nick, key)
	}
	s.o, s.spoke = o, r.next()
	r.expect(s)
	r.returned(s)
	o.sessions = append(o.sessions, s)
	r.sessions[s.identity()] = s
	switch {
	case s.via != Here:
	case len(o.sessions) == 1:
		r.views = r.views.with(s, r.seesJIDs(o))
	default:
		r.views = nil
	}
	return o
}

func (r *Room) rename(o *Occupant, nick, key string) {
	if o.key != "" {
		r.unname(o)
	}
	o.Nick, o.key, o.look, o.from = nick, key, r.look(nick, key), r.jid.With(nick).String()
	r.byNick[key] = o
	r.claims.add(o.bare.String(), o.look)
}

func (r *Room) unname(o *Occupant) {
	delete(r.byNick, o.key)
	r.claims.drop(o.bare.String(), o.look)
}

// remove takes a session out and tells whether its occupant went with it.
func (r *Room) remove(s *Session) (last bool) {
	o := s.o
	delete(r.sessions, s.identity())
	r.late = r.drop(s)
	o.sessions = slices.DeleteFunc(o.sessions, func(x *Session) bool { return x == s })
	if s.via == Here {
		r.views = nil
	}
	if len(o.sessions) > 0 {
		return false
	}
	r.unname(o)
	i, _ := slices.BinarySearchFunc(r.occupants, o.entry, func(x *Occupant, entry int64) int { return cmp.Compare(x.entry, entry) })
	r.occupants = slices.Delete(r.occupants, i, i+1)
	r.users[o.bare] = slices.DeleteFunc(r.users[o.bare], func(x *Occupant) bool { return x == o })
	if len(r.users[o.bare]) == 0 {
		delete(r.users, o.bare)
	}
	return true
}

// clear takes everybody out. They have been told.
func (r *Room) clear() {
	for _, o := range r.occupants {
		r.unname(o)
	}
	r.clearTalks()
	r.occupants, r.sessions, r.users = nil, map[identity]*Session{}, map[stanza.JID][]*Occupant{}
	r.views, r.late = nil, nil
}

// shown is the session whose presence stands for the occupant.
func (o *Occupant) shown() *Session { return o.sessions[len(o.sessions)-1] }

// bring makes s the session that stands for its occupant.
func (r *Room) bring(s *Session) {
	if s.o.shown() == s {
		return
	}
	s.spoke, r.views = r.next(), nil
	s.o.sessions = append(slices.DeleteFunc(s.o.sessions, func(x *Session) bool { return x == s }), s)
}

// next counts who enters and who speaks of his presence.
func (r *Room) next() int64 {
	r.count++
	return r.count
}

// local tells whether any session of the occupant is on this node.
func (o *Occupant) local() bool {
	return slices.ContainsFunc(o.sessions, func(s *Session) bool { return s.via == Here })
}

// addrs are the addresses of the occupant's sessions on this node.
func (o *Occupant) addrs() []stanza.Addr {
	var list []stanza.Addr
	for _, s := range o.sessions {
		if s.via == Here {
			list = append(list, s.addr)
		}
	}
	return list
}

// views are the local recipients by what they may see, in order of entry. What was published of them is never changed (R8):
// they are rebuilt whole, or grow at their ends.
type views struct {
	all    []stanza.Addr
	seeing []stanza.Addr // may see real JIDs
	blind  []stanza.Addr // may not
}

// with are the recipients and a newcomer; nil if they are not known.
func (v *views) with(s *Session, sees bool) *views {
	if v == nil {
		return nil
	}
	more := *v
	class := &more.blind
	if sees {
		class = &more.seeing
	}
	more.all, *class = append(more.all, s.addr), append(*class, s.addr)
	return &more
}

func (r *Room) viewers() *views {
	if r.views != nil {
		return r.views
	}
	v := &views{all: make([]stanza.Addr, 0, len(r.occupants)+8)}
	for _, o := range r.occupants {
		class := &v.blind
		if r.seesJIDs(o) {
			class = &v.seeing
		}
		for _, s := range o.sessions {
			if s.via == Here {
				v.all = append(v.all, s.addr)
				*class = append(*class, s.addr)
			}
		}
	}
	r.views = v
	return v
}

// seesJIDs tells whether an occupant may see the real JIDs of others (P8). xep:0045#enter-nonanon xep:0045#enter-semianon
func (r *Room) seesJIDs(o *Occupant) bool { return r.rec.Config.NonAnonymous || o.role == Moderator }
