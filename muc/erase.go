package muc

import (
	"errors"
	"slices"

	mellium "mellium.im/xmpp/stanza"

	"isthmus/component/stanza"
)

var (
	noSuchMessage = stanza.Fail(mellium.ItemNotFound).Because("There is no such message in this room.")
	roomsOwnWord  = notAllowed.Because("What the room itself said is not retracted.")
	subjectStands = notAllowed.Because("This is what the room is about: change the subject first.")
)

// lookup is what is asked of the log about one message.
type lookup struct {
	asked  int  // how often, without an answer yet
	erased bool // meanwhile: the answers may not know it
}

// find fetches a logged message: one that those who enter are shown is at hand, any other is asked of the log. What is
// retracted is told as such, also when it happened while the log was read.
func (r *Room) find(id string, then func(*Room, Entry, *stanza.Error)) {
	if i := slices.IndexFunc(r.history, func(e Entry) bool { return e.StanzaID == id }); i >= 0 {
		then(r, r.history[i], nil)
		return
	}
	l := r.lookups[id]
	if l == nil {
		l = &lookup{}
		r.lookups[id] = l
	}
	l.asked++
	r.load(func(r *Room, pages []Page, err error) {
		if l.asked--; l.asked == 0 {
			delete(r.lookups, id)
		}
		if err == nil && len(pages[0].Events) == 0 {
			err = ErrNoEvent
		}
		if err != nil {
			then(r, Entry{}, unread(err))
			return
		}
		e := pages[0].Events[0]
		e.Retracted = e.Retracted || l.erased
		then(r, e, nil)
	}, Query{IDs: []string{id}, Max: 1})
}

// unread is why there is no answer of the log.
func unread(err error) *stanza.Error {
	switch {
	case errors.Is(err, ErrNoEvent):
		return noSuchMessage
	case errors.Is(err, ErrBusy):
		return stanza.Fail(mellium.ResourceConstraint).Because("The service is busy; try again in a moment.")
	case errors.Is(err, errGone):
		return noSuchRoom
	}
	return stanza.Fail(mellium.InternalServerError).OfType(mellium.Wait).Because("The room's log cannot be read.")
}

// erasable tells whether a logged message may be retracted at all. The subject is shown to everybody who enters, whatever
// the log says: retracting it would only hide who set it.
func (r *Room) erasable(e *Entry) *stanza.Error {
	switch {
	case e.Kind == kindNotice:
		return roomsOwnWord
	case e.Kind == kindSubject && r.rec.Subject != "" && find(parsed(e.Payload), name("", "subject")).Text() == r.rec.Subject:
		return subjectStands
	}
	return nil
}

// erase puts a tombstone in the place of what a message said. Nothing of it is shown again, and nothing kept.
func (r *Room) erase(id string, tombstone []byte) {
	r.emit(Retract{id, tombstone})
	if r.reading > 0 {
		if r.erased == nil {
			r.erased = map[string][]byte{}
		}
		r.erased[id] = tombstone
	}
	if l := r.lookups[id]; l != nil {
		l.erased = true
	}
	kept := make([]Entry, 0, len(r.history))
	for _, e := range r.history {
		if e.StanzaID != id {
			kept = append(kept, e)
		}
	}
	r.history = kept
}

// retracted is a tombstone. retraction is the id of the message that retracted, details are raw. xep:0424#tombstones
func (r *Room) retracted(retraction string, details []byte) []byte {
	var b stanza.Builder
	b.Start("retracted", "xmlns", nsRetract, "id", retraction, "stamp", stamp(r.now))
	return b.Raw(details).End().Bytes()
}

// parsed is a logged payload as elements, nil if it is broken.
func parsed(payload []byte) []stanza.Element {
	list, err := stanza.ParseElements(payload)
	if err != nil {
		return nil
	}
	return list
}
