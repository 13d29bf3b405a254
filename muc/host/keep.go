package host

import (
	"bytes"
	"time"

	"isthmus/muc"
	"isthmus/storage"
)

// keepEvery is how long who is in a room may have changed before it is stored. Nobody waits for that: what a crash forgets
// of it a client's own ping mends.
const keepEvery = 250 * time.Millisecond

// keep is the mail by which a shard stores who is in its rooms (P4).
type keep struct{}

// touch notes that who is in a room may have changed.
func (s *shard) touch(l *live) {
	if l.room == nil || l.touched {
		return
	}
	l.touched = true
	s.touched = append(s.touched, l)
	if len(s.touched) == 1 {
		time.AfterFunc(keepEvery, func() { s.mail.push(keep{}) })
	}
}

// keep stores who is in the rooms that were touched.
func (s *shard) keep() {
	list := s.touched
	s.touched = nil
	for _, l := range list {
		l.touched = false
		s.keepRoom(l)
	}
}

// keepRoom stores what has changed in one room. While the last such change is on its way it waits for the next turn, so that
// a database that is away costs no more than the room itself.
func (s *shard) keepRoom(l *live) {
	if l.room == nil || !l.room.Exists() {
		return
	}
	if l.keeping > 0 {
		s.touch(l)
		return
	}
	now := map[string]muc.SessionRecord{}
	for _, q := range l.room.Sessions() {
		now[q.JID] = q
		if old, ok := l.kept[q.JID]; !ok || !alike(old, q) {
			s.keepChange(l, storage.SaveSession{Room: l.key, Session: toSession(q)})
		}
	}
	for jid := range l.kept {
		if _, ok := now[jid]; !ok {
			s.keepChange(l, storage.DeleteSession{Room: l.key, JID: jid})
		}
	}
	l.kept = now
}

func (s *shard) keepChange(l *live, c storage.Change) {
	l.keeping++
	s.unsaved++
	s.h.writer.submit(&ticket{change: c, size: changeSize(c), owner: s, room: l, keeps: true})
}

// alike tells whether two records say the same of a session as far as it is stored.
func alike(a, b muc.SessionRecord) bool {
	return a.Nick == b.Nick && a.Role == b.Role && a.Silenced == b.Silenced && a.Entry == b.Entry && a.Spoke == b.Spoke &&
		bytes.Equal(a.Payload, b.Payload)
}

func toSession(q muc.SessionRecord) storage.Session {
	return storage.Session{
		JID: q.JID, Nick: q.Nick, Role: q.Role, Silenced: q.Silenced, Entry: q.Entry, Spoke: q.Spoke, Payload: q.Payload,
	}
}

func fromSession(q storage.Session) muc.SessionRecord {
	return muc.SessionRecord{
		JID: q.JID, Nick: q.Nick, Role: q.Role, Silenced: q.Silenced, Entry: q.Entry, Spoke: q.Spoke, Payload: q.Payload,
	}
}
