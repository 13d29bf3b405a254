package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"isthmus/storage"
)

// Public implements storage.Store.
func (s *Store) Public(ctx context.Context, after string, limit int) ([]storage.Listed, int, error) {
	return s.list(ctx, listPublic, countPublic, after, limit)
}

// Rooms implements storage.Store.
func (s *Store) Rooms(ctx context.Context, after string, limit int) ([]storage.Listed, int, error) {
	return s.list(ctx, listRooms, countRooms, after, limit)
}

// Unfinished implements storage.Store.
func (s *Store) Unfinished(ctx context.Context, after string, limit int) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, readTime)
	defer cancel()
	rows, err := s.pool.Query(ctx, listUnfinished, after, max(limit, 0))
	if err != nil {
		return nil, explain("list", err)
	}
	page, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return none(page), explain("list", err)
}

// Owned implements storage.Store.
func (s *Store) Owned(ctx context.Context, creator string) (n int, err error) {
	ctx, cancel := context.WithTimeout(ctx, readTime)
	defer cancel()
	err = s.pool.QueryRow(ctx, countOwned, creator).Scan(&n)
	return n, explain("count rooms", err)
}

func (s *Store) list(ctx context.Context, listed, count, after string, limit int) (
	page []storage.Listed, total int, err error) {
	ctx, cancel := context.WithTimeout(ctx, readTime)
	defer cancel()
	var b pgx.Batch
	b.Queue(listed, after, max(limit, 0)).Query(func(rows pgx.Rows) (err error) {
		page, err = pgx.CollectRows(rows, pgx.RowToStructByPos[storage.Listed])
		return err
	})
	b.Queue(count).QueryRow(func(row pgx.Row) error { return row.Scan(&total) })
	if err := s.pool.SendBatch(ctx, &b).Close(); err != nil {
		return nil, 0, explain("list", err)
	}
	return none(page), total, nil
}
