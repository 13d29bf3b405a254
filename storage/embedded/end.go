package embedded

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

var errHard = errors.New("Postgres did not stop in time and was stopped the hard way; it recovers at the next start")

// end ends a Postgres: by a fast shutdown as long as ctx lasts, then by an immediate one, then by force.
// https://www.postgresql.org/docs/current/server-shutdown.html
func end(ctx context.Context, gone <-chan struct{}, signal func(os.Signal) error) error {
	if err := signal(syscall.SIGINT); errors.Is(err, os.ErrProcessDone) {
		return nil
	} else if err != nil {
		return fmt.Errorf("Postgres cannot be stopped: %w", err)
	}
	select {
	case <-gone:
		return nil
	case <-ctx.Done():
	}
	for _, harder := range []os.Signal{syscall.SIGQUIT, syscall.SIGKILL} {
		signal(harder)
		select {
		case <-gone:
			return errHard
		case <-time.After(lastTime):
		}
	}
	return errors.New("Postgres cannot be stopped, not even by force")
}
