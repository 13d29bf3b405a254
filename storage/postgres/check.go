package postgres

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5"
	"github.com/pressly/goose/v3"

	"isthmus/migrations"
	"isthmus/storage"
)

// What tells which schema a database has. It is read by hand: goose would make its table where there is none.
const (
	isThere  = `SELECT to_regclass('goose_db_version') IS NOT NULL`
	itsValue = `SELECT coalesce(max(version_id), 0) FROM goose_db_version`
)

// A table of a megabyte that nobody ever sees: it finds out whether there is place on the disk, and whether we may make tables.
// What an unlogged table holds is not in the write-ahead log, which must not be what fills the disk.
const attempt = `CREATE UNLOGGED TABLE isthmus_check AS SELECT repeat('x', 1000) AS filler FROM generate_series(1, 1000)`

// Check tells whether the database at url answers, is of no newer isthmus (ErrNewerSchema) and takes what is written. It stays
// as it is. One of an older isthmus, or an empty one, is well, and behind.
func Check(ctx context.Context, url string) (behind bool, err error) {
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		return false, fmt.Errorf("storage.url cannot be read: %w", err)
	}
	if cfg.ConnectTimeout == 0 {
		cfg.ConnectTimeout = connectTime
	}
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return false, plainly(err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if behind, err = tellsAge(ctx, conn); err != nil {
		return false, plainly(err)
	}
	return behind, plainly(takes(ctx, conn))
}

func tellsAge(ctx context.Context, conn *pgx.Conn) (behind bool, err error) {
	known, err := latest()
	if err != nil {
		return false, err
	}
	var there bool
	if err := conn.QueryRow(ctx, isThere).Scan(&there); err != nil || !there {
		return true, err
	}
	var found int64
	err = conn.QueryRow(ctx, itsValue).Scan(&found)
	if err == nil && found > known {
		err = newer(found, known)
	}
	return found < known, err
}

func newer(found, known int64) error {
	return fmt.Errorf("%w: database is at %d, this binary knows %d", storage.ErrNewerSchema, found, known)
}

// latest is the schema that this binary brings a database to.
func latest() (known int64, err error) {
	files, err := fs.Glob(migrations.FS, "*.sql")
	for _, f := range files {
		if v, err := goose.NumericComponent(f); err == nil {
			known = max(known, v)
		}
	}
	return known, err
}

// takes writes, and takes it back.
func takes(ctx context.Context, conn *pgx.Conn) error {
	tx, err := conn.Begin(ctx)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, attempt)
	return errors.Join(err, tx.Rollback(ctx))
}
