package muc

import (
	"errors"
	"time"

	"isthmus/component/stanza"
)

// Effect is something that must happen, in the order in which Handle returned it.
type Effect interface{ effect() }

// Send hands one rendered stanza to its recipients. To is a shared snapshot, never written to (R8).
type Send struct {
	Out stanza.Out
	To  []stanza.Addr
	// Ahead is the nick of the occupant whose coming or going this is: it need not wait until what others have said is stored.
	// What is empty waits its turn.
	Ahead string
}

// Append logs an event. Nothing behind it may be seen before it is committed (P1).
type Append struct {
	Entry  Entry
	Refuse *Refusal // what the author gets instead if it can never be stored; nil = nobody to tell
}

// Refusal is an error that is not written yet: most are never sent.
type Refusal struct {
	asked *stanza.Stanza
	err   stanza.Error
}

// Send is the refusal, written.
func (f *Refusal) Send() Send {
	var payload []byte
	if f.asked.Kind == stanza.Presence && f.asked.Has(nsMUC, "x") {
		payload = entryMark
	}
	out, to := f.err.Reply(f.asked, payload)
	return Send{Out: out, To: []stanza.Addr{to}}
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

// Retract replaces the payload of a logged event.
type Retract struct {
	StanzaID string
	Payload  []byte
}

// SaveVCard stores the room's vCard, raw; nil removes it.
type SaveVCard struct{ VCard []byte }

// SaveHat stores a hat and who wears it.
type SaveHat struct{ Hat Hat }

// DeleteHat forgets a hat.
type DeleteHat struct{ URI string }

// SaveHold keeps a nick for a user.
type SaveHold struct{ Hold Hold }

// DeleteHold lets go of it.
type DeleteHold struct{ JID string }

// SaveRequest keeps a user's wish to be registered.
type SaveRequest struct{ Request Request }

// DeleteRequest forgets it.
type DeleteRequest struct{ JID string }

// SaveProposal stores what somebody wants to say, or that he was refused.
type SaveProposal struct {
	Proposal Proposal
	Refuse   *Refusal // as that of an Append
}

// DeleteProposal forgets it.
type DeleteProposal struct{ Author, ID string }

// SaveTalk stores a negotiated session.
type SaveTalk struct{ Talk TalkRecord }

// DeleteTalk forgets it.
type DeleteTalk struct{ Key string }

// Delete removes the room and everything that belongs to it; a tombstone keeps its name. The room object is dead
// afterwards.
type Delete struct{ Tombstone *Tombstone }

// Wake asks for an event at this time, instead of the one that was asked for before; the zero time asks for none.
type Wake struct{ At time.Time }

// Load asks for parts of the room's log as it is when everything in front of it is stored. They come back as a Loaded.
type Load struct {
	Queries []Query
	then    func(*Room, []Page, error)
}

// Loaded answers a Load: a page for each query, or one of the errors below, or another for a log that cannot be read.
type Loaded struct {
	Load  Load
	Pages []Page
	Err   error
}

var (
	// ErrNoEvent says that a query names an event that is not in the log.
	ErrNoEvent = errors.New("muc: no such event")
	// ErrBusy says that too much is asked of the log already.
	ErrBusy = errors.New("muc: the log is busy")

	errGone = errors.New("muc: the room is gone")
)

func (Send) effect()            {}
func (Append) effect()          {}
func (Relay) effect()           {}
func (SaveRoom) effect()        {}
func (SaveAffiliation) effect() {}
func (Retract) effect()         {}
func (SaveVCard) effect()       {}
func (SaveHat) effect()         {}
func (DeleteHat) effect()       {}
func (SaveHold) effect()        {}
func (DeleteHold) effect()      {}
func (SaveRequest) effect()     {}
func (DeleteRequest) effect()   {}
func (SaveProposal) effect()    {}
func (DeleteProposal) effect()  {}
func (SaveTalk) effect()        {}
func (DeleteTalk) effect()      {}
func (Delete) effect()          {}
func (Wake) effect()            {}
func (Load) effect()            {}
