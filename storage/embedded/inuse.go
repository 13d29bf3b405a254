package embedded

import (
	"errors"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// InUse tells whether a daemon is at work in the data directory, without disturbing it.
func InUse(data string) bool {
	f, err := os.Open(filepath.Join(data, "postgres.lock")) // #nosec G304 -- the operator's own directory
	if err != nil {
		return false
	}
	defer f.Close()
	return errors.Is(unix.Flock(int(f.Fd()), unix.LOCK_SH|unix.LOCK_NB), unix.EWOULDBLOCK)
}
