package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"isthmus/storage"
)

// How often a batch that Postgres itself rolled back (a deadlock with somebody else's transaction) is tried before the
// caller hears of it.
const tries = 3

var errTwice = fmt.Errorf("%w: another event has this key", storage.ErrRejected)

// Commit implements storage.Store.
//
// Events go in by plain inserts. Only when one of their keys is there already the batch is done again with care: then
// it may be the batch itself, whose first answer was lost.
func (s *Store) Commit(ctx context.Context, batch []storage.Change) error {
	ctx, cancel := context.WithTimeout(ctx, commitTime)
	defer cancel()
	steps, err := plan(batch)
	if err != nil {
		return err
	}
	do := s.together
	for try := 1; ; try++ {
		err := do(ctx, steps)
		switch {
		case try == tries || ctx.Err() != nil:
			return explain("commit", err)
		case class(err) == aborted:
		case constraint(err) == eventKey:
			do = s.withCare
		default:
			return explain("commit", err)
		}
	}
}

// together sends all steps at once, which is one transaction. It takes one round trip, where BEGIN and COMMIT would be two more.
func (s *Store) together(ctx context.Context, steps []step) error {
	var b pgx.Batch
	for _, s := range steps {
		b.Queue(s.sql, s.args...)
	}
	return s.pool.SendBatch(ctx, &b).Close()
}

// withCare goes step by step and lets an event pass that is there already, equal in every field (S3).
func (s *Store) withCare(ctx context.Context, steps []step) error {
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error { return carefully(ctx, tx, steps) })
}

func carefully(ctx context.Context, tx pgx.Tx, steps []step) error {
	for _, s := range steps {
		if !s.events {
			if _, err := tx.Exec(ctx, s.sql, s.args...); err != nil {
				return err
			}
			continue
		}
		if _, err := tx.Exec(ctx, appendNewEvents, s.args...); err != nil {
			return err
		}
		var others int
		if err := tx.QueryRow(ctx, countOthers, s.args...).Scan(&others); err != nil {
			return err
		}
		if others > 0 {
			return errTwice
		}
	}
	return nil
}
