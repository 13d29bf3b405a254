package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"time"

	"isthmus/cmd/lab/internal/lab"
	"isthmus/cmd/lab/internal/relay"
)

// shape is the link of the demonstration: what a poor radio gives.
var shape = relay.Shape{Bitrate: 9600, Delay: 600 * time.Millisecond}

// demoLimit bounds the whole demonstration, without the time it is kept.
const demoLimit = 5 * time.Minute

// demoPlan is two servers of different kinds with a node each. Wonderland's own rooms are for the comparison.
var demoPlan = lab.Plan{
	Servers: []lab.ServerPlan{
		{Kind: lab.Prosody, Domain: "wonderland.lit", Rooms: "muc.wonderland.lit"},
		{Kind: lab.Ejabberd, Domain: "denmark.lit"},
	},
	Nodes: []lab.NodePlan{
		{Domain: "rooms.wonderland.lit", Server: "wonderland.lit", Config: `
			[[federation.room]]
			room = "rabbithole"
			accept = ["elsinore@talk.denmark.lit"]`},
		{Domain: "talk.denmark.lit", Server: "denmark.lit", Config: `
			[[federation.room]]
			room = "elsinore"
			join = "rabbithole@rooms.wonderland.lit"`},
	},
}

// runDemo shows a federated room. It fails unless everybody saw every message exactly once.
func runDemo(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	keep := flags.Bool("keep", false, "leave everything up until interrupted, and say how to join")
	if err := flags.Parse(args); err != nil {
		return err
	}
	began := time.Now()
	fmt.Fprintln(out, "Starting Prosody, ejabberd, and an isthmus on each…")
	l, err := lab.Start(ctx, demoPlan)
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }()
	fmt.Fprintf(out, "They run, after %.1f s. The link between the servers: %d bit/s, %d ms each way.\n\n",
		time.Since(began).Seconds(), shape.Bitrate, shape.Delay.Milliseconds())
	bounded, cancel := context.WithTimeout(ctx, demoLimit)
	defer cancel()
	fails := perform(bounded, l, out)
	if *keep && ctx.Err() == nil {
		howToJoin(l, out)
		<-ctx.Done()
	}
	return fails
}

// perform is the demonstration itself: the conversation, the table, the comparison.
func perform(ctx context.Context, l *lab.Lab, out io.Writer) error {
	link := l.Link("wonderland.lit", "denmark.lit")
	link.Set(shape)
	fmt.Fprint(out, "Everybody enters. At this speed the servers take a while to introduce themselves to each other.\n\n")
	t := newTranscript(out)
	p, err := enter(ctx, l, federated, t)
	if err != nil {
		return err
	}
	entered := counts(link)
	if err := p.talk(ctx); err != nil {
		return err
	}
	talked := since(entered, counts(link))
	if err := p.close(ctx); err != nil {
		return err
	}
	fmt.Fprintln(out, "\nThe same people say the same in a room of Prosody's own, for comparison…")
	link.Set(relay.Shape{})
	standard, err := compare(ctx, l, link)
	if err != nil {
		return err
	}
	link.Set(shape)
	p.table(out, talked, standard)
	switch sent := len(slices.Concat(dialogue...)); {
	case !p.once():
		return errors.New("not everybody saw every message exactly once")
	case talked[0].Messages.Stanzas+talked[1].Messages.Stanzas != sent:
		return errors.New("not every message crossed the link as exactly one stanza")
	}
	return nil
}

// compare plays the conversation in one ordinary room, and counts what crosses the link.
func compare(ctx context.Context, l *lab.Lab, link *lab.Link) ([2]relay.Counts, error) {
	p, err := enter(ctx, l, ordinary, nil)
	if err != nil {
		return [2]relay.Counts{}, err
	}
	entered := counts(link)
	if err := p.talk(ctx); err != nil {
		return [2]relay.Counts{}, err
	}
	return since(entered, counts(link)), p.close(ctx)
}

// counts is what crossed the link so far, by the server that sent it.
func counts(link *lab.Link) [2]relay.Counts {
	return [2]relay.Counts{link.From(link.A).Counts(), link.From(link.B).Counts()}
}

func since(before, now [2]relay.Counts) [2]relay.Counts {
	return [2]relay.Counts{now[0].Since(before[0]), now[1].Since(before[1])}
}

func howToJoin(l *lab.Lab, out io.Writer) {
	fmt.Fprint(out, "\nEverything is still up. Join with your own client, without encryption, any account, any password:\n\n")
	for _, h := range []struct{ domain, account, room string }{
		{"wonderland.lit", "alice@wonderland.lit", federated[0].room},
		{"denmark.lit", "hamlet@denmark.lit", federated[1].room},
	} {
		fmt.Fprintf(out, "  server %-16s account %-22s password any   room %s\n", l.Server(h.domain).C2S, h.account, h.room)
	}
	fmt.Fprint(out, "\nWith profanity:  /connect alice@wonderland.lit server 127.0.0.1 port PORT tls disable\n"+
		"                 /join rabbithole@rooms.wonderland.lit\nUse a client of its own for each room.\n")
	fmt.Fprintf(out, "\nLogs and data are in %s. Ctrl-C ends it.\n", l.Dir)
}
