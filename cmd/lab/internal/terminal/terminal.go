// Package terminal runs programs that are made for people, in terminals that a test types into and looks at.
//
// The terminals are tmux's, from a server of its own that ends with the context, and so do the programs in them.
package terminal

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"isthmus/cmd/lab/internal/child"
)

// Terminals are what one tmux server shows.
type Terminals struct {
	socket string
	child  *child.Child
}

// Terminal is one program's, columns × rows characters large.
type Terminal struct {
	all  *Terminals
	name string
}

const columns, rows = "140", "70"

// lookEvery is how often a terminal is looked at by who waits for something in it.
const lookEvery = 50 * time.Millisecond

// stopGrace is for tmux to end its programs.
const stopGrace = 5 * time.Second

// Start returns when terminals can be opened. Their socket and tmux's log are in dir.
func Start(ctx context.Context, dir string) (*Terminals, error) {
	all := &Terminals{socket: filepath.Join(dir, "tmux.sock")}
	var err error
	all.child, err = child.Start(ctx, child.Spec{
		Path: "/usr/bin/tmux",
		Args: []string{"-S", all.socket, "-f", "/dev/null", "-D"},
		Env:  environment(),
		Dir:  dir,
		Log:  filepath.Join(dir, "tmux.log"),
	})
	if err != nil {
		return nil, err
	}
	again := time.NewTicker(lookEvery)
	defer again.Stop()
	for {
		// Not by one of tmux's own commands: those start another server where there is none yet.
		var c net.Conn
		if c, err = new(net.Dialer).DialContext(ctx, "unix", all.socket); err == nil {
			return all, c.Close()
		}
		select {
		case <-again.C:
		case <-all.child.Done():
			return nil, fmt.Errorf("tmux ended: %v", all.child.Err())
		case <-ctx.Done():
			all.Close()
			return nil, err
		}
	}
}

// Close ends all programs, waits until they are gone, and ends tmux.
func (all *Terminals) Close() {
	ctx, cancel := context.WithTimeout(context.Background(), stopGrace)
	defer cancel()
	again := time.NewTicker(lookEvery)
	defer again.Stop()
	pids, _ := all.tmux(ctx, "list-sessions", "-F", "#{pane_pid}")
	for text := range strings.FieldsSeq(pids) {
		pid, err := strconv.Atoi(text)
		for err == nil && ctx.Err() == nil {
			if err = syscall.Kill(pid, syscall.SIGKILL); err == nil {
				<-again.C
			}
		}
	}
	all.child.Stop(stopGrace)
}

// Open runs a program in a new terminal. Its environment is env (NAME=value) and nothing else that matters.
func (all *Terminals) Open(ctx context.Context, name string, env []string, program ...string) (*Terminal, error) {
	args := []string{"new-session", "-d", "-s", name, "-x", columns, "-y", rows}
	for _, v := range env {
		args = append(args, "-e", v)
	}
	_, err := all.tmux(ctx, append(args, program...)...)
	return &Terminal{all, name}, err
}

// Type types a line and the key that ends it.
func (t *Terminal) Type(ctx context.Context, line string) error {
	if _, err := t.all.tmux(ctx, "send-keys", "-t", t.name, "-l", line); err != nil {
		return err
	}
	return t.Press(ctx, "Enter")
}

// Press presses a key by the name that tmux has for it.
func (t *Terminal) Press(ctx context.Context, key string) error {
	_, err := t.all.tmux(ctx, "send-keys", "-t", t.name, key)
	return err
}

// Screen is what can be seen, without the last row, where people type.
func (t *Terminal) Screen(ctx context.Context) (string, error) {
	text, err := t.all.tmux(ctx, "capture-pane", "-p", "-t", t.name)
	text = strings.TrimSuffix(text, "\n")
	return strings.TrimRight(text[:max(0, strings.LastIndexByte(text, '\n'))], "\n"), err
}

// Wait returns what can be seen once text is in it.
func (t *Terminal) Wait(ctx context.Context, text string) (screen string, err error) {
	again := time.NewTicker(lookEvery)
	defer again.Stop()
	for {
		now, err := t.Screen(ctx)
		if err == nil && strings.Contains(now, text) {
			return now, nil
		}
		if err == nil {
			screen = now
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return screen, fmt.Errorf("%s does not show %q: %w\n%s", t.name, text, context.Cause(ctx), screen)
		}
	}
}

func (all *Terminals) tmux(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "/usr/bin/tmux", append([]string{"-S", all.socket}, args...)...)
	cmd.Env = environment()
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("tmux %s: %w: %s", strings.Join(args, " "), err, out)
	}
	return string(out), nil
}

// environment has what tmux needs to show more than ASCII, and nothing of the user's.
func environment() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8", "SHELL=/bin/sh"}
}
