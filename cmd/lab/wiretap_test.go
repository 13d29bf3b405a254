package main

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"isthmus/cmd/lab/internal/relay"
)

// wiretap is what crosses the link from when it was set, by the server that sends it and by connection.
type wiretap struct {
	mu   sync.Mutex
	sent map[string]*strings.Builder
}

// tap listens to the link until the end of the test.
func (c *crossing) tap() *wiretap {
	w := &wiretap{sent: map[string]*strings.Builder{}}
	for _, domain := range []string{c.link.A, c.link.B} {
		lane := c.link.From(domain)
		lane.Tap(func(conn int, data []byte) { w.hear(fmt.Sprint(domain, conn), data) })
		c.Cleanup(func() { lane.Tap(nil) })
	}
	return w
}

func (w *wiretap) hear(conn string, data []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.sent[conn] == nil {
		w.sent[conn] = &strings.Builder{}
	}
	w.sent[conn].Write(data)
}

var begins = regexp.MustCompile(`<(message|presence|iq)[ >]`)

// stanzas are those that have all of these words in them.
func (w *wiretap) stanzas(words ...string) (list []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, text := range w.sent {
		list = append(list, split(text.String(), words)...)
	}
	return list
}

func split(text string, words []string) (list []string) {
	places := append(begins.FindAllStringIndex(text, -1), []int{len(text)})
	for i, place := range places[:len(places)-1] {
		stanza := text[place[0]:places[i+1][0]]
		if all(stanza, words) {
			list = append(list, stanza)
		}
	}
	return list
}

func all(text string, words []string) bool {
	for _, word := range words {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}

// pings waits until so many more pings have crossed, or answers to them: that is how tests let time go by.
func (c *crossing) pings(n int) {
	c.Helper()
	for _, domain := range []string{c.link.A, c.link.B} {
		lane := c.link.From(domain)
		want := lane.Counts().IQs.Stanzas + n
		if err := lane.Await(c.w.ctx, func(now relay.Counts) bool { return now.IQs.Stanzas >= want }); err != nil {
			c.Fatal(err)
		}
	}
}
