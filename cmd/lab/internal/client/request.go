package client

import (
	"context"
	"fmt"
)

// Request sends an iq with payload as its content and returns the answer, be
// it a result or an error.
func (c *Client) Request(ctx context.Context, kind, to, payload string) (*Node, error) {
	id := c.ID()
	err := c.Send(fmt.Sprintf("<iq type='%s' to='%s' id='%s'>%s</iq>", kind, escape(to), id, payload))
	if err != nil {
		return nil, err
	}
	return c.Expect(ctx, func(n *Node) bool {
		return n.Is("", "iq") && n.Attr("id") == id && (n.Attr("type") == "result" || n.Attr("type") == "error")
	})
}

// Info asks to for its disco#info.
func (c *Client) Info(ctx context.Context, to string) (*Node, error) {
	return c.Request(ctx, "get", to, "<query xmlns='"+nsDisco+"'/>")
}

// Barrier returns when an answer has come from to, be it a result or an error:
// whatever to, and everything on the way, sent before has come too.
func (c *Client) Barrier(ctx context.Context, to string) error {
	_, err := c.Info(ctx, to)
	return err
}

// answer does what RFC 6120 (section 8.2.3) asks of whoever receives a request.
func (c *Client) answer(n *Node) {
	kind := n.Attr("type")
	if !n.Is("", "iq") || kind != "get" && kind != "set" {
		return
	}
	address := fmt.Sprintf("to='%s' id='%s'", escape(n.Attr("from")), escape(n.Attr("id")))
	if n.Child(nsPing, "ping") != nil {
		c.Send("<iq type='result' " + address + "/>")
		return
	}
	c.Send("<iq type='error' " + address + "><error type='cancel'><service-unavailable xmlns='" + nsStanzas + "'/></error></iq>")
}
