package host_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"isthmus/fmuc"
	"isthmus/muc"
	"isthmus/muc/host"
	"isthmus/muc/muctest"
)

// link is the only link of a host, as its operator sees it.
func (n *net) link(domain string) host.LinkStatus {
	n.t.Helper()
	synctest.Wait()
	list, total, err := n.hosts[domain].Links(n.t.Context(), "")
	if err != nil || total != 1 || len(list) != 1 {
		n.t.Fatalf("%s has %d links, %v, %v", domain, total, list, err)
	}
	return list[0]
}

// command gives a host a command, and returns what it says.
func (n *net) command(domain, line string) string {
	n.t.Helper()
	words := strings.Fields(line)
	told := map[string]string{}
	for i := 1; i < len(words); i += 2 {
		told[strings.TrimPrefix(words[i], "-")] = words[i+1]
	}
	lines, err := n.hosts[domain].Command(n.t.Context(), words[0], told)
	synctest.Wait()
	if err != nil {
		return err.Error()
	}
	return strings.Join(lines, "\n")
}

// take is what users received and what crossed since somebody last asked.
func (n *net) take() (users, wire string) {
	synctest.Wait()
	n.mu.Lock()
	defer n.mu.Unlock()
	users, wire = strings.Join(n.users, "\n"), strings.Join(n.wire, "\n")
	n.users, n.wire = nil, nil
	return users, wire
}

func (n *net) is(domain, state string) host.LinkStatus {
	n.t.Helper()
	l := n.link(domain)
	if l.State != state {
		n.t.Fatalf("the link of %s is %s, want %s: %+v", domain, l.State, state, l)
	}
	return l
}

// TestLinkStatus follows a link through a cut: what it does, since when, what waits, and what became of it.
func TestLinkStatus(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(muctest.Start)) // clocks before that are wrong
		n := linked(t, "Alice", "Bob")
		joined := time.Now()
		time.Sleep(2*time.Minute + time.Second)
		for domain, inbound := range map[string]bool{"a.example": true, "b.example": false} {
			l := n.is(domain, "up")
			if l.Inbound != inbound || !l.Since.Equal(joined) || l.Ours != 1 || l.Theirs != 1 || l.Backlog != 0 || l.Mode != "master-master" ||
				l.Dialect != "plain" || l.Out.Stanzas < 2 || l.In.Stanzas < 2 || l.Out.Bytes < 300 || l.Trouble != "" || l.Outages() != 0 {
				t.Errorf("%s: %+v", domain, l)
			}
		}
		a, b := n.link("a.example"), n.link("b.example")
		if a.Out.Stanzas != b.In.Stanzas || a.In.Stanzas != b.Out.Stanzas || differ(a.Out, b.In) || differ(a.In, b.Out) {
			t.Errorf("one side says %+v, %+v, the other %+v, %+v", a.Out, a.In, b.In, b.Out)
		}
		n.part(true)
		cut := time.Now()
		for range 3 {
			n.talk(time.Now().Format("150405"), 1)
			time.Sleep(time.Minute)
		}
		for _, domain := range []string{"a.example", "b.example"} {
			l := n.link(domain)
			if l.State != "down" && l.State != "joining" || l.Cause != "silence" || l.Counts[fmuc.Unheard] != 1 || l.Outages() != 1 || l.Trouble == "" ||
				l.Backlog != 3 || l.Oldest.Sub(cut).Abs() > 2*time.Second || !l.Since.After(cut) {
				t.Errorf("%s: %+v", domain, l)
			}
		}
		n.part(false)
		time.Sleep(20 * time.Minute)
		for _, domain := range []string{"a.example", "b.example"} {
			l := n.is(domain, "up")
			if l.Backlog != 0 || l.Caught.Sent != 3 || l.Caught.Received != 3 || l.Counts[fmuc.Resync] != 1 || l.Outages() != 1 || l.Cause != "" {
				t.Errorf("%s: %+v", domain, l)
			}
		}
	})
}

// differ tells whether two sides of a wire have counted more than what an escape is longer on one of them.
func differ(a, b host.Traffic) bool {
	return a.Stanzas != b.Stanzas || a.Bytes*10 < b.Bytes*9 || b.Bytes*10 < a.Bytes*9
}

// TestOddThingsAreCounted: a nick that is taken, what comes twice, and what our own users said and comes back.
func TestOddThingsAreCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := linked(t, "Sam", "Sam")
		again := "<message type='groupchat' id='m1' from='den@b.example/Sam' to='den@a.example'><body>m1</body>" +
			"<fmuc xmlns='http://isode.com/protocol/fmuc' from='" + bob + "'/></message>"
		n.say(bob, denOfB, "m1")
		n.send(again)
		n.send("<message type='groupchat' id='m2' from='den@b.example/Sam' to='den@a.example'><body>m2</body>" +
			"<fmuc xmlns='http://isode.com/protocol/fmuc' from='" + alice + "'/></message>")
		l := n.link("a.example")
		if l.Counts[fmuc.Collision] != 1 || l.Counts[fmuc.Duplicate] != 1 || l.Counts[fmuc.Echo] != 1 {
			t.Errorf("%+v", l)
		}
	})
}

// TestRejectionIsCounted on the side that is refused.
func TestRejectionIsCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := federated(t, map[string]muc.Federation{"b.example": {Join: denOfA}})
		n.enter(alice, denOfA, "Alice")
		n.configure(alice, denOfA, "")
		n.enter(bob, denOfB, "Bob")
		n.configure(bob, denOfB, "")
		l := n.is("b.example", "down")
		if l.Counts[fmuc.Rejection] != 1 || l.Outages() != 0 || !strings.Contains(l.Trouble, "does not federate with yours") {
			t.Errorf("%+v", l)
		}
	})
}

// TestLinksOfRoomsAway are listed though nobody is in the rooms: what is stored of them, and what the file says.
func TestLinksOfRoomsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(muctest.Start))
		n := linked(t, "Alice", "Bob")
		n.send("<presence type='unavailable' from='" + bob + "' to='den@b.example/Bob'/>")
		n.talk("away", 2)
		l := n.is("b.example", "idle")
		if n.hosts["b.example"].Rooms() != 0 || l.Peer != denOfA || l.Out.Stanzas == 0 {
			t.Errorf("%+v", l)
		}
		n.ends["b.example"]()
		n.start("b.example")
		if l := n.is("b.example", "idle"); l.Room != denOfB || l.Peer != denOfA {
			t.Errorf("%+v", l)
		}
		if l := n.is("a.example", "idle"); l.Backlog != 2 {
			t.Errorf("%+v", l)
		}
		n = federated(t, map[string]muc.Federation{"b.example": {Join: denOfA}})
		if l := n.is("b.example", "idle"); l.Room != denOfB || l.Peer != denOfA || l.Backlog != 0 {
			t.Errorf("%+v", l)
		}
		if got := n.command("b.example", "links -room nowhere"); got != "nowhere@b.example has no links." {
			t.Error(got)
		}
	})
}

// TestPause pauses either end. Nobody has to enter again, and a restart keeps it.
func TestPause(t *testing.T) {
	for domain, room := range map[string]string{"a.example": denOfA, "b.example": denOfB} {
		synctest.Test(t, func(t *testing.T) {
			time.Sleep(time.Until(muctest.Start))
			n := linked(t, "Alice", "Bob")
			n.take()
			if got := n.command(domain, "link -room den -do pause"); got != "The link of "+room+" is paused until it is resumed." {
				t.Fatal(got)
			}
			users, _ := n.take()
			count(t, users, "<presence from='den@a.example/Bob' type='unavailable'", 1)
			count(t, users, "<presence from='den@b.example/Alice' type='unavailable'", 1)
			n.is(domain, "paused")
			_, wire := n.say(alice, denOfA, "m1")
			count(t, wire, "m1", 0)
			time.Sleep(time.Hour)
			n.ends[domain]()
			n.start(domain)
			time.Sleep(time.Hour)
			l := n.is(domain, "paused")
			if domain == "a.example" && l.Backlog != 1 {
				t.Errorf("%+v", l)
			}
			users, _ = n.say(bob, denOfB, "m2")
			count(t, users, "<body>m2</body>", 1)
			if got := n.command(domain, "link -room den -do resync"); got != "the link is paused: it has to be resumed" {
				t.Error(got)
			}
			n.take()
			if got := n.command(domain, "link -room den -peer den@"+peers[domain]+" -do resume"); got != "The link of "+room+" is resumed." {
				t.Fatal(got)
			}
			time.Sleep(time.Hour) // the peer tries again
			users, _ = n.take()
			count(t, users, "<presence from='den@a.example/Bob'", 1)
			count(t, users, "<presence from='den@b.example/Alice'", 1)
			count(t, users, "<body>m1</body>", 1)
			count(t, users, "<body>m2</body>", 1)
			n.is(domain, "up")
			if got := n.command(domain, "link -room den -do resume"); got != "the link is neither paused nor dropped" {
				t.Error(got)
			}
		})
	}
}

// TestResync at either end has the rooms joined anew at once; nobody sees it but the log.
func TestResync(t *testing.T) {
	for _, domain := range []string{"a.example", "b.example"} {
		synctest.Test(t, func(t *testing.T) {
			time.Sleep(time.Until(muctest.Start))
			n := linked(t, "Alice", "Bob")
			n.say(bob, denOfB, "m1")
			time.Sleep(10 * time.Minute)
			n.take()
			if got := n.command(domain, "link -room den -do resync"); !strings.Contains(got, "joins anew") {
				t.Fatal(got)
			}
			users, wire := n.take()
			count(t, wire, "<history", 1)
			count(t, users, "<presence", 0)
			count(t, users, "<message", 0)
			n.is("a.example", "up")
			n.is("b.example", "up")
			users, _ = n.say(bob, denOfB, "m2")
			count(t, users, "<body>m2</body>", 2)
			n.part(true)
			time.Sleep(10 * time.Minute)
			n.talk("cut", 1)
			n.part(false)
			if domain == "b.example" { // it does not wait for the next attempt
				n.take()
				n.command(domain, "link -room den -do resync")
				users, _ = n.take()
				count(t, users, "<body>acut0</body>", 1)
				count(t, users, "<body>bcut0</body>", 1)
			}
		})
	}
}

// TestDrop forgets the link of a room that joins, for good, until it is resumed; that of a room that is joined until the peer
// asks again.
func TestDrop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(muctest.Start))
		n := linked(t, "Alice", "Bob")
		n.command("b.example", "link -room den -do drop")
		n.is("b.example", "dropped")
		n.ends["b.example"]()
		n.start("b.example")
		time.Sleep(time.Hour)
		n.say(alice, denOfA, "m1")
		if l := n.is("b.example", "dropped"); l.Backlog != 0 {
			t.Errorf("%+v", l)
		}
		n.take()
		n.command("b.example", "link -room den -do resume")
		users, wire := n.take()
		count(t, users, "<presence from='den@a.example/Bob'", 1)
		count(t, wire, "since=", 0) // as for the first time
		n.is("b.example", "up")

		n.command("a.example", "link -room den -do drop")
		users, _ = n.take()
		count(t, users, "<presence from='den@a.example/Bob' type='unavailable'", 1)
		if list, total, err := n.hosts["a.example"].Links(t.Context(), ""); total != 0 || err != nil {
			t.Errorf("%v, %v", list, err)
		}
		time.Sleep(time.Hour)
		n.is("a.example", "up")
	})
}

// TestSteerNothing: there must be a room, and a link, and one of the four words.
func TestSteerNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := linked(t, "Alice", "Bob")
		for line, want := range map[string]string{
			"link -room nowhere -do pause":                 "there is no such room",
			"link -room den -peer den@c.example -do pause": "the room has no such link",
			"link -room den -do melt":                      "do has to be one of pause, resume, resync, drop",
			"link -room den -peer a.example -do pause":     "this is no address of a room: a.example",
			"link -room den@elsewhere.example -do pause":   "there can be no room den@elsewhere.example of b.example",
			"links -room nowhere@nowhere.example":          "there can be no room nowhere@nowhere.example of b.example",
		} {
			if got := n.command("b.example", line); got != want {
				t.Errorf("%s: %s", line, got)
			}
		}
	})
}

// TestAdopt changes the administrator's word for a room while people are in it: the link ends, another begins, nobody enters
// again. H5
func TestAdopt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(muctest.Start))
		n := linked(t, "Alice", "Bob")
		n.enter("carol@users.a/pc", "lair@a.example", "Carol")
		n.configure("carol@users.a/pc", "lair@a.example", "<field var='{urn:isthmus:0}federation_accept'><value>b.example</value></field>")
		n.take()
		s := n.settings("b.example")
		s.Federation = map[string]muc.Federation{"den": {Join: "lair@a.example"}}
		n.adopt("b.example", s)
		users, _ := n.take()
		count(t, users, "<presence from='den@b.example/Alice' type='unavailable'", 1)
		count(t, users, "<presence from='den@a.example/Bob' type='unavailable'", 1)
		count(t, users, "<presence from='den@b.example/Carol'", 1)
		count(t, users, "<presence from='lair@a.example/Bob'", 1)
		count(t, users, "<presence", 4)
		users, _ = n.say(bob, denOfB, "m1")
		count(t, users, "<body>m1</body>", 2)

		s = n.settings("b.example") // back, with nobody to talk to
		s.Peers, s.Bounds.Messages = nil, muc.Rate{Burst: 1, Every: time.Hour}
		n.adopt("b.example", s)
		users, _ = n.take()
		count(t, users, "<presence from='den@b.example/Carol' type='unavailable'", 1)
		users, _ = n.say(bob, denOfB, "m2")
		count(t, users, "<body>m2</body>", 1)
		users, _ = n.say(bob, denOfB, "m3")
		count(t, users, "<policy-violation", 1)
	})
}

// TestAdoptAdmins makes somebody an administrator of the service while he is in a room, and takes it back. He stays.
func TestAdoptAdmins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(muctest.Start))
		n := linked(t, "Alice", "Bob")
		n.enter("carol@users.a/pc", denOfA, "Carol")
		n.take()
		s := n.settings("a.example")
		s.Admins = []string{"carol@users.a"}
		n.adopt("a.example", s)
		users, _ := n.take()
		count(t, users, "<presence from='den@a.example/Carol'", 2) // as she and Alice see it; what she is here ends here
		count(t, users, "<item affiliation='owner' role='moderator' jid='carol@users.a/pc'", 2)
		count(t, users, "<presence from='den@a.example/Bob'", 1) // she sees real addresses now
		n.adopt("a.example", n.settings("a.example"))
		users, _ = n.take()
		count(t, users, "<item affiliation='none' role='participant'", 2)
		count(t, users, "unavailable", 0)
	})
}

// TestFloodsAreBounded lets a peer do what is noted, and refuse us with what would upset a terminal.
func TestFloodsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := linked(t, "Alice", "Bob")
		before := strings.Count(n.log.String(), "kind\":\"echo")
		for range 100 {
			n.send("<message type='groupchat' id='m2' from='den@b.example/Bob' to='den@a.example'><body>m2</body>" +
				"<fmuc xmlns='http://isode.com/protocol/fmuc' from='" + alice + "'/></message>")
		}
		if lines := strings.Count(n.log.String(), "kind\":\"echo") - before; lines != 10 || n.link("a.example").Counts[fmuc.Echo] != 100 {
			t.Errorf("%d lines for %d", lines, n.link("a.example").Counts[fmuc.Echo])
		}
		n.send("<presence from='den@a.example' to='den@b.example'><fmuc xmlns='http://isode.com/protocol/fmuc'>" +
			"<reject>go\taway\u009b31m\u202e</reject></fmuc></presence>")
		if l := n.link("b.example"); !strings.Contains(l.Trouble, "go away 31m .") {
			t.Errorf("%q", l.Trouble)
		}
	})
}

// TestAdoptInPlace changes times of a link, which goes on with them, and its mode, which it does not.
func TestAdoptInPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(muctest.Start))
		n := linked(t, "Alice", "Bob")
		n.take()
		s := n.settings("b.example")
		s.Link.Ping = 10 * time.Second
		n.adopt("b.example", s)
		users, wire := n.take()
		count(t, users+wire, "<", 0)
		time.Sleep(11 * time.Second)
		_, wire = n.take()
		count(t, wire, "<ping", 1)

		other := *s
		other.Link.Users = []string{"users.a"}
		n.adopt("b.example", &other)
		users, _ = n.take()
		count(t, users, "<presence from='den@a.example/Bob' type='unavailable'", 1)
		count(t, users, "<presence from='den@a.example/Bob'", 2)
		n.is("b.example", "up")
	})
}

// TestAdoptMode turns the room that joins into a slave, first alone, which ends in a reject with a reason, then on both sides.
// Nobody enters again. H5
func TestAdoptMode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(muctest.Start))
		n := linked(t, "Alice", "Bob")
		slave := func(domain string) *muc.Settings {
			s := n.settings(domain)
			s.Link.Mode = muc.MasterSlave
			return s
		}
		n.adopt("b.example", slave("b.example"))
		time.Sleep(time.Minute)
		if l := n.link("b.example"); l.Mode != muc.MasterSlave || l.State == "up" || l.Counts[fmuc.Rejection] == 0 || !strings.Contains(l.Trouble, "master-slave") {
			t.Errorf("%+v", l)
		}
		if l := n.link("a.example"); l.State == "up" {
			t.Errorf("%+v", l)
		}
		n.adopt("a.example", slave("a.example"))
		if got := n.command("b.example", "link -room den -do resync"); !strings.Contains(got, "joins anew") {
			t.Fatal(got)
		}
		time.Sleep(time.Minute)
		n.is("a.example", "up")
		n.is("b.example", "up")
		users, _ := n.say(bob, denOfB, "m1")
		count(t, users, "<body>m1</body>", 2)
		users, _ = n.say(alice, denOfA, "m2")
		count(t, users, "<body>m2</body>", 2)
	})
}

// TestAdoptByForm: the owner moves his room to another peer.
func TestAdoptByForm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(muctest.Start))
		n := linked(t, "Alice", "Bob")
		n.enter("carol@users.a/pc", "lair@a.example", "Carol")
		n.configure("carol@users.a/pc", "lair@a.example", "<field var='{urn:isthmus:0}federation_accept'><value>b.example</value></field>")
		n.take()
		n.configure(bob, denOfB, "<field var='{urn:isthmus:0}federation_join'><value>lair@a.example</value></field>")
		users, _ := n.say("carol@users.a/pc", "lair@a.example", "m1")
		count(t, users, "<body>m1</body>", 2)
		_, wire := n.say(alice, denOfA, "m2")
		count(t, wire, "m2", 0)
		list, _, err := n.hosts["b.example"].Links(t.Context(), "")
		if err != nil || len(list) != 2 || list[0].State != "idle" || list[1].Peer != "lair@a.example" || list[1].State != "up" {
			t.Errorf("%+v, %v", list, err)
		}
		n.command("b.example", "link -room den -peer den@a.example -do drop")
		if l := n.is("b.example", "up"); l.Peer != "lair@a.example" { // and not what the file would have the room join
			t.Errorf("%+v", l)
		}
	})
}

func (n *net) adopt(domain string, s *muc.Settings) {
	n.t.Helper()
	if err := n.hosts[domain].Adopt(context.Background(), s); err != nil {
		n.t.Fatal(err)
	}
}

// TestLinkTable shows the operator both of his lists.
func TestLinkTable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(muctest.Start))
		n := linked(t, "Alice", "Bob")
		time.Sleep(90 * time.Second)
		want := `
ROOM                  PEER           STATE  FOR  MODE           DIALECT  PEOPLE  WAITING  SENT      RECEIVED  PING  RESYNC  OUTAGES  LAST TROUBLE
den@b.example  joins  den@a.example  up     90s  master-master  plain    1/1     0        3, 707 B  4, 744 B  -     -       0        -
1 of 1 links`
		if got := "\n" + n.command("b.example", "links"); got != want {
			t.Errorf("got %s\nwant %s", got, want)
		}
		n.part(true)
		time.Sleep(10 * time.Minute)
		n.talk("x", 3)
		time.Sleep(time.Second)
		want = `
den@b.example joins den@a.example
  state               down (silence) for 3m
  mode, dialect       master-master, plain
  people              0 of ours are announced there, 0 of theirs here
  waiting             3, 1s
  sent                3.4 kB of stanzas, 12 in all
  received            744 B of stanzas, 4 in all
  last heard          10m
  round trip          -
  last resync         -
  next attempt        in 43s
  last trouble        The peer has not answered the request to join. The next attempt is in 4m8s. (3m ago)
  counted             3 × failed attempt, 1 × silence`
		if got := "\n" + n.command("b.example", "links -room den"); got != want {
			t.Errorf("got %s\nwant %s", got, want)
		}
	})
}
