package muc

import (
	"time"

	mellium "mellium.im/xmpp/stanza"

	"isthmus/component/stanza"
)

// Bounds protect a room from its users, and the service from one room.
type Bounds struct {
	Stanzas       Rate // of one user to the whole service
	Entries       Rate // of one user into all rooms
	Messages      Rate // of one user in one room, private ones too
	Presences     Rate // of one user in one room, changes of nick too; what is too fast is shown later
	Invites       Rate // of one user in one room
	Voice         Rate // requests of one user in one room
	Registrations Rate // of one user in one room, cancelled ones too
	Room          Rate // messages to all in one room, by everybody together
	Occupants     int  // of one room, whatever its owner wants; 0 = no limit
	Rooms         int  // that one user may have created; 0 = no limit
}

// limits hold everybody but the service's administrators to what the service bears.
var limits = feature{
	name: "limits of the service",
	admit: func(r *Room, e *entry) *stanza.Error {
		most := r.settings.Bounds.Occupants
		if most > 0 && len(r.occupants) >= most && !e.beside && !r.settings.isAdmin(e.st.From) {
			return roomFull
		}
		return nil
	},
	speak: func(r *Room, s *Session, _ *speech) *stanza.Error {
		if err := r.hurried(r.paces().messages, s.jid); err != nil {
			return err
		}
		if wait := r.paces().room.Take("", r.now); wait > 0 {
			return stanza.Fail(mellium.ResourceConstraint).Because("Too much is said in this room at the moment; try again " + in(wait) + ".")
		}
		return nil
	},
}

// paces are a room's meters.
type paces struct{ messages, presences, invites, voice, registrations, room *Meter }

func (r *Room) paces() *paces {
	if r.meters == nil {
		l := r.settings.Bounds
		r.meters = &paces{
			NewMeter(l.Messages), NewMeter(l.Presences), NewMeter(l.Invites),
			NewMeter(l.Voice), NewMeter(l.Registrations), NewMeter(l.Room),
		}
	}
	return r.meters
}

// hurried is why a user has to wait, nil if he has not.
func (r *Room) hurried(m *Meter, user stanza.JID) *stanza.Error { return Hurried(r.pace(m, user)) }

// pace is how long a user has to wait.
func (r *Room) pace(m *Meter, user stanza.JID) time.Duration {
	if r.settings.isAdmin(user) {
		return 0
	}
	return m.Take(user.Bare().String(), r.now)
}

// awaits is why somebody may not ask for something once more so soon.
func (r *Room) awaits(m *Meter, user stanza.JID) *stanza.Error {
	if wait := r.pace(m, user); wait > 0 {
		return stanza.Fail(mellium.ResourceConstraint).Because("You have asked already; ask again " + in(wait) + ".")
	}
	return nil
}

// Hurried is the error for somebody who has to wait so long, nil if he has not.
func Hurried(wait time.Duration) *stanza.Error {
	if wait <= 0 {
		return nil
	}
	return stanza.Fail(mellium.PolicyViolation).OfType(mellium.Wait).Because("This was too fast; try again " + in(wait) + ".")
}

// in says how long to wait, in whole seconds.
func in(wait time.Duration) string {
	if wait <= time.Second {
		return "in a second"
	}
	return "in " + itoa(int((wait+time.Second-1)/time.Second)) + " seconds"
}

// roomToCreate is why somebody may not create a further room, nil if he may.
func (r *Room) roomToCreate(user stanza.JID) *stanza.Error {
	most := r.settings.Bounds.Rooms
	if most == 0 || r.settings.isAdmin(user) {
		return nil
	}
	refuse := stanza.Fail(mellium.ResourceConstraint).OfType(mellium.Wait)
	switch owned, known := r.birth.Owned[user.Bare().String()]; {
	case !known:
		return refuse.Because("Somebody else is creating this room; try again in a moment.")
	case owned >= most:
		return refuse.Because("You have created as many rooms as you may; destroy one before you create another.")
	}
	return nil
}
