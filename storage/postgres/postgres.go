// Package postgres is a storage.Store in a Postgres database.
package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"isthmus/storage"
)

var _ storage.Store = (*Store)(nil)

// How long one call may take, beside what its context allows. A commit may delete a room with a long log.
const (
	connectTime = 10 * time.Second
	pingTime    = 5 * time.Second
	readTime    = 10 * time.Second
	commitTime  = 30 * time.Second
)

// Store is a pool of connections to one database.
type Store struct{ pool *pgxpool.Pool }

// Everything is read along an index, in its order, and which one follows from the statement. Postgres would sometimes
// rather read and sort a whole log, with several processes or a compiled plan, because it takes two conditions of which one
// follows from the other for rare together; and it would plan a small insert each time anew, which takes longer than the
// insert.
const alongIndexes = `
	SET enable_seqscan = off; SET enable_bitmapscan = off;
	SET max_parallel_workers_per_gather = 0; SET jit = off;
	SET plan_cache_mode = force_generic_plan`

// Open brings the database at url (postgres://… or key=value) to the schema that this binary knows and returns the
// store. A database of a newer isthmus is storage.ErrNewerSchema.
func Open(ctx context.Context, url string) (*Store, error) {
	return connect(ctx, url, migrate)
}

// Attach is Open for whoever works beside a daemon, which may be of another version: the database stays as it is. One of an
// older isthmus is ErrOlderSchema.
func Attach(ctx context.Context, url string) (*Store, error) { return connect(ctx, url, current) }

func connect(ctx context.Context, url string, prepare func(context.Context, *pgx.ConnConfig) error) (*Store, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("storage/postgres: storage.url cannot be read: %w", err)
	}
	if cfg.ConnConfig.ConnectTimeout == 0 {
		cfg.ConnConfig.ConnectTimeout = connectTime
	}
	if _, ok := cfg.ConnConfig.RuntimeParams["application_name"]; !ok {
		cfg.ConnConfig.RuntimeParams["application_name"] = "isthmus"
	}
	if err := prepare(ctx, cfg.ConnConfig); err != nil {
		return nil, err
	}
	cfg.AfterConnect = func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, alongIndexes)
		return err
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("storage/postgres: %w", err)
	}
	return &Store{pool}, nil
}

// Ping implements storage.Store.
func (s *Store) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, pingTime)
	defer cancel()
	return explain("ping", s.pool.Ping(ctx))
}

// Close waits for the calls under way and closes every connection. It may be called again.
func (s *Store) Close() error {
	s.pool.Close()
	return nil
}
