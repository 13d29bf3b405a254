// Package embedded runs a private Postgres, from the installed binaries, for one daemon.
//
// E1. One data directory has one daemon; a second one is refused and the first one's database goes on.
// E2. What the database has committed survives kill -9 of the daemon, of Postgres, or of both; the next start needs no
// hand.
// E3. The database listens on a Unix socket that only its own account (and root) can reach.
//
// In the data directory stand postgres (the cluster), postgres.lock (held by the daemon) and run (the socket).
package embedded

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"
)

const (
	name     = "isthmus"             // of the database and of its superuser
	initial  = "postgres"            // the database that initdb makes
	port     = "5432"                // part of the socket's name; nothing listens on the network
	interval = 20 * time.Millisecond // between two looks at a Postgres that is starting
	pause    = time.Second           // before a Postgres that ended by itself is started again
	lastTime = 10 * time.Second      // for each harder way to stop

	lingerTime = 30 * time.Second // for the backends of a killed Postgres to end
)

// Server is a running Postgres. If it ends by itself it is started again.
type Server struct {
	data    string // absolute
	cluster string
	socket  string // directory
	bin     string
	who     account
	log     func(line string)

	lock *os.File
	life context.Context // ends with Stop
	kill context.CancelFunc

	once sync.Once
	stop chan context.Context
	done chan struct{}
	err  error // of Stop
}

// Start starts the database that lives in the directory data, which is created if need be. It returns when the database
// takes connections; ctx bounds that time only. log, which may be nil, is given each line that Postgres writes; it may
// be called from several goroutines. An error is one sentence for the admin.
func Start(ctx context.Context, data string, log func(line string)) (*Server, error) {
	if log == nil {
		log = func(string) {}
	}
	data, err := filepath.Abs(data)
	if err != nil {
		return nil, fmt.Errorf("the data directory %s has no absolute path: %w", data, err)
	}
	s := &Server{data: data, cluster: filepath.Join(data, "postgres"), log: log,
		stop: make(chan context.Context, 1), done: make(chan struct{})}
	if s.bin, err = binaries(s.cluster); err != nil {
		return nil, err
	}
	if s.lock, err = lockDir(data); err != nil {
		return nil, err
	}
	s.life, s.kill = context.WithCancel(context.Background())
	pm, err := s.first(ctx)
	if err != nil {
		s.release()
		return nil, err
	}
	go s.keep(pm)
	return s, nil
}

// first does what only the first start of this daemon has to do, and starts Postgres.
func (s *Server) first(ctx context.Context) (*postmaster, error) {
	var err error
	if s.who, err = runAs(s.cluster); err != nil {
		return nil, err
	}
	if err := s.who.reach(s.bin, s.data); err != nil {
		return nil, err
	}
	if err := s.initialise(ctx); err != nil {
		return nil, err
	}
	if err := s.stopOrphan(ctx); err != nil {
		return nil, err
	}
	if s.socket, err = socketDir(s.data, s.who); err != nil {
		return nil, err
	}
	return s.start(ctx)
}

// URL is where storage/postgres finds the database.
func (s *Server) URL() string { return s.url(name) }

func (s *Server) url(database string) string { return address(s.socket, database) }

// Stop ends the database and releases the data directory: with a fast shutdown as long as ctx lasts, then the hard way.
// It may be called again, and says the same.
func (s *Server) Stop(ctx context.Context) error {
	s.once.Do(func() {
		s.stop <- ctx
		s.kill()
	})
	<-s.done
	return s.err
}

// keep owns the running Postgres until Stop.
func (s *Server) keep(pm *postmaster) {
	defer close(s.done)
	defer s.release()
	for {
		select {
		case ctx := <-s.stop:
			s.err = pm.end(ctx)
			return
		case <-pm.gone:
		}
		s.log("Postgres ended by itself and is started again")
		if pm = s.again(); pm == nil {
			return
		}
	}
}

// again starts Postgres, as often as it takes; nil says that Stop came first.
func (s *Server) again() *postmaster {
	for s.life.Err() == nil {
		pm, err := s.start(s.life)
		if err == nil {
			return pm
		}
		s.log(err.Error())
		wait(s.life, pause)
	}
	return nil
}

func (s *Server) release() {
	s.kill()
	removeSocket(s.socket)
	s.lock.Close() // which unlocks it
}
