package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"isthmus/cmd/lab/internal/lab"
)

// operates gives a node a command.
func (c *crossing) operates(domain string, args ...string) string {
	c.Helper()
	out, err := c.w.lab.Node(domain).Command(c.w.ctx, args...)
	if err != nil {
		c.Fatal(err)
	}
	return out
}

// looks waits until the operator of a node sees all of these words about the links of a room.
func (c *crossing) looks(domain, room string, words ...string) string {
	c.Helper()
	for again := time.NewTicker(100 * time.Millisecond); ; {
		out := c.operates(domain, "links", "-room", room)
		missing := false
		for _, w := range words {
			missing = missing || !strings.Contains(out, w)
		}
		if !missing {
			return out
		}
		select {
		case <-again.C:
		case <-c.w.ctx.Done():
			c.Fatalf("the operator of %s does not see %q but\n%s", domain, words, out)
		}
	}
}

const (
	stateIs = "\n  state               "
	waits   = "\n  waiting             "
)

// TestOperator looks at a link from both ends while it works, is cut off and heals, and holds it. Hamlet enters once. H2
func TestOperator(t *testing.T) {
	c := overStrait(t)
	c.looks(wonderland.rooms, c.garden, c.garden+" is joined by "+c.castle, stateIs+"up for", "1 of ours are announced there, 1 of theirs here")
	c.looks(denmark.rooms, c.castle, c.castle+" joins "+c.garden, stateIs+"up for")
	if list := c.operates(denmark.rooms, "links"); !strings.Contains(list, c.castle+"  joins") {
		t.Errorf("the list is\n%s", list)
	}
	c.alice.hearsAll(c.hamlet.says(c.castle, "hamlet before", 3))
	c.hamlet.hearsAll(c.alice.says(c.garden, "alice before", 3))
	c.looks(wonderland.rooms, c.garden, waits+"0\n") // it has the receipts
	c.looks(denmark.rooms, c.castle, waits+"0\n")

	c.breaks(c.link.BlackHole)
	a, h := c.alice.says(c.garden, "alice during", 3), c.hamlet.says(c.castle, "hamlet during", 4)
	c.looks(wonderland.rooms, c.garden, stateIs+"down (silence) for", waits+"3, ", "1 × silence")
	t.Log("\n" + c.looks(denmark.rooms, c.castle, "(silence) for", waits+"4, ", "1 × silence"))
	c.logs(wonderland.rooms, "WRN", "room="+c.garden, "kind=silence")
	c.logs(denmark.rooms, "WRN", "room="+c.castle, "kind=silence")
	c.heal()
	c.alice.hearsAll(h)
	c.hamlet.hearsAll(a)
	c.looks(wonderland.rooms, c.garden, stateIs+"up for", waits+"0\n", "3 sent, 4 received")
	t.Log("\n" + c.looks(denmark.rooms, c.castle, stateIs+"up for", waits+"0\n", "4 sent, 3 received"))

	c.operates(denmark.rooms, "link", "-room", c.castle, "-do", "resync")
	c.logs(denmark.rooms, "INF", "room="+c.castle, "joined again, because the operator wants it")
	c.looks(denmark.rooms, c.castle, stateIs+"up for")
	c.operates(wonderland.rooms, "link", "-room", c.garden, "-do", "resync")
	c.logs(denmark.rooms, "WRN", "room="+c.castle, "kind=\"not linked\"")
	c.looks(denmark.rooms, c.castle, stateIs+"up for")
	c.looks(wonderland.rooms, c.garden, stateIs+"up for")
	c.alice.stays()
	c.hamlet.stays()

	c.operates(denmark.rooms, "link", "-room", c.castle, "-do", "pause")
	c.alice.expect("Hamlet's leave", presence(c.garden+"/Hamlet", "unavailable"))
	c.hamlet.expect("Alice's leave", presence(c.castle+"/Alice", "unavailable"))
	c.hamlet.hearsAll(c.hamlet.says(c.castle, "hamlet paused", 2))
	node := c.d.lab.Node(denmark.rooms)
	node.Stop()
	if err := node.Start(c.d.ctx); err != nil {
		t.Fatal(err)
	}
	c.looks(denmark.rooms, c.castle, stateIs+"paused", waits+"2, ")
	c.operates(denmark.rooms, "link", "-room", c.castle, "-peer", c.garden, "-do", "resume")
	c.alice.expect("Hamlet", presence(c.garden+"/Hamlet", ""))
	c.hamlet.expect("Alice", presence(c.castle+"/Alice", ""))
	c.alice.hears("hamlet paused 1")

	c.operates(denmark.rooms, "link", "-room", c.castle, "-do", "drop")
	c.alice.expect("Hamlet's leave", presence(c.garden+"/Hamlet", "unavailable"))
	c.looks(denmark.rooms, c.castle, stateIs+"dropped", waits+"0\n")
	c.operates(denmark.rooms, "link", "-room", c.castle, "-do", "resume")
	c.alice.expect("Hamlet", presence(c.garden+"/Hamlet", ""))
	c.alice.once()

	page := c.fetch("http://" + node.Admin + "/")
	local, _, _ := strings.Cut(c.castle, "@")
	for _, want := range []string{">" + local + "<", "joins " + c.garden, ">attached<", "Federation links"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %s", want)
		}
	}
	metrics := c.fetch("http://" + c.w.lab.Node(wonderland.rooms).Admin + "/metrics")
	if want := fmt.Sprintf("isthmus_link_outages_total{room=%q,peer=%q,cause=\"silence\"} 1\n", c.garden, c.castle); !strings.Contains(metrics, want) {
		t.Errorf("the metrics have no %s", want)
	}
}

func (c *crossing) fetch(url string) string {
	c.Helper()
	r, err := http.Get(url)
	if err != nil {
		c.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		c.Fatal(err)
	}
	return string(body)
}

// hangup has a node read its file anew with more behind it, until the end of the test.
func (c *crossing) hangup(node *lab.Node, more string) {
	c.Helper()
	c.Cleanup(func() {
		if err := node.Hangup(""); err != nil {
			c.Error(err)
		}
	})
	if err := node.Hangup(more); err != nil {
		c.Fatal(err)
	}
}

// TestHangup moves a room to another peer by the file and SIGHUP, while Hamlet is in it; and a broken file moves nothing. H5
func TestHangup(t *testing.T) {
	c := atStrait(t)
	c.alice, c.hamlet = c.w.login("alice"), c.d.login("hamlet")
	queen, court := c.w.login("queen"), c.w.room("court")
	c.open(c.alice, c.garden, "Alice", "federation_accept", c.castle)
	c.open(queen, court, "Queen", "federation_accept", c.castle)
	c.open(c.hamlet, c.castle, "Hamlet", "federation_join", "")
	node := c.d.lab.Node(denmark.rooms)
	hangup := func(more string) { t.Helper(); c.hangup(node, more) }
	local, _, _ := strings.Cut(c.castle, "@")
	joins := func(peer string) string { return fmt.Sprintf("[[federation.room]]\nroom = %q\njoin = %q", local, peer) }

	hangup(joins(c.garden))
	c.hamlet.expect("Alice", presence(c.castle+"/Alice", ""))
	c.alice.expect("Hamlet", presence(c.garden+"/Hamlet", ""))
	hangup(joins(court) + "\n[log]\nlevel = 'loud'") // log is there already
	c.logs(denmark.rooms, "ERR", "the configuration is not read anew: "+node.Config+":")
	hangup(joins(court))
	c.hamlet.expect("Alice's leave", presence(c.castle+"/Alice", "unavailable"))
	c.alice.expect("Hamlet's leave", presence(c.garden+"/Hamlet", "unavailable"))
	c.hamlet.expect("the Queen", presence(c.castle+"/Queen", ""))
	queen.expect("Hamlet", presence(court+"/Hamlet", ""))
	c.hamlet.hearsAll(queen.says(court, "off with", 2))
	queen.hearsAll(c.hamlet.says(c.castle, "to be", 2))
	if n := len(c.hamlet.gone()); n != 1 {
		t.Errorf("Hamlet saw %d leave: %v", n, c.hamlet.gone())
	}
	if text, err := os.ReadFile(node.Log); err != nil || strings.Contains(string(text), "DATA RACE") {
		t.Errorf("%v: a race", err)
	}
}
