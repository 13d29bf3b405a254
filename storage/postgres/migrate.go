package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"isthmus/migrations"
	"isthmus/storage"
)

// Several daemons may start on one database: the others look every second whether the first has done, for five minutes.
const lockEvery, lockTries = 1, 300

// How long a database may take to start, how often it is looked at meanwhile, and the SQLSTATE by which it says so.
const (
	wakeTime  = time.Minute
	wakeEvery = 100 * time.Millisecond
	starting  = "57P03"
)

// migrate brings the database to the newest schema that this binary knows, under an advisory lock.
func migrate(ctx context.Context, cfg *pgx.ConnConfig) error {
	return withSteps(ctx, cfg, func(steps *goose.Provider, found int64) error {
		if known := newest(steps); found > known {
			return newer(found, known)
		}
		if _, err := steps.Up(ctx); err != nil {
			return fmt.Errorf("storage/postgres: cannot migrate the database: %w", plainly(err))
		}
		return nil
	})
}

// current tells whether the database has the newest schema that this binary knows.
func current(ctx context.Context, cfg *pgx.ConnConfig) error {
	return withSteps(ctx, cfg, func(steps *goose.Provider, found int64) error {
		switch known := newest(steps); {
		case found > known:
			return newer(found, known)
		case found < known:
			return fmt.Errorf("%w: database is at %d, this binary knows %d; start the daemon once", storage.ErrOlderSchema, found, known)
		}
		return nil
	})
}

// withSteps calls f with all that leads from one schema to the next, and which one the database has.
func withSteps(ctx context.Context, cfg *pgx.ConnConfig, f func(steps *goose.Provider, found int64) error) (err error) {
	db := stdlib.OpenDB(*cfg)
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := awake(ctx, db); err != nil {
		return fmt.Errorf("storage/postgres: the database cannot be used: %w", plainly(err))
	}
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(lockEvery, lockTries))
	if err != nil {
		return fmt.Errorf("storage/postgres: %w", err)
	}
	steps, err := goose.NewProvider(goose.DialectPostgres, db, migrations.FS, goose.WithSessionLocker(locker))
	if err != nil {
		return fmt.Errorf("storage/postgres: %w", err)
	}
	// Not GetVersions: it creates goose's table without the lock.
	found, err := steps.GetDBVersion(ctx)
	if err != nil {
		return fmt.Errorf("storage/postgres: cannot tell the version of the database: %w", plainly(err))
	}
	return f(steps, found)
}

// awake waits for a database that is starting, as after a crash of its own or of the machine.
func awake(ctx context.Context, db *sql.DB) error {
	patience := time.After(wakeTime)
	for {
		err := db.PingContext(ctx)
		if answer(err).Code != starting {
			return err
		}
		select {
		case <-time.After(wakeEvery):
		case <-patience:
			return err
		case <-ctx.Done():
			return err
		}
	}
}

func newest(steps *goose.Provider) int64 {
	all := steps.ListSources()
	return all[len(all)-1].Version
}
