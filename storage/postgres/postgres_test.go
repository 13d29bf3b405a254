package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"isthmus/storage"
)

func TestNewerSchema(t *testing.T) {
	url := database(t)
	open(t, url).Close()
	open(t, url).Close() // the same schema
	execute(t, url, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (1000, true)`)
	s, err := Open(t.Context(), url)
	if s != nil || !errors.Is(err, storage.ErrNewerSchema) || !strings.Contains(err.Error(), "is at 1000, this binary knows ") {
		t.Errorf("Open = %v, %v, want ErrNewerSchema", s, err)
	}
}

// Daemons that start at once on an empty database wait for the one that migrates it.
func TestOpenAtOnce(t *testing.T) {
	url := database(t)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			s, err := Open(t.Context(), url)
			if err != nil {
				t.Error(err)
				return
			}
			s.Close()
		})
	}
	wg.Wait()
}

func TestOpenRefusesNonsense(t *testing.T) {
	for _, url := range []string{"postgres://:port", "postgres:///isthmus?host=/nowhere"} {
		if s, err := Open(t.Context(), url); s != nil || err == nil {
			t.Errorf("Open(%q) = %v, %v", url, s, err)
		}
	}
}

// Every column of a table is one of the record's, so that no migration adds one that the driver forgets.
func TestColumns(t *testing.T) {
	s := open(t, database(t))
	for table, known := range map[string]string{
		"rooms":            rooms.names() + ", version",
		"affiliations":     affiliations.names(),
		"nick_keys":        "room, jid, key",
		"events":           events.names() + ", arrival, high",
		"links":            links.names(),
		"vcards":           vcards.names(),
		"hats":             hats.names(),
		"holds":            holds.names(),
		"requests":         requests.names(),
		"tombstones":       tombstones.names(),
		"occupants":        occupants.names(),
		"chatneg_sessions": talks.names(),
		"proposals":        proposals.names(),
	} {
		const columnsOf = `SELECT column_name::text FROM information_schema.columns WHERE table_name = $1`
		rows, _ := s.pool.Query(t.Context(), columnsOf, table)
		found, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		columns := strings.Split(known, ", ")
		slices.Sort(found)
		slices.Sort(columns)
		if !slices.Equal(found, columns) {
			t.Errorf("%s: the database has %v, the driver knows %v", table, found, columns)
		}
	}
}

func TestVersionCountsSaves(t *testing.T) {
	s := open(t, database(t))
	for want := range 3 {
		mustCommit(t, s, storage.SaveRoom{Room: room{JID: "den@muc.example"}})
		var got int
		if err := s.pool.QueryRow(t.Context(), `SELECT version FROM rooms`).Scan(&got); err != nil || got != want+1 {
			t.Errorf("version = %d, %v, want %d", got, err, want+1)
		}
	}
}

// S3: what can never be stored is final, although the record is in order: an index has a limit of 2,704 bytes.
func TestS3LongAddress(t *testing.T) {
	s := open(t, database(t))
	var long strings.Builder
	for n := range 2000 {
		fmt.Fprintf(&long, "%x", n*n*n)
	}
	err := s.Commit(t.Context(), []storage.Change{storage.SaveRoom{Room: room{JID: long.String()}}})
	if !errors.Is(err, storage.ErrRejected) {
		t.Errorf("Commit = %v, want ErrRejected", err)
	}
}

// S3: a database that goes away is a passing fault, and so is one that came back.
func TestS3ConnectionLost(t *testing.T) {
	s := open(t, database(t))
	batch := []storage.Change{storage.SaveRoom{Room: room{JID: "den@muc.example"}}}
	tx, err := s.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(context.Background())
	if _, err := tx.Exec(t.Context(), `LOCK TABLE rooms`); err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() { done <- s.Commit(context.Background(), batch) }()
	const kill = `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
		WHERE datname = current_database() AND wait_event_type = 'Lock'`
	for killed := 0; killed == 0; {
		if err := s.pool.QueryRow(t.Context(), kill).Scan(&killed); err != nil {
			t.Fatal(err)
		}
	}
	if err := <-done; err == nil || errors.Is(err, storage.ErrRejected) {
		t.Errorf("Commit = %v, want a passing error", err)
	}
	tx.Rollback(t.Context())
	mustCommit(t, s, batch...)
}

// A deadlock with somebody who does not lock in order (an operator's transaction) is tried again.
func TestDeadlockIsTriedAgain(t *testing.T) {
	s := open(t, database(t))
	batch := []storage.Change{storage.SaveRoom{Room: room{JID: "a@m"}}, storage.SaveRoom{Room: room{JID: "b@m"}}}
	mustCommit(t, s, batch...)
	tx, err := s.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(context.Background())
	update := func(jid string) {
		t.Helper()
		// Our own transaction looks for a deadlock so late that the other one is always the victim.
		if _, err := tx.Exec(t.Context(), `SET LOCAL deadlock_timeout = '1h'`); err != nil {
			t.Fatal(err)
		}
		if _, err := tx.Exec(t.Context(), `UPDATE rooms SET name = 'operator' WHERE jid = $1`, jid); err != nil {
			t.Fatal(err)
		}
	}
	update("b@m")
	done := make(chan error)
	go func() { done <- s.Commit(context.Background(), batch) }()
	const waiting = `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
	for n := 0; n == 0; {
		if err := s.pool.QueryRow(t.Context(), waiting).Scan(&n); err != nil {
			t.Fatal(err)
		}
	}
	update("a@m")
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Errorf("Commit = %v", err)
	}
}

// Attach leaves a database as it is, whichever isthmus has written it.
func TestAttach(t *testing.T) {
	url := database(t)
	if s, err := Attach(t.Context(), url); s != nil || !errors.Is(err, storage.ErrOlderSchema) {
		t.Errorf("Attach to an empty database = %v, %v, want ErrOlderSchema", s, err)
	}
	open(t, url).Close()
	s, err := Attach(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	execute(t, url, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (1000, true)`)
	if s, err := Attach(t.Context(), url); s != nil || !errors.Is(err, storage.ErrNewerSchema) {
		t.Errorf("Attach to a newer one = %v, %v, want ErrNewerSchema", s, err)
	}
}
