package muc

import "isthmus/component/stanza"

// Effect is something that must happen, in the order in which Handle returned it.
type Effect interface{ effect() }

// Send hands one rendered stanza to its recipients. To is a shared snapshot, never written to (R8).
type Send struct {
	Out stanza.Out
	To  []stanza.Addr
}

// Append logs an event. Nothing behind it may be seen before it is committed (P1).
type Append struct {
	Entry  Entry
	Refuse *Send // what the author gets instead if it can never be stored; nil = nobody to tell
}

// Relay tells federation links a fact.
type Relay struct {
	Only   Via // this link alone; Here = all but Except
	Except Via // the link it came from; Here = none
	Fact   Fact
}

// SaveRoom stores the room's record as it is now.
type SaveRoom struct{ Record Record }

// SaveAffiliation stores one affiliation; none without a nick removes it.
type SaveAffiliation struct{ Item AffiliationRecord }

// Delete removes the room and everything that belongs to it. The room object is dead afterwards.
type Delete struct{}

func (Send) effect()            {}
func (Append) effect()          {}
func (Relay) effect()           {}
func (SaveRoom) effect()        {}
func (SaveAffiliation) effect() {}
func (Delete) effect()          {}
