package host_test

import (
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"isthmus/muc"
	"isthmus/muc/muctest"
	"isthmus/storage"
	"isthmus/storage/memory"
)

// forgetReceipts has a host that is down not know any more what its peer has got of its log.
func (n *net) forgetReceipts(domain string) {
	n.t.Helper()
	list, _, err := n.store[domain].Links(n.t.Context(), "den@"+domain, 10)
	if err != nil || len(list) != 1 {
		n.t.Fatal(list, err)
	}
	list[0].Acked = "0"
	if err := n.store[domain].Commit(n.t.Context(), []storage.Change{storage.SaveLink{Link: list[0]}}); err != nil {
		n.t.Fatal(err)
	}
}

// What a room has long forgotten its log still knows: each side begins anew, one of them sends everything again, with its times,
// and nothing is logged or shown twice. What has not been there before is, and each in its order. P6
func TestComesAgainAfterRestart(t *testing.T) {
	const known = 1200 // of either side: more than are remembered after a restart
	enters := map[string][3]string{"a.example": {alice, denOfA, "Alice"}, "b.example": {bob, denOfB, "Bob"}}
	for sender := range enters {
		synctest.Test(t, func(t *testing.T) {
			time.Sleep(time.Until(muctest.Start)) // clocks before that are wrong
			n := tuned(t, map[string]muc.Federation{"a.example": {Accept: []string{"b.example"}}, "b.example": {Join: denOfA}}, nil)
			n.enter(alice, denOfA, "Alice")
			n.configure(alice, denOfA, "")
			n.enter(bob, denOfB, "Bob")
			n.configure(bob, denOfB, "")
			for i := range known {
				n.say(alice, denOfA, "a"+strconv.Itoa(i))
				n.say(bob, denOfB, "b"+strconv.Itoa(i))
			}
			time.Sleep(time.Hour)
			n.same(2 * known)
			for domain := range enters {
				n.ends[domain]()
			}
			n.forgetReceipts(sender)
			var shown, crossed strings.Builder
			note := func(users, wire string) { shown.WriteString(users); crossed.WriteString(wire) }
			for domain, user := range enters {
				n.start(domain)
				note(n.enter(user[0], user[1], user[2]))
			}
			user := enters[sender]
			note(n.say(user[0], user[1], "new"))
			time.Sleep(time.Hour)
			note(n.say(user[0], user[1], "newer"))
			if n := strings.Count(crossed.String(), "<delay"); n < known {
				t.Errorf("%d messages came again, want %d", n, known)
			}
			for _, late := range []string{"<body>new<", "<body>newer<"} {
				count(t, shown.String(), late, 2)
			}
			if again := strings.Count(shown.String(), "<body>") - 2*muctest.Defaults().Defaults.MaxHistory; again != 4 {
				t.Errorf("users were shown %d messages", again)
			}
			n.same(2*known + 2)
		})
	}
}

// forgetting is a room that a peer may join, and in which more was said than it remembers.
func forgetting(t *testing.T) *stage {
	time.Sleep(time.Until(muctest.Start)) // clocks before that are wrong
	settings := muctest.Defaults()
	settings.Peers = []string{"den@peer.example"}
	settings.Federation = map[string]muc.Federation{"den": {Accept: settings.Peers}}
	s := startWith(t, memory.New(), settings)
	s.open()
	for i := range 1001 {
		s.say(strconv.Itoa(i))
	}
	return s
}

// While the log cannot be asked, what a peer tells of long ago waits, and so does all that it says behind it: its order stays, and
// others talk on. Its pings are answered when it is stored.
func TestLogIsAskedInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := forgetting(t)
		said := func(nick, kind, more, children string) string {
			return s.send("<" + kind + " from='den@peer.example/" + nick + "' to='den@muc.example" + more + ">" + children +
				"<fmuc xmlns='http://isode.com/protocol/fmuc' from='" + strings.ToLower(nick) + "@b.example/pc'/></" + kind + ">")
		}
		late := func(id string) string {
			return said("Bob", "message", "' type='groupchat' id='"+id+"'", "<body>"+id+"</body><delay xmlns='urn:xmpp:delay' from='den@peer.example' stamp='2026-01-01T00:00:00Z'/>")
		}
		for _, nick := range []string{"Bob", "Carl"} {
			said(nick, "presence", "/"+nick+"'", "<x xmlns='http://jabber.org/protocol/muc'/><x xmlns='http://jabber.org/protocol/muc#user'/>")
		}
		s.store.setDark(true)
		got := late("m1") + late("m2") + late("m1") + said("Bob", "presence", "/Bob' type='unavailable'", "") +
			s.send("<iq type='get' id='p1' from='den@peer.example' to='den@muc.example'><ping xmlns='urn:xmpp:ping'/></iq>")
		count(t, got, "Bob", 0)
		count(t, got, "p1", 0)
		count(t, s.say("meanwhile"), "<body>", 2) // here and there
		s.store.setDark(false)
		time.Sleep(time.Minute)
		got = s.quiet()
		count(t, got, "<body>m1</body>", 1)
		count(t, got, "<body>m2</body>", 1)
		at := -1
		for _, what := range []string{"<body>m1</body>", "<body>m2</body>", "type='unavailable'", "id='p1'"} {
			i := strings.Index(got, what)
			if i <= at {
				t.Fatalf("%s is out of order:\n%s", what, got)
			}
			at = i
		}
	})
}

// What waits for the log is bounded: a peer that says more is told to wait, and nobody else is.
func TestLogIsAskedForSoMuch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := forgetting(t)
		mark := "<fmuc xmlns='http://isode.com/protocol/fmuc' from='bob@b.example/pc'/>"
		s.send("<presence from='den@peer.example/Bob' to='den@muc.example/Bob'><x xmlns='http://jabber.org/protocol/muc'/>" +
			"<x xmlns='http://jabber.org/protocol/muc#user'/>" + mark + "</presence>")
		s.store.setDark(true)
		long, refused := strings.Repeat("x", 100<<10), 0
		for i := range 100 {
			got := s.send("<message from='den@peer.example/Bob' to='den@muc.example' type='groupchat' id='long" + strconv.Itoa(i) + "'><body>" + long +
				"</body><delay xmlns='urn:xmpp:delay' from='den@peer.example' stamp='2026-01-01T00:00:00Z'/>" + mark + "</message>")
			refused += strings.Count(got, "<resource-constraint")
		}
		if refused < 10 || refused > 30 {
			t.Errorf("%d of 100 messages were refused", refused)
		}
		count(t, s.say("meanwhile"), "<body>", 2)
	})
}
