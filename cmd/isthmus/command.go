package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
)

// world is where a command writes.
type world struct{ out, err io.Writer }

// command is one word of the command line, or two. What it needs is in flags, which its run has as strings by name.
type command struct {
	name, about string
	flags       []option
	run         func(context.Context, world, map[string]string) error
}

type option struct{ name, value, about string } // value is the default

var configFlag = option{"config", "/etc/isthmus/config.toml", "the configuration `FILE`"}

// commands are all there is; the help is made of them.
var commands = slices.Concat([]command{
	{"serve", "serve rooms until SIGTERM or SIGINT", []option{configFlag}, serve},
	{"check", "look over the configuration and try what it names: the host server, the database", []option{configFlag}, check},
	reloadCommand,
	{"version", "say which isthmus this is", nil, printVersion},
}, operatorCommands(), archiveCommands)

var (
	// errTold is the error of a command that has said itself what is wrong.
	errTold = errors.New("told already")
	errHelp = errors.New(`"isthmus help" tells what there is`)
)

// run runs one command line and returns the exit code: 0, or 1 after an error.
func run(ctx context.Context, w world, args []string) int {
	err := dispatch(ctx, w, args)
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if !errors.Is(err, errTold) {
		fmt.Fprintf(w.err, "isthmus: %s\n", err)
	}
	return 1
}

func dispatch(ctx context.Context, w world, args []string) error {
	if len(args) == 0 {
		help(w.err)
		return errTold
	}
	name := strings.TrimLeft(args[0], "-")
	if name == "help" || name == "h" {
		help(w.out)
		return nil
	}
	for words := min(2, len(args)); words > 0; words-- {
		called := strings.Join(append([]string{name}, args[1:words]...), " ")
		if i := slices.IndexFunc(commands, func(c command) bool { return c.name == called }); i >= 0 {
			values, err := commands[i].parse(w, args[words:])
			if err != nil {
				return err
			}
			return commands[i].run(ctx, w, values)
		}
	}
	return fmt.Errorf("there is no command %q: %w", args[0], errHelp)
}

// parse reads the flags of a command, and refuses what is none.
func (c command) parse(w world, args []string) (map[string]string, error) {
	fs := c.flagSet()
	fs.SetOutput(io.Discard)
	err := fs.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		c.describe(w.out)
		return nil, err
	case err != nil:
		return nil, fmt.Errorf("%s: %w", c.name, err)
	case fs.NArg() > 0:
		return nil, fmt.Errorf("%s: %q is too much: %w", c.name, fs.Arg(0), errHelp)
	}
	values := map[string]string{}
	fs.VisitAll(func(f *flag.Flag) { values[f.Name] = f.Value.String() })
	return values, nil
}

func (c command) flagSet() *flag.FlagSet {
	fs := flag.NewFlagSet(c.name, flag.ContinueOnError)
	for _, o := range c.flags {
		fs.String(o.name, o.value, o.about)
	}
	return fs
}

// help describes every command.
func help(out io.Writer) {
	fmt.Fprint(out, "isthmus serves multi-user chat rooms as an external component of an XMPP server.\n\n")
	for _, c := range commands {
		c.describe(out)
	}
}

func (c command) describe(out io.Writer) {
	fmt.Fprintf(out, "isthmus %s\n    \t%s\n", c.name, c.about)
	fs := c.flagSet()
	fs.SetOutput(out)
	fs.PrintDefaults()
}
