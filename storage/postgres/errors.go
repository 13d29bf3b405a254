package postgres

import (
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

// explain says what failed, and wraps storage.ErrRejected if that is final (S3). No error stays none.
func explain(what string, err error) error {
	if err == nil {
		return nil
	}
	if final[class(err)] {
		return fmt.Errorf("%w: storage/postgres: %s: %w", storage.ErrRejected, what, err)
	}
	return fmt.Errorf("storage/postgres: %s: %w", what, err)
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
