package embedded

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// Line of postmaster.pid that has the directory of the socket, from 0.
const socketLine = 4

// Beside is where the database of a daemon at work is reached, by its own account and by root.
func Beside(data string) (string, error) {
	if !InUse(data) {
		return "", errors.New("no daemon is at work in " + data)
	}
	pid, err := os.ReadFile(filepath.Join(data, "postgres", "postmaster.pid")) // #nosec G304 -- the operator's own directory
	lines := strings.Split(string(pid), "\n")
	if err != nil || len(lines) <= socketLine {
		return "", fmt.Errorf("the database of the daemon in %s does not run", data)
	}
	return address(lines[socketLine], name), nil
}

func address(socket, database string) string {
	q := url.Values{"host": {socket}, "port": {port}, "user": {name}}
	return (&url.URL{Scheme: "postgres", Path: "/" + database, RawQuery: q.Encode()}).String()
}
