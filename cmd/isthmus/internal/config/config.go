// Package config reads the daemon's file: strictly, and with a sentence for every mistake in it.
//
// C1. A file is taken whole or not at all; all its mistakes are told at once, each with its line and key.
// C2. Neither the secret nor the database's address is ever part of a mistake, or printed with the configuration.
package config

import (
	"time"

	"isthmus/muc"
)

// Config is the whole file. Nobody writes to it once it is loaded. Each field is a key of the file, named by its tag.
type Config struct {
	Component  Component  `toml:"component"`
	Storage    Storage    `toml:"storage"`
	Rooms      Rooms      `toml:"rooms"`
	Limits     Limits     `toml:"limits"`
	Archive    Archive    `toml:"archive"`
	Federation Federation `toml:"federation"`
	Admin      Admin      `toml:"admin"`
	Log        Log        `toml:"log"`
}

// Component is how the host server knows us.
type Component struct {
	Domain         string `toml:"domain"`
	Secret         Secret `toml:"secret"` // after Load this holds what secret_file says, too
	SecretFile     string `toml:"secret_file"`
	Server         string `toml:"server"`           // host:port
	MaxStanzaBytes int    `toml:"max_stanza_bytes"` // of one stanza that is read
	Name           string `toml:"name"`             // of the service, for people
	Host           string `toml:"host"`             // domain of the host's users; "" = the domain above ours
	Multicast      string `toml:"multicast"`        // "auto", "off" or the domain of the service
}

// Storage is where rooms are kept.
type Storage struct {
	URL     Secret `toml:"url"` // may hold a password
	DataDir string `toml:"data_dir"`
}

// Rooms are the rules of the service.
type Rooms struct {
	Creation             string        `toml:"creation"`
	Admins               []string      `toml:"admins"`
	LocalDomains         []string      `toml:"local_domains"`
	MaxNick              int           `toml:"max_nick"`  // characters
	MaxVCard             int           `toml:"max_vcard"` // bytes
	Contacts             []string      `toml:"contacts"`
	ShowSubject          bool          `toml:"show_subject"`
	Tombstone            time.Duration `toml:"tombstone"`
	InviteMembers        bool          `toml:"invite_members"`
	AnnounceAffiliations bool          `toml:"announce_affiliations"`
	Fixed                []string      `toml:"fixed"` // fields of the owner's form
	Defaults             Defaults      `toml:"defaults"`

	Confusables string        `toml:"confusables"`
	Reserved    []string      `toml:"reserved_nicks"`
	PingIdle    time.Duration `toml:"ping_idle"` // 0 = never
	PingTimeout time.Duration `toml:"ping_timeout"`
	LockTime    time.Duration `toml:"lock_timeout"`    // 0 = never
	Quarantine  time.Duration `toml:"nick_quarantine"` // 0 = none
}

// Defaults are what a new room is. The fields have the names of muc.Config, the keys those of the owner's form.
type Defaults struct {
	Name        string `toml:"roomname"`
	Description string `toml:"roomdesc"`
	Lang        string `toml:"lang"`
	PubSub      string `toml:"pubsub"`

	Owners []string `toml:"roomowners"` // beside the creator
	Admins []string `toml:"roomadmins"`

	PasswordProtected bool   `toml:"passwordprotectedroom"`
	Password          Secret `toml:"roomsecret"`

	Persistent        bool     `toml:"persistentroom"`
	Public            bool     `toml:"publicroom"`
	PublicList        bool     `toml:"public_list"`
	MembersOnly       bool     `toml:"membersonly"`
	Moderated         bool     `toml:"moderatedroom"`
	Whois             string   `toml:"whois"` // muc.Config.NonAnonymous as the form says it
	ChangeSubject     bool     `toml:"changesubject"`
	AllowInvites      bool     `toml:"allowinvites"`
	AllowQuery        bool     `toml:"allow_query_users"`
	Logging           bool     `toml:"enablelogging"`
	AllowPM           string   `toml:"allowpm"`
	PresenceBroadcast []string `toml:"presencebroadcast"`
	GetMemberList     []string `toml:"getmemberlist"`
	MaxUsers          int      `toml:"maxusers"`
	MaxHistory        int      `toml:"maxhistoryfetch"`

	Archiving              bool   `toml:"enablearchiving"`
	MembersByDefault       bool   `toml:"members_by_default"`
	AllowVisitorStatus     bool   `toml:"allow_visitor_status"`
	AllowVisitorNickChange bool   `toml:"allow_visitor_nickchange"`
	AllowVoiceRequests     bool   `toml:"allow_voice_requests"`
	AllowModeratorPM       bool   `toml:"allow_modpm"`
	AllowRegistration      bool   `toml:"allow_registration"`
	NickPolicy             string `toml:"nick_policy"`
	SlowMode               int    `toml:"slow_mode_duration"`
	TalkLogging            string `toml:"chatneg_logging"`
	UserOptOut             bool   `toml:"chatneg_user_optout"`
	KeepDays               int    `toml:"archive_days"`
	KeepEvents             int    `toml:"archive_events"`
}

// Archive is how much of what was said is kept.
type Archive struct {
	Age    time.Duration `toml:"max_age"`    // 0 = for ever
	Events int           `toml:"max_events"` // of each room, 0 = all
	Every  time.Duration `toml:"trim_every"`
}

// Limits protect the service from its users: muc.Bounds says more.
type Limits struct {
	Stanzas       Rate `toml:"stanzas"`
	Entries       Rate `toml:"entries"`
	Messages      Rate `toml:"messages"`
	Presences     Rate `toml:"presences"`
	Invites       Rate `toml:"invites"`
	Voice         Rate `toml:"voice"`
	Registrations Rate `toml:"registrations"`
	Room          Rate `toml:"room"`
	Occupants     int  `toml:"occupants"`
	Rooms         int  `toml:"rooms"`
}

// Federation is with whom rooms may federate.
type Federation struct {
	Peers []string `toml:"peers"`
	Link
	Rooms []FederationRoom `toml:"room"`
	Ways  []FederationPeer `toml:"peer"`
}

// FederationRoom is the administrator's word for one room.
type FederationRoom struct {
	Room   string   `toml:"room"` // localpart
	Join   string   `toml:"join"`
	Accept []string `toml:"accept"`
	Link
}

// FederationPeer is his word for the links with one peer.
type FederationPeer struct {
	Peer string `toml:"peer"` // a domain, or the address of a room
	Link
}

// Link is how links are. What is not said of a room or a peer is as it is said of all.
type Link struct {
	JoinTimeout Span     `toml:"join_timeout"`
	Retry       Span     `toml:"retry"`
	Ping        Span     `toml:"ping"` // 0s = never
	PingTimeout Span     `toml:"ping_timeout"`
	Grace       Span     `toml:"grace"`
	EchoTimeout Span     `toml:"echo_timeout"`
	Mode        string   `toml:"mode"`
	Presence    string   `toml:"presence"`
	Dialect     string   `toml:"dialect"`
	Rate        Pace     `toml:"rate"`
	Users       []string `toml:"users"`
	Transit     *bool    `toml:"transit"`
	Negotiate   *bool    `toml:"negotiate"`
}

// Admin is the operator's door.
type Admin struct {
	Listen string `toml:"listen"` // host:port, "" = closed
	Socket string `toml:"socket"` // path of the socket for commands; "" = beside the embedded database
}

// Log is how the log is written.
type Log struct {
	Level  string `toml:"level"`
	Format string `toml:"format"`
}

// Default is what an empty file means.
func Default() Config {
	yes := true
	return Config{
		Component: Component{Server: "127.0.0.1:5347", MaxStanzaBytes: 256 << 10, Name: "Rooms", Multicast: "auto"},
		Storage:   Storage{URL: Embedded, DataDir: "/var/lib/isthmus"},
		Rooms: Rooms{
			Creation: "open", MaxNick: 64, MaxVCard: 64 << 10, ShowSubject: true, InviteMembers: true, Tombstone: 31 * 24 * time.Hour,
			Defaults: defaults(muc.DefaultConfig()),

			Confusables: "conflict", PingIdle: 15 * time.Minute, PingTimeout: 2 * time.Minute,
			Quarantine: 2 * time.Minute, LockTime: 5 * time.Minute,
		},
		Limits: Limits{
			Stanzas: "200/s, 2000 at once", Entries: "20/s, 300 at once", Messages: "50/s, 500 at once",
			Presences: "5/s, 50 at once", Invites: "6/m, 20 at once",
			Voice: "2/m, 1 at once", Registrations: "2/m, 5 at once", Room: "500/s, 5000 at once",
			Occupants: 20000, Rooms: 1000,
		},
		Archive: Archive{Every: time.Hour},
		Federation: Federation{
			Link: Link{
				JoinTimeout: "30s", Retry: "30s", Ping: "60s", PingTimeout: "20s", Grace: "60s", EchoTimeout: "5m",
				Mode: muc.MasterMaster, Presence: muc.PresenceFull, Dialect: muc.DialectPlain, Rate: "off", Transit: &yes, Negotiate: &yes,
			},
		},
		Log: Log{Level: "info", Format: "json"},
	}
}
