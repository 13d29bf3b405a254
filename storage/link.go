package storage

import "time"

// Link is what survives of a federation link.
type Link struct {
	Room, Peer string
	Inbound    bool
	State      string    // what the link was doing
	SyncedAt   time.Time // everything of the peer's up to here has been received
	Acked      string    // the peer has our log up to the event of this stanza-id, "" = not known
	Held       string    // by the operator: "" = not, "paused" or "dropped"
}

// Backlog is what the peer of a link has not got of a room's log.
type Backlog struct {
	Events int   // counted to BacklogMost + 1 at most
	Oldest int64 // hybrid logical clock of the oldest of them, 0 if there is none
}

// BacklogMost bounds how far a backlog is counted: many links may be asked for at once.
const BacklogMost = 1000

// Crosses are the kinds of events that other nodes want.
var Crosses = []string{"message", "marker", "subject"}
