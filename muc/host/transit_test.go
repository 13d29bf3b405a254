package host_test

import (
	"testing"
	"testing/synctest"
	"time"

	"isthmus/muc"
)

// TestTransitChangesAtRunTime: whether two rooms hear each other through a third is as the third's file says now.
func TestTransitChangesAtRunTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const bob, carol, hall = "bob@c.example/pc", "carol@d.example/pc", "hall@b.example"
		n := between(t, func(c *muc.LinkConfig) { c.Transit = false }, func(*muc.LinkConfig) {})
		n.enter(bob, denOfB, "Bob")
		n.configure(bob, denOfB, "")
		n.enter(carol, hall, "Carol")
		n.configure(carol, hall, "<field var='{urn:isthmus:0}federation_join'><value>"+denOfA+"</value></field>")
		for _, c := range []struct {
			body    string
			transit bool
			hear    int
		}{{"first", false, 2}, {"through", true, 3}, {"no-further", false, 2}} {
			n.tune["a.example"] = func(l *muc.LinkConfig) { l.Transit = c.transit }
			if err := n.host("a.example").Adopt(t.Context(), n.settings("a.example")); err != nil {
				t.Fatal(err)
			}
			time.Sleep(10 * time.Minute) // they have joined again
			synctest.Wait()
			users, _ := n.say(bob, denOfB, c.body)
			count(t, users, c.body+"</body>", c.hear)
		}
	})
}
