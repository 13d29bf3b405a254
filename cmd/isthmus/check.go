package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"isthmus/cmd/isthmus/internal/config"
	"isthmus/component"
	"isthmus/storage/embedded"
	"isthmus/storage/postgres"
)

// part is one thing that check tries. What is well has nothing to say, or a note.
type part struct {
	name string
	try  func(context.Context) (note string, err error)
}

const tryTime = 20 * time.Second

// check prints a line for the file and for each part that it names, and changes none of them.
func check(ctx context.Context, w world, flags map[string]string) error {
	path := flags["config"]
	c, err := config.Load(path)
	if err != nil {
		fmt.Fprintln(w.out, err)
		return errTold
	}
	fmt.Fprintf(w.out, "config %s: ok\n", path)
	failed := false
	for _, p := range parts(c) {
		note, err := p.within(ctx, tryTime)
		said := "ok" + note
		if err != nil {
			said, failed = sentence(c, err), true
		}
		fmt.Fprintf(w.out, "%s: %s\n", p.name, said)
	}
	if failed {
		return errTold
	}
	return nil
}

func (p part) within(ctx context.Context, d time.Duration) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	return p.try(ctx)
}

func parts(c config.Config) []part {
	return []part{
		{"component " + c.Component.Domain + " at " + c.Component.Server, func(ctx context.Context) (string, error) {
			if c.Storage.Kind() == config.Embedded && embedded.InUse(c.Storage.DataDir) {
				return "", reachable(ctx, c.Component.Server)
			}
			return "", attaches(ctx, c.Component)
		}},
		{"storage " + c.Storage.Kind(), func(ctx context.Context) (string, error) { return storageTries[c.Storage.Kind()](ctx, c.Storage) }},
	}
}

// reachable tells whether anybody listens at the host's port. That is all that is tried beside a daemon at work: some
// hosts share the stanzas of a domain between all that are attached, and would send us its.
func reachable(ctx context.Context, addr string) error {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err != nil {
		return fmt.Errorf("%s cannot be reached: %w", addr, err)
	}
	return conn.Close()
}

// attaches tells whether the host server takes us. That we are attached already means that it did.
func attaches(ctx context.Context, c config.Component) error {
	err := component.Probe(ctx, c.Server, c.Domain, c.Secret.Reveal())
	var refused *component.AttachError
	if errors.As(err, &refused) && refused.Condition() == "conflict" {
		return nil
	}
	return err
}

var storageTries = map[string]func(context.Context, config.Storage) (string, error){
	config.Memory:   func(context.Context, config.Storage) (string, error) { return "", nil },
	config.Embedded: keeps,
	config.Postgres: func(ctx context.Context, s config.Storage) (string, error) { return takes(ctx, s.URL.Reveal()) },
}

// keeps tells whether a private Postgres could be started, or does what it should where a daemon has started it.
func keeps(ctx context.Context, s config.Storage) (string, error) {
	if err := errors.Join(embeddable(s.DataDir), roomy(s.DataDir)); err != nil || !embedded.InUse(s.DataDir) {
		return "", err
	}
	url, err := embedded.Beside(s.DataDir)
	if err != nil {
		return "", err
	}
	return takes(ctx, url)
}

// takes tells whether a database takes what is written. It is not opened as a store: that would bring its tables up to date,
// below a daemon of an older version that may be at work.
func takes(ctx context.Context, url string) (note string, err error) {
	behind, err := postgres.Check(ctx, url)
	if behind {
		note = "; its tables will be made or upgraded at the start"
	}
	return note, err
}
