package embedded

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// initialise makes the cluster unless there is one. It is made beside its place and then renamed, so that what an
// interrupted initdb left is never taken for a database.
func (s *Server) initialise(ctx context.Context) error {
	if majorOf(s.cluster) != "" {
		return s.own(s.cluster)
	}
	fresh := s.cluster + ".new"
	if err := os.RemoveAll(fresh); err != nil {
		return fmt.Errorf("what is left of an interrupted start cannot be removed: %w", err)
	}
	if err := os.Mkdir(fresh, 0o700); err != nil {
		return fmt.Errorf("the database's directory cannot be created: %w", err)
	}
	if err := s.own(fresh); err != nil {
		return err
	}
	if err := s.initdb(ctx, fresh); err != nil {
		return err
	}
	if err := os.Rename(fresh, s.cluster); err != nil {
		return fmt.Errorf("the new database cannot be put in its place: %w", err)
	}
	return syncDir(s.data)
}

// own gives dir to the account if it is root's, as after its creation or after a backup was put back.
func (s *Server) own(dir string) error {
	if ownerOf(dir) != 0 {
		return nil
	}
	if err := s.who.give(dir); err != nil {
		return fmt.Errorf("the database cannot be given to the user %s: %w", s.who.name, err)
	}
	return nil
}

// initdb makes an empty cluster. Whoever reaches the socket is trusted: its directory is closed to all others (E3).
func (s *Server) initdb(ctx context.Context, dir string) error {
	cmd := s.who.command("/", filepath.Join(s.bin, "initdb"), "-D", dir, "-U", name,
		"--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums")
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("Postgres cannot make a database: %w", err)
	}
	defer context.AfterFunc(ctx, func() { syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })() // its group
	err := cmd.Wait()
	for line := range strings.Lines(out.String()) {
		s.log(strings.TrimSpace(line))
	}
	if ctx.Err() != nil {
		return fmt.Errorf("Postgres did not make a database in time: %w", ctx.Err())
	}
	if err != nil {
		return fmt.Errorf("Postgres cannot make a database (%w): %s", err, complaint(out.String()))
	}
	return nil
}

// complaint is the first line that names an error, else the last line.
func complaint(out string) (line string) {
	for line = range strings.Lines(out) {
		line = strings.TrimSpace(line)
		if strings.Contains(line, "error:") || strings.Contains(line, "FATAL:") {
			break
		}
	}
	return line
}

func syncDir(dir string) error {
	f, err := os.Open(dir) // #nosec G304 -- the operator's own directory
	if err != nil {
		return fmt.Errorf("the data directory cannot be read: %w", err)
	}
	defer f.Close()
	if err := f.Sync(); err != nil {
		return fmt.Errorf("the data directory cannot be synced: %w", err)
	}
	return nil
}
