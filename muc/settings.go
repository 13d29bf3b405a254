package muc

import (
	"slices"
	"strings"
	"time"

	"isthmus/component/stanza"
)

// Settings are the service's rules, the same for all its rooms. They are never written to while rooms use them.
type Settings struct {
	Service      string // domain of the component
	Name         string // of the service, for people
	Creation     string // who may create rooms: "open", "local" or "admins"
	LocalDomains []string
	Admins       []string // bare JIDs that act as owners everywhere
	Defaults     Config
	MaxNick      int // characters
	MaxVCard     int // bytes of a room's vCard; 0 = rooms have none
	MaxStanza    int // bytes of what the host server takes; 0 = of any size
	Bounds       Bounds
	RoomOwners   []string // bare JIDs: owners of every new room, beside its creator
	RoomAdmins   []string // bare JIDs: its admins
	SecureLink   bool     // what goes to the host server cannot be read on the way
	Contacts     []string // bare JIDs that answer for all rooms
	ShowSubject  bool     // outside the room, too

	TombstoneLife        time.Duration // how long the name of a destroyed room is kept; 0 = not
	InviteMembers        bool          // to rooms for members only, when they become members
	AnnounceAffiliations bool          // to those who are not in the room

	Fixed []string // fields of the form that owners may not change, without prefix

	PingIdle    time.Duration // silence after which a client is asked for a sign of life, 0 = never
	PingTimeout time.Duration // in which it has to give one

	Retention Retention // of every room's log

	Peers      []string              // domains and bare room JIDs that rooms may federate with; empty = nobody
	Federation map[string]Federation // by localpart: what the administrator says for one room
	Link       LinkConfig            // of the links for which he says nothing else
	Links      map[Ends]LinkConfig   // of those for which he does

	Confusables string        // "off" lets nicks look alike that do not compare as one
	Reserved    Reserved      // nicks for the service's administrators alone
	LockTime    time.Duration // in which a new room is to be configured, 0 = any
	Quarantine  time.Duration // for which the nick of somebody who was lost is kept for him, 0 = not
}

// Federation is what the administrator's file says of one room.
type Federation struct {
	Join   string
	Accept []string
}

// Ends names links: those of one room (its localpart) with one peer (a room or a domain). "" is any.
type Ends struct{ Room, Peer string }

// Modes of a link, the words of the founding documents for what the XEP calls primary-primary and primary-replica.
const (
	MasterMaster = "master-master"
	MasterSlave  = "master-slave"
)

// What presence crosses a link.
const (
	PresenceFull  = "full"
	PresenceJoins = "joins" // who enters, leaves or changes his nick
	PresenceNone  = "none"  // nobody is announced before he speaks
)

// Dialects of peers.
const (
	DialectPlain    = "plain"
	DialectOpenfire = "openfire"
)

// LinkConfig is how a link deals with its peer, and with slow and broken connections. xep:0289#reqs
type LinkConfig struct {
	JoinTimeout time.Duration // for the answer to a join
	Retry       time.Duration // wait before the next attempt
	Ping        time.Duration // silence after which the peer is asked for a sign of life, 0 = never
	PingTimeout time.Duration // in which it has to give one
	Grace       time.Duration // how long the peer's people stay when nothing gets through

	EchoTimeout time.Duration // in which a replica's primary has to repeat what it was asked to

	Mode      string
	Presence  string
	Dialect   string
	Rate      int      // bit/s, 0 = as fast as it goes
	Users     []string // domains of those whom the peer may speak for; none = all but ours
	Negotiate bool     // the link's terms with the peer
	Transit   bool     // what comes over the link may go out over others, and what comes over those over it
}

// LinkOf is how the link of a room with a peer's room is. What is said of the peer counts more than what is said of the room.
func (s *Settings) LinkOf(room, peer stanza.JID) LinkConfig {
	for _, r := range []string{room.Local, ""} {
		for _, p := range []string{peer.Bare().String(), peer.Domain, ""} {
			if c, ok := s.Links[Ends{r, p}]; ok {
				return c
			}
		}
	}
	return s.Link
}

// mayCreate tells whether this user may create rooms.
func (s *Settings) mayCreate(j stanza.JID) bool {
	if s.isAdmin(j) {
		return true
	}
	switch s.Creation {
	case "admins":
		return false
	case "local":
		return slices.Contains(s.LocalDomains, j.Domain)
	}
	return true
}

// Hosts tells whether the users of a domain are this server's own. No peer speaks for them.
func (s *Settings) Hosts(domain string) bool {
	return domain == s.Service || slices.ContainsFunc(s.LocalDomains, func(d string) bool { return strings.EqualFold(d, domain) })
}

// Trusts tells whether a bare JID is held to no rate: an administrator's, or one that speaks for others.
func (s *Settings) Trusts(bare string) bool {
	return slices.Contains(s.Admins, bare) || Matches(s.Peers, bare)
}

func (s *Settings) isAdmin(j stanza.JID) bool {
	return slices.Contains(s.Admins, j.Bare().String())
}

// Matches tells whether a peer's bare JID is on a list of bare JIDs and domains.
func Matches(list []string, peer string) bool {
	domain := peer[strings.IndexByte(peer, '@')+1:]
	return slices.Contains(list, peer) || slices.Contains(list, domain)
}
