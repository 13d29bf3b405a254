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
	b.Queue(tombstones.ofRoom(), jid).Query(into(tombstones, func(t tombstone) { r.Tombstone = &t.Tombstone }))
	b.Queue(loadRoom, jid).QueryRow(func(row pgx.Row) (err error) {
		r.RoomRecord, err = rooms.read(row)
		if r.Tombstone != nil && errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		return err
	})
	b.Queue(affiliations.ofRoom(), jid).Query(into(affiliations, func(a affiliation) {
		r.Affiliations = append(r.Affiliations, a.Affiliation)
	}))
	b.Queue(loadHistory, jid, history).Query(into(events, func(e event) { r.History = append(r.History, e) }))
	b.Queue(links.ofRoom(), jid).Query(into(links, func(l link) { r.Links = append(r.Links, l) }))
	b.Queue(loadSeen, jid).Query(func(rows pgx.Rows) (err error) {
		r.Seen, err = pgx.CollectRows(rows, pgx.RowTo[[]byte])
		r.Seen = none(r.Seen)
		return err
	})
	b.Queue(loadLast, jid).QueryRow(func(row pgx.Row) error { return row.Scan(&r.LastSeq, &r.LastAt) })
	b.Queue(vcards.ofRoom(), jid).Query(into(vcards, func(v vcard) { r.VCard = v.VCard }))
	b.Queue(hats.ofRoom(), jid).Query(into(hats, func(h hat) { r.Hats = append(r.Hats, h.Hat) }))
	b.Queue(holds.ofRoom(), jid).Query(into(holds, func(h hold) { r.Holds = append(r.Holds, h.Hold) }))
	b.Queue(occupants.ofRoom(), jid).Query(into(occupants, func(q session) { r.Sessions = append(r.Sessions, q.Session) }))
	b.Queue(talks.ofRoom(), jid).Query(into(talks, func(k talk) { r.Talks = append(r.Talks, k.Talk) }))
	b.Queue(proposals.ofRoom(), jid).Query(into(proposals, func(p proposal) { r.Proposals = append(r.Proposals, p.Proposal) }))
	b.Queue(requests.ofRoom(), jid).Query(into(requests, func(q request) { r.Requests = append(r.Requests, q.Request) }))
	return &b
}

// into calls f with each row.
func into[R any](t table[R], f func(R)) func(pgx.Rows) error {
	return func(rows pgx.Rows) error {
		defer rows.Close()
		for rows.Next() {
			r, err := t.read(rows)
			if err != nil {
				return err
			}
			f(r)
		}
		return rows.Err()
	}
}
