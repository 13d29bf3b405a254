package component_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"isthmus/component"
	"isthmus/component/componenttest"
	"isthmus/component/stanza"
)

const (
	address = "<feature var='http://jabber.org/protocol/address'/>"
	limited = "<x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE' type='hidden'>" +
		"<value>http://jabber.org/protocol/address</value></field><field var='message'><value>7</value></field></x>"
)

// answer answers the component's next question about somebody.
func answer(t *testing.T, c *componenttest.Conn, whom, content string) {
	t.Helper()
	st := c.Read()
	if st.To.String() != whom || st.Kind != stanza.IQ {
		t.Fatalf("%s is asked, not %s", st.To, whom)
	}
	query := st.Children[0]
	typ, payload := "result", fmt.Sprintf("<query xmlns='%s'>%s</query>", query.Name.Space, content)
	if content == "" {
		typ, payload = "error", "<error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>"
	}
	c.Write(fmt.Sprintf("<iq type='%s' id='%s' from='%s' to='%s'>%s</iq>", typ, st.ID, st.To, st.From, payload))
}

// speak has a room say something to ten of the host's users.
func (r *running) speak(id string) {
	var to []stanza.Addr
	for i := range 10 {
		to = append(to, stanza.Addr(fmt.Sprintf("u%d@example/r", i)))
	}
	r.Outbox.Enqueue("den", stanza.Envelope{Kind: stanza.Message, ID: id, From: "den@" + name}.Render([]byte("<body>x</body>")), to)
}

// recipients are how many each of the next stanzas with this id names, or one where it is for one.
func recipients(c *componenttest.Conn, id string, n int) (list []int) {
	for got := 0; got < n; {
		st := c.Read()
		k := 1
		if a := st.Child("http://jabber.org/protocol/address", "addresses"); a != nil {
			k = len(a.Children())
		}
		if st.ID == id {
			list, got = append(list, k), got+k
		}
	}
	return list
}

// A service is found where XEP-0033 says, and used within its limits.
func TestDiscover(t *testing.T) {
	items := "<item jid='pubsub.example'/><item jid='muc.example'/><item jid='multicast.example'/><item jid='multicast.elsewhere'/>" +
		"<item jid='a@multicast.example'/>"
	tests := []struct {
		name    string
		service string
		answers []string // who is asked, and what he says
		want    string
	}{
		{"the host itself", "", []string{"example", address}, "[10]"},
		{"limits", "", []string{"example", address + limited}, "[7 3]"},
		{"an item", "", []string{"example", "<feature var='x'/>", "example", items, "pubsub.example", "", "multicast.example", address}, "[10]"},
		{"nobody", "", []string{"example", "", "example", items, "pubsub.example", "", "multicast.example", ""}, "[1 1 1 1 1 1 1 1 1 1]"},
		{"no items", "", []string{"example", "", "example", ""}, "[1 1 1 1 1 1 1 1 1 1]"},
		{"as configured", "multicast.elsewhere", []string{"multicast.elsewhere", address}, "[10]"},
		{"configured, but none", "multicast.elsewhere", []string{"multicast.elsewhere", ""}, "[1 1 1 1 1 1 1 1 1 1]"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := start(t, func(c *component.Component) {
					c.Multicast = component.Multicast{Users: "example", Service: test.service}
				})
				c := r.host.Accept()
				for i := 0; i < len(test.answers); i += 2 {
					answer(t, c, test.answers[i], test.answers[i+1])
				}
				synctest.Wait()
				r.speak("1")
				if got := fmt.Sprint(recipients(c, "1", 10)); got != test.want {
					t.Errorf("got %s, want %s", got, test.want)
				}
				r.stop()
				go c.Next()
				<-r.ended
			})
		})
	}
}

// A service that refuses is asked again after an hour, and an error of it reaches no room.
func TestDiscoverAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, func(c *component.Component) { c.Multicast = component.Multicast{Users: "example"} })
		c := r.host.Accept()
		answer(t, c, "example", address)
		synctest.Wait()
		r.speak("1")
		if st := c.Read(); st.To.String() != "example" || st.ID != "1" {
			t.Fatalf("got %+v", st)
		}
		c.Write("<message type='error' id='1' from='example' to='den@muc.example'><error type='cancel'>" +
			"<forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>")
		answer(t, c, "example", address)
		if got := fmt.Sprint(recipients(c, "1", 10)); got != "[1 1 1 1 1 1 1 1 1 1]" {
			t.Errorf("after the refusal: %s", got)
		}
		r.speak("2")
		if got := len(recipients(c, "2", 10)); got != 10 {
			t.Errorf("%d stanzas after a refusal", got)
		}
		go func() {
			time.Sleep(61 * time.Minute)
			c.Write("<iq type='get' id='x' from='a@b' to='muc.example'/>")
		}()
		answer(t, c, "example", address)
		synctest.Wait()
		r.speak("3")
		if got := fmt.Sprint(recipients(c, "3", 10)); got != "[10]" {
			t.Errorf("an hour later: %s", got)
		}
		if len(r.handled) == 0 || (<-r.handled).ID != "x" || strings.Count(r.log.text.String(), "refuses") != 1 {
			t.Errorf("log:\n%s", r.log.text.String())
		}
		r.stop()
		go c.Next()
		<-r.ended
	})
}

// A service that is silent is given up, and what it had goes one by one.
func TestSilentService(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, func(c *component.Component) { c.Multicast = component.Multicast{Users: "example"} })
		c := r.host.Accept()
		answer(t, c, "example", address)
		synctest.Wait()
		r.speak("1")
		begun := time.Now()
		if got := fmt.Sprint(recipients(c, "1", 20)); got != "[10 1 1 1 1 1 1 1 1 1 1]" {
			t.Errorf("got %s", got)
		}
		if d := time.Since(begun); d < 20*time.Second || d > 21*time.Second {
			t.Errorf("after %v", d)
		}
		r.stop()
		go c.Next()
		<-r.ended
	})
}
