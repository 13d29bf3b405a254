package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// places are where Postgres is looked for beside PATH, as storage/embedded does.
var places = "/usr/lib/postgresql/*/bin"

// embeddable tells whether a private Postgres could be started in dir, without making anything.
func embeddable(dir string) error {
	if !postgresInstalled() {
		return errors.New("Postgres is not installed: install the Debian package postgresql, or set storage.url to a database elsewhere")
	}
	return usable(dir)
}

func postgresInstalled() bool {
	found, _ := filepath.Glob(places) // fails for a broken pattern only
	if path, err := exec.LookPath("postgres"); err == nil {
		found = append(found, filepath.Dir(path))
	}
	for _, bin := range found {
		_, err1 := exec.LookPath(filepath.Join(bin, "postgres"))
		_, err2 := exec.LookPath(filepath.Join(bin, "initdb"))
		if errors.Join(err1, err2) == nil {
			return true
		}
	}
	return false
}

// usable tells whether we may write into dir, or may make it.
func usable(dir string) error {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, os.ErrNotExist) && dir != filepath.Dir(dir):
		return usable(filepath.Dir(dir))
	case err != nil:
		return fmt.Errorf("storage.data_dir cannot be used: %w", err)
	case !info.IsDir():
		return fmt.Errorf("storage.data_dir cannot be used: %s is no directory", dir)
	case unix.Access(dir, unix.W_OK|unix.X_OK) != nil:
		return fmt.Errorf("storage.data_dir cannot be used: %s is not writable for this user", dir)
	}
	return nil
}
