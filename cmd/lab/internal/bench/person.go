package bench

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// person is a client that reads no more of what comes than it has to.
type person struct {
	conn net.Conn
	nick string
}

// crowd are people on one server.
type crowd struct {
	people   []*person
	watching atomic.Pointer[watch]

	mu     sync.Mutex
	delays []time.Duration // of messages that say when they were sent
}

// gather logs n people in.
func gather(addr string, n int) (*crowd, error) {
	c := &crowd{}
	c.watching.Store(newWatch("\x00", 1))
	for i := range n {
		p, err := login(addr, fmt.Sprintf("u%d-%d", n, i)) // ejabberd ends whoever bears the name of an anonymous user who goes
		if err != nil {
			c.close()
			return nil, err
		}
		c.people = append(c.people, p)
		go c.read(p)
	}
	return c, nil
}

func (c *crowd) close() {
	for _, p := range c.people {
		p.conn.Close()
	}
}

const header = "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' " +
	"version='1.0' to='" + domain + "'>"

func login(addr, name string) (*person, error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	auth := base64.StdEncoding.EncodeToString([]byte("\x00" + name + "\x00any"))
	for _, step := range []struct{ say, until string }{
		{header, "</stream:features>"},
		{"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>" + auth + "</auth>", "<success"},
		{header, "</stream:features>"},
		{"<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>r</resource></bind></iq>", "</iq>"},
		{"<iq type='set' id='session'><session xmlns='urn:ietf:params:xml:ns:xmpp-session'/></iq>", "session"},
		{"<presence/>", "<presence"},
	} {
		if err := ask(conn, step.say, step.until); err != nil {
			conn.Close()
			return nil, fmt.Errorf("log %s in: %w", name, err)
		}
	}
	return &person{conn, name}, nil
}

func ask(conn net.Conn, say, until string) error {
	if _, err := io.WriteString(conn, say); err != nil {
		return err
	}
	var got []byte
	for p := make([]byte, 4096); !bytes.Contains(got, []byte(until)); {
		conn.SetReadDeadline(time.Now().Add(patience))
		n, err := conn.Read(p)
		got = append(got, p[:n]...)
		if err != nil {
			return fmt.Errorf("%w behind %q", err, got)
		}
	}
	return conn.SetReadDeadline(time.Time{})
}

// stamp begins the body of a message that says when it was sent.
const stamp = "<body>at "

func (c *crowd) read(p *person) {
	buf := make([]byte, 64<<10)
	kept := 0
	for {
		n, err := p.conn.Read(buf[kept:])
		if err != nil {
			text := p.nick + ": " + err.Error() + " behind " + string(buf[:kept])
			c.watching.Load().refusal.Store(&text)
			return
		}
		got, w := buf[:kept+n], c.watching.Load()
		if at := bytes.Index(got, []byte(stamp)); at >= 0 {
			c.note(string(got[at+len(stamp):]))
		}
		w.see(got)
		kept = copy(buf, w.tail(got))
	}
}

func (c *crowd) note(text string) {
	digits, _, _ := strings.Cut(text, " ")
	sent, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.delays = append(c.delays, time.Since(time.Unix(0, sent)))
}
