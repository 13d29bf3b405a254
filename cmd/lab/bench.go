package main

import (
	"cmp"
	"context"
	_ "embed"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"

	"isthmus/cmd/lab/internal/bench"
)

//go:embed install.sh
var installer string

// full is the whole measurement, about half an hour on two cores; quick is a look at it.
var (
	full = bench.Bench{
		Reps: 3, Sink: []int{10, 100, 1000}, Copies: 1_000_000, Durable: []int{1, 100, 10_000}, Stored: 50_000, Ends: []int{100, 500},
	}
	quick = bench.Bench{Reps: 1, Sink: []int{10, 100}, Copies: 200_000, Durable: []int{1, 100}, Stored: 10_000, Ends: []int{30}}
)

// runBench measures rooms beside those of others, and prints tables.
func runBench(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	short := flags.Bool("quick", false, "little of everything, once")
	only := flags.String("only", "sink,durable,ends", "the parts that are measured")
	reps := flags.Int("reps", 0, "how often, instead of 3 times")
	hosts := flags.String("hosts", "", "the servers of the part ends, both if empty")
	most := flags.Int("most", 10_000, "no more occupants, or rooms, than these")
	if err := flags.Parse(args); err != nil {
		return err
	}
	b := full
	if *short {
		b = quick
	}
	for part, list := range map[string]*[]int{"sink": &b.Sink, "durable": &b.Durable, "ends": &b.Ends} {
		*list = slices.DeleteFunc(slices.Clone(*list), func(n int) bool { return n > *most || !strings.Contains(*only, part) })
	}
	b.Reps, b.Hosts = cmp.Or(*reps, b.Reps), *hosts
	if err := install(ctx, "jabber-muc"); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "lab-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil { // Postgres runs as another user
		return err
	}
	b.Progress = os.Stderr
	err = b.Run(ctx, dir)
	fmt.Fprintf(out, "Medians of %d, one after the other in turn. The ratios count: digits depend on the machine and on what else it does.\n", b.Reps)
	b.Tables(out)
	return err
}

// install installs Debian packages, where they are not there.
func install(ctx context.Context, packages ...string) error {
	c := exec.CommandContext(ctx, "sh", append([]string{"-s"}, packages...)...)
	c.Stdin, c.Stdout, c.Stderr = strings.NewReader(installer), os.Stderr, os.Stderr
	return c.Run()
}
