package main

import (
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
)

var masses = flag.Int("masses", 1000, "messages that are said during the outage of TestMasses")

// TestMasses says far more during an outage than a link has under way: all of it is there in the end, and the node needs no
// more memory for it than for the same when the link is up.
func TestMasses(t *testing.T) {
	c := overStrait(t)
	node := strait.lab.Node(wonderland.rooms)
	said := [][]string{c.alice.says(c.garden, "before", *masses)}
	c.hamlet.hears(said[0][*masses-1])
	before := resident(t, node.Pid())
	c.breaks(c.link.Cut)
	said = append(said, c.alice.says(c.garden, "during", *masses))
	c.alice.hears(said[1][*masses-1])
	c.noticed()
	grown := resident(t, node.Pid()) - before
	c.heal()
	c.hamlet.hears(said[1][*masses-1])
	c.hamlet.once()
	keeps(t, "the castle", c.hamlet.pages(c.castle, ""), said...)
	t.Logf("%d messages were said during the outage; the memory of the node grew from %d MB by %d MB", *masses, before>>20, grown>>20)
	if grown > flat {
		t.Errorf("the memory of the node grew from %d MB by %d MB", before>>20, grown>>20)
	}
}

// flat is how far memory grows that does not: the garbage of a moment.
const flat = 16 << 20

// resident is how many bytes of memory a process has.
func resident(t *testing.T, pid int) int {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		t.Fatal(err)
	}
	pages, err := strconv.Atoi(strings.Fields(string(text))[1])
	if err != nil {
		t.Fatal(err)
	}
	return pages * os.Getpagesize()
}
