package main

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"
)

var flapSeed = flag.Uint64("flap", 1, "seed of the instants at which the link of TestFlapping fails and heals")

// TestFlapping breaks the link twenty times, at any moment, while both sides talk: nothing is lost, nothing comes twice, and
// nobody is seen to leave or to come who does not.
func TestFlapping(t *testing.T) {
	const (
		cycles = 20
		pace   = 40 * time.Millisecond // of each of two people: 50 messages a second
	)
	c := overStrait(t)
	var said [2][]string
	end := make(chan struct{})
	var talking sync.WaitGroup
	for i, here := range c.shores() {
		talking.Go(func() {
			for tick := time.NewTicker(pace); ; {
				body := fmt.Sprintf("%s %d", here.room, len(said[i]))
				if _, err := here.Say(here.room, body); err != nil {
					t.Error(err)
					return
				}
				said[i] = append(said[i], body)
				select {
				case <-tick.C:
				case <-end:
					return
				}
			}
		})
	}
	dice := rand.New(rand.NewPCG(*flapSeed, 0))
	for i := range cycles {
		<-time.After(time.Duration(dice.IntN(700)) * time.Millisecond)
		if i%2 == 0 {
			c.link.Cut()
		} else {
			c.link.BlackHole()
		}
		<-time.After(time.Duration(dice.IntN(700)) * time.Millisecond)
		c.heal()
	}
	close(end)
	talking.Wait()
	healed := time.Now()
	c.alice.hearsAll(said[1])
	c.hamlet.hearsAll(said[0])
	for _, here := range c.shores() {
		here.stays()
		if list := here.entries(here.room); len(list) != 2 {
			t.Errorf("%s saw people enter: %q", here.jid, list)
		}
	}
	keeps(t, "the garden", c.alice.pages(c.garden, ""), said[0], said[1])
	keeps(t, "the castle", c.hamlet.pages(c.castle, ""), said[0], said[1])
	t.Logf("%d and %d messages, all there %s after the last of %d outages", len(said[0]), len(said[1]), time.Since(healed), cycles)
}
