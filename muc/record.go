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
	}
}

// Record is everything of a room but its affiliations, its log and who is in it.
type Record struct {
	JID     string
	Epoch   int64
	Secret  []byte
	Created time.Time
	Locked  bool
	Config  Config

	Subject       string
	SubjectNick   string
	SubjectAuthor string
	SubjectAt     time.Time
}

// AffiliationRecord is one row of the affiliation list. storage.Affiliation converts into it.
type AffiliationRecord struct {
	JID         string
	Affiliation string
	Nick        string
	Reason      string
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
}

// Stored is a room as storage gives it back.
type Stored struct {
	Record       Record
	Affiliations []AffiliationRecord
	History      []Entry // oldest first
	Seen         [][]byte
	LastSeq      int64
	LastAt       int64
}

// Birth is what a room that does not exist yet would be born with. Epoch and Secret are random.
type Birth struct {
	Epoch  int64
	Secret []byte
}
