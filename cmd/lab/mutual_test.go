package main

import (
	"flag"
	"fmt"
	"sync"
	"testing"
)

var mutualRounds = flag.Int("mutual", 5, "rounds of TestMutual")

// TestMutual has two rooms that each join the other. Again and again somebody enters both at the same moment: there is always
// exactly one link between them.
func TestMutual(t *testing.T) {
	c := atStrait(t)
	c.alice, c.hamlet = c.w.login("alice"), c.d.login("hamlet")
	c.open(c.alice, c.garden, "Alice", "federation_accept", c.castle)
	c.open(c.hamlet, c.castle, "Hamlet", "federation_accept", c.garden)
	c.alice.form(c.garden, "federation_join", c.castle)
	c.hamlet.form(c.castle, "federation_join", c.garden)
	wire := c.tap()
	shores := c.shores()
	nicks := [2]string{"Alice", "Hamlet"}
	for round := range *mutualRounds {
		for i, here := range shores {
			here.expect(nicks[1-i], presence(here.room+"/"+nicks[1-i], ""))
		}
		for _, here := range shores {
			here.says(here.room, fmt.Sprint(here.room, round), 3)
		}
		for _, here := range shores {
			for _, there := range shores {
				here.hears(fmt.Sprint(there.room, round) + " 2")
			}
		}
		var moving sync.WaitGroup
		for i, here := range shores {
			here.leave(here.room, nicks[i])
		}
		for i, here := range shores {
			moving.Go(func() {
				if _, err := here.JoinRoom(here.s.ctx, here.room, nicks[i]); err != nil {
					t.Error(err)
				}
			})
		}
		moving.Wait()
	}
	for i, here := range shores {
		here.expect(nicks[1-i], presence(here.room+"/"+nicks[1-i], ""))
	}
	c.pings(2) // what was said in a hurry has its receipts
	for i, here := range shores {
		for _, body := range here.says(here.room, "calm "+nicks[i], 3) {
			shores[1-i].hears(body)
			if n := len(wire.stanzas("<message", body+"<")); n != 1 {
				t.Errorf("%q crossed %d times", body, n)
			}
		}
	}
}
