package main

import (
	"fmt"
	"io"
	"slices"

	"isthmus/cmd/lab/internal/relay"
)

// table sums the demonstration up: who saw what, and what it cost on the link beside one ordinary room.
func (p *play) table(out io.Writer, talked, standard [2]relay.Counts) {
	said := slices.Concat(dialogue...)
	fmt.Fprintf(out, "\nMessages sent: %d\n", len(said))
	for i, name := range []string{"rabbithole (Prosody)", "elsinore (ejabberd)"} {
		people, seen := p.exactlyOnce(i, said)
		fmt.Fprintf(out, "  %-22s %d people, each of %d messages seen exactly once by all: %d\n", name, people, len(said), seen)
	}
	fmt.Fprintf(out, "\n%-34s %12s %14s\n", "The conversation on the link", "federated", "ordinary room")
	row := func(what string, f func(relay.Counts) int64) {
		fmt.Fprintf(out, "  %-32s %12d %14d\n", what, f(talked[0])+f(talked[1]), f(standard[0])+f(standard[1]))
	}
	row("message stanzas", func(c relay.Counts) int64 { return int64(c.Messages.Stanzas) })
	row("bytes of messages", func(c relay.Counts) int64 { return c.Messages.Bytes })
	row("other stanzas", func(c relay.Counts) int64 { return int64(c.Presences.Stanzas + c.IQs.Stanzas) })
	row("all bytes (without TCP and IP)", func(c relay.Counts) int64 { return c.Bytes })
	both := float64(talked[0].Bytes + talked[1].Bytes)
	fmt.Fprintf(out, "  %-32s %11.1fs %13.1fs\n", "sending time at 9,600 bit/s", both*8/float64(shape.Bitrate),
		float64(standard[0].Bytes+standard[1].Bytes)*8/float64(shape.Bitrate))
	fmt.Fprintln(out, "\nThe ordinary room was played on the same servers and counted the same way; it was not slowed down.")
}

// exactlyOnce counts the people of a side, and the lines that each of them heard exactly once.
func (p *play) exactlyOnce(side int, said []line) (people, seen int) {
	for _, a := range p.actors {
		if a.side == side {
			people++
		}
	}
	for _, l := range said {
		if !slices.ContainsFunc(p.actors, func(a *actor) bool { return a.side == side && p.seen[l.text][a.nick] != 1 }) {
			seen++
		}
	}
	return people, seen
}
