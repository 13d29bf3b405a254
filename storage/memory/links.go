package memory

import (
	"context"
	"maps"
	"math"
	"slices"

	"isthmus/storage"
)

// Links implements storage.Store.
func (s *Store) Links(ctx context.Context, room string, limit int) (found []storage.Link, total int, err error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if err := s.ready(ctx); err != nil {
		return nil, 0, err
	}
	for _, jid := range slices.Sorted(maps.Keys(s.rooms)) {
		if room == "" || room == jid {
			found = append(found, sorted(s.rooms[jid].links, copyLink)...)
		}
	}
	return list(found[:min(max(limit, 0), len(found))]), len(found), nil
}

// Backlogs implements storage.Store.
func (s *Store) Backlogs(ctx context.Context, links []storage.Link) (out []storage.Backlog, err error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if err := s.ready(ctx); err != nil {
		return nil, err
	}
	for _, l := range links {
		var b storage.Backlog
		if r, ok := s.rooms[l.Room]; ok {
			b = r.backlog(l)
		}
		out = append(out, b)
	}
	return out, nil
}

func (r *room) backlog(l storage.Link) (b storage.Backlog) {
	begin := 0
	since, _ := storage.Query{Start: l.SyncedAt}.Clock()
	for i, e := range r.log {
		if e.StanzaID == l.Acked {
			begin, since = i+1, math.MinInt64
		}
	}
	for _, e := range r.log[begin:] {
		if l.Acked == "" || e.At < since || e.Via == l.Peer || e.Retracted || !slices.Contains(storage.Crosses, e.Kind) {
			continue
		}
		if b.Events == 0 || e.At < b.Oldest {
			b.Oldest = e.At
		}
		if b.Events++; b.Events > storage.BacklogMost {
			break
		}
	}
	return b
}
