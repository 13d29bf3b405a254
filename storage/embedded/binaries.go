package embedded

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// installed is where Debian puts the binaries of each major version.
var installed = "/usr/lib/postgresql/*/bin"

var errMissing = errors.New("Postgres is not installed: install the Debian package postgresql, or set storage.url to a database elsewhere")

// binaries returns the directory of postgres and initdb: of the version that made the cluster, if there is one, else
// of the highest.
func binaries(cluster string) (string, error) {
	made := majorOf(cluster)
	found, _ := filepath.Glob(installed) // fails for a broken pattern only
	slices.SortFunc(found, func(a, b string) int { return cmp.Compare(version(b), version(a)) })
	if path, err := exec.LookPath("postgres"); err == nil {
		found = append(found, filepath.Dir(path))
	}
	found = slices.DeleteFunc(found, incomplete)
	if len(found) == 0 {
		return "", errMissing
	}
	if made == "" {
		return found[0], nil
	}
	for _, bin := range found {
		if reported(bin) == made {
			return bin, nil
		}
	}
	return "", fmt.Errorf("the database in %s was made by Postgres %s, which is not installed: install the Debian package postgresql-%s",
		cluster, made, made)
}

// majorOf is the major version that made the cluster, "" if there is none.
func majorOf(cluster string) string {
	text, _ := os.ReadFile(filepath.Join(cluster, "PG_VERSION")) // #nosec G304 -- the operator's own directory
	return strings.TrimSpace(string(text))
}

// says is `postgres --version`: "postgres (PostgreSQL) 15.14 (Debian …)".
var says = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

// reported is the major version that bin's postgres says it is, "" if it says nothing.
func reported(bin string) string {
	out, _ := exec.Command(filepath.Join(bin, "postgres"), "--version").Output() // #nosec G204 -- Postgres' own program, found by its place
	if m := says.FindSubmatch(out); m != nil {
		return string(m[1])
	}
	return ""
}

// version is the 15 of …/15/bin.
func version(bin string) float64 {
	n, _ := strconv.ParseFloat(filepath.Base(filepath.Dir(bin)), 64)
	return n
}

func incomplete(bin string) bool {
	for _, name := range []string{"postgres", "initdb"} {
		if _, err := exec.LookPath(filepath.Join(bin, name)); err != nil {
			return true
		}
	}
	return false
}
