package memory

import (
	"context"
	"fmt"
	"slices"

	"isthmus/storage"
)

// Archive implements storage.Store.
func (s *Store) Archive(ctx context.Context, q storage.Query) (*storage.Page, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if err := s.ready(ctx); err != nil {
		return nil, err
	}
	var log []storage.Event
	if r, ok := s.rooms[q.Room]; ok {
		log = r.log
	}
	begin, end, err := span(log, q)
	if err != nil {
		return nil, err
	}
	page := &storage.Page{Complete: true}
	if q.Count {
		for _, e := range log {
			if page.Total <= storage.CountMost && matches(e, q) {
				page.Total++
			}
		}
	}
	for n := range max(0, end-begin) {
		e := log[begin+n]
		if q.Backward {
			e = log[end-1-n]
		}
		if !matches(e, q) {
			continue
		}
		if page.Complete = len(page.Events) < q.Max; !page.Complete {
			break
		}
		page.Events = append(page.Events, copyEvent(e))
	}
	if q.Backward {
		slices.Reverse(page.Events)
	}
	return page, nil
}

// span is the part of the log between After and Before: log[begin:end].
func span(log []storage.Event, q storage.Query) (begin, end int, err error) {
	first, last := map[string]int{}, map[string]int{}
	for i, e := range log {
		if _, ok := first[e.StanzaID]; !ok {
			first[e.StanzaID] = i
		}
		last[e.StanzaID] = i
	}
	for _, id := range slices.Concat(q.After, q.Before, q.IDs) {
		if _, ok := last[id]; !ok {
			return 0, 0, fmt.Errorf("%w: %q in %s", storage.ErrNoEvent, id, q.Room)
		}
	}
	end = len(log)
	for _, id := range q.After {
		begin = max(begin, last[id]+1)
	}
	for _, id := range q.Before {
		end = min(end, first[id])
	}
	return begin, end, nil
}

// matches tells whether e is asked for, wherever it stands.
func matches(e storage.Event, q storage.Query) bool {
	lowest, highest := q.Clock()
	by, whole := q.By()
	return e.At >= lowest && e.At <= highest &&
		(q.Nick == "" || e.Nick == q.Nick) &&
		(q.Author == "" || e.By() == by && (whole || e.Author == q.Author)) &&
		(!q.Open || e.Open) &&
		(len(q.IDs) == 0 || slices.Contains(q.IDs, e.StanzaID))
}
