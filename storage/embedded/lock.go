package embedded

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// lockDir creates the data directory if need be and takes its lock for as long as the file is open (E1). The kernel
// takes the lock back however the daemon ends, and Postgres does not inherit it.
func lockDir(data string) (*os.File, error) {
	// Others may pass to the cluster, whose account is not ours if we are root, but may not look around.
	// #nosec G301 -- Postgres runs as another user and has to get in
	if err := os.MkdirAll(data, 0o711); err != nil {
		return nil, fmt.Errorf("the data directory cannot be created: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(data, "postgres.lock"), os.O_RDWR|os.O_CREATE, 0o600) // #nosec G304 -- the operator's own directory
	if err != nil {
		return nil, fmt.Errorf("the data directory cannot be written to: %w", err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		defer f.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, fmt.Errorf("another isthmus%s already uses the data directory %s", holder(f), data)
		}
		return nil, fmt.Errorf("the data directory %s cannot be locked: %w", data, err)
	}
	// Only for the sentence above: a lock without it is as good.
	if f.Truncate(0) == nil {
		fmt.Fprintln(f, os.Getpid())
	}
	return f, nil
}

func holder(f *os.File) string {
	pid, _ := io.ReadAll(io.LimitReader(f, 20))
	if len(pid) == 0 {
		return ""
	}
	return fmt.Sprintf(" (process %s)", strings.TrimSpace(string(pid)))
}
