// Command isthmus serves multi-user chat rooms as an external component of an XMPP server.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
)

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbage)
	}
	os.Exit(withSignals())
}

// garbage is how much of it may gather, in percent of what is in use: messages are soon forgotten, and rooms are small.
// Measured: a stored message costs a seventh less processor time than with Go's own 100.
const garbage = 200

// withSignals ends the command at the first SIGTERM or SIGINT; a second one ends the process at once.
func withSignals() int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	context.AfterFunc(ctx, stop)
	return run(ctx, world{os.Stdout, os.Stderr}, os.Args[1:])
}
