package muc

import "time"

// Config is a room's configuration. storage.Config has the same fields in the same order: one converts into the other.
type Config struct {
	Name              string
	Description       string
	Lang              string
	Password          string
	PasswordProtected bool
	Persistent        bool
	Public            bool
	PublicList        bool
	MembersOnly       bool
	Moderated         bool
	NonAnonymous      bool
	ChangeSubject     bool
	AllowInvites      bool
	AllowQuery        bool
	Logging           bool
	AllowPM           string
	PresenceBroadcast []string
	GetMemberList     []string
	MaxUsers          int
	MaxHistory        int
	PubSub            string

	Archiving              bool
	MembersByDefault       bool
	AllowVisitorStatus     bool
	AllowVisitorNickChange bool
	AllowVoiceRequests     bool
	AllowModeratorPM       bool
	AllowRegistration      bool
	NickPolicy             string
	SlowMode               int
	TalkLogging            string
	UserOptOut             bool
	KeepDays               int
	KeepEvents             int

	FederationJoin   string
	FederationAccept []string
}

// DefaultConfig is what a room is when nobody says otherwise: temporary, hidden, open, semi-anonymous.
func DefaultConfig() Config {
	return Config{
		ChangeSubject:     false,
		AllowInvites:      true,
		AllowQuery:        true,
		AllowPM:           "anyone",
		PresenceBroadcast: []string{"moderator", "participant", "visitor"},
		GetMemberList:     []string{"moderator", "participant"},
		MaxUsers:          0,
		MaxHistory:        50,

		Archiving:              true,
		MembersByDefault:       true,
		AllowVisitorStatus:     true,
		AllowVisitorNickChange: true,
		AllowVoiceRequests:     true,
		AllowRegistration:      true,
		NickPolicy:             "free",
		TalkLogging:            "pass",
	}
}

// Record is everything of a room but its affiliations, its log and who is in it.
type Record struct {
	JID     string
	Epoch   int64
	Secret  []byte
	Created time.Time
	Creator string
	Locked  bool
	Config  Config

	Subject       string
	SubjectXML    []byte
	SubjectNick   string
	SubjectAuthor string
	SubjectVia    string // the peer that it came from, "" = of here
	SubjectAt     time.Time
}

// AffiliationRecord is one row of the affiliation list. storage.Affiliation converts into it.
type AffiliationRecord struct {
	JID         string
	Affiliation string
	Nick        string
	Key1, Key2  string
	Reason      string
}

// Hat is what some users are shown with. storage.Hat converts into it, and so on for what follows.
type Hat struct {
	URI, Title string
	Hue        string
	Wearers    []string
}

// Hold keeps a nick for somebody who lost his connection.
type Hold struct {
	JID, Nick string
	Until     time.Time
}

// TalkRecord is a negotiated session. storage.Talk converts into it.
type TalkRecord struct {
	Key     string
	Thread  string
	A, B    string
	Dialect string
	Role    string
	State   string
	Params  []string
	Data    []byte
}

// Proposal is a message on its way to the room's primary.
type Proposal struct {
	Author string
	ID     string
	Named  string
	Until  time.Time
	State  string
}

// Request is somebody's wish to be registered that no admin has answered.
type Request struct {
	JID, Nick string
	Form      []byte
	At        time.Time
}

// Tombstone is what stays of a destroyed room.
type Tombstone struct {
	Venue, Reason string
	Owners        []string
	Until         time.Time
}

// Entry is one event of the log. storage.Event converts into it.
type Entry struct {
	Room   string
	Origin string
	Epoch  int64
	Seq    int64
	At     int64

	Kind       string
	StanzaID   string
	ID         string
	Author     string
	Nick       string
	OccupantID string
	Lang       string
	Via        string
	Open       bool
	Payload    []byte
	Dedupe     []byte
	Retracted  bool
}

// Query says which part of the room's log is wanted. storage.Query has the same fields, and says more.
type Query struct {
	Room       string
	Start, End time.Time
	Nick       string
	Author     string
	Open       bool
	After      []string
	Before     []string
	IDs        []string
	Max        int
	Backward   bool
	Count      bool
}

// Page is a part of the room's log, in order of arrival.
type Page struct {
	Events   []Entry
	Complete bool
	Total    int
}

// Stored is a room as storage gives it back.
type Stored struct {
	Record       Record
	Affiliations []AffiliationRecord
	History      []Entry // oldest first
	Seen         [][]byte
	LastSeq      int64
	LastAt       int64
	VCard        []byte
	Hats         []Hat
	Holds        []Hold
	Requests     []Request
	Tombstone    *Tombstone // there is no room any more, and nothing else is set

	Sessions  []SessionRecord // who is in it, in no order
	Verdicts  []Verdict       // oldest first
	Removals  []Removal       // oldest first
	Privates  []Mark          // the newest private messages, by to whom and under which id, oldest first
	Invitees  []Mark          // who has been invited of late
	Ended     []Mark          // the newest sessions of commands that are over
	Turns     []Turn          // of slow mode, oldest first
	Talks     []TalkRecord    // negotiated sessions, in the order in which they began
	Proposals []Proposal      // in no order

	PulseAt time.Time // when to look for ghosts; the zero time if that is not known
}

// SessionRecord is one session that is in the room, with what it shares with the others of its occupant.
type SessionRecord struct {
	JID      string // full
	Via      string // the link that it came over, "" for none
	Nick     string
	Role     string
	Silenced bool      // a moderator took his voice
	Entry    int64     // occupants in this order have entered
	Spoke    int64     // sessions in this order have spoken of their presence; an occupant's last one is shown
	Payload  []byte    // presence children
	Heard    time.Time // when its client has last said something; the zero time if that is not known
	Asked    time.Time // when it was asked for a sign of life and has not given one
	Late     []byte    // presence children that were said too fast
	LateAt   time.Time // when they may be shown; the zero time if there are none
}

// Removal is somebody of another node who was put out.
type Removal struct {
	Via  string
	Left Left
	At   time.Time
}

// Verdict is the voice that a moderator has left to somebody.
type Verdict struct{ User, Role string }

// Mark is something by its id, and whose it is.
type Mark struct{ JID, ID string }

// Turn is when somebody has spoken last.
type Turn struct {
	JID string // bare
	At  time.Time
}

// Birth is what a room that does not exist yet would be born with. Epoch and Secret are random.
type Birth struct {
	Epoch  int64
	Secret []byte
	Owned  map[string]int // how many rooms there are already by each bare JID that might create this one
}
