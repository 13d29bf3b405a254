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

// leastSpace is what a database needs at least to go on, in bytes: its next piece of the write-ahead log, and a little.
const leastSpace = 32 << 20

// roomy tells whether there is space on the disk of dir, or of where it would be made.
func roomy(dir string) error {
	var disk unix.Statfs_t
	err := unix.Statfs(dir, &disk)
	if errors.Is(err, os.ErrNotExist) && dir != filepath.Dir(dir) {
		return roomy(filepath.Dir(dir))
	}
	if err != nil {
		return fmt.Errorf("storage.data_dir cannot be used: %w", err)
	}
	if free := disk.Bavail * uint64(disk.Bsize); free < leastSpace { // #nosec G115 -- the size of a block
		return fmt.Errorf("the disk of storage.data_dir is as good as full: %d MB are left in %s", free>>20, dir)
	}
	return nil
}
