// Package storage names what isthmus keeps and the small interface by which it is kept.
//
// S1. A batch is committed whole or not at all, in the order given.
// S2. An event, once committed, never changes its key and is never seen twice.
// S3. A driver tells a passing fault from a final one: ErrRejected is final, anything else may be tried again, even if
// the batch was committed after all: an event that is there already, equal in every field, is the same event, and so is
// one that was retracted since.
// S4. The events of a room are seen in order of arrival: who has seen one has seen all that arrived before it.
package storage

import (
	"context"
	"errors"
	"time"
)

var (
	// ErrNotFound says that there is no such room.
	ErrNotFound = errors.New("storage: no such room")
	// ErrNoEvent says that a room's log has no event of an id that was asked for.
	ErrNoEvent = errors.New("storage: no such event")
	// ErrRejected wraps the error of a change that can never be committed (a value the database refuses, a broken key).
	ErrRejected = errors.New("storage: change refused")
	// ErrNewerSchema says that the database was written by a newer isthmus.
	ErrNewerSchema = errors.New("storage: the database is newer than this isthmus")
	// ErrOlderSchema says that the database was written by an older isthmus, and is not to be changed.
	ErrOlderSchema = errors.New("storage: the database is older than this isthmus")
)

// Store is what every driver offers. All methods are safe for concurrent use and obey ctx.
type Store interface {
	// Load reads one room with its affiliations, its last history logged events (oldest first) and its links. A history
	// below 0 is what those who enter are shown: events of kind "message", as many as the room's own configuration says.
	// What is retracted is never shown there. A room that does not exist is ErrNotFound; one that was destroyed and whose
	// name is kept has a Tombstone and nothing else.
	Load(ctx context.Context, room string, history int) (*Room, error)

	// Commit applies the batch in one transaction, in order (S1).
	Commit(ctx context.Context, batch []Change) error

	// Public lists rooms that may be listed (public, not locked), ordered by JID, starting behind after, at most max;
	// and how many there are in all.
	Public(ctx context.Context, after string, max int) (list []Listed, total int, err error)

	// Archive reads a page of a room's log in order of arrival. ErrNoEvent if an id of the query is not in the log. A room
	// that does not exist has an empty log.
	Archive(ctx context.Context, q Query) (*Page, error)

	// Known tells of each trace whether the room's log has an event of it. A room that does not exist has an empty log.
	Known(ctx context.Context, room string, list []Trace) ([]bool, error)

	// Rooms lists all rooms as Public does those that may be listed.
	Rooms(ctx context.Context, after string, max int) (list []Listed, total int, err error)

	// Unfinished lists the rooms that somebody was in when they were last stored, those with proposals whose authors have not
	// been told the end of, and all temporary ones, ordered by JID, starting behind after, at most max.
	Unfinished(ctx context.Context, after string, max int) (rooms []string, err error)

	// Owned counts the rooms that this bare JID has created.
	Owned(ctx context.Context, creator string) (int, error)

	// Trim cuts what need not be kept any more off the logs of some rooms, ordered by JID, beginning with from: not much at a
	// time, so that nobody waits for it. It returns where to go on, "" when it has been to all rooms, and how many events are
	// gone. No number of what is cut is given again.
	Trim(ctx context.Context, keep Retention, from string) (next string, gone int, err error)

	// Links lists what survives of the links of a room, "" for those of all rooms, ordered by room and peer, at most max; and
	// how many there are.
	Links(ctx context.Context, room string, max int) (list []Link, total int, err error)

	// Backlogs says for each of these links what its peer has not got: what other nodes want of the room's log behind the
	// event Acked, without what came from the peer or was retracted. Where the log does not have that event it is what was said
	// since SyncedAt, and where nothing is acknowledged there is none.
	Backlogs(ctx context.Context, links []Link) ([]Backlog, error)

	// Ping tells whether the database answers.
	Ping(ctx context.Context) error
	Close() error
}

// Change is one step of a batch. All but SaveRoom and DeleteRoom need a room that exists, unless they remove something.
type Change interface{ change() }

// SaveRoom inserts or replaces everything of a room that is in its record. It takes a tombstone's place.
type SaveRoom struct{ Room RoomRecord }

// DeleteRoom removes a room with all that belongs to it. A room that is not there is no error. A Tombstone keeps its name;
// without one the name is free, whatever tombstone it had.
type DeleteRoom struct {
	JID       string
	Tombstone *Tombstone
}

// SaveAffiliation sets one affiliation; "none" without a nick removes the row. A key that somebody else in the room has when
// the batch is done is refused.
type SaveAffiliation struct {
	Room string
	Affiliation
}

// AppendEvent adds to a room's log. An event that is there already is left alone (S3); another event under its key is
// refused.
type AppendEvent struct{ Event Event }

// Resume has a room's numbers, and its clock, go on behind these, whatever its log has.
type Resume struct {
	Room    string
	Seq, At int64
}

// Retract replaces the payload of an event by a tombstone. An event that is not there is no error. Several events of one
// stanza-id are all retracted, as a query for it finds them all.
type Retract struct {
	Room, StanzaID string
	Payload        []byte
}

// SaveVCard sets a room's vCard, raw; nil removes it.
type SaveVCard struct {
	Room  string
	VCard []byte
}

// SaveHat inserts or replaces a hat with all who wear it.
type SaveHat struct {
	Room string
	Hat
}

// DeleteHat forgets a hat.
type DeleteHat struct{ Room, URI string }

// SaveHold inserts or replaces the nick that is held for a user.
type SaveHold struct {
	Room string
	Hold
}

// DeleteHold lets go of it.
type DeleteHold struct{ Room, JID string }

// SaveRequest inserts or replaces a user's request to be registered.
type SaveRequest struct {
	Room string
	Request
}

// DeleteRequest forgets it.
type DeleteRequest struct{ Room, JID string }

// SaveSession inserts or replaces one client that is in a room.
type SaveSession struct {
	Room string
	Session
}

// DeleteSession forgets it.
type DeleteSession struct{ Room, JID string }

// SaveTalk inserts or replaces a negotiated session.
type SaveTalk struct {
	Room string
	Talk
}

// DeleteTalk forgets it.
type DeleteTalk struct{ Room, Key string }

// SaveProposal inserts or replaces what somebody wants to say in a room that has to ask another.
type SaveProposal struct {
	Room string
	Proposal
}

// DeleteProposal forgets it.
type DeleteProposal struct{ Room, Author, ID string }

// SaveLink inserts or replaces what is known of one link.
type SaveLink struct{ Link Link }

// DeleteLink forgets a link.
type DeleteLink struct{ Room, Peer string }

func (SaveRoom) change()        {}
func (DeleteRoom) change()      {}
func (SaveAffiliation) change() {}
func (AppendEvent) change()     {}
func (Resume) change()          {}
func (Retract) change()         {}
func (SaveVCard) change()       {}
func (SaveHat) change()         {}
func (DeleteHat) change()       {}
func (SaveHold) change()        {}
func (DeleteHold) change()      {}
func (SaveRequest) change()     {}
func (DeleteRequest) change()   {}
func (SaveSession) change()     {}
func (DeleteSession) change()   {}
func (SaveTalk) change()        {}
func (DeleteTalk) change()      {}
func (SaveProposal) change()    {}
func (DeleteProposal) change()  {}
func (SaveLink) change()        {}
func (DeleteLink) change()      {}

// Room is a room as it is loaded. Times are in UTC and whole microseconds, an empty list is nil.
type Room struct {
	RoomRecord
	Affiliations []Affiliation // ordered by JID
	History      []Event       // oldest first, in order of arrival
	Links        []Link        // ordered by peer
	Seen         [][]byte      // dedupe keys of the last 1,000 events, where they have one, oldest first
	LastSeq      int64         // the highest seq of the room's own origin and epoch, 0 if none
	LastAt       int64         // the highest hybrid logical clock in the room's log, 0 if none
	VCard        []byte
	Hats         []Hat     // ordered by URI
	Holds        []Hold    // ordered by JID
	Requests     []Request // ordered by JID
	Sessions     []Session // ordered by JID
	Talks        []Talk    // ordered by key

	Proposals []Proposal // ordered by author and id

	Tombstone *Tombstone // not nil: there is no such room any more, and nothing else is set; it may have expired
}

// RoomRecord is one row of rooms.
type RoomRecord struct {
	JID     string // bare
	Epoch   int64  // random, drawn when the room's log is created
	Secret  []byte // 32 bytes; salts occupant-ids and signs forwarded ids
	Created time.Time
	Creator string // bare JID
	Locked  bool   // created, not yet configured
	Config  Config

	Subject       string // plain text
	SubjectXML    []byte // the <subject/> elements as they came, in all their languages
	SubjectNick   string
	SubjectAuthor string // bare JID
	SubjectVia    string // bare JID of the peer that it came from, "" = of here
	SubjectAt     time.Time
}

// Config is a room's configuration, one typed column each. muc.Config has the same fields in the same order, so that one
// converts into the other and the compiler notices a difference.
type Config struct {
	Name              string
	Description       string
	Lang              string
	Password          string
	PasswordProtected bool
	Persistent        bool
	Public            bool
	PublicList        bool // occupants are listed by disco#items
	MembersOnly       bool
	Moderated         bool
	NonAnonymous      bool // whois=anyone
	ChangeSubject     bool // any participant may
	AllowInvites      bool // any member or participant may
	AllowQuery        bool // IQs between occupants
	Logging           bool // enablelogging: status 170
	AllowPM           string
	PresenceBroadcast []string // roles whose presence is sent to all
	GetMemberList     []string // roles that may read the member list
	MaxUsers          int      // 0 = no limit
	MaxHistory        int      // messages kept for those who join
	PubSub            string

	Archiving              bool   // messages are kept for good
	MembersByDefault       bool   // newcomers to a room that is not moderated have voice
	AllowVisitorStatus     bool   // visitors may say what they are doing
	AllowVisitorNickChange bool   // visitors may change their nick
	AllowVoiceRequests     bool   // visitors may ask for voice
	AllowModeratorPM       bool   // private messages to moderators are allowed whatever AllowPM says
	AllowRegistration      bool   // who has no affiliation may register
	NickPolicy             string // "free", "registered" or "locked"
	SlowMode               int    // seconds between two messages of one user, 0 = any
	TalkLogging            string // what two occupants may agree on: "pass" (whatever they like), "force-may" or "force-mustnot" log
	UserOptOut             bool   // occupants may have what they say to all not logged
	KeepDays               int    // how long the log is kept, 0 = as long as the service says
	KeepEvents             int    // how many events of it are kept, 0 = as many as the service says

	FederationJoin   string   // bare JID of the peer room that this one joins, "" = none
	FederationAccept []string // bare room JIDs or domains that may join this one
}

// Affiliation is what a room knows of one bare JID or domain.
type Affiliation struct {
	JID         string // bare JID or domain
	Affiliation string // owner, admin, member, outcast or none
	Nick        string // reserved nick, may be empty
	Key1, Key2  string // how the nick compares; no two users of a room share one, of either kind
	Reason      string
}

// Hat is what some users of a room are shown with, whoever they are to it otherwise.
type Hat struct {
	URI, Title string
	Hue        string // degrees, "" = none
	Wearers    []string
}

// Hold keeps a nick for somebody who lost his connection.
type Hold struct {
	JID, Nick string // bare JID
	Until     time.Time
}

// Session is one client that is in a room on this node.
type Session struct {
	JID          string // full
	Nick, Role   string
	Silenced     bool // a moderator took his voice
	Entry, Spoke int64
	Payload      []byte // presence children
}

// Talk is a session that two parties have negotiated, or are about to. XEP-0155
type Talk struct {
	Key     string // of the parties and their thread
	Thread  string
	A, B    string // who offered and to whom, as the room knows them
	Dialect string // FORM_TYPE
	Role    string // "relay" between two occupants, "party" for one with the room
	State   string
	Params  []string // in force, name=value, sorted
	Data    []byte   // the rest
}

// Proposal is a message on its way to the primary of its room. It is in no log: it is said when the primary repeats it.
type Proposal struct {
	Author string // full JID
	ID     string // on the way; no other of the author's has it
	Named  string // the id that the author gave it, may be empty
	Until  time.Time
	State  string // "asked", "refused", or "told" when the author knows that it was refused
}

// Request is somebody's wish to be registered that no admin has answered.
type Request struct {
	JID, Nick string // bare JID
	Form      []byte // as submitted, raw
	At        time.Time
}

// Tombstone is what stays of a destroyed room, so that nobody else takes its name.
type Tombstone struct {
	Venue, Reason string   // Venue is the bare JID of the room to go to, "" = none
	Owners        []string // bare JIDs; they may take the name again
	Until         time.Time
}

// Event is one row of the log. (Room, Origin, Epoch, Seq) is its key.
type Event struct {
	Room   string
	Origin string // bare JID of the node that numbered the event
	Epoch  int64
	Seq    int64
	At     int64 // hybrid logical clock: milliseconds since 1970 << 16 | counter

	Kind       string // "message", "subject" or "notice": what the room itself said
	StanzaID   string
	ID         string // the author's id attribute
	Author     string // full JID of the author as the room knew it, "" if unknown
	Nick       string
	OccupantID string
	Lang       string
	Via        string // bare JID of the peer it came from, "" = a local author
	Open       bool   // written while the room was non-anonymous
	Payload    []byte // children as they came, bytes
	Dedupe     []byte // recognises the event when another path brings it again, nil = none
	Retracted  bool   // Payload is a tombstone
}

// Query says which part of a room's log is wanted. What is empty does not narrow it.
type Query struct {
	Room       string
	Start, End time.Time // when it was said, both inclusive, by the millisecond
	Nick       string    // said under exactly this nick
	Author     string    // said by this JID; a bare one is all that its resources have said
	Open       bool      // said while the room was non-anonymous
	After      []string  // stanza-ids: what arrived behind all of them
	Before     []string  // stanza-ids: what arrived in front of all of them
	IDs        []string  // stanza-ids: just these
	Max        int       // events of a page
	Backward   bool      // the last page of what matches, not the first; it is in order of arrival all the same
	Count      bool      // how many match in all is asked, too
}

// Page is a part of a room's log.
type Page struct {
	Events   []Event // in order of arrival
	Complete bool    // nothing that matches lies beyond this page, in the direction of the query
	Total    int     // how many match without After and Before, counted to CountMost + 1 at most; 0 unless asked
}

// CountMost bounds how far matches are counted.
const CountMost = 10000

// Retention says what of all logs is kept; a room's own KeepDays and KeepEvents may say less, never more. An event is as old
// as the newest that had arrived with it: what another node brings late is kept as long as what was said when it came.
type Retention struct {
	Now    time.Time
	Age    time.Duration // 0 = for ever
	Events int           // the newest of each room, 0 = all
}

// Of is what is kept of a room's log: what is at least as new as this hybrid logical clock, and so many of the newest events;
// 0 is no limit.
func (k Retention) Of(c Config) (since int64, events int) {
	age := tighter(k.Age, time.Duration(max(0, min(c.KeepDays, maxDays)))*24*time.Hour)
	if age > 0 {
		since = millisecond(k.Now.Add(-age)) << 16
	}
	return since, tighter(k.Events, c.KeepEvents)
}

const maxDays = 100 * 366 // more are as good as for ever

// tighter is the smaller of two limits; one that is not above 0 is none.
func tighter[N int | time.Duration](a, b N) N {
	if a <= 0 || b > 0 && b < a {
		return max(b, 0)
	}
	return a
}

// Listed is one row of the service's list of rooms.
type Listed struct {
	JID, Name string
}
