package component_test

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"isthmus/component"
	"isthmus/component/componenttest"
	"isthmus/component/stanza"
)

const name, secret = "muc.example", "a secret word"

// running is a component under test with the host that it attaches to.
type running struct {
	*component.Component
	host    *componenttest.Host
	stop    context.CancelFunc
	ended   chan error
	handled chan *stanza.Stanza
	log     *lines
}

// lines is a log.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) count(s string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.text.String(), s)
}

func start(t *testing.T, change ...func(*component.Component)) *running {
	t.Helper()
	r := &running{
		host: componenttest.New(t, name, secret), ended: make(chan error, 1), handled: make(chan *stanza.Stanza, 100), log: &lines{},
	}
	r.Component = &component.Component{
		Addr: "host:5347", Domain: name, Secret: secret, Outbox: component.NewOutbox(0), Dial: r.host.Dial,
		Handle: func(_ context.Context, st *stanza.Stanza) { r.handled <- st },
		Log:    zerolog.New(r.log),
	}
	for _, f := range change {
		f(r.Component)
	}
	ctx, stop := context.WithCancel(t.Context())
	r.stop = stop
	go func() { r.ended <- r.Run(ctx) }()
	return r
}

func (r *running) send(to string) {
	out := stanza.Envelope{Kind: stanza.Message, From: name, ID: to}.Render(nil)
	r.Outbox.Enqueue("room", out, []stanza.Addr{stanza.Addr(to)})
}

// finish ends the component and reads its stream to the end.
func (r *running) finish(t *testing.T, c *componenttest.Conn) {
	t.Helper()
	r.stop()
	if _, raw, err := c.Next(); err != io.EOF {
		t.Errorf("at the end: %s, %v", raw, err)
	}
	if err := <-r.ended; err != nil {
		t.Error(err)
	}
}

func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t)
		c := r.host.Accept()
		c.Write("<message from='a@b/c' to='den@muc.example' id='1'><body>x</body></message> <iq id='2' from='a@b' to='muc.example'/>")
		for _, id := range []string{"1", "2"} {
			if st := <-r.handled; st.ID != id {
				t.Errorf("handled %q, want %q", st.ID, id)
			}
		}
		if s := r.Status(); !s.Attached {
			t.Errorf("status %+v", s)
		}
		r.send("x@y")
		if got := c.ReadRaw(); got != "<message from='muc.example' id='x@y' to='x@y'/>" {
			t.Errorf("sent %s", got)
		}
		r.finish(t, c)
		if s := r.Status(); s.Attached {
			t.Errorf("status %+v", s)
		}
	})
}

func TestRunOverTCP(t *testing.T) {
	host := componenttest.New(t, name, secret)
	addr := host.Listen()
	r := start(t, func(c *component.Component) { c.Addr, c.Dial = addr, nil })
	r.host = host
	c := host.Accept()
	c.Write("<iq id='1' from='a@b' to='muc.example'/>")
	if st := <-r.handled; st.ID != "1" {
		t.Errorf("handled %+v", st)
	}
	r.finish(t, c)
}

// C1, P3: a bad stanza is answered where it can be, and the stream goes on.
func TestC1BadStanza(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, func(c *component.Component) { c.Limits.Stanza = 2000 })
		c := r.host.Accept()
		answered := []struct{ raw, want string }{
			{`<iq type='get' from='a@b' to='d@muc.example' id="` + strings.Repeat("'", 1025) + `"><a/></iq>`, "policy-violation"},
			{"<message from='a@b' to='d@muc.example' xml:lang='" + strings.Repeat("x", 65) + "'/>", "policy-violation"},
			{"<iq type='get' id='1' from='a@b' to='d@muc.example'><a></b></iq>", "bad-request"},
			{"<iq type='set' id='2' from='a@b' to='@'><a/></iq>", "jid-malformed"},
			{"<message id='3' from='a@b' to='d@muc.example'>" + strings.Repeat("x", 3000) + "</message>", "policy-violation"},
		}
		for _, test := range answered {
			c.Write(test.raw)
			got := c.ReadRaw()
			if !strings.Contains(got, "<"+test.want+" ") || !strings.Contains(got, " to='a@b'") || !strings.Contains(got, "from='") {
				t.Errorf("%s\nanswered %s", test.raw, got)
			}
		}
		c.Write("<iq type='error' id='4' from='a@b' to='c'><a></b></iq><iq type='result' from='a@b'>&x;</iq>" +
			"<message type='error' from='a@b'>&x;</message><iq type='get' from='@'/><iq type='get'>&x;</iq><foo/>text<!-- -->")
		c.Write("<iq id='last' from='a@b' to='muc.example'/>")
		if st := <-r.handled; st.ID != "last" {
			t.Errorf("handled %+v", st)
		}
		r.finish(t, c)
	})
}

// C3: what waits in the outbox goes out on the next connection, a stanza that was cut once more and whole.
func TestC3Reconnect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ups := 0
		r := start(t, func(c *component.Component) { c.Up = func() { ups++ } })
		c := r.host.Accept()
		r.send("first@y")
		c.ReadRaw()
		synctest.Wait()
		c.Cut()
		synctest.Wait()
		r.send("second@y")
		c = r.host.Accept()
		if got := c.ReadRaw(); !strings.Contains(got, "second@y") {
			t.Errorf("after the loss: %s", got)
		}
		c.Write("<iq id='1' from='a@b' to='muc.example'/>")
		<-r.handled
		r.finish(t, c)
		if ups != 2 || r.log.count("attached to the host") != 2 || r.log.count("closed the connection") != 1 {
			t.Errorf("%d times up; log:\n%s", ups, r.log.text.String())
		}
	})
}

// The pauses between attempts grow to half a minute and no further.
func TestBackoff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		attempts := make(chan time.Time)
		r := start(t, func(c *component.Component) {
			c.Dial = func(context.Context) (net.Conn, error) {
				attempts <- time.Now()
				return nil, &net.OpError{Op: "dial", Err: errors.New("connection refused")}
			}
		})
		last := <-attempts
		most := time.Second
		for range 10 {
			now := <-attempts
			if d := now.Sub(last); d < most/2 || d > most {
				t.Errorf("pause %v, want %v to %v", d, most/2, most)
			}
			last, most = now, min(2*most, 30*time.Second)
		}
		r.stop()
		if err := <-r.ended; err != nil {
			t.Error(err)
		}
		if n := r.log.count(`"level":"warn"`); n != 1 {
			t.Errorf("the same failure was reported %d times:\n%s", n, r.log.text.String())
		}
	})
}

func TestRefusals(t *testing.T) {
	tests := []struct{ condition, want string }{
		{"not-authorized", "refuses muc.example or its secret"},
		{"conflict", "muc.example is attached already"},
		{"host-unknown", "does not know muc.example"},
		{"system-shutdown", "closed the stream: system-shutdown"},
	}
	for _, test := range tests {
		synctest.Test(t, func(t *testing.T) {
			r := start(t)
			r.host.Connect().Refuse(test.condition)
			r.host.Accept().Fail(test.condition)
			c := r.host.Accept()
			synctest.Wait()
			r.finish(t, c)
			if r.log.count(test.want) != 2 || r.log.count(secret) != 0 {
				t.Errorf("log:\n%s", r.log.text.String())
			}
		})
	}
}

func TestWrongSecret(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, func(c *component.Component) { c.Secret = "another" })
		if r.host.Connect().Authorize() {
			t.Error("authorized")
		}
		synctest.Wait()
		if r.log.count("or its secret") != 1 || r.log.count("another") != 0 {
			t.Errorf("log:\n%s", r.log.text.String())
		}
		r.stop()
		<-r.ended
	})
}

// A host that says nothing during the handshake is given up.
func TestHandshakeTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t)
		begun := time.Now()
		r.host.Connect().Header()
		c := r.host.Accept()
		synctest.Wait()
		r.finish(t, c)
		if d := time.Since(begun); d < 15*time.Second || d > 17*time.Second {
			t.Errorf("took %v", d)
		}
	})
}

// A host that carried our ping back and then falls silent is given up; one that never did is not.
func TestSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t)
		c := r.host.Accept()
		go c.Next() // carries back what the component sends to itself
		time.Sleep(time.Hour)
		synctest.Wait()
		if r.log.count("attached") != 1 {
			t.Errorf("a host that answers was lost:\n%s", r.log.text.String())
		}
		r.stop()
		<-r.ended
	})
	synctest.Test(t, func(t *testing.T) {
		r := start(t)
		c := r.host.Accept()
		synctest.Wait()
		r.send("x@y")
		c.Read() // and the ping, which stands before it
		begun := time.Now()
		c = r.host.Accept()
		synctest.Wait()
		r.finish(t, c)
		if d := time.Since(begun); d < time.Minute || d > time.Minute+2*time.Second || r.log.count("does not answer any more") != 1 {
			t.Errorf("took %v:\n%s", d, r.log.text.String())
		}
	})
}

// At the end everything is settled and flushed before the stream is.
func TestEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r *running
		ready := make(chan struct{})
		r = start(t, func(c *component.Component) {
			c.Settle = func(context.Context) {
				<-ready
				r.send("late@y")
			}
		})
		close(ready)
		c := r.host.Accept()
		c.Write("<iq id='1' from='a@b' to='muc.example'/>")
		<-r.handled
		r.stop()
		if got := c.ReadRaw(); !strings.Contains(got, "late@y") {
			t.Errorf("got %s", got)
		}
		r.finish(t, c)
	})
}

// A host that takes nothing cannot hold up the end.
func TestEndIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t)
		r.host.Accept()
		r.send("x@y")
		synctest.Wait()
		begun := time.Now()
		r.stop()
		if err := <-r.ended; err != nil {
			t.Error(err)
		}
		if d := time.Since(begun); d > 12*time.Second {
			t.Errorf("took %v", d)
		}
	})
}

func TestCheck(t *testing.T) {
	tests := []struct {
		domain, secret string
		ok             bool
	}{
		{"muc.example", "s", true},
		{"muc.example", "", false},
		{"my_rooms.example", "s", false},
		{"", "s", false},
		{"a@b", "s", false},
	}
	for _, test := range tests {
		c := &component.Component{Domain: test.domain, Secret: test.secret}
		if err := c.Check(); (err == nil) != test.ok {
			t.Errorf("%+v: %v", test, err)
		}
	}
}

func TestProbe(t *testing.T) {
	host := componenttest.New(t, name, secret)
	addr := host.Listen()
	probed := make(chan error, 1)
	go func() { probed <- component.Probe(t.Context(), addr, name, secret) }()
	c := host.Accept()
	if _, _, err := c.Next(); err != io.EOF {
		t.Errorf("the probe says %v", err)
	}
	if err := <-probed; err != nil {
		t.Error(err)
	}
	go func() { probed <- component.Probe(t.Context(), addr, name, "wrong") }()
	host.Connect().Authorize()
	var refused *component.AttachError
	if err := <-probed; !errors.As(err, &refused) || refused.Condition() != "not-authorized" {
		t.Errorf("wrong secret: %v", err)
	}
}
