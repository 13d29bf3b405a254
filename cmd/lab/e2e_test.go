package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"isthmus/cmd/lab/internal/client"
	"isthmus/cmd/lab/internal/lab"
)

// place is one server with the rooms of the node attached to it.
type place struct{ kind, users, rooms string }

var (
	wonderland = place{"prosody", "wonderland.lit", "rooms.wonderland.lit"}
	denmark    = place{"ejabberd", "denmark.lit", "talk.denmark.lit"}
)

// nodeConfig lets two rooms federate: elsinore joins rabbithole.
var nodeConfig = map[place]string{
	wonderland: `
		[rooms]
		local_domains = ["wonderland.lit"]
		ping_idle = "10s"
		[[federation.room]]
		room = "rabbithole"
		accept = ["elsinore@talk.denmark.lit"]`,
	denmark: `
		[rooms]
		local_domains = ["denmark.lit"]
		ping_idle = "10s"
		[[federation.room]]
		room = "elsinore"
		join = "rabbithole@rooms.wonderland.lit"
		[[federation.room]]
		room = "unwelcome"
		join = "rabbithole@rooms.wonderland.lit"`,
}

// world is the laboratory that all tests share, each with rooms of its own.
var world *lab.Lab

func TestMain(m *testing.M) {
	os.Exit(func() int {
		l, err := lab.Start(context.Background(), lab.Plan{
			Servers: []lab.ServerPlan{{Kind: lab.Prosody, Domain: wonderland.users}, {Kind: lab.Ejabberd, Domain: denmark.users}},
			Nodes: []lab.NodePlan{
				{Domain: wonderland.rooms, Server: wonderland.users, Config: nodeConfig[wonderland]},
				{Domain: denmark.rooms, Server: denmark.users, Config: nodeConfig[denmark]},
			},
		})
		if err != nil {
			fmt.Fprintln(os.Stderr, "the laboratory does not start:", err)
			return 1
		}
		defer func() { _ = l.Close() }()
		world = l
		defer strait.close()
		code := m.Run()
		if code != 0 {
			l.Report(complain)
		}
		return code
	}())
}

func complain(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }

// scene is a test at one place.
type scene struct {
	*testing.T
	place
	lab *lab.Lab
	ctx context.Context
	tag string // tells the rooms of this run from those of the one before
}

// onBoth runs a test on Prosody and on ejabberd.
func onBoth(t *testing.T, test func(s *scene)) {
	for _, p := range []place{wonderland, denmark} {
		t.Run(p.kind, func(t *testing.T) { test(at(t, p)) })
	}
}

func at(t *testing.T, p place) *scene { return atLab(t, world, p) }

// atLab gives the test two minutes, its clean-up among them.
func atLab(t *testing.T, l *lab.Lab, p place) *scene {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 2*time.Minute)
	t.Cleanup(cancel)
	return &scene{t, p, l, ctx, strings.ToLower(rand.Text()[:6])}
}

// user is a client in a test: what goes wrong ends the test.
type user struct {
	*client.Client
	s   *scene
	jid string
}

// login logs in as name at the scene's server.
func (s *scene) login(name string) *user {
	s.Helper()
	jid := name + "@" + s.users + "/lab"
	c, err := s.lab.Login(s.ctx, jid)
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { _ = c.Close() })
	return &user{c, s, jid}
}

// room is the address of a room here, which no other run of the test has.
func (s *scene) room(name string) string { return name + "-" + s.tag + "@" + s.rooms }

func (u *user) join(room, nick string) *client.Node {
	u.s.Helper()
	n, err := u.JoinRoom(u.s.ctx, room, nick)
	if err != nil {
		u.s.Fatal(err)
	}
	return n
}

// refused tries to enter and returns the condition of the error.
func (u *user) refused(room, nick string) string {
	u.s.Helper()
	n, err := u.JoinRoom(u.s.ctx, room, nick)
	if err == nil {
		u.s.Fatalf("%s was let into %s", u.jid, room)
	}
	if n == nil {
		u.s.Fatal(err)
	}
	return n.Condition()
}

func (u *user) send(format string, args ...any) {
	u.s.Helper()
	if err := u.Send(fmt.Sprintf(format, args...)); err != nil {
		u.s.Fatal(err)
	}
}

func (u *user) say(room, body string) string {
	u.s.Helper()
	id, err := u.Say(room, body)
	if err != nil {
		u.s.Fatal(err)
	}
	return id
}

func (u *user) expect(what string, match func(*client.Node) bool) *client.Node {
	u.s.Helper()
	n, err := u.Expect(u.s.ctx, match)
	if err != nil {
		u.s.Fatalf("%s waits for %s: %v", u.jid, what, err)
	}
	return n
}

func (u *user) hears(body string) *client.Node {
	u.s.Helper()
	return u.expect(fmt.Sprintf("%q", body), client.Bodied(body))
}

// ask sends an IQ and returns the answer, be it a result or an error.
func (u *user) ask(kind, to, payload string) *client.Node {
	u.s.Helper()
	n, err := u.Request(u.s.ctx, kind, to, payload)
	if err != nil {
		u.s.Fatal(err)
	}
	return n
}

func (u *user) must(kind, to, payload string) {
	u.s.Helper()
	if n := u.ask(kind, to, payload); n.Attr("type") != "result" {
		u.s.Fatalf("%s to %s: %v", payload, to, n)
	}
}

// configure submits a room's form, with fields as name=value; none is the instant room.
func (u *user) configure(room string, fields ...string) {
	u.s.Helper()
	var b strings.Builder
	for _, f := range fields {
		k, v, _ := strings.Cut(f, "=")
		fmt.Fprintf(&b, "<field var='muc#roomconfig_%s'><value>%s</value></field>", k, v)
	}
	u.must("set", room, "<query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'>"+b.String()+"</x></query>")
}

// admin changes one role or affiliation.
func (u *user) admin(room, item string) *client.Node {
	u.s.Helper()
	return u.ask("set", room, "<query xmlns='http://jabber.org/protocol/muc#admin'>"+item+"</query>")
}

// times counts the messages with this text that a user has received.
func (u *user) times(body string) int {
	n := 0
	for _, st := range u.Received() {
		if client.Bodied(body)(st) {
			n++
		}
	}
	return n
}

func presence(from, typ string) func(*client.Node) bool {
	return func(n *client.Node) bool {
		return n.Is("", "presence") && n.Attr("from") == from && n.Attr("type") == typ
	}
}

func (s *scene) equal(what string, got, want any) {
	s.Helper()
	if got != want {
		s.Fatalf("%s: got %v, expected %v", what, got, want)
	}
}
