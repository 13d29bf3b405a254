package host_test

import (
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"isthmus/muc/muctest"
	"isthmus/storage"
)

// archive are the ids of the messages in the log of a host's room, in its order.
func (n *net) archive(domain string) (ids []string) {
	page, err := n.store[domain].Archive(n.t.Context(), storage.Query{Room: "den@" + domain, Max: 100000})
	if err != nil {
		n.t.Fatal(err)
	}
	for _, e := range page.Events {
		if e.Kind == "message" {
			ids = append(ids, e.ID)
		}
	}
	return ids
}

// same checks that both logs have these many messages, the same, each once.
func (n *net) same(want int) {
	n.t.Helper()
	a, b := n.archive("a.example"), n.archive("b.example")
	slices.Sort(a)
	slices.Sort(b)
	if len(a) != want || len(slices.Compact(slices.Clone(a))) != want || !slices.Equal(a, b) {
		n.t.Fatalf("the logs have %d and %d messages, want the same %d", len(a), len(b), want)
	}
}

// talk has both say as many messages as this, which nobody has said.
func (n *net) talk(prefix string, count int) {
	for i := range count {
		n.say(alice, denOfA, "a"+prefix+strconv.Itoa(i))
		n.say(bob, denOfB, "b"+prefix+strconv.Itoa(i))
	}
}

// TestLogsMeet has both sides talk, more than the history holds, while nothing gets through. P6
func TestLogsMeet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(muctest.Start)) // clocks before that are wrong
		n := linked(t, "Alice", "Bob")
		n.talk("before", 3)
		n.part(true)
		n.talk("during", 150)
		time.Sleep(5 * time.Minute)
		n.part(false)
		time.Sleep(20 * time.Minute)
		n.talk("after", 3)
		n.same(2 * 156)
	})
}

// TestLogsMeetAfterRestart ends either host while they heal, and starts it again on its store: the user of it enters again.
func TestLogsMeetAfterRestart(t *testing.T) {
	enters := map[string][3]string{"a.example": {alice, denOfA, "Alice"}, "b.example": {bob, denOfB, "Bob"}}
	for domain, user := range enters {
		synctest.Test(t, func(t *testing.T) {
			time.Sleep(time.Until(muctest.Start)) // clocks before that are wrong
			n := linked(t, "Alice", "Bob")
			n.part(true)
			n.talk("during", 150)
			time.Sleep(5 * time.Minute)
			n.part(false)
			for n.full() == 300 {
				time.Sleep(time.Second)
			}
			n.ends[domain]()
			n.start(domain)
			n.enter(user[0], user[1], user[2])
			time.Sleep(20 * time.Minute)
			n.talk("after", 3)
			n.same(2 * 153)
		})
	}
}

// full is how many messages both logs have.
func (n *net) full() int { return len(n.archive("a.example")) + len(n.archive("b.example")) }
