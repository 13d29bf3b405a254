package memory

import (
	"errors"
	"fmt"
	"reflect"

	"isthmus/storage"
)

var (
	errNoRoom  = errors.New("there is no such room")
	errTwice   = errors.New("another event has this key")
	errUnknown = errors.New("unknown change")
)

// apply makes one change and returns what takes it back, so that a batch that fails halfway leaves nothing (S1).
func (s *Store) apply(change storage.Change) (undo func(), err error) {
	if err := refuseText(change); err != nil {
		return nil, err
	}
	switch c := change.(type) {
	case storage.SaveRoom:
		return s.saveRoom(c.Room)
	case storage.DeleteRoom:
		return remove(s.rooms, c.JID), nil
	case storage.SaveAffiliation:
		return s.saveAffiliation(c.Room, c.Affiliation)
	case storage.AppendEvent:
		return s.appendEvent(c.Event)
	case storage.SaveLink:
		return s.saveLink(c.Link)
	case storage.DeleteLink:
		return s.deleteLink(c)
	}
	return nil, fmt.Errorf("%w %T", errUnknown, change)
}

func (s *Store) saveRoom(record storage.RoomRecord) (undo func(), err error) {
	r, ok := s.rooms[record.JID]
	if !ok {
		return put(s.rooms, record.JID, &room{
			record:       copyRoom(record),
			affiliations: map[string]storage.Affiliation{},
			links:        map[string]storage.Link{},
			keys:         map[key]int{},
		}), nil
	}
	old := r.record
	r.record = copyRoom(record)
	return func() { r.record = old }, nil
}

func (s *Store) saveAffiliation(jid string, a storage.Affiliation) (undo func(), err error) {
	r, ok := s.rooms[jid]
	gone := a.Affiliation == "none" && a.Nick == ""
	switch {
	case !ok && gone:
		return func() {}, nil
	case !ok:
		return nil, errNoRoom
	case gone:
		return remove(r.affiliations, a.JID), nil
	}
	return put(r.affiliations, a.JID, a), nil
}

// appendEvent takes an event that is there already, equal in every field, for the same event tried again (S3).
func (s *Store) appendEvent(e storage.Event) (undo func(), err error) {
	r, ok := s.rooms[e.Room]
	if !ok {
		return nil, errNoRoom
	}
	e = copyEvent(e)
	k := key{e.Origin, e.Epoch, e.Seq}
	at, ok := r.keys[k]
	if ok && reflect.DeepEqual(r.log[at], e) {
		return func() {}, nil
	}
	if ok {
		return nil, errTwice
	}
	n := len(r.log)
	r.log, r.keys[k] = append(r.log, e), n
	return func() { r.log = r.log[:n]; delete(r.keys, k) }, nil
}

func (s *Store) saveLink(l storage.Link) (undo func(), err error) {
	r, ok := s.rooms[l.Room]
	if !ok {
		return nil, errNoRoom
	}
	return put(r.links, l.Peer, copyLink(l)), nil
}

func (s *Store) deleteLink(c storage.DeleteLink) (undo func(), err error) {
	r, ok := s.rooms[c.Room]
	if !ok {
		return func() {}, nil
	}
	return remove(r.links, c.Peer), nil
}

// put sets m[k] and returns what restores the state before.
func put[K comparable, V any](m map[K]V, k K, v V) (undo func()) {
	undo = restore(m, k)
	m[k] = v
	return undo
}

// remove deletes m[k] and returns what restores the state before.
func remove[K comparable, V any](m map[K]V, k K) (undo func()) {
	undo = restore(m, k)
	delete(m, k)
	return undo
}

func restore[K comparable, V any](m map[K]V, k K) func() {
	old, had := m[k]
	if had {
		return func() { m[k] = old }
	}
	return func() { delete(m, k) }
}
