package component

import (
	"context"
	"fmt"
	"net"
	"time"

	xep0114 "mellium.im/xmpp/component"
	"mellium.im/xmpp/jid"
)

// Dialer opens the connection to the host.
type Dialer func(ctx context.Context) (net.Conn, error)

// tcp dials addr, "host:port". The system finds a dead peer of an idle connection after half a minute.
func tcp(addr string) Dialer {
	d := net.Dialer{KeepAliveConfig: net.KeepAliveConfig{
		Enable: true, Idle: 15 * time.Second, Interval: 5 * time.Second, Count: 3,
	}}
	return func(ctx context.Context) (net.Conn, error) { return d.DialContext(ctx, "tcp", addr) }
}

// domain is the component's address as the handshake needs it.
func domain(s string) (jid.JID, error) {
	d, err := jid.New("", s, "")
	if err != nil {
		return jid.JID{}, fmt.Errorf("the component's domain %q cannot be used: a domain consists of letters, digits, "+
			"hyphens and dots (%w)", s, err)
	}
	return d, nil
}

// Probe attaches once and leaves again. Its error is an *AttachError, or that of an unusable domain. Some hosts refuse it
// with conflict while the component is attached, others let it share the stanzas for that moment.
func Probe(ctx context.Context, addr, name, secret string) error {
	d, err := domain(name)
	if err != nil {
		return err
	}
	c, err := attach(ctx, tcp(addr), d, secret, defaultHandshake)
	if err != nil {
		return explain(addr, name, err)
	}
	defer c.Close()
	return farewell(c)
}

// attach dials and shakes hands. The stream behind the handshake is unread.
func attach(ctx context.Context, dial Dialer, d jid.JID, secret string, timeout time.Duration) (*conn, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	nc, err := dial(ctx)
	if err != nil {
		return nil, err
	}
	c := newConn(nc)
	// mellium moves the deadline to the past and back, which a read that begins later does not see: it gets a context
	// that never ends, and the deadline is ours.
	release := context.AfterFunc(ctx, func() { c.SetDeadline(time.Unix(1, 0)) })
	_, err = xep0114.NewSession(context.WithoutCancel(ctx), d, []byte(secret), c)
	if !release() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// farewell ends our side of the stream. RFC 6120 section 4.4
func farewell(c net.Conn) error {
	c.SetWriteDeadline(time.Now().Add(farewellTime))
	_, err := c.Write([]byte("</stream:stream>"))
	return err
}

const (
	defaultHandshake = 15 * time.Second
	farewellTime     = time.Second
)
