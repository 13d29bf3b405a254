package main

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"isthmus/cmd/lab/internal/client"
)

// width of a column, in characters.
const width = 56

// transcript shows two views of one conversation side by side, as they come.
type transcript struct {
	out   io.Writer
	mu    sync.Mutex
	began time.Time
}

func newTranscript(out io.Writer) *transcript { return &transcript{out: out, began: time.Now()} }

func (t *transcript) head(left, right string) {
	fmt.Fprintf(t.out, "%8s  %-*s%s\n", "", width, left, right)
	fmt.Fprintf(t.out, "%8s  %-*s%s\n", "", width, strings.Repeat("─", len(left)), strings.Repeat("─", len(right)))
}

// view shows in one column what somebody in a room receives.
func (t *transcript) view(column int, room string) func(*client.Node) {
	return func(n *client.Node) {
		text := tell(n, strings.TrimPrefix(n.Attr("from"), room+"/"))
		if text == "" {
			return
		}
		t.mu.Lock()
		defer t.mu.Unlock()
		fmt.Fprintf(t.out, "%7.2fs  %s%s\n", time.Since(t.began).Seconds(), strings.Repeat(" ", column*width), text)
	}
}

func tell(n *client.Node, nick string) string {
	switch {
	case n.Is("", "message") && n.Body() != "":
		return nick + ": " + n.Body()
	case n.Is("", "presence") && n.Attr("type") == "":
		return "→ " + nick
	case n.Is("", "presence") && n.Attr("type") == "unavailable" && !n.Status("110"):
		return "← " + nick
	}
	return ""
}
