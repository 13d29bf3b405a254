package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"isthmus/cmd/lab/internal/client"
	"isthmus/cmd/lab/internal/lab"
)

// onlookers talk in a room while somebody else is up to no good, and notice nothing of it.
type onlookers struct {
	s     *scene
	room  string
	users []*user
	seen  []int // stanzas that each has been asked about
	lines int
}

func (s *scene) onlookers(room string, users ...*user) *onlookers {
	o := &onlookers{s: s, room: room, users: users, seen: make([]int, len(users))}
	for i, u := range users {
		barrier(s.T, u, room)
		o.seen[i] = len(u.Received())
	}
	return o
}

// unmoved has everybody say something, which all hear. But for this each has received nothing but what has one of the words.
func (o *onlookers) unmoved(what string, but ...string) {
	o.s.Helper()
	lines := []string{}
	for _, u := range o.users {
		o.lines++
		lines = append(lines, fmt.Sprintf("line %d", o.lines))
		select {
		case <-u.Done():
			_, err := u.Expect(o.s.ctx, func(*client.Node) bool { return false })
			o.s.Fatalf("%s: %.2000v", what, err)
		default:
		}
		u.say(o.room, lines[len(lines)-1])
	}
	for i, u := range o.users {
		for _, line := range lines {
			u.hears(line)
		}
		all := u.Received()
		for _, n := range all[o.seen[i]:] {
			if n.Is("", "iq") || slices.ContainsFunc(lines, func(line string) bool { return client.Bodied(line)(n) }) {
				continue // it has asked itself, or was pinged
			}
			if !slices.ContainsFunc(but, func(word string) bool { return strings.Contains(n.Raw, word) }) {
				o.s.Errorf("%s: %s received %.500s", what, u.jid, n.Raw)
			}
		}
		o.seen[i] = len(all)
	}
}

// strictly lets everybody say and do so much, and no more for the next hour: tests count, and do not look at the clock.
const strictly = `
	[rooms]
	ping_idle = "0s"
	[rooms.defaults]
	persistentroom = true
	[limits]
	messages = "1/h, 300 at once"
	presences = "1/h, 20 at once"
	entries = "1/h, 200 at once"
	stanzas = "1000/s, 100000 at once"`

// strictLab is for those who are up to no good.
func strictLab(t *testing.T) *lab.Lab {
	return lab.ForTest(t, lab.Plan{
		Servers: []lab.ServerPlan{
			{Kind: lab.Prosody, Domain: wonderland.users, StanzaLimit: 1 << 20},
			{Kind: lab.Ejabberd, Domain: denmark.users, StanzaLimit: 1 << 20},
		},
		Nodes: []lab.NodePlan{
			{Domain: wonderland.rooms, Server: wonderland.users, Config: strictly},
			{Domain: denmark.rooms, Server: denmark.users, Config: strictly},
		},
	})
}
