package muc

import (
	"encoding/xml"
	"strings"
	"time"

	"isthmus/component/stanza"
)

// feature is one thing that a room can do, as a struct of optional functions. A new feature is one file, its scripts and
// one line in the table below.
type feature struct {
	name    string
	admit   func(*Room, *entry) *stanza.Error                     // may this session enter?
	speak   func(*Room, *Session, *speech) *stanza.Error          // may this be said to all?
	heard   func(*Room, *utterance)                               // this has been said to all
	renick  func(*Room, *Session, string) *stanza.Error           // may this session take this nick?
	whisper func(*Room, *stanza.Stanza, *Session, *Occupant) bool // takes a private message, or an error about one; nil = no such nick
	letter  func(*Room, *stanza.Stanza, *Session) bool            // takes a message to the room itself, from an occupant or a stranger (nil)
	stamp   func(*Room, *stamped, *stanza.Builder)                // what the room adds to a message
	dress   func(*Room, *Occupant, *stanza.Builder)               // what the room adds to a presence
	forged  []forgery                                             // what only the room may add
	fields  []field                                               // its part of the owner's form
	disco   func(*Room) []string                                  // its features of the room
	info    func(*Room) []stanza.Field                            // its part of the room's information

	queries map[xml.Name]query            // the IQs to the room that it answers
	entered func(*Room, *Session)         // somebody has entered and has been told everything
	leaving func(*Room, *Session)         // somebody is about to leave
	naming  func(*Room, *Session, string) // somebody is about to have this nick
	adopted func(*Room, Config) []int     // the configuration was another: what to do now, and the status codes that say so
	due     func(*Room) time.Time         // when it wants to be woken; the zero time for never
	wake    func(*Room)                   // it is due

	commands []command // what users can have the room do
}

// forgery is an element that is stripped from whatever users send. by names the attribute that makes it a forgery only
// when it holds the room's address, holds the child that makes it one; what is empty says nothing.
type forgery struct {
	name  xml.Name
	by    string
	holds xml.Name
}

// features, read from top to bottom: the order of the checks on entry, of the owner's form and of what the room adds. The
// table is filled at start because what features do reads it.
var features []feature

func init() {
	features = []feature{
		core,
		about,
		lifetime,
		listing,
		locked,
		outcasts,
		membersOnly,
		password,
		nickPolicy,
		nickname,
		maxUsers,
		limits,
		coalesced,
		pulse,
		quarantine,
		lockTime,
		voice,
		slowMode,
		visitors,
		voiceRequests,
		subjects,
		privateMessages,
		invitations,
		anonymity,
		lists,
		registration,
		presences,
		occupantIDs,
		hats,
		avatar,
		archive,
		retention,
		mam,
		retractions,
		moderation,
		talks,
		pacts,
		federation,
		putOuts,
		replicas,
		commands,
	}
}

// core is what every room of XEP-0045 does.
var core = feature{
	name: "XEP-0045",
	disco: func(*Room) []string {
		return []string{nsMUC, nsInfo, nsItems, nsPing, nsStableID, nsSelfPing}
	},
	forged: []forgery{
		{name: name(nsUser, "x")},
		{name: name(nsMUC, "x")},
		{name: name(nsAddress, "addresses")},
	},
	queries: map[xml.Name]query{
		name(nsInfo, "query"):  {gets, (*Room).info},
		name(nsItems, "query"): {gets, (*Room).items},
		name(nsAdmin, "query"): {both, (*Room).admin},
		name(nsOwner, "query"): {both, (*Room).owner},
		name(nsPing, "ping"):   {gets, (*Room).ping},
	},
}

// genuine is a list of children less what their sender may not say (R4).
func (r *Room) genuine(list []stanza.Element) []stanza.Element {
	kept := make([]stanza.Element, 0, len(list))
	for i := range list {
		if !r.isForged(&list[i]) {
			kept = append(kept, list[i])
		}
	}
	return kept
}

func (r *Room) isForged(e *stanza.Element) bool {
	if e.Name.Space == nsFMUC || e.Name == name("", "error") {
		return true
	}
	for _, f := range features {
		for _, g := range f.forged {
			if g.name == e.Name && r.fits(&g, e) {
				return true
			}
		}
	}
	return false
}

// fits tells whether an element is what its name makes it suspect of.
func (r *Room) fits(g *forgery, e *stanza.Element) bool {
	return (g.by == "" || r.isMe(e.Attr(g.by))) && (g.holds.Local == "" || e.Child(g.holds.Space, g.holds.Local) != nil)
}

// isMe tells whether an address is the room's, however it is spelled. What is no address at all is nobody else's either.
func (r *Room) isMe(address string) bool {
	bare, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(address)), "/")
	j, err := stanza.ParseJID(strings.TrimRight(bare, "."))
	return err != nil || j == r.jid
}
