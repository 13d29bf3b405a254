// Command lab builds laboratories: real XMPP servers, isthmus nodes, links with faults and scripted users, on loopback.
// Nothing of it outlives the command, and no service or file of the system is touched.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// command is one thing that lab can do.
type command struct {
	name, args, what string
	run              func(ctx context.Context, args []string, out io.Writer) error
}

var commands = []command{
	{"demo", "[-keep]", "a federated room over a slow link, with people talking", runDemo},
	{"bench", "[-quick] [-only sink,durable,ends] [-reps N] [-most N]", "what rooms cost, beside other rooms", runBench},
	{"bytes", "[-crowd N] [-missed N]", "what a room of two servers costs on the link between them, federated and not", runBytes},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if len(os.Args) > 1 {
		for _, c := range commands {
			if c.name == os.Args[1] {
				exit(c.run(ctx, os.Args[2:], os.Stdout))
			}
		}
	}
	for _, c := range commands {
		fmt.Fprintf(os.Stderr, "lab %s %s\n\t%s\n", c.name, c.args, c.what)
	}
	os.Exit(2)
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "lab:", err)
		os.Exit(1)
	}
	os.Exit(0)
}
