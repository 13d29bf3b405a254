package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"

	"isthmus/cmd/isthmus/internal/config"
	"isthmus/muc/host"
)

// reloader has the daemon go by its file as it is now.
type reloader struct {
	d    *daemon
	host *host.Host
	mu   sync.Mutex // one after the other
}

// reloadTime is how long rooms may take to go by another configuration.
const reloadTime = 15 * time.Second

// run reloads at each SIGHUP until ctx ends.
func (r *reloader) run(ctx context.Context) error {
	for {
		select {
		case <-r.d.hup:
			_, _ = r.reload(ctx) // the log has it
		case <-ctx.Done():
			return nil
		}
	}
}

// reload takes the file whole or not at all. The lines are for the operator, who finds them in the log, too.
func (r *reloader) reload(ctx context.Context) ([]string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	d := r.d
	next, err := config.Load(d.path)
	if err != nil {
		var all config.Mistakes
		errors.As(err, &all)
		for _, m := range all {
			d.log.Error().Msg("the configuration is not read anew: " + m.Error())
		}
		return nil, errors.New("nothing has changed: " + strings.ReplaceAll(err.Error(), "\n", "; "))
	}
	next, kept := next.After(*d.current.Load())
	var lines []string
	for _, key := range kept {
		lines = append(lines, key+" cannot change while the daemon runs: what it was holds until a restart.")
		d.log.Warn().Msg(lines[len(lines)-1])
	}
	ctx, cancel := context.WithTimeout(ctx, reloadTime)
	defer cancel()
	d.current.Store(&next)
	d.loudness.set(next.Log.Level)
	if err := r.host.Adopt(ctx, next.Settings()); err != nil {
		return lines, errors.New("the rooms are still busy; they go by the new configuration as soon as they can")
	}
	d.log.Info().Msg("the configuration is read anew")
	return append(lines, "The configuration is read anew."), nil
}

// hangups are the SIGHUPs from now on.
func hangups() (c chan os.Signal, stop func()) {
	c = make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGHUP)
	return c, func() { signal.Stop(c) }
}

// reloadCommand is what the socket knows beside the commands of the rooms.
var reloadCommand = command{
	"reload", "have the daemon read its file anew, as SIGHUP does: nobody leaves, and what cannot change is named",
	[]option{configFlag}, control("reload"),
}

// command runs what came over the socket.
func (r *reloader) command(ctx context.Context, name string, told map[string]string) ([]string, error) {
	if name == reloadCommand.name {
		return r.reload(ctx)
	}
	return r.host.Command(ctx, name, told)
}
