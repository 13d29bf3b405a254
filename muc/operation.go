package muc

import (
	mellium "mellium.im/xmpp/stanza"

	"isthmus/component/stanza"
)

// Operation is what the service's operator does to a room, whoever is in it. A Done answers it when everything that it
// changes is stored.
type Operation interface {
	operate(*Room) *stanza.Error
}

// Done answers an operation, the oldest one first.
type Done struct{ Err *stanza.Error }

func (Done) effect() {}

// Create makes a room with an owner, ready to be entered.
type Create struct {
	Owner  stanza.JID
	Name   string
	Preset string // one of Presets, "" = the service's defaults
}

// Destroy ends a room. Venue is the bare JID of the room to go to instead, "" = none.
type Destroy struct{ Venue, Reason string }

// Affiliate changes what a user, or a whole domain, is to a room.
type Affiliate struct {
	User        string
	Affiliation Affiliation
	Reason      string
}

// Announce says something to everybody in a room, in the room's own name.
type Announce struct{ Text string }

// Restore is the first thing that happens to a room after a restart of the daemon: its timers run again. A temporary one that
// nobody is in ends.
type Restore struct{}

// Presets are kinds of rooms that people know.
var Presets = map[string]func(*Config){
	// clients encrypt where they see who is a member
	"private": func(c *Config) {
		c.Persistent, c.Public, c.MembersOnly, c.NonAnonymous, c.AllowInvites = true, false, true, true, false
	},
	"public": func(c *Config) {
		c.Persistent, c.Public, c.MembersOnly, c.NonAnonymous = true, true, false, false
	},
}

var (
	roomExists = stanza.Fail(mellium.Conflict).Because("There is such a room already.")
	noPreset   = badRequest.Because("There is no such kind of room.")
)

func (r *Room) operate(op Operation) { r.emit(Done{op.operate(r)}) }

func (c Create) operate(r *Room) *stanza.Error {
	preset := Presets[c.Preset]
	switch err := roomName(r.jid.Local); {
	case r.exists:
		return roomExists
	case err != nil:
		return err
	case c.Preset != "" && preset == nil:
		return noPreset
	}
	r.found(c.Owner)
	r.rec.Locked, r.rec.Config.Name = false, c.Name
	if preset != nil {
		preset(&r.rec.Config)
	}
	r.rec.Config.Persistent = true // nobody is in it yet
	r.save()
	r.appoint(c.Owner)
	return nil
}

func (Restore) operate(r *Room) *stanza.Error {
	r.afterLeave()
	return nil
}

func (d Destroy) operate(r *Room) *stanza.Error {
	if !r.exists {
		return noSuchRoom
	}
	r.raze(parting{venue: d.Venue, reason: d.Reason}, r.bury(d.Venue, d.Reason))
	return nil
}

func (a Affiliate) operate(r *Room) *stanza.Error {
	if !r.exists {
		return noSuchRoom
	}
	c := change{jid: a.User, aff: a.Affiliation, reason: a.Reason}
	if !r.keepsOwner([]change{c}) {
		return lastOwner
	}
	r.applyAffiliation(c, "")
	return nil
}

// operate of an announcement is logged: who comes later reads it, too.
func (a Announce) operate(r *Room) *stanza.Error {
	if !r.exists {
		return noSuchRoom
	}
	var body, b stanza.Builder
	body.Leaf("body", a.Text)
	id := r.logNotice(body.Bytes(), nil)
	b.Raw(body.Bytes())
	r.stamp(&stamped{stanzaID: id}, &b)
	r.send(stanza.Envelope{Kind: stanza.Message, Type: "groupchat", ID: id, From: r.me}, b.Bytes(), r.viewers().all...)
	return nil
}
