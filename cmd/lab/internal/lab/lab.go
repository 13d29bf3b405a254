// Package lab builds a laboratory on loopback: real XMPP servers that reach
// each other over lines with faults, isthmus nodes attached to them, and users.
//
// Nothing of it outlives its context, or this process.
package lab

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"isthmus/cmd/lab/internal/client"
	"isthmus/cmd/lab/internal/names"
	"isthmus/cmd/lab/internal/ports"
	"isthmus/cmd/lab/internal/server"
)

// Lab is a running laboratory.
type Lab struct {
	// Dir has a folder for each server and node, with configuration and logs.
	Dir string

	plan    Plan
	ctx     context.Context
	cancel  context.CancelFunc
	keep    bool
	nowhere *ports.Port // what streams to unknown domains are sent to; refuses
	sites   []*site
	links   []*Link
	nodes   []*Node

	mu    sync.Mutex
	users []*client.Client
}

// site is a server with its own view of the names.
type site struct {
	plan   ServerPlan
	names  *names.Server
	server *server.Server
	// secrets are of the components, by domain.
	secrets map[string]string
}

// Start builds the laboratory and returns when every server has met every
// other and every node answers. It ends when ctx does; Close tidies up.
func Start(ctx context.Context, plan Plan) (_ *Lab, err error) {
	l := &Lab{plan: plan, Dir: plan.Dir, keep: plan.Dir != ""}
	l.ctx, l.cancel = context.WithCancel(ctx)
	defer func() {
		if err != nil {
			l.Close()
		}
	}()
	if len(plan.Nodes) > 0 && plan.Daemon == "" {
		go built() // meanwhile the servers start
	}
	for _, step := range []func() error{l.makeDir, l.startServers, l.startLinks, l.meet, l.startNodes} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	for _, link := range l.links {
		link.Set(plan.Shape)
	}
	return l, nil
}

// makeDir lets everybody in: Postgres runs as another user when we are root.
func (l *Lab) makeDir() (err error) {
	if l.nowhere, err = ports.Reserve(); err != nil {
		return err
	}
	if !l.keep {
		if l.Dir, err = os.MkdirTemp("", "lab-"); err != nil {
			return err
		}
		return os.Chmod(l.Dir, 0o755)
	}
	if l.Dir, err = filepath.Abs(l.Dir); err != nil {
		return err
	}
	return os.MkdirAll(l.Dir, 0o755)
}

// Context ends with the laboratory.
func (l *Lab) Context() context.Context { return l.ctx }

// Server is the server whose users are at domain; nil if there is none.
func (l *Lab) Server(domain string) *server.Server {
	if s := l.site(domain); s != nil {
		return s.server
	}
	return nil
}

func (l *Lab) site(domain string) *site {
	for _, s := range l.sites {
		if s.plan.Domain == domain {
			return s
		}
	}
	return nil
}

// Node is the isthmus that serves domain; nil if there is none.
func (l *Lab) Node(domain string) *Node {
	for _, n := range l.nodes {
		if n.Domain == domain {
			return n
		}
	}
	return nil
}

// Login logs a user in at the server of the address: user@domain/resource. The
// session ends with the laboratory.
func (l *Lab) Login(ctx context.Context, jid string) (*client.Client, error) {
	return l.LoginAs(ctx, client.Config{JID: jid})
}

// LoginAs is Login for a client with peculiarities. Address and password are
// filled in.
func (l *Lab) LoginAs(ctx context.Context, cfg client.Config) (*client.Client, error) {
	_, domain, _ := strings.Cut(cfg.JID, "@")
	domain, _, _ = strings.Cut(domain, "/")
	s := l.Server(domain)
	if s == nil {
		return nil, fmt.Errorf("log in as %s: there is no server for %s", cfg.JID, domain)
	}
	cfg.Addr = s.C2S
	if cfg.Password == "" {
		cfg.Password = "any"
	}
	c, err := client.Connect(ctx, cfg)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.users = append(l.users, c)
	return c, nil
}

// Close ends everything and waits until it is gone, then removes the folder
// unless the plan named it.
func (l *Lab) Close() error {
	l.mu.Lock()
	users := l.users
	l.users = nil
	l.mu.Unlock()
	for _, c := range users {
		c.Drop()
	}
	var errs []error
	var ending sync.WaitGroup
	for _, n := range l.nodes {
		ending.Go(n.close)
	}
	ending.Wait()
	l.cancel()
	for _, link := range l.links {
		link.Close()
	}
	for _, s := range l.sites {
		ending.Go(s.close)
	}
	ending.Wait()
	if l.nowhere != nil {
		l.nowhere.Close()
	}
	if !l.keep && l.Dir != "" {
		errs = append(errs, os.RemoveAll(l.Dir))
	}
	return errors.Join(errs...)
}

func (s *site) close() {
	if s.server != nil {
		s.server.Close()
	}
	if s.names != nil {
		s.names.Close()
	}
}
