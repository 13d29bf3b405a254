package memory

import (
	"context"
	"maps"
	"slices"

	"isthmus/storage"
)

// Trim implements storage.Store, a room at a time.
func (s *Store) Trim(ctx context.Context, keep storage.Retention, from string) (next string, gone int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.ready(ctx); err != nil {
		return "", 0, err
	}
	rooms := slices.Sorted(maps.Keys(s.rooms))
	i, _ := slices.BinarySearch(rooms, from)
	switch rest := rooms[i:]; len(rest) {
	case 0:
		return "", 0, nil
	case 1:
		return "", s.rooms[rest[0]].trim(keep), nil
	default:
		return rest[1], s.rooms[rest[0]].trim(keep), nil
	}
}

func (r *room) trim(keep storage.Retention) int {
	since, most := keep.Of(r.record.Config)
	n, high := 0, r.cutAt
	if most > 0 {
		n = max(0, len(r.log)-most)
	}
	for i, e := range r.log {
		if high = max(high, e.At); high >= since {
			break
		}
		n = max(n, i+1)
	}
	for _, e := range r.log[:n] {
		r.cutAt = max(r.cutAt, e.At)
		if e.Origin == r.record.JID && e.Epoch == r.record.Epoch {
			r.cutSeq = max(r.cutSeq, e.Seq)
		}
	}
	r.log = slices.Clone(r.log[n:])
	clear(r.keys)
	for i, e := range r.log {
		r.keys[key{e.Origin, e.Epoch, e.Seq}] = i
	}
	return n
}
