package muc

import (
	"time"

	"isthmus/component/stanza"
)

// Fact is something that happened at one node of a federated room and that the others want to know. The same types
// arrive from links as events and leave to links in Relay.
type Fact interface{ fact() }

// Person is a user as nodes know him: the full JID is his identity at every hop, the nick is what he calls himself.
type Person struct {
	JID         stanza.JID
	Nick        string
	Affiliation Affiliation
	Role        Role
}

// Entered says that a session is in the room.
type Entered struct {
	Person
	Payload []byte // presence children
	Far     bool   // he is here over another link
}

// Changed says that a session's presence changed.
type Changed struct {
	Person
	Payload []byte
}

// Renamed says that a session changed its nick from Person.Nick to NewNick.
type Renamed struct {
	Person
	NewNick string
}

// Left says that a session is gone.
type Left struct {
	Person
	Payload []byte
	Code    int    // 0, or the status code of a removal: 301, 307 …
	Actor   string // nick of who removed him
	Reason  string
	Refused bool // he was never in the room
}

// Gone says that a node has put out its user, as it was told.
type Gone struct{ JID stanza.JID }

// Said is a groupchat message or a change of subject.
type Said struct {
	Person
	ID, Lang string
	Payload  []byte
	Subject  bool      // the payload changes the subject
	At       time.Time // when it was said, if that is not now
	Since    time.Time // of a subject: its place among all subjects; the zero time = behind all that the room knows
	StanzaID string    // of the event in this node's log, "" if it is not logged
	Known    bool      // the room's log has it already
}

// Private is a private message between two nodes.
type Private struct {
	Person
	To             string     // nick
	ToJID          stanza.JID // who is meant, where the sending node knows; his nick may be another at the next
	Type, ID, Lang string
	Payload        []byte
}

// Unheard says that a node does not show what somebody has said.
type Unheard struct {
	Person
	ID      string
	Payload []byte // <error/>
}

// Asked is a link that wants the room's state: the answer is State, to this link only.
type Asked struct{ History Limits }

// State is everything that a node that joins must know, in the order of XEP-0045.
type State struct {
	Occupants []Entered
	History   []Said
	Subject   Said
	Last      string   // the stanza-id of the last event of the log, "" for an empty one
	Tail      string   // of the one behind which as much lies as was asked for, "" for all of it
	Standing  Standing // with the room's own primary
}

// Wanted is a link that wants what is logged behind an event, or what was said since a time. The answer is Told.
type Wanted struct {
	Turn  int    // comes back in the answer
	After string // stanza-id, "" = from the beginning
	Since time.Time
	Max   int // events
}

// Told answers Wanted, to this link only: a part of the log, in order of arrival, without what its peer said.
type Told struct {
	Turn     int
	Said     []Said
	Last     string // the stanza-id of the last event that was looked at, "" if there was none
	Complete bool   // nothing lies behind it
	Err      error
}

// Logged says that what came over this link is an event of the log now.
type Logged struct{ StanzaID string }

// Repeated says that what came over this link is in the log already, and was dropped.
type Repeated struct{}

// Collided says that two users have one nick: to a link that one of its people is shown under another, to a room that one of
// ours has to take another.
type Collided struct {
	Person
	Alias string // under which he is shown
	Exact bool   // somebody has the nick itself, not one that looks like it or that is kept for others
}

// Settled asks a room whether everything before it is stored: it comes back to its link then.
type Settled struct{ ID string }

// Primary says how a replica stands with its primary: the link to it tells the room, the room the links to those that have
// joined it.
type Primary struct {
	Standing Standing
	Turn     int // counts the times that the link was joined
}

// Proposed is what a user wants to say in a room that is a replica, for its primary to repeat. It is for the link to that one,
// and for this turn of it only.
type Proposed struct {
	Said
	Turn int
}

// Lost says that a link is gone, and with it everybody who came over it.
type Lost struct {
	Reason string
	Broken bool // nobody wanted it
}

// Closed says that the room is no more.
type Closed struct{}

func (Entered) fact()  {}
func (Changed) fact()  {}
func (Renamed) fact()  {}
func (Left) fact()     {}
func (Said) fact()     {}
func (Gone) fact()     {}
func (Private) fact()  {}
func (Unheard) fact()  {}
func (Asked) fact()    {}
func (State) fact()    {}
func (Settled) fact()  {}
func (Wanted) fact()   {}
func (Told) fact()     {}
func (Logged) fact()   {}
func (Repeated) fact() {}
func (Collided) fact() {}
func (Primary) fact()  {}
func (Proposed) fact() {}
func (Lost) fact()     {}
func (Closed) fact()   {}
