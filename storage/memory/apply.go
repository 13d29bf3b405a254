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
	errTaken   = errors.New("somebody else has this nick")
	errUnknown = errors.New("unknown change")
)

// applyAll makes all changes and returns what takes them back, last one first, so that a batch that fails halfway leaves
// nothing (S1).
func (s *Store) applyAll(batch []storage.Change) (undo []func(), err error) {
	for i, change := range batch {
		back, err := s.apply(change)
		if err != nil {
			return undo, fmt.Errorf("change %d of %d: %w", i+1, len(batch), err)
		}
		undo = append(undo, back)
	}
	for _, change := range batch {
		if c, ok := change.(storage.SaveAffiliation); ok && s.taken(c.Room, c.JID) {
			return undo, errTaken
		}
	}
	return undo, nil
}

// apply makes one change and returns what takes it back.
func (s *Store) apply(change storage.Change) (undo func(), err error) {
	if err := refuseText(change); err != nil {
		return nil, err
	}
	switch c := change.(type) {
	case storage.SaveRoom:
		return s.saveRoom(c.Room), nil
	case storage.DeleteRoom:
		return s.deleteRoom(c), nil
	case storage.SaveAffiliation:
		if c.Affiliation.Affiliation == "none" && c.Nick == "" {
			return forget(s, c.Room, affiliations, c.JID), nil
		}
		return save(s, c.Room, affiliations, c.JID, c.Affiliation)
	case storage.AppendEvent:
		return s.appendEvent(c.Event)
	case storage.Resume:
		return s.resume(c)
	case storage.Retract:
		return s.retract(c), nil
	case storage.SaveVCard:
		return s.saveVCard(c)
	case storage.SaveHat:
		return save(s, c.Room, hats, c.URI, copyHat(c.Hat))
	case storage.DeleteHat:
		return forget(s, c.Room, hats, c.URI), nil
	case storage.SaveHold:
		return save(s, c.Room, holds, c.JID, copyHold(c.Hold))
	case storage.DeleteHold:
		return forget(s, c.Room, holds, c.JID), nil
	case storage.SaveSession:
		return save(s, c.Room, sessions, c.JID, copySession(c.Session))
	case storage.DeleteSession:
		return forget(s, c.Room, sessions, c.JID), nil
	case storage.SaveTalk:
		return save(s, c.Room, talks, c.Key, copyTalk(c.Talk))
	case storage.DeleteTalk:
		return forget(s, c.Room, talks, c.Key), nil
	case storage.SaveProposal:
		return save(s, c.Room, proposals, c.Author+"\x00"+c.ID, copyProposal(c.Proposal))
	case storage.DeleteProposal:
		return forget(s, c.Room, proposals, c.Author+"\x00"+c.ID), nil
	case storage.SaveRequest:
		return save(s, c.Room, requests, c.JID, copyRequest(c.Request))
	case storage.DeleteRequest:
		return forget(s, c.Room, requests, c.JID), nil
	case storage.SaveLink:
		return save(s, c.Link.Room, links, c.Link.Peer, copyLink(c.Link))
	case storage.DeleteLink:
		return forget(s, c.Room, links, c.Peer), nil
	}
	return nil, fmt.Errorf("%w %T", errUnknown, change)
}

func (s *Store) saveRoom(record storage.RoomRecord) (undo func()) {
	if r, ok := s.rooms[record.JID]; ok {
		return set(&r.record, copyRoom(record))
	}
	return both(put(s.rooms, record.JID, newRoom(copyRoom(record))), remove(s.tombstones, record.JID))
}

func (s *Store) deleteRoom(c storage.DeleteRoom) (undo func()) {
	if c.Tombstone == nil {
		return both(remove(s.rooms, c.JID), remove(s.tombstones, c.JID))
	}
	return both(remove(s.rooms, c.JID), put(s.tombstones, c.JID, copyTombstone(*c.Tombstone)))
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
	if ok && same(r.log[at], e) {
		return func() {}, nil
	}
	if ok {
		return nil, errTwice
	}
	n := len(r.log)
	r.log, r.keys[k] = append(r.log, e), n
	return func() { r.log = r.log[:n]; delete(r.keys, k) }, nil
}

// same tells whether sent is what is logged; what was retracted since has another payload.
func same(logged, sent storage.Event) bool {
	if logged.Retracted {
		sent.Payload, sent.Retracted = logged.Payload, true
	}
	return reflect.DeepEqual(logged, sent)
}

func (s *Store) resume(c storage.Resume) (undo func(), err error) {
	r, ok := s.rooms[c.Room]
	if !ok {
		return nil, errNoRoom
	}
	return both(set(&r.cutSeq, max(r.cutSeq, c.Seq)), set(&r.cutAt, max(r.cutAt, c.At))), nil
}

func (s *Store) retract(c storage.Retract) (undo func()) {
	undo = func() {}
	r, ok := s.rooms[c.Room]
	if !ok {
		return undo
	}
	for i, e := range r.log {
		if e.StanzaID == c.StanzaID {
			e.Payload, e.Retracted = list(c.Payload), true
			undo = both(undo, set(&r.log[i], e))
		}
	}
	return undo
}

func (s *Store) saveVCard(c storage.SaveVCard) (undo func(), err error) {
	r, ok := s.rooms[c.Room]
	switch {
	case ok:
		return set(&r.vcard, list(c.VCard)), nil
	case len(c.VCard) == 0:
		return func() {}, nil
	}
	return nil, errNoRoom
}

// taken tells whether somebody else in the room has a key of this user's.
func (s *Store) taken(jid, user string) bool {
	r, ok := s.rooms[jid]
	if !ok {
		return false
	}
	mine := r.affiliations[user]
	for _, a := range r.affiliations {
		if a.JID != mine.JID && (hasKey(a, mine.Key1) || hasKey(a, mine.Key2)) {
			return true
		}
	}
	return false
}

func hasKey(a storage.Affiliation, key string) bool {
	return key != "" && (a.Key1 == key || a.Key2 == key)
}

// The maps of a room.
func affiliations(r *room) map[string]storage.Affiliation { return r.affiliations }
func hats(r *room) map[string]storage.Hat                 { return r.hats }
func holds(r *room) map[string]storage.Hold               { return r.holds }
func sessions(r *room) map[string]storage.Session         { return r.sessions }
func talks(r *room) map[string]storage.Talk               { return r.talks }
func proposals(r *room) map[string]storage.Proposal       { return r.proposals }
func requests(r *room) map[string]storage.Request         { return r.requests }
func links(r *room) map[string]storage.Link               { return r.links }

// save sets what one of the room's maps has under k.
func save[V any](s *Store, jid string, m func(*room) map[string]V, k string, v V) (undo func(), err error) {
	r, ok := s.rooms[jid]
	if !ok {
		return nil, errNoRoom
	}
	return put(m(r), k, v), nil
}

// forget deletes what one of the room's maps has under k.
func forget[V any](s *Store, jid string, m func(*room) map[string]V, k string) (undo func()) {
	if r, ok := s.rooms[jid]; ok {
		return remove(m(r), k)
	}
	return func() {}
}
