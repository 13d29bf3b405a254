package muc

import (
	"time"

	"isthmus/component/stanza"
)

// Via names where something comes from or goes to: the bare JID of a federation peer, or Here.
type Via string

// Here is this node.
const Here Via = ""

// Event is one thing that happens to a room: a stanza from the host server, or a fact from a federation link.
type Event struct {
	At     time.Time
	Stanza *stanza.Stanza // nil for a fact
	Via    Via            // the link that the fact came over
	Fact   Fact
}
