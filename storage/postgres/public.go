package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"isthmus/storage"
)

// Public implements storage.Store.
func (s *Store) Public(ctx context.Context, after string, limit int) (list []storage.Listed, total int, err error) {
	ctx, cancel := context.WithTimeout(ctx, readTime)
	defer cancel()
	var b pgx.Batch
	b.Queue(listPublic, after, max(limit, 0)).Query(func(rows pgx.Rows) (err error) {
		list, err = pgx.CollectRows(rows, pgx.RowToStructByPos[storage.Listed])
		return err
	})
	b.Queue(countPublic).QueryRow(func(row pgx.Row) error { return row.Scan(&total) })
	if err := s.pool.SendBatch(ctx, &b).Close(); err != nil {
		return nil, 0, explain("list", err)
	}
	return none(list), total, nil
}
