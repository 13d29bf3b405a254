package embedded

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// postmaster is one running Postgres.
type postmaster struct {
	cmd  *exec.Cmd
	gone chan struct{} // closed when the process has ended
	last chan string   // its complaint, once it writes no more
}

// start starts Postgres and waits until it takes connections.
func (s *Server) start(ctx context.Context) (*postmaster, error) {
	patience, cancel := context.WithTimeout(ctx, lingerTime)
	defer cancel()
	for {
		pm, err := s.launch()
		if err != nil {
			return nil, err
		}
		err = s.ready(ctx, pm)
		if err == nil {
			return pm, nil
		}
		pm.end(ended) // it never served anybody
		if !errors.Is(err, errLingering) || !wait(patience, interval) {
			return nil, err
		}
	}
}

var (
	errTime = errors.New("Postgres did not start in time")
	// A backend of a killed Postgres is still at work; it ends when it notices, mostly at once.
	errLingering = errors.New("what is left of an earlier Postgres is still running")
	ended        = func() context.Context { ctx, cancel := context.WithCancel(context.Background()); cancel(); return ctx }()
)

func (s *Server) launch() (*postmaster, error) {
	cmd := s.who.command("/", filepath.Join(s.bin, "postgres"), s.arguments()...)
	out, in, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("Postgres cannot be started: %w", err)
	}
	// A pipe of our own: cmd would wait for every backend that holds its end.
	cmd.Stdout, cmd.Stderr = in, in
	err = cmd.Start()
	in.Close()
	if err != nil {
		out.Close()
		return nil, fmt.Errorf("Postgres cannot be started: %w", err)
	}
	pm := &postmaster{cmd, make(chan struct{}), make(chan string, 1)}
	go func() { pm.last <- s.read(out) }()
	go func() { cmd.Wait(); close(pm.gone) }()
	return pm, nil
}

// arguments: the command line rules over the cluster's files, where an admin may set what is not here.
func (s *Server) arguments() []string {
	args := []string{"-D", s.cluster}
	for _, set := range []string{
		"listen_addresses=",
		"port=" + port,
		"unix_socket_directories=" + s.socket,
		"unix_socket_permissions=0700",
		"fsync=on", "full_page_writes=on", "synchronous_commit=on",
		"jit=off", // no query of ours gains by it, and a sandbox may forbid memory that is written and run
		"logging_collector=off", "log_destination=stderr", "lc_messages=C",
	} {
		args = append(args, "-c", set)
	}
	return args
}

// read hands on what Postgres writes, in lines of 4 KiB at most, and returns its complaint.
func (s *Server) read(out *os.File) (last string) {
	defer out.Close()
	for r := bufio.NewReader(out); ; {
		line, _, err := r.ReadLine()
		if err != nil {
			return last
		}
		if !strings.Contains(last, "FATAL:") {
			last = string(line)
		}
		s.log(string(line))
	}
}

// ready waits until the database takes connections and has our database in it.
func (s *Server) ready(ctx context.Context, pm *postmaster) error {
	for {
		err := s.create(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-pm.gone:
			return pm.why()
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", errTime, err)
		case <-time.After(interval):
		}
	}
}

// create makes the database unless there is one.
func (s *Server) create(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, lastTime)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.url(initial))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	var there bool
	err = conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, name).Scan(&there)
	if err == nil && !there {
		_, err = conn.Exec(ctx, `CREATE DATABASE `+name)
	}
	return err
}

// why says why the process has ended while it started.
func (pm *postmaster) why() error {
	var last string
	select {
	case last = <-pm.last:
	case <-time.After(lastTime): // somebody else holds its output
	}
	if strings.Contains(last, "is still in use") {
		return errLingering
	}
	return fmt.Errorf("Postgres does not start (%s): %s", pm.cmd.ProcessState, last)
}

func (pm *postmaster) end(ctx context.Context) error {
	return end(ctx, pm.gone, pm.cmd.Process.Signal)
}

// wait waits; false says that ctx was over first.
func wait(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}
