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

const uniqueViolation = "23505"

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

// code is the SQLSTATE of err, "" if Postgres did not answer.
func code(err error) string {
	var answer *pgconn.PgError
	if errors.As(err, &answer) {
		return answer.Code
	}
	return ""
}

func class(err error) string { return code(err)[:min(2, len(code(err)))] }
