package main

import (
	"context"
	"testing"

	"github.com/rs/zerolog"

	"isthmus/component"
	"isthmus/component/stanza"
)

// mute is a component of denmark's server that takes everything and never says a word.
const mute = "mute.denmark.lit"

// TestMutePeer lets a room join one that never answers: people talk on, the attempt ends in its time, and what is said meanwhile
// takes no memory.
func TestMutePeer(t *testing.T) {
	c := atStrait(t)
	heard, up := make(chan struct{}, 1), make(chan struct{}, 1)
	silent := &component.Component{
		Addr: c.w.lab.Server(denmark.users).Component, Domain: mute, Secret: mute, Log: zerolog.Nop(), Outbox: component.NewOutbox(1 << 20),
		Up: func() { up <- struct{}{} },
		Handle: func(context.Context, *stanza.Stanza) {
			select {
			case heard <- struct{}{}:
			default:
			}
		},
	}
	ctx, cancel := context.WithCancel(c.w.ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = silent.Run(ctx)
	}()
	t.Cleanup(func() { cancel(); <-ended })

	select {
	case <-up:
	case <-c.w.ctx.Done():
		t.Fatal("the mute component is not let in")
	}
	c.alice = c.w.login("alice")
	c.open(c.alice, c.garden, "Alice", "federation_join", "hole@"+mute)
	pid := c.w.lab.Node(wonderland.rooms).Pid()
	first := c.alice.says(c.garden, "first", *masses)
	c.alice.hears(first[*masses-1])
	before := resident(t, pid)
	c.alice.hearsAll(c.alice.says(c.garden, "then", *masses))
	grown := resident(t, pid) - before
	c.logs(wonderland.rooms, "has not answered the request to join", "room="+c.garden)
	select {
	case <-heard:
	case <-c.w.ctx.Done():
		t.Fatal("the peer was asked nothing")
	}
	if grown > flat {
		t.Errorf("the memory of the node grew from %d MB by %d MB", before>>20, grown>>20)
	}
}
