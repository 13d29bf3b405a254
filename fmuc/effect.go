package fmuc

import (
	"time"

	"isthmus/component/stanza"
	"isthmus/muc"
)

// Effect is something that must happen, in the order in which Handle returned it.
type Effect interface{ effect() }

// Send hands one rendered stanza to the host server.
type Send struct {
	Out stanza.Out
	To  []stanza.Addr
}

// Tell tells our room a fact that came over this link.
type Tell struct{ Fact muc.Fact }

// Wake sets the link's only timer anew; the zero time takes it away.
type Wake struct{ At time.Time }

// Save stores how far we have what the peer's users said, how far the peer has our log, and what the link is doing.
type Save struct {
	SyncedAt time.Time
	Acked    string
	State    string
}

// Ended says that the link is no more and may be dropped.
type Ended struct{}

func (Send) effect()  {}
func (Tell) effect()  {}
func (Wake) effect()  {}
func (Save) effect()  {}
func (Note) effect()  {}
func (Ended) effect() {}
