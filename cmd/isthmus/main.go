// Command isthmus serves multi-user chat rooms as an external component of an XMPP server.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() { os.Exit(withSignals()) }

// withSignals ends the command at the first SIGTERM or SIGINT; a second one ends the process at once.
func withSignals() int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	context.AfterFunc(ctx, stop)
	return run(ctx, world{os.Stdout, os.Stderr}, os.Args[1:])
}
