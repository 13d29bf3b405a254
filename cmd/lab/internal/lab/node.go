package lab

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"isthmus/cmd/lab/internal/child"
	"isthmus/cmd/lab/internal/ports"
	"isthmus/storage/embedded"
)

// Node is an isthmus, running or not. One goroutine at a time may tell it to
// start or end.
type Node struct {
	// Domain is where its rooms are.
	Domain string
	// Config is its configuration file, Log its output, Data its data folder.
	Config, Log, Data string
	// Admin is where its metrics are served, "127.0.0.1:port".
	Admin string

	plan   NodePlan
	lab    *Lab
	admin  *ports.Port
	daemon string
	child  *child.Child

	postgres *embedded.Server // of a node that keeps its data elsewhere
}

// stopGrace is a little more than the daemon gives itself.
const stopGrace = 30 * time.Second

// startNodes builds the daemon if it has to, and starts all nodes at once.
func (l *Lab) startNodes() error {
	if len(l.plan.Nodes) == 0 {
		return nil
	}
	daemon, err := l.daemon()
	if err != nil {
		return err
	}
	for _, plan := range l.plan.Nodes {
		n, err := l.newNode(plan, daemon)
		if err != nil {
			return err
		}
		l.nodes = append(l.nodes, n)
	}
	errs := make([]error, len(l.nodes))
	var starting sync.WaitGroup
	for i, n := range l.nodes {
		if !n.plan.Off {
			starting.Go(func() { errs[i] = n.Start(l.ctx) })
		}
	}
	starting.Wait()
	return errors.Join(errs...)
}

func (l *Lab) newNode(plan NodePlan, daemon string) (*Node, error) {
	if l.site(plan.Server) == nil {
		return nil, fmt.Errorf("%s attaches to %s, but there is no such server", plan.Domain, plan.Server)
	}
	dir := filepath.Join(l.Dir, plan.Domain)
	n := &Node{
		Domain: plan.Domain, plan: plan, lab: l, daemon: daemon,
		Config: filepath.Join(dir, "isthmus.toml"),
		Log:    filepath.Join(dir, "isthmus.log"),
		Data:   filepath.Join(dir, "data"),
	}
	if err := os.MkdirAll(n.Data, 0o755); err != nil {
		return nil, err
	}
	if plan.Disk > 0 {
		if err := mountDisk(n.Data, plan.Disk); err != nil {
			return nil, err
		}
	}
	var err error
	if n.admin, err = ports.Reserve(); err != nil {
		unmountDisk(n.Data)
		return nil, err
	}
	n.Admin = n.admin.Addr()
	if err := errors.Join(n.furnish(), n.writeConfig()); err != nil {
		n.clear()
		n.admin.Close()
		return nil, err
	}
	return n, nil
}

// Start runs the daemon and returns when it answers a user of its server. The
// context bounds the wait; the daemon ends with the laboratory.
func (n *Node) Start(ctx context.Context) (err error) {
	if n.child != nil {
		return fmt.Errorf("%s runs already", n.Domain)
	}
	n.child, err = child.Start(n.lab.ctx, child.Spec{
		Path: n.daemon,
		Args: []string{"serve", "-config", n.Config},
		Env:  append(os.Environ(), "TMPDIR="+filepath.Dir(n.Config)),
		Dir:  filepath.Dir(n.Config),
		Log:  n.Log,
		// It has a database to close, and what a killed one leaves behind is
		// its own affair, not the group's.
		End:   syscall.SIGTERM,
		Alone: true,
	})
	if err != nil {
		return err
	}
	if err := n.ready(ctx); err != nil {
		n.Stop()
		return fmt.Errorf("%s: %w\n%s", n.Domain, err, child.Tail(n.Log, 4000))
	}
	return nil
}

var errEnded = errors.New("it ended")

func (n *Node) ready(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	ended := n.child.Done()
	go func() {
		select {
		case <-ended:
			cancel(errEnded)
		case <-ctx.Done():
		}
	}()
	return n.lab.answered(ctx, n.plan.Server, n.Domain)
}

// Pid is the running daemon's process number, 0 if it does not run.
func (n *Node) Pid() int {
	if n.child == nil {
		return 0
	}
	return n.child.Pid()
}

// Stop asks the daemon to end and waits until it has.
func (n *Node) Stop() { n.end(func(c *child.Child) { c.Stop(stopGrace) }) }

// Kill9 ends the daemon at once, and only the daemon: what it started lives on,
// as after a crash.
func (n *Node) Kill9() { n.end((*child.Child).Kill) }

func (n *Node) end(how func(*child.Child)) {
	if n.child == nil {
		return
	}
	how(n.child)
	n.child = nil
}

// close ends the node for good, with the database a killed daemon left behind.
func (n *Node) close() {
	n.Stop()
	endPostgres(n.Data)
	n.clear()
	if n.plan.Disk > 0 {
		unmountDisk(n.Data)
	}
	n.admin.Close()
}
