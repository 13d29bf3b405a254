package fmuc

import (
	"time"

	"isthmus/component/stanza"
	"isthmus/muc"
)

// Config is what a link is made of.
type Config struct {
	Room, Peer  stanza.JID    // both bare
	Inbound     bool          // the peer joins us; otherwise we join it
	MaxHistory  int           // messages asked for and given
	JoinTimeout time.Duration // how long an answer to our join may take
	Retry       time.Duration // wait before the next attempt, grows to 16 times
	SyncedAt    time.Time     // everything of the peer's up to here has been received; zero: nothing
}

// Event is one thing that happens to a link.
type Event struct {
	At     time.Time
	Stanza *stanza.Stanza // from the peer, nil otherwise
	Fact   muc.Fact       // from the room, nil otherwise
	Wake   bool           // the timer that the link set has come
	Start  bool           // an outbound link: there are people in the room already
	Stop   string         // the link must end, for this reason
}

// Link is one edge between our room and a peer's. One goroutine owns it.
type Link struct {
	c   Config
	now time.Time
	out []Effect
}

// New makes a link that does nothing yet.
func New(c Config) *Link { return &Link{c: c} }

// Handle applies one event and returns what must happen, in order (F1).
func (l *Link) Handle(ev Event) []Effect {
	l.now, l.out = ev.At, nil
	return l.out
}

// State is one word for what the link is doing.
func (l *Link) State() string { return "idle" }
