package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"isthmus/storage"
)

const (
	trimRooms  = 200  // that are looked at at once
	trimEvents = 2000 // that are cut at once
)

var (
	// Rooms of which something may have to be cut, with what they say themselves.
	listKept = `SELECT jid, keep_days, keep_events FROM rooms
		WHERE jid >= $1 AND ($2 OR keep_days > 0 OR keep_events > 0) ORDER BY jid LIMIT $3`

	// Up to which arrival. Both are looked up along an index: the last of those that are too old, and the first too many.
	findCuts = `SELECT room, greatest(old.arrival, over.arrival) FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS keep (room, since, most)
		LEFT JOIN LATERAL (SELECT arrival FROM events WHERE room = keep.room AND high < since
			ORDER BY high DESC, arrival DESC LIMIT 1) AS old ON since > 0
		LEFT JOIN LATERAL (SELECT arrival FROM events WHERE room = keep.room
			ORDER BY arrival DESC OFFSET greatest(most, 0) LIMIT 1) AS over ON most > 0
		WHERE greatest(old.arrival, over.arrival) IS NOT NULL ORDER BY room`

	// The highest number and clock are remembered, so that none comes twice.
	cutLog = `WITH gone AS (DELETE FROM events WHERE room = $1 AND arrival IN
			(SELECT arrival FROM events WHERE room = $1 AND arrival <= $2 ORDER BY arrival LIMIT $3) RETURNING origin, epoch, seq, high),
		kept AS (INSERT INTO cuts SELECT jid,
				coalesce((SELECT max(seq) FROM gone WHERE origin = jid AND gone.epoch = rooms.epoch), 0), (SELECT max(high) FROM gone)
			FROM rooms WHERE jid = $1 AND EXISTS (SELECT FROM gone) ` + further + `)
		SELECT count(*) FROM gone`
	resume = `INSERT INTO cuts VALUES ($1, $2, $3) ` + further

	further = `ON CONFLICT (room) DO UPDATE SET seq = greatest(cuts.seq, EXCLUDED.seq), at = greatest(cuts.at, EXCLUDED.at)`
)

// Trim implements storage.Store.
func (s *Store) Trim(ctx context.Context, keep storage.Retention, from string) (next string, gone int, err error) {
	ctx, cancel := context.WithTimeout(ctx, commitTime)
	defer cancel()
	cuts, next, err := s.cuts(ctx, keep, from)
	for _, c := range cuts {
		if err != nil {
			break
		}
		var n int
		err = s.pool.QueryRow(ctx, cutLog, c.room, c.upto, trimEvents-gone).Scan(&n)
		if gone += n; gone == trimEvents { // there may be more of it
			return c.room, gone, explain("trim", err)
		}
	}
	return next, gone, explain("trim", err)
}

// cut is up to where a log goes.
type cut struct {
	room string
	upto int64 // arrival
}

// cuts are those of some rooms, and which room is the next one, "" if they were all.
func (s *Store) cuts(ctx context.Context, keep storage.Retention, from string) (list []cut, next string, err error) {
	var rooms []string
	var sinces, mosts []int64
	rows, _ := s.pool.Query(ctx, listKept, from, keep.Age > 0 || keep.Events > 0, trimRooms+1)
	var room string
	var c storage.Config
	_, err = pgx.ForEachRow(rows, []any{&room, &c.KeepDays, &c.KeepEvents}, func() error {
		if len(rooms) == trimRooms {
			next = room
			return nil
		}
		since, most := keep.Of(c)
		rooms, sinces, mosts = append(rooms, room), append(sinces, since), append(mosts, int64(most))
		return nil
	})
	if err != nil {
		return nil, from, err
	}
	rows, _ = s.pool.Query(ctx, findCuts, rooms, sinces, mosts)
	list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (c cut, err error) {
		return c, row.Scan(&c.room, &c.upto)
	})
	return list, next, err
}
