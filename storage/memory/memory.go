// Package memory is a storage.Store that forgets everything when the process ends: for tests and throw-away rooms.
//
// Nothing bounds what it keeps but the memory of the machine.
package memory

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"isthmus/storage"
)

var _ storage.Store = (*Store)(nil)

var errClosed = errors.New("storage/memory: the store is closed")

// Store keeps rooms in maps behind one mutex.
type Store struct {
	mu         sync.RWMutex
	rooms      map[string]*room
	tombstones map[string]storage.Tombstone // of rooms that are not in rooms
	closed     bool
}

type room struct {
	record       storage.RoomRecord
	affiliations map[string]storage.Affiliation
	hats         map[string]storage.Hat
	holds        map[string]storage.Hold
	requests     map[string]storage.Request
	sessions     map[string]storage.Session
	talks        map[string]storage.Talk
	proposals    map[string]storage.Proposal // by author and id
	links        map[string]storage.Link
	vcard        []byte
	log          []storage.Event // in order of arrival
	keys         map[key]int     // where in log an event stands
	cutSeq       int64           // the highest seq, and the highest clock, of what was cut off the log
	cutAt        int64
}

type key struct {
	origin     string
	epoch, seq int64
}

// New returns an empty store.
func New() *Store {
	return &Store{rooms: map[string]*room{}, tombstones: map[string]storage.Tombstone{}}
}

func newRoom(record storage.RoomRecord) *room {
	return &room{
		record:       record,
		affiliations: map[string]storage.Affiliation{},
		hats:         map[string]storage.Hat{},
		holds:        map[string]storage.Hold{},
		requests:     map[string]storage.Request{},
		sessions:     map[string]storage.Session{},
		talks:        map[string]storage.Talk{},
		proposals:    map[string]storage.Proposal{},
		links:        map[string]storage.Link{},
		keys:         map[key]int{},
	}
}

// Load implements storage.Store.
func (s *Store) Load(ctx context.Context, jid string, history int) (*storage.Room, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if err := s.ready(ctx); err != nil {
		return nil, err
	}
	if r, ok := s.rooms[jid]; ok {
		return r.load(history), nil
	}
	if t, ok := s.tombstones[jid]; ok {
		t = copyTombstone(t)
		return &storage.Room{Tombstone: &t}, nil
	}
	return nil, fmt.Errorf("%w: %s", storage.ErrNotFound, jid)
}

// Commit implements storage.Store.
func (s *Store) Commit(ctx context.Context, batch []storage.Change) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.ready(ctx); err != nil {
		return err
	}
	undo, err := s.applyAll(batch)
	if err == nil {
		return nil
	}
	for _, back := range slices.Backward(undo) {
		back()
	}
	return fmt.Errorf("%w: %w", storage.ErrRejected, err)
}

// Public implements storage.Store.
func (s *Store) Public(ctx context.Context, after string, limit int) (page []storage.Listed, total int, err error) {
	return s.list(ctx, after, limit, func(r storage.RoomRecord) bool { return r.Config.Public && !r.Locked })
}

// Rooms implements storage.Store.
func (s *Store) Rooms(ctx context.Context, after string, limit int) (page []storage.Listed, total int, err error) {
	return s.list(ctx, after, limit, func(storage.RoomRecord) bool { return true })
}

func (s *Store) list(ctx context.Context, after string, limit int, listed func(storage.RoomRecord) bool) (
	page []storage.Listed, total int, err error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if err := s.ready(ctx); err != nil {
		return nil, 0, err
	}
	for jid, r := range s.rooms {
		if listed(r.record) {
			total++
			page = append(page, storage.Listed{JID: jid, Name: r.record.Config.Name})
		}
	}
	page = slices.DeleteFunc(page, func(l storage.Listed) bool { return l.JID <= after })
	slices.SortFunc(page, func(a, b storage.Listed) int { return cmp.Compare(a.JID, b.JID) })
	return list(page[:min(max(limit, 0), len(page))]), total, nil
}

// Unfinished implements storage.Store.
func (s *Store) Unfinished(ctx context.Context, after string, limit int) (rooms []string, err error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if err := s.ready(ctx); err != nil {
		return nil, err
	}
	for jid, r := range s.rooms {
		if jid > after && (len(r.sessions) > 0 || !r.record.Config.Persistent || r.undecided()) {
			rooms = append(rooms, jid)
		}
	}
	slices.Sort(rooms)
	return list(rooms[:min(max(limit, 0), len(rooms))]), nil
}

// undecided tells whether somebody has not been told what became of what he wanted to say.
func (r *room) undecided() bool {
	for _, p := range r.proposals {
		if p.State != "told" {
			return true
		}
	}
	return false
}

// Owned implements storage.Store.
func (s *Store) Owned(ctx context.Context, creator string) (n int, err error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if err := s.ready(ctx); err != nil {
		return 0, err
	}
	for _, r := range s.rooms {
		if r.record.Creator == creator {
			n++
		}
	}
	return n, nil
}

// Ping implements storage.Store.
func (s *Store) Ping(ctx context.Context) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.ready(ctx)
}

// Close forgets everything. It may be called again.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed, s.rooms, s.tombstones = true, nil, nil
	return nil
}

func (s *Store) ready(ctx context.Context) error {
	if s.closed {
		return errClosed
	}
	return ctx.Err()
}

// seenMax is how many events Room.Seen is of.
const seenMax = 1000

func (r *room) load(history int) *storage.Room {
	out := &storage.Room{
		RoomRecord:   copyRoom(r.record),
		Affiliations: sorted(r.affiliations, func(a storage.Affiliation) storage.Affiliation { return a }),
		Links:        sorted(r.links, copyLink),
		VCard:        list(r.vcard),
		Hats:         sorted(r.hats, copyHat),
		Holds:        sorted(r.holds, copyHold),
		Requests:     sorted(r.requests, copyRequest),
		Sessions:     sorted(r.sessions, copySession),
		Talks:        sorted(r.talks, copyTalk),
		Proposals:    sorted(r.proposals, copyProposal),
	}
	log := r.log
	if history < 0 {
		history = max(0, r.record.Config.MaxHistory)
		log = slices.DeleteFunc(slices.Clone(log), func(e storage.Event) bool { return e.Kind != "message" || e.Retracted })
	}
	for _, e := range log[len(log)-min(history, len(log)):] {
		out.History = append(out.History, copyEvent(e))
	}
	out.LastSeq, out.LastAt = r.cutSeq, r.cutAt
	for i, e := range r.log {
		out.LastAt = max(out.LastAt, e.At)
		if e.Origin == r.record.JID && e.Epoch == r.record.Epoch {
			out.LastSeq = max(out.LastSeq, e.Seq)
		}
		if e.Dedupe != nil && i >= len(r.log)-seenMax {
			out.Seen = append(out.Seen, slices.Clone(e.Dedupe))
		}
	}
	return out
}

// sorted are copies of what m has, in the order of its keys.
func sorted[V any](m map[string]V, clone func(V) V) (out []V) {
	for _, k := range slices.Sorted(maps.Keys(m)) {
		out = append(out, clone(m[k]))
	}
	return out
}
