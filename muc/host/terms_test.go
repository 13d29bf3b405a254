package host_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"isthmus/muc"
	"isthmus/storage"
)

const form = "<feature xmlns='http://jabber.org/protocol/feature-neg'"

// between are two rooms of which that of b joins that of a, each with links of its own kind.
func between(t *testing.T, a, b func(*muc.LinkConfig)) *net {
	n := tuned(t, map[string]muc.Federation{"a.example": {Accept: []string{"b.example"}}, "b.example": {Join: denOfA}},
		map[string]func(*muc.LinkConfig){"a.example": a, "b.example": b})
	n.enter(alice, denOfA, "Alice")
	n.configure(alice, denOfA, "")
	return n
}

func negotiates(c *muc.LinkConfig) { c.Negotiate = true }

// found makes the joining room; its join is the first.
func (n *net) found() (wire string) {
	n.enter(bob, denOfB, "Bob")
	_, wire = n.configure(bob, denOfB, "")
	return wire
}

func (n *net) away(who, room string) (wire string) {
	_, wire = n.send("<presence from='" + who + "' to='" + room + "'><show>away</show></presence>")
	return wire
}

func (n *net) back(who, room string) (wire string) {
	_, wire = n.send("<presence from='" + who + "' to='" + room + "'/>")
	return wire
}

// TestTermsOfALink: two rooms agree while they join, on what the more modest side wants, and remember it over visits and restarts.
func TestTermsOfALink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := between(t, negotiates, func(c *muc.LinkConfig) { c.Negotiate, c.Presence = true, muc.PresenceJoins })
		wire := n.found()
		count(t, wire, form, 3)
		if join, offer := strings.Index(wire, "<history"), strings.Index(wire, form); offer < join {
			t.Errorf("the form comes before the join:\n%s", wire)
		}
		if answer, result := strings.Index(wire, "<subject/>"), strings.LastIndex(wire, form); answer > result {
			t.Errorf("the join waits for the form:\n%s", wire)
		}
		count(t, n.away(alice, denOfA+"/Alice"), "<show>", 0)
		count(t, n.away(bob, denOfB+"/Bob"), "<show>", 0)

		n.send("<presence type='unavailable' from='" + bob + "' to='" + denOfB + "/Bob'/>")
		_, wire = n.enter(bob, denOfB, "Bob")
		count(t, wire, form, 0)
		for domain := range peers {
			n.ends[domain]()
			n.start(domain)
		}
		n.enter(alice, denOfA, "Alice")
		_, wire = n.enter(bob, denOfB, "Bob")
		count(t, wire, form, 0)
		n.back(alice, denOfA+"/Alice")
		count(t, n.away(alice, denOfA+"/Alice"), "<show>", 0)

		r, err := n.store["b.example"].Load(t.Context(), denOfB, 0)
		if err != nil || len(r.Talks) != 1 || r.Talks[0].Role != "node" || r.Talks[0].State != "active" {
			t.Errorf("stored: %+v, %v", r.Talks, err)
		}
	})
}

// TestTermsOfALiveLink: a link that has become too dear is made a modest one while people talk, and nobody leaves.
func TestTermsOfALiveLink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := between(t, negotiates, negotiates)
		n.found()
		count(t, n.away(alice, denOfA+"/Alice"), "<show>", 1)
		n.tune["b.example"] = func(c *muc.LinkConfig) { c.Negotiate, c.Presence = true, muc.PresenceJoins }
		if err := n.host("b.example").Adopt(t.Context(), n.settings("b.example")); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		users, wire := n.say(alice, denOfA, "hello")
		count(t, wire, form, 2)
		count(t, wire, "var='renegotiate'", 2)
		count(t, users, "unavailable", 0)
		count(t, users, "hello</body>", 2)
		n.back(alice, denOfA+"/Alice")
		count(t, n.away(alice, denOfA+"/Alice"), "<show>", 0)
	})
}

// TestNoTerms: rooms that want different modes are not linked, and each knows why.
func TestNoTerms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := between(t, negotiates, func(c *muc.LinkConfig) { c.Negotiate, c.Mode = true, muc.MasterSlave })
		wire := n.found()
		count(t, wire, "<reject>", 1)
		users, wire := n.say(alice, denOfA, "alone")
		count(t, users, "alone</body>", 1)
		count(t, wire, "alone", 0)
		time.Sleep(time.Second)
		for domain, why := range map[string]string{"a.example": "This node wants master-master.", "b.example": "The other node wants another mode."} {
			r, err := n.store[domain].Load(t.Context(), "den@"+domain, 0)
			if err != nil || !hasNode(r.Talks) || !strings.Contains(string(r.Talks[0].Data), why) {
				t.Errorf("%s does not know why: %+v, %v", domain, r.Talks, err)
			}
		}
	})
}

// TestPlainPeerIsAskedOnce: a peer that does not negotiate, or does not answer, is linked as it is configured, and asked once a day.
func TestPlainPeerIsAskedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := between(t, func(c *muc.LinkConfig) { c.Negotiate = false }, negotiates)
		count(t, n.found(), form, 1)
		count(t, n.away(alice, denOfA+"/Alice"), "<show>", 1)
		visit := func() (forms int) {
			n.send("<presence type='unavailable' from='" + bob + "' to='" + denOfB + "/Bob'/>")
			_, wire := n.enter(bob, denOfB, "Bob")
			return strings.Count(wire, form)
		}
		for range 3 {
			if visit() != 0 {
				t.Error("it is asked again at once")
			}
		}
		time.Sleep(25 * time.Hour)
		if visit() != 1 {
			t.Error("it is not asked again the next day")
		}
		users, _ := n.say(alice, denOfA, "still-linked")
		count(t, users, "still-linked</body>", 2)
	})
}

// TestSilentPeer: neither is one from which nothing comes back, and the operator can have it asked again.
func TestSilentPeer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := between(t, negotiates, negotiates)
		n.deaf = form
		n.found()
		time.Sleep(2 * time.Minute)
		n.send("<presence type='unavailable' from='" + bob + "' to='" + denOfB + "/Bob'/>")
		n.deaf = ""
		_, wire := n.enter(bob, denOfB, "Bob")
		count(t, wire, form, 0)
		count(t, n.away(alice, denOfA+"/Alice"), "<show>", 1)
		if _, err := n.host("b.example").Command(t.Context(), "link", map[string]string{"room": "den", "do": "resync"}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		_, wire = n.say(alice, denOfA, "anew")
		count(t, wire, form, 3)
		if _, err := n.host("b.example").Command(t.Context(), "link", map[string]string{"room": "den", "do": "drop"}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		if r, err := n.store["b.example"].Load(t.Context(), denOfB, 0); err != nil || hasNode(r.Talks) {
			t.Errorf("what was agreed on is still known: %+v, %v", r.Talks, err)
		}
	})
}

// TestOfferIsLost: what is lost with a link is no proof that the peer does not negotiate.
func TestOfferIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := between(t, negotiates, negotiates)
		n.part(true)
		n.found()
		time.Sleep(20 * time.Second)
		n.part(false)
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		n.mu.Lock()
		wire := strings.Join(n.wire, "\n")
		n.mu.Unlock()
		count(t, wire, form, 3)
	})
}

// TestTermsOfStrangers: nobody but a peer negotiates a link, and a room without one agrees to nothing.
func TestTermsOfStrangers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := between(t, negotiates, negotiates)
		offer := func(from string) (users, wire string) {
			return n.send("<message from='" + from + "' to='" + denOfA + "' id='x'><thread>x</thread>" + form + "><x xmlns='jabber:x:data' type='form'>" +
				"<field var='FORM_TYPE' type='hidden'><value>urn:xmpp:ssn</value></field><field var='accept' type='boolean'><value>1</value></field>" +
				"<field var='{urn:isthmus:0}mode' type='list-single'><value>master-slave</value><option><value>master-slave</value></option></field>" +
				"</x></feature></message>")
		}
		users, wire := offer("den@b.example")
		count(t, users+wire, "<service-unavailable", 1)
		users, wire = offer("mallory@users.b")
		count(t, users+wire, "{urn:isthmus:0}mode", 0)
		for domain, store := range n.store {
			r, err := store.Load(t.Context(), "den@"+domain, 0)
			if err == nil && hasNode(r.Talks) {
				t.Errorf("%s has agreed on %+v", domain, r.Talks)
			}
		}
	})
}

func hasNode(list []storage.Talk) bool {
	for _, k := range list {
		if k.Role == "node" {
			return true
		}
	}
	return false
}

// TestRefusalOfAnEarlierOffer: what a peer says of an offer that nobody remembers, such as one from before the two changed their
// roles, is no word about the link; that nothing gets through is.
func TestRefusalOfAnEarlierOffer(t *testing.T) {
	for condition, crosses := range map[string]int{"item-not-found": 1, "remote-server-timeout": 0} {
		synctest.Test(t, func(t *testing.T) {
			n := between(t, negotiates, negotiates)
			n.found()
			n.send("<message type='error' id='earlier' from='" + denOfB + "' to='" + denOfA + "'><thread>earlier</thread>" + form + "/>" +
				"<error type='cancel'><" + condition + " xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>")
			_, wire := n.say(alice, denOfA, "hi")
			count(t, wire, "<body>hi</body>", crosses)
		})
	}
}
