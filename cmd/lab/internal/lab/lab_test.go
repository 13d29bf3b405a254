package lab

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"isthmus/cmd/lab/internal/client"
	"isthmus/cmd/lab/internal/relay"
)

const (
	wonderland = "wonderland.lit"
	denmark    = "denmark.lit"
)

// two servers with rooms of their own.
func two(a, b Kind) Plan {
	return Plan{Limit: time.Minute, Servers: []ServerPlan{
		{Kind: a, Domain: wonderland, Rooms: "muc." + wonderland},
		{Kind: b, Domain: denmark, Rooms: "muc." + denmark},
	}}
}

func login(t *testing.T, l *Lab, jid string) *client.Client {
	t.Helper()
	c, err := l.Login(l.Context(), jid)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func join(t *testing.T, l *Lab, c *client.Client, room, nick string) {
	t.Helper()
	if _, err := c.JoinRoom(l.Context(), room, nick); err != nil {
		t.Fatal(err)
	}
}

func say(t *testing.T, c *client.Client, room, body string) {
	t.Helper()
	if _, err := c.Say(room, body); err != nil {
		t.Fatal(err)
	}
}

func expect(t *testing.T, l *Lab, c *client.Client, match func(*client.Node) bool) *client.Node {
	t.Helper()
	n, err := c.Expect(l.Context(), match)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Users of either server meet in a room of the other, in every combination.
func TestRoomsOfTheOtherServer(t *testing.T) {
	for _, a := range []Kind{Prosody, Ejabberd} {
		for _, b := range []Kind{Prosody, Ejabberd} {
			t.Run(fmt.Sprint(a, " and ", b), func(t *testing.T) {
				l := ForTest(t, two(a, b))
				alice := login(t, l, "alice@wonderland.lit/looking-glass")
				hamlet := login(t, l, "hamlet@denmark.lit/elsinore")
				for _, room := range []string{"hall@muc.wonderland.lit", "hall@muc.denmark.lit"} {
					join(t, l, alice, room, "Alice")
					join(t, l, hamlet, room, "Hamlet")
					say(t, alice, room, "who are you? "+room)
					expect(t, l, hamlet, client.Bodied("who are you? "+room))
					say(t, hamlet, room, "a question "+room)
					expect(t, l, alice, client.Bodied("a question "+room))
				}
			})
		}
	}
}

func await(t *testing.T, l *Lab, lane *relay.Lane, asked func(relay.Counts) bool) {
	t.Helper()
	if err := lane.Await(l.Context(), asked); err != nil {
		t.Fatal(err)
	}
}

// The bytes and stanzas of each direction are known.
func TestLinkCountsWhatPasses(t *testing.T) {
	l := ForTest(t, two(Prosody, Ejabberd))
	alice := login(t, l, "alice@wonderland.lit/looking-glass")
	hamlet := login(t, l, "hamlet@denmark.lit/elsinore")
	const room = "hall@muc.wonderland.lit"
	join(t, l, alice, room, "Alice")
	join(t, l, hamlet, room, "Hamlet")

	k := l.Link(denmark, wonderland)
	here, there := k.From(wonderland).Counts(), k.From(denmark).Counts()
	const n = 5
	for i := range n {
		body := fmt.Sprint("curiouser ", i)
		say(t, alice, room, body)
		expect(t, l, hamlet, client.Bodied(body))
	}
	got := k.From(wonderland).Counts().Since(here)
	if got.Messages.Stanzas != n || got.Bytes != got.Messages.Bytes || got.Messages.Bytes == 0 || got.Lost != 0 {
		t.Errorf("%d messages from wonderland: %+v", n, got)
	}
	if back := k.From(denmark).Counts().Since(there); back.Bytes != 0 {
		t.Errorf("denmark said nothing: %+v", back)
	}
}

func TestCutBouncesAndHealReaches(t *testing.T) {
	for _, kind := range []Kind{Prosody, Ejabberd} {
		t.Run(string(kind), func(t *testing.T) {
			l := ForTest(t, two(kind, Prosody))
			alice := login(t, l, "alice@wonderland.lit/looking-glass")
			hamlet := login(t, l, "hamlet@denmark.lit/elsinore")
			k := l.Link(wonderland, denmark)
			for i := range 2 {
				k.Cut()
				refused(t, l, alice, denmark)
				if err := k.Heal(); err != nil {
					t.Fatal(err)
				}
				if err := l.Meet(l.Context(), k); err != nil {
					t.Fatal(err)
				}
				body := fmt.Sprint("are you there? ", i)
				if err := alice.Send("<message to='" + hamlet.JID + "'><body>" + body + "</body></message>"); err != nil {
					t.Fatal(err)
				}
				expect(t, l, hamlet, client.Bodied(body))
			}
		})
	}
}

// refused returns when a question to domain is answered by an error. A server
// that has not noticed yet that the stream is gone loses the question.
func refused(t *testing.T, l *Lab, c *client.Client, domain string) {
	t.Helper()
	for {
		answer, err := ask(l.Context(), c, domain)
		if err != nil {
			t.Fatal(err)
		}
		if answer == nil {
			continue
		}
		if answer.Attr("type") != "error" {
			t.Fatalf("%s answered %v", domain, answer)
		}
		return
	}
}

// What goes into a black hole is lost without a word; what follows arrives.
func TestBlackHole(t *testing.T) {
	for _, kind := range []Kind{Prosody, Ejabberd} {
		t.Run(string(kind), func(t *testing.T) {
			l := ForTest(t, two(kind, Ejabberd))
			alice := login(t, l, "alice@wonderland.lit/looking-glass")
			hamlet := login(t, l, "hamlet@denmark.lit/elsinore")
			k := l.Link(wonderland, denmark)
			k.BlackHole()
			tell := func(body string) {
				t.Helper()
				if err := alice.Send("<message to='" + hamlet.JID + "'><body>" + body + "</body></message>"); err != nil {
					t.Fatal(err)
				}
			}
			tell("into the hole")
			await(t, l, k.From(wonderland), func(c relay.Counts) bool { return c.Lost > 0 })
			if err := k.Heal(); err != nil {
				t.Fatal(err)
			}
			if err := l.Meet(l.Context(), k); err != nil {
				t.Fatal(err)
			}
			tell("out of it")
			expect(t, l, hamlet, client.Bodied("out of it"))
			for _, n := range hamlet.Received() {
				if n.Body() == "into the hole" {
					t.Error("it came back out of the hole")
				}
			}
		})
	}
}

// Whole stanzas vanish, and the streams of real servers live on.
func TestLoss(t *testing.T) {
	l := ForTest(t, two(Prosody, Ejabberd))
	alice := login(t, l, "alice@wonderland.lit/looking-glass")
	hamlet := login(t, l, "hamlet@denmark.lit/elsinore")
	k := l.Link(wonderland, denmark)
	lane := k.From(denmark)
	before := lane.Counts()
	tell := func(body string) {
		t.Helper()
		if err := hamlet.Send("<message to='" + alice.JID + "'><body>" + body + "</body></message>"); err != nil {
			t.Fatal(err)
		}
	}
	tell("first")
	expect(t, l, alice, client.Bodied("first"))
	lane.Lose(true)
	tell("second")
	await(t, l, lane, func(c relay.Counts) bool { return c.Lost > 0 })
	lane.Lose(false)
	tell("third")
	expect(t, l, alice, client.Bodied("third"))
	for _, n := range alice.Received() {
		if n.Body() == "second" {
			t.Error("the second message was not lost")
		}
	}
	if got := lane.Counts().Since(before); got.Connections != 0 || got.Lost == 0 {
		t.Errorf("a new stream was needed, or nothing was lost: %+v", got)
	}
}

// The limits of server-to-server streams are raised, too.
func TestBigStanzaBetweenServers(t *testing.T) {
	l := ForTest(t, two(Prosody, Ejabberd))
	alice := login(t, l, "alice@wonderland.lit/looking-glass")
	hamlet := login(t, l, "hamlet@denmark.lit/elsinore")
	body := strings.Repeat("words ", 500_000)
	for from, to := range map[*client.Client]*client.Client{alice: hamlet, hamlet: alice} {
		if err := from.Send("<message to='" + to.JID + "'><body>" + body + "</body></message>"); err != nil {
			t.Fatal(err)
		}
		expect(t, l, to, client.Bodied(body))
	}
}

// A narrow, slow link passes everything all the same.
func TestShape(t *testing.T) {
	plan := two(Prosody, Ejabberd)
	plan.Shape = relay.Shape{Bitrate: 96_000}
	l := ForTest(t, plan)
	alice := login(t, l, "alice@wonderland.lit/looking-glass")
	k := l.Link(wonderland, denmark)
	if got := k.From(denmark).Shape(); got != plan.Shape {
		t.Errorf("the link has %+v", got)
	}
	if err := alice.Barrier(l.Context(), denmark); err != nil {
		t.Error(err)
	}
}

// Three servers have three links, and a cut one leaves the others alone.
func TestThreeServers(t *testing.T) {
	plan := two(Prosody, Prosody)
	plan.Servers = append(plan.Servers, ServerPlan{Kind: Prosody, Domain: "oz.lit"})
	l := ForTest(t, plan)
	if n := len(l.Links()); n != 3 {
		t.Fatalf("there are %d links", n)
	}
	dorothy := login(t, l, "dorothy@oz.lit/kansas")
	l.Link(wonderland, "oz.lit").Cut()
	refused(t, l, dorothy, wonderland)
	if answer, err := dorothy.Info(l.Context(), denmark); err != nil || answer.Attr("type") != "result" {
		t.Errorf("%s: %v, %v", denmark, answer, err)
	}
}

// Nobody outside is asked about a domain that nobody knows.
func TestUnknownDomainIsRefused(t *testing.T) {
	l := ForTest(t, two(Prosody, Ejabberd))
	for _, user := range []string{"alice@wonderland.lit", "hamlet@denmark.lit"} {
		answer, err := login(t, l, user).Info(l.Context(), "nowhere.lit")
		if err != nil || answer.Attr("type") != "error" {
			t.Errorf("%s asks nowhere.lit: %v, %v", user, answer, err)
		}
	}
}

// Nothing is left when a laboratory is closed, but a folder that the plan names.
func TestClose(t *testing.T) {
	named := two(Prosody, Ejabberd)
	named.Dir = filepath.Join(t.TempDir(), "named")
	for _, plan := range []Plan{named, two(Ejabberd, Prosody)} {
		l, err := Start(t.Context(), plan)
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		for _, domain := range []string{wonderland, denmark} {
			<-l.Server(domain).Done()
		}
		_, err = os.Stat(filepath.Join(l.Dir, denmark))
		if kept := err == nil; kept != (plan.Dir != "") {
			t.Errorf("of %q: %v", plan.Dir, err)
		}
	}
}

func TestPlansThatCannotBe(t *testing.T) {
	for name, plan := range map[string]Plan{
		"no such kind":        {Servers: []ServerPlan{{Kind: "jackal", Domain: denmark}}},
		"two of one domain":   {Servers: []ServerPlan{{Kind: Prosody, Domain: denmark}, {Kind: Prosody, Domain: denmark}}},
		"a node of no server": {Daemon: "/bin/false", Nodes: []NodePlan{{Domain: "talk.denmark.lit", Server: denmark}}},
	} {
		if l, err := Start(t.Context(), plan); err == nil {
			l.Close()
			t.Errorf("%s: it started", name)
		}
	}
}
