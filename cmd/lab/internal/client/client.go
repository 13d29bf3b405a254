// Package client is a user for tests: it sends what it is told, byte for byte,
// and keeps all that comes, in order.
//
// It speaks to a server on loopback without TLS. Incoming requests are
// answered as any client must, pings with a result and all else with
// service-unavailable, unless the client is Silent.
package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Config says who logs in, and where.
type Config struct {
	// Addr is the server's address, "host:port".
	Addr string
	// JID is user@domain or user@domain/resource.
	JID      string
	Password string
	// Hidden leaves out the initial presence.
	Hidden bool
	// Silent answers no request, as a client does whose network is gone.
	Silent bool
	// Heard is told of each stanza, in order, as soon as it has come; nil is
	// nobody. What it takes time for nobody else hears.
	Heard func(*Node)
}

// Client is one logged-in session. Its methods may be called from several
// goroutines.
type Client struct {
	// JID is the full address the server bound.
	JID string

	conn   net.Conn
	in     *reader
	inbox  *inbox
	silent bool
	heard  func(*Node)
	ids    atomic.Int64

	write sync.Mutex
	done  chan struct{}
}

// Dial logs in as jid and sends initial presence. The context bounds the login,
// not the session.
func Dial(ctx context.Context, addr, jid, password string) (*Client, error) {
	return Connect(ctx, Config{Addr: addr, JID: jid, Password: password})
}

// Connect logs in as the configuration says. The context bounds the login, not
// the session.
func Connect(ctx context.Context, cfg Config) (*Client, error) {
	user, domain, resource, err := split(cfg.JID)
	if err != nil {
		return nil, err
	}
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", cfg.Addr)
	if err != nil {
		return nil, err
	}
	c := &Client{conn: conn, inbox: newInbox(), silent: cfg.Silent, heard: cfg.Heard, done: make(chan struct{})}

	stop := context.AfterFunc(ctx, func() { conn.Close() })
	err = c.login(user, domain, resource, cfg.Password)
	if err == nil && !cfg.Hidden {
		err = c.Send("<presence/>")
	}
	if !stop() {
		err = errors.Join(context.Cause(ctx), err)
	}
	if err != nil {
		conn.Close()
		return nil, fmt.Errorf("log in as %s: %w", cfg.JID, err)
	}
	go c.run()
	return c, nil
}

// writeFor bounds how long a server may refuse to read.
const writeFor = time.Minute

// Send writes xml to the stream as it is.
func (c *Client) Send(xml string) error {
	c.write.Lock()
	defer c.write.Unlock()
	c.conn.SetWriteDeadline(time.Now().Add(writeFor))
	_, err := io.WriteString(c.conn, xml)
	return err
}

// run reads stanzas until the stream ends.
func (c *Client) run() {
	defer close(c.done)
	for {
		node, err := c.read()
		if err == nil {
			err = c.inbox.put(node)
		}
		if err != nil {
			c.inbox.end(fmt.Errorf("the session of %s has ended: %w", c.JID, err))
			c.conn.Close()
			return
		}
		if c.heard != nil {
			c.heard(node)
		}
		if !c.silent {
			c.answer(node)
		}
	}
}

// Expect returns the first stanza nobody expected yet for which match is true,
// and waits until there is one. Those it skips stay, in order.
func (c *Client) Expect(ctx context.Context, match func(*Node) bool) (*Node, error) {
	node, err := c.inbox.take(ctx, match)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.JID, err)
	}
	return node, nil
}

// Received is every stanza that has come so far.
func (c *Client) Received() []*Node { return c.inbox.snapshot(false) }

// Unexpected is every stanza that has come and that no Expect returned.
func (c *Client) Unexpected() []*Node { return c.inbox.snapshot(true) }

// Done is closed when nothing more comes: the stream or the connection ended.
func (c *Client) Done() <-chan struct{} { return c.done }

// ID is an id no other stanza of this client has.
func (c *Client) ID() string { return fmt.Sprintf("lab-%d", c.ids.Add(1)) }

// Close ends the stream and waits until the server has, or a second.
func (c *Client) Close() error {
	c.Send("</stream:stream>")
	timer := time.NewTimer(time.Second)
	defer timer.Stop()
	select {
	case <-c.done:
	case <-timer.C:
	}
	return c.Drop()
}

// Drop closes the connection without a word, as a crash does.
func (c *Client) Drop() error {
	err := c.conn.Close()
	<-c.done
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}
