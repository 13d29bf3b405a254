package memory

import (
	"context"

	"isthmus/storage"
)

// Known implements storage.Store.
func (s *Store) Known(ctx context.Context, room string, sought []storage.Trace) ([]bool, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if err := s.ready(ctx); err != nil {
		return nil, err
	}
	said := map[string][]int64{} // when, by key
	if r, ok := s.rooms[room]; ok {
		for _, e := range r.log {
			if e.Dedupe != nil {
				said[string(e.Dedupe)] = append(said[string(e.Dedupe)], e.At)
			}
		}
	}
	known := make([]bool, len(sought))
	for i, t := range sought {
		lowest, highest := t.Span()
		for _, at := range said[string(t.Dedupe)] {
			known[i] = known[i] || at >= lowest && at <= highest
		}
	}
	return list(known), nil
}
