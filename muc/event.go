package muc

import (
	"time"

	"isthmus/component/stanza"
)

// Via names where something comes from or goes to: the bare JID of a federation peer, or Here.
type Via string

// Here is this node.
const Here Via = ""

// Event is one thing that happens to a room: a stanza from the host server, a fact from a federation link, what it has asked
// of its log, or the time that it wanted to be woken at.
type Event struct {
	At        time.Time
	Stanza    *stanza.Stanza
	Via       Via // the link that Fact came over
	Fact      Fact
	Loaded    *Loaded
	Operation Operation
	Settings  *Settings // by which the room goes from now on
	Wake      bool
	Final     bool      // the service ends, not to come back
	Since     time.Time // with Wake: since when the host server has been there; the zero time for always
}
