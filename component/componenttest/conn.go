package componenttest

import (
	"bytes"
	"crypto/sha1"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"

	"isthmus/component"
	"isthmus/component/internal/xmltext"
	"isthmus/component/stanza"
)

// Conn is one connection of the component. Its methods fail the test where they do not return an error; they are called
// from the test's own goroutine.
type Conn struct {
	t       testing.TB
	host    *Host
	nc      net.Conn
	scanner *component.Scanner
}

func newConn(h *Host, nc net.Conn) *Conn {
	return &Conn{t: h.t, host: h, nc: nc, scanner: component.NewScanner(nc, component.Limits{})}
}

// streamID is the word that the handshake's hash begins with. xep:0114#proto
const streamID = "3BF96D32"

// Header reads the component's stream header and sends the host's.
func (c *Conn) Header() {
	c.t.Helper()
	var head []byte
	for one := make([]byte, 1); ; {
		if _, err := io.ReadFull(c.nc, one); err != nil {
			c.t.Fatal("stream header: ", err)
		}
		head = append(head, one...)
		if _, ok := xmltext.ReadTag(head); ok {
			break
		}
	}
	if !bytes.Contains(head, []byte("to='"+c.host.Domain+"'")) {
		c.t.Fatalf("stream header: %s", head)
	}
	c.Write("<?xml version='1.0'?><stream:stream xmlns:stream='http://etherx.jabber.org/streams' " +
		"xmlns='jabber:component:accept' from='" + c.host.Domain + "' id='" + streamID + "'>")
}

// Authorize shakes hands; it tells the component that it is not authorized where the secret is wrong.
func (c *Conn) Authorize() bool {
	c.t.Helper()
	c.Header()
	raw, err := c.scanner.Next()
	if err != nil {
		c.t.Fatal("handshake: ", err)
	}
	want := fmt.Sprintf("<handshake>%x</handshake>", sha1.Sum([]byte(streamID+c.host.Secret)))
	if string(raw) != want {
		c.Fail("not-authorized")
		return false
	}
	c.Write("<handshake/>")
	return true
}

// Refuse answers the handshake with this stream error.
func (c *Conn) Refuse(condition string) {
	c.t.Helper()
	c.Header()
	if _, err := c.scanner.Next(); err != nil {
		c.t.Fatal("handshake: ", err)
	}
	c.Fail(condition)
}

// Write sends bytes as they are.
func (c *Conn) Write(raw string) {
	c.t.Helper()
	if _, err := io.WriteString(c.nc, raw); err != nil {
		c.t.Fatal("write: ", err)
	}
}

// Next is the component's next stanza, or the error that ended its stream: io.EOF for </stream:stream>, which is answered
// in kind. What the component sends to itself is carried back to it, as hosts do.
func (c *Conn) Next() (*stanza.Stanza, []byte, error) {
	for {
		raw, err := c.scanner.Next()
		var bad *component.BadStanza
		if errors.As(err, &bad) {
			c.t.Fatal("the component sends what no host would take: ", err)
		}
		if err == io.EOF {
			io.WriteString(c.nc, "</stream:stream>")
			c.Cut()
		}
		if err != nil {
			return nil, nil, err
		}
		st, err := stanza.Parse(raw)
		if err != nil {
			c.t.Fatalf("the component sends what no host would take: %v: %s", err, raw)
		}
		if self := (stanza.JID{Domain: c.host.Domain}); st.To != self || st.From != self {
			return st, raw, nil
		}
		if _, err := c.nc.Write(raw); err != nil {
			return nil, nil, err
		}
	}
}

// Read is the component's next stanza.
func (c *Conn) Read() *stanza.Stanza {
	c.t.Helper()
	st, _, err := c.Next()
	if err != nil {
		c.t.Fatal("read: ", err)
	}
	return st
}

// ReadRaw is the component's next stanza as it came.
func (c *Conn) ReadRaw() string {
	c.t.Helper()
	_, raw, err := c.Next()
	if err != nil {
		c.t.Fatal("read: ", err)
	}
	return string(raw)
}

// Fail ends the stream with this error. RFC 6120 section 4.9
func (c *Conn) Fail(condition string) {
	c.t.Helper()
	c.Write("<stream:error><" + condition + " xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>")
	c.Cut()
}

// Cut closes the connection without a word.
func (c *Conn) Cut() { c.nc.Close() }
