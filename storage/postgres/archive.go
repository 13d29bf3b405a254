package postgres

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/jackc/pgx/v5"

	"isthmus/storage"
)

// late is what came more than a minute after something that was said later; the index events_late has these events.
// The minute is long enough for two nodes that talk at once, and short enough to read on for.
const (
	late   = `at >> 16 < (high >> 16) - 60000`
	inTime = 60000 // milliseconds; as late says
)

const (
	findIDs   = `SELECT stanza_id, array_agg(arrival) FROM events WHERE room = $1 AND stanza_id = ANY ($2) GROUP BY stanza_id`
	findClock = `SELECT arrival FROM events WHERE room = $1 AND high >= $2 ORDER BY high, arrival LIMIT 1`
)

// Archive implements storage.Store.
//
// The ids and the times of the query are looked up first: each is a place in the order of arrival. Between these places
// the page is read along an index that has this order, and there whatever does not match is rare.
func (s *Store) Archive(ctx context.Context, q storage.Query) (*storage.Page, error) {
	ctx, cancel := context.WithTimeout(ctx, readTime)
	defer cancel()
	a, err := s.find(ctx, q)
	if err != nil {
		return nil, err
	}
	page, err := s.page(ctx, a)
	if class(err) == "22" { // text that Postgres refuses matches nothing
		return &storage.Page{Complete: true}, nil
	}
	if err != nil {
		return nil, explain("archive", err)
	}
	return page, nil
}

// archive is a query whose ids and times are known as arrivals.
type archive struct {
	storage.Query
	lowest, highest int64 // clocks, both included

	// Arrivals; what matches is behind after and since, in front of before and, unless it is late, in front of until.
	after, before int64
	since, until  int64
	only          []int64
}

func (s *Store) find(ctx context.Context, q storage.Query) (a archive, err error) {
	a.Query = q
	a.lowest, a.highest = q.Clock()
	if err := s.findIDs(ctx, &a); err != nil {
		return a, err
	}
	return a, s.findTimes(ctx, &a)
}

func (s *Store) findIDs(ctx context.Context, a *archive) error {
	a.after, a.before = math.MinInt64, math.MaxInt64
	ids := slices.Concat(a.After, a.Before, a.IDs)
	if len(ids) == 0 {
		return nil
	}
	found := map[string][]int64{}
	rows, _ := s.pool.Query(ctx, findIDs, a.Room, ids)
	var id string
	var arrivals []int64
	_, err := pgx.ForEachRow(rows, []any{&id, &arrivals}, func() error {
		found[id] = slices.Clone(arrivals)
		return nil
	})
	if err != nil && class(err) != "22" {
		return explain("archive", err)
	}
	for _, id := range ids {
		if len(found[id]) == 0 {
			return fmt.Errorf("%w: %q in %s", storage.ErrNoEvent, id, a.Room)
		}
	}
	for _, id := range a.After {
		a.after = max(a.after, slices.Max(found[id]))
	}
	for _, id := range a.Before {
		a.before = min(a.before, slices.Min(found[id]))
	}
	for _, id := range a.IDs {
		a.only = append(a.only, found[id]...)
	}
	return nil
}

func (s *Store) findTimes(ctx context.Context, a *archive) error {
	a.since, a.until = math.MinInt64, math.MaxInt64
	if a.only != nil {
		return nil
	}
	if !a.Start.IsZero() {
		first, err := s.arrival(ctx, a.Room, a.lowest)
		if err != nil {
			return err
		}
		a.since = first - 1
	}
	if next := a.highest>>16 + inTime + 1; !a.End.IsZero() && next <= math.MaxInt64>>16 {
		first, err := s.arrival(ctx, a.Room, next<<16)
		if err != nil {
			return err
		}
		a.until = first
	}
	return nil
}

// arrival is that of the first event that was said at this clock or later, math.MaxInt64 if there is none.
func (s *Store) arrival(ctx context.Context, room string, clock int64) (first int64, err error) {
	err = s.pool.QueryRow(ctx, findClock, room, clock).Scan(&first)
	if errors.Is(err, pgx.ErrNoRows) || class(err) == "22" {
		return math.MaxInt64, nil
	}
	return first, explain("archive", err)
}

func (s *Store) page(ctx context.Context, a archive) (*storage.Page, error) {
	var found []event
	var page storage.Page
	limit := min(max(a.Max, 0), math.MaxInt32)
	sql, args := a.reading(limit + 1)
	rows, _ := s.pool.Query(ctx, sql, args...)
	if err := into(events, func(e event) { found = append(found, e) })(rows); err != nil {
		return nil, err
	}
	page.Complete = len(found) <= limit
	page.Events = none(found[:min(limit, len(found))])
	if a.Backward {
		slices.Reverse(page.Events)
	}
	if !a.Count {
		return &page, nil
	}
	sql, args = a.counting()
	err := s.pool.QueryRow(ctx, sql, args...).Scan(&page.Total)
	page.Total = min(page.Total, storage.CountMost+1)
	return &page, err
}
