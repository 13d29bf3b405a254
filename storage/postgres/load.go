package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"isthmus/storage"
)

// Load implements storage.Store. All that is read is of one instant.
func (s *Store) Load(ctx context.Context, jid string, history int) (*storage.Room, error) {
	ctx, cancel := context.WithTimeout(ctx, readTime)
	defer cancel()
	var r storage.Room
	oneInstant := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err := pgx.BeginTxFunc(ctx, s.pool, oneInstant, func(tx pgx.Tx) error {
		return tx.SendBatch(ctx, reading(&r, jid, history)).Close()
	})
	// A name that Postgres refuses cannot be that of a room.
	if errors.Is(err, pgx.ErrNoRows) || class(err) == "22" {
		return nil, fmt.Errorf("%w: %q", storage.ErrNotFound, jid)
	}
	if err != nil {
		return nil, explain("load", err)
	}
	return &r, nil
}

func reading(r *storage.Room, jid string, history int) *pgx.Batch {
	var b pgx.Batch
	b.Queue(loadRoom, jid).QueryRow(func(row pgx.Row) error {
		err := row.Scan(pointers(roomColumns, &r.RoomRecord)...)
		r.RoomRecord = loadedRoom(r.RoomRecord)
		return err
	})
	b.Queue(loadAffiliations, jid).Query(func(rows pgx.Rows) error {
		return scan(rows, affiliationColumns, func(a affiliation) { r.Affiliations = append(r.Affiliations, a.Affiliation) })
	})
	b.Queue(loadHistory, jid, history).Query(func(rows pgx.Rows) error {
		return scan(rows, eventColumns, func(e event) { r.History = append(r.History, loadedEvent(e)) })
	})
	b.Queue(loadLinks, jid).Query(func(rows pgx.Rows) error {
		return scan(rows, linkColumns, func(l link) { r.Links = append(r.Links, loadedLink(l)) })
	})
	b.Queue(loadSeen, jid).Query(func(rows pgx.Rows) (err error) {
		r.Seen, err = pgx.CollectRows(rows, pgx.RowTo[[]byte])
		r.Seen = none(r.Seen)
		return err
	})
	b.Queue(loadLast, jid).QueryRow(func(row pgx.Row) error { return row.Scan(&r.LastSeq, &r.LastAt) })
	return &b
}

// scan calls f with each row.
func scan[R any](rows pgx.Rows, columns []column[R], f func(R)) error {
	for rows.Next() {
		var r R
		if err := rows.Scan(pointers(columns, &r)...); err != nil {
			return err
		}
		f(r)
	}
	return rows.Err()
}
