package embedded

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

const (
	socketName = ".s.PGSQL." + port
	pathMax    = 107 // bytes of a Unix socket's path
	// Not os.TempDir: what TMPDIR names may be long, or closed to the account.
	shortPlace  = "/tmp"
	shortPrefix = "isthmus-"
)

// socketDir makes the directory of the socket, which only the account may enter: run in the data directory, or a short
// one if that would be too long or has characters that a list of hosts gives a meaning.
func socketDir(data string, who account) (string, error) {
	dir, err := filepath.Join(data, "run"), error(nil)
	if len(filepath.Join(dir, socketName)) > pathMax || strings.ContainsAny(dir, `",`) {
		dir, err = os.MkdirTemp(shortPlace, shortPrefix+"*")
	} else {
		err = os.MkdirAll(dir, 0o700)
	}
	if err != nil {
		return "", fmt.Errorf("the directory of the database's socket cannot be created: %w", err)
	}
	// #nosec G302 -- a directory: without x nobody gets in
	if err := errors.Join(os.Chmod(dir, 0o700), who.give(dir)); err != nil {
		return "", fmt.Errorf("the directory of the database's socket cannot be given to the user %s: %w", who.name, err)
	}
	// We hold the data directory and no Postgres runs on it: what lies here is stale, and its lock may name a process
	// that is somebody else by now.
	os.Remove(filepath.Join(dir, socketName))
	os.Remove(filepath.Join(dir, socketName+".lock"))
	return dir, nil
}

// removeSocket removes a socket's directory if it is a short one and nobody else's files are in it.
func removeSocket(dir string) {
	if filepath.Dir(dir) != shortPlace || !strings.HasPrefix(filepath.Base(dir), shortPrefix) {
		return
	}
	os.Remove(filepath.Join(dir, socketName))
	os.Remove(filepath.Join(dir, socketName+".lock"))
	os.Remove(dir)
}
