package muc

import (
	"slices"

	mellium "mellium.im/xmpp/stanza"

	"isthmus/component/stanza"
)

// Standing is how a replica stands with its primary.
type Standing uint8

const (
	Apart    Standing = iota // nobody has been here who wants it, or it has not answered yet
	Cut                      // nothing gets through
	Linked                   // who wants to may enter; what was missed is on its way
	Ready                    // it repeats what it is asked to
	Reversed                 // it has joined this room instead of being joined: this room is the primary
)

// replica is what a room knows that joins another one as its primary, the mode master-slave of the link. Nothing is said here
// before the primary has repeated it, so that both have one order; while it cannot be reached nothing is said at all. What
// is not logged (chat states, and what its author does not want to be kept) has no order, and is shown at once as elsewhere.
// xep:0289#reqs
type replica struct {
	standing  Standing
	turn      int
	doors     []door
	proposals []*proposal // oldest first
	borne     []bearing
}

// door is somebody who wants to enter while it is not known yet whether the primary can be reached.
type door struct {
	st *stanza.Stanza
	as Entered
}

// mostDoors bounds those who wait.
const mostDoors = 1000

var (
	cutOff    = stanza.Fail(mellium.RemoteServerTimeout).Because("The room is cut off from its primary.")
	sentAway  = stanza.Fail(mellium.NotAllowed).Because("Somebody has put you out of the room on another node.")
	doorsFull = stanza.Fail(mellium.ResourceConstraint).Because("Too many wait for the room's primary; try again in a moment.")
)

var replicas = feature{
	name: "XEP-0289 replicas",
	admit: func(r *Room, _ *entry) *stanza.Error {
		switch {
		case r.primary() == Here:
		case r.replica.standing == Cut:
			return cutOff
		case len(r.replica.doors) >= mostDoors:
			return doorsFull
		}
		return nil
	},
	due:  (*Room).proposalDue,
	wake: (*Room).expire,
}

// primary is the link to the room that this one is a replica of, Here for none.
func (r *Room) primary() Via {
	peer := r.Joins()
	if peer == "" || r.replica.standing == Reversed || r.modeWith(peer) != MasterSlave {
		return Here
	}
	return Via(peer)
}

// repeats tells whether a peer is a replica of this room, and wants to be told everything that is logged, what came from it too.
func (r *Room) repeats(via Via) bool {
	return via != Here && via != r.primary() && r.modeWith(string(via)) == MasterSlave
}

func (r *Room) modeWith(peer string) string { return r.linkWith(peer).Mode }

func (r *Room) linkWith(peer string) LinkConfig {
	j, _ := stanza.ParseJID(peer)
	return r.settings.LinkOf(r.jid, j)
}

// standingBelow is how a room that has joined this one stands with the first primary above both, as far as it is known here.
func (r *Room) standingBelow() Standing {
	if r.primary() == Here {
		return Ready
	}
	return r.replica.standing
}

// stand takes it that the link to the primary has changed.
func (r *Room) stand(via Via, f Primary) {
	if string(via) != r.Joins() {
		return
	}
	r.replica.standing, r.replica.turn = f.Standing, f.Turn
	switch f.Standing {
	case Cut:
		r.shutOut(cutOff, r.queueing()...)
	case Linked, Reversed:
		r.letIn(via)
	case Ready:
		r.letIn(via)
		r.resolve()
		r.carryAll()
	}
	r.relay(Here, Primary{Standing: r.standingBelow()})
}

// knocks keeps somebody at the door until it is known whether the primary can be reached, and tells whether it did. The first
// one is why it is asked at all.
func (r *Room) knocks(e *entry) bool {
	via := r.primary()
	if via == Here || r.replica.standing != Apart {
		return false
	}
	r.leaveDoor(e.st.From)
	p := Person{JID: e.st.From, Nick: e.nick, Affiliation: e.aff, Role: e.role}
	d := door{e.st, Entered{Person: p, Payload: r.presencePayload(e.st)}}
	r.replica.doors = append(r.replica.doors, d)
	r.emit(Relay{Only: via, Fact: d.as})
	return true
}

// knocking are those who wait, as the primary is told of them.
func (r *Room) knocking() []Entered {
	var list []Entered
	for _, d := range r.replica.doors {
		list = append(list, d.as)
	}
	return list
}

func (r *Room) atDoor(user stanza.JID) bool {
	return slices.ContainsFunc(r.replica.doors, func(d door) bool { return d.as.JID == user })
}

// leaveDoor takes it that somebody does not wait any more.
func (r *Room) leaveDoor(user stanza.JID) {
	r.replica.doors = slices.DeleteFunc(r.replica.doors, func(d door) bool {
		if d.as.JID != user {
			return false
		}
		r.emit(Relay{Only: r.primary(), Fact: Left{Person: d.as.Person}})
		return true
	})
}

// queueing are the addresses of those who wait.
func (r *Room) queueing() (list []stanza.JID) {
	for _, d := range r.replica.doors {
		list = append(list, d.as.JID)
	}
	return list
}

// shutOut refuses some of those who wait.
func (r *Room) shutOut(why *stanza.Error, list ...stanza.JID) {
	for _, d := range r.replica.doors {
		if slices.Contains(list, d.as.JID) {
			r.fail(d.st, why)
		}
	}
	for _, user := range list {
		r.leaveDoor(user)
	}
}

// letIn lets in those who wait, if they still may.
func (r *Room) letIn(via Via) {
	list := r.replica.doors
	r.replica.doors = nil
	for _, d := range list {
		if nick, key, err := prepareNick(d.st.To.Resource); err == nil {
			r.enter(d.st, nick, key)
		}
		if r.session(d.as.JID) == nil && via != Here {
			r.emit(Relay{Only: via, Fact: Left{Person: d.as.Person}})
		}
	}
}

// unbind takes it that the room is no replica any more, or no room: who waits at the door waits for nothing, and what was borne
// for others they will tell again.
func (r *Room) unbind() {
	list := r.replica.doors
	switch {
	case len(list)+len(r.replica.borne) == 0 || r.exists && r.primary() != Here:
		return
	case r.exists:
		r.letIn(Here)
	default:
		for _, d := range list {
			r.fail(d.st, noSuchRoom)
		}
	}
	r.replica.doors, r.replica.borne = nil, nil
}
