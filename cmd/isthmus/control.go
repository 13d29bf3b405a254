package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"

	"isthmus/cmd/isthmus/internal/config"
	"isthmus/component/admin"
	"isthmus/muc/host"
)

// openControl opens the socket for the operator's commands. A daemon that cannot serves rooms all the same.
func (d *daemon) openControl(run admin.Run) *background {
	path := d.config.Control()
	if path == "" {
		return begin(func(context.Context) error { return nil })
	}
	l, err := listenHere(path)
	if err != nil {
		d.log.Warn().Err(err).Msg("no commands can be given: admin.socket cannot be used")
		return begin(func(context.Context) error { return nil })
	}
	return begin(func(ctx context.Context) error { return run.Serve(ctx, l) })
}

// listenHere opens a socket that only this user can reach. One that nobody listens at any more is in the way.
func listenHere(path string) (net.Listener, error) {
	if c, err := net.Dial("unix", path); err == nil {
		_ = c.Close()
		return nil, fmt.Errorf("another daemon listens at %s", path)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		_ = l.Close()
		return nil, err
	}
	return l, nil
}

// operatorCommands are the words of the command line that have a running daemon do something.
func operatorCommands() []command {
	var list []command
	for _, c := range host.Commands {
		flags := []option{configFlag}
		for _, p := range c.Params {
			flags = append(flags, option{p.Name, "", about(p)})
		}
		list = append(list, command{c.Name, c.About, flags, control(c.Name)})
	}
	return list
}

func about(p host.Param) string {
	if p.Required {
		return p.About + " (required)"
	}
	return p.About
}

// control has the daemon that the configuration describes run a command.
func control(name string) func(context.Context, world, map[string]string) error {
	return func(ctx context.Context, w world, flags map[string]string) error {
		c, err := config.Load(flags["config"])
		if err != nil {
			fmt.Fprintln(w.err, err)
			return errTold
		}
		if c.Control() == "" {
			return errors.New("admin.socket is not set: there is no way to the daemon")
		}
		told := map[string]string{}
		for k, v := range flags {
			if k != "config" && v != "" {
				told[k] = v
			}
		}
		lines, err := admin.Ask(ctx, c.Control(), name, told)
		if err != nil {
			return err
		}
		for _, l := range lines {
			fmt.Fprintln(w.out, l)
		}
		return nil
	}
}
