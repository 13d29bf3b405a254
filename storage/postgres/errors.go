package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"

	"isthmus/storage"
)

// final has the classes of SQLSTATE that no second try can mend: the value or its key is refused.
// https://www.postgresql.org/docs/current/errcodes-appendix.html
var final = map[string]bool{
	"22": true, // data exception: a NUL byte, text that is not UTF-8
	"23": true, // integrity constraint violation
	"54": true, // program limit exceeded: an address too long for an index
}

// aborted is the class of what Postgres itself advises to try again: deadlock, serialization failure.
const aborted = "40"

// eventKey is the constraint that an event breaks whose key is in the log.
const eventKey = "events_pkey"

// troubles are what an admin can do something about, by SQLSTATE.
var troubles = map[string]string{
	"25006": "the database is read-only",
	"28000": "the database does not let the user of storage.url in",
	"28P01": "the user or the password of storage.url is wrong",
	"3D000": "there is no such database",
	"42501": "the user of storage.url may not do that",
	"53100": "the disk of the database is full",
	"53200": "the database has no memory left",
	"53300": "all connections of the database are taken",
	"57P03": "the database is starting, or ending",
}

// plainly begins an error with what is wrong, in plain words where there are some.
func plainly(err error) error {
	if say, ok := troubles[answer(err).Code]; ok {
		return fmt.Errorf("%s: %w", say, err)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("the database does not answer: %w", err)
	}
	return err
}

// explain says what failed, and wraps storage.ErrRejected if that is final (S3). No error stays none.
func explain(what string, err error) error {
	if err == nil {
		return nil
	}
	if final[class(err)] {
		return fmt.Errorf("%w: storage/postgres: %s: %w", storage.ErrRejected, what, err)
	}
	return fmt.Errorf("storage/postgres: %s: %w", what, plainly(err))
}

// class is that of err's SQLSTATE, "" if Postgres did not answer.
func class(err error) string {
	code := answer(err).Code
	return code[:min(2, len(code))]
}

// constraint is what err says was broken, "" if nothing was.
func constraint(err error) string { return answer(err).ConstraintName }

func answer(err error) *pgconn.PgError {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e
	}
	return &pgconn.PgError{}
}
