package postgres

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"isthmus/storage"
)

var (
	listLinks  = fmt.Sprintf(`SELECT %s FROM links WHERE $1 IN ('', room) ORDER BY room, peer LIMIT $2`, links.names())
	countLinks = `SELECT count(*) FROM links WHERE $1 IN ('', room)`

	// Behind the last event of the id, where there is one; no more than is counted is read.
	findBacklogs = fmt.Sprintf(`SELECT count(waiting.at), coalesce(min(waiting.at), 0)
		FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) WITH ORDINALITY AS link(room, peer, acked, since, place)
		LEFT JOIN LATERAL (SELECT max(arrival) AS arrival FROM events
			WHERE events.room = link.room AND stanza_id = link.acked) AS known ON true
		LEFT JOIN LATERAL (SELECT at FROM events WHERE events.room = link.room AND link.acked <> ''
			AND arrival > coalesce(known.arrival, 0) AND (known.arrival IS NOT NULL OR at >= link.since)
			AND via <> link.peer AND NOT retracted AND kind IN ('%s') ORDER BY arrival LIMIT %d) AS waiting ON true
		GROUP BY place ORDER BY place`, strings.Join(storage.Crosses, "', '"), storage.BacklogMost+1)
)

// Links implements storage.Store.
func (s *Store) Links(ctx context.Context, room string, limit int) (found []storage.Link, total int, err error) {
	ctx, cancel := context.WithTimeout(ctx, readTime)
	defer cancel()
	var b pgx.Batch
	b.Queue(listLinks, room, max(limit, 0)).Query(into(links, func(l link) { found = append(found, l) }))
	b.Queue(countLinks, room).QueryRow(func(row pgx.Row) error { return row.Scan(&total) })
	if err := s.pool.SendBatch(ctx, &b).Close(); err != nil {
		return nil, 0, explain("list links", err)
	}
	return found, total, nil
}

// Backlogs implements storage.Store.
func (s *Store) Backlogs(ctx context.Context, list []storage.Link) ([]storage.Backlog, error) {
	ctx, cancel := context.WithTimeout(ctx, readTime)
	defer cancel()
	var room, peer, acked = []string{}, []string{}, []string{}
	since := []int64{}
	for _, l := range list {
		lowest, _ := storage.Query{Start: l.SyncedAt}.Clock()
		room, peer, acked, since = append(room, l.Room), append(peer, l.Peer), append(acked, l.Acked), append(since, lowest)
	}
	rows, err := s.pool.Query(ctx, findBacklogs, room, peer, acked, since)
	if err != nil {
		return nil, explain("find backlogs", err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[storage.Backlog])
	return none(found), explain("find backlogs", err)
}
