package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"isthmus/storage"
)

// Known implements storage.Store.
func (s *Store) Known(ctx context.Context, room string, list []storage.Trace) ([]bool, error) {
	ctx, cancel := context.WithTimeout(ctx, readTime)
	defer cancel()
	keys, lowest, highest := make([][]byte, len(list)), make([]int64, len(list)), make([]int64, len(list))
	for i, t := range list {
		keys[i] = t.Dedupe
		lowest[i], highest[i] = t.Span()
	}
	rows, _ := s.pool.Query(ctx, findKnown, room, keys, lowest, highest)
	known, err := pgx.CollectRows(rows, pgx.RowTo[bool])
	if class(err) == "22" { // a name that Postgres refuses cannot be that of a room
		return make([]bool, len(list)), nil
	}
	return none(known), explain("find what is known", err)
}
