// Package storage names what isthmus keeps and the small interface by which it is kept.
//
// S1. A batch is committed whole or not at all, in the order given.
// S2. An event, once committed, never changes its key and is never seen twice.
// S3. A driver tells a passing fault from a final one: ErrRejected is final, anything else may be tried again, even if
// the batch was committed after all: an event that is there already, equal in every field, is the same event.
package storage

import (
	"context"
	"errors"
	"time"
)

var (
	// ErrNotFound says that there is no such room.
	ErrNotFound = errors.New("storage: no such room")
	// ErrRejected wraps the error of a change that can never be committed (a value the database refuses, a broken key).
	ErrRejected = errors.New("storage: change refused")
	// ErrNewerSchema says that the database was written by a newer isthmus.
	ErrNewerSchema = errors.New("storage: the database is newer than this isthmus")
)

// Store is what every driver offers. All methods are safe for concurrent use and obey ctx.
type Store interface {
	// Load reads one room with its affiliations, its last history logged events (oldest first) and its links. A history
	// below 0 is what those who enter are shown: events of kind "message", as many as the room's own configuration says.
	// A room that does not exist is ErrNotFound.
	Load(ctx context.Context, room string, history int) (*Room, error)

	// Commit applies the batch in one transaction, in order (S1).
	Commit(ctx context.Context, batch []Change) error

	// Public lists rooms that may be listed (public, not locked), ordered by JID, starting behind after, at most max;
	// and how many there are in all.
	Public(ctx context.Context, after string, max int) (list []Listed, total int, err error)

	// Ping tells whether the database answers.
	Ping(ctx context.Context) error
	Close() error
}

// Change is one step of a batch: SaveRoom, DeleteRoom, SaveAffiliation, AppendEvent, SaveLink or DeleteLink.
type Change interface{ change() }

// SaveRoom inserts or replaces everything of a room but its affiliations, events and links.
type SaveRoom struct{ Room RoomRecord }

// DeleteRoom removes a room with all that belongs to it. A room that is not there is no error.
type DeleteRoom struct{ JID string }

// SaveAffiliation sets one affiliation; "none" without a nick removes the row.
type SaveAffiliation struct {
	Room string
	Affiliation
}

// AppendEvent adds to a room's log. The room has to exist, as for SaveAffiliation and SaveLink. An event that is there
// already, equal in every field, is left alone (S3); another event under its key is refused.
type AppendEvent struct{ Event Event }

// SaveLink inserts or replaces what is known of one link.
type SaveLink struct{ Link Link }

// DeleteLink forgets a link.
type DeleteLink struct{ Room, Peer string }

func (SaveRoom) change()        {}
func (DeleteRoom) change()      {}
func (SaveAffiliation) change() {}
func (AppendEvent) change()     {}
func (SaveLink) change()        {}
func (DeleteLink) change()      {}

// Room is a room as it is loaded. Times are in UTC and whole microseconds, an empty list is nil.
type Room struct {
	RoomRecord
	Affiliations []Affiliation // ordered by JID
	History      []Event       // oldest first, in order of arrival
	Links        []Link        // ordered by peer
	Seen         [][]byte      // dedupe keys of the last 1,000 events that have one, oldest first
	LastSeq      int64         // the highest seq of the room's own origin and epoch, 0 if none
	LastAt       int64         // the highest hybrid logical clock in the room's log, 0 if none
}

// RoomRecord is one row of rooms.
type RoomRecord struct {
	JID     string // bare
	Epoch   int64  // random, drawn when the room's log is created
	Secret  []byte // 32 bytes; salts occupant-ids and signs forwarded ids
	Created time.Time
	Locked  bool // created, not yet configured
	Config  Config

	Subject       string // raw inner XML is never stored here: plain text
	SubjectNick   string
	SubjectAuthor string // bare JID
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

	FederationJoin   string   // bare JID of the peer room that this one joins, "" = none
	FederationAccept []string // bare room JIDs or domains that may join this one
}

// Affiliation is what a room knows of one bare JID or domain.
type Affiliation struct {
	JID         string // bare JID or domain
	Affiliation string // owner, admin, member, outcast or none
	Nick        string // reserved nick, may be empty
	Reason      string
}

// Event is one row of the log. (Room, Origin, Epoch, Seq) is its key.
type Event struct {
	Room   string
	Origin string // bare JID of the node that numbered the event
	Epoch  int64
	Seq    int64
	At     int64 // hybrid logical clock: milliseconds since 1970 << 16 | counter

	Kind       string // "message" or "subject"
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
}

// Link is what survives of a federation link.
type Link struct {
	Room, Peer string
	Inbound    bool
	State      string    // "joined", "left"
	SyncedAt   time.Time // everything of the peer's up to here has been received
}

// Listed is one row of the service's list of rooms.
type Listed struct {
	JID, Name string
}
