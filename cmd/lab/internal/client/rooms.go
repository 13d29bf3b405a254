package client

import (
	"context"
	"fmt"
)

// JoinRoom enters a room and returns the presence that says so, which comes
// after everyone else's. History and subject come later and stay unexpected.
func (c *Client) JoinRoom(ctx context.Context, room, nick string) (*Node, error) {
	err := c.Send(fmt.Sprintf("<presence to='%s/%s'><x xmlns='%s'/></presence>", escape(room), escape(nick), nsMUC))
	if err != nil {
		return nil, err
	}
	// Presence of others from this room stays for whoever wants to see it. An
	// error comes from the address that was asked.
	self, err := c.Expect(ctx, func(n *Node) bool {
		if !n.Is("", "presence") || bare(n.Attr("from")) != room {
			return false
		}
		return n.Attr("type") == "error" || n.Status("110")
	})
	if err != nil {
		return nil, fmt.Errorf("join %s: %w", room, err)
	}
	if self.Attr("type") == "error" {
		return self, fmt.Errorf("join %s: %s", room, self.Condition())
	}
	return self, nil
}

// Say sends a message to everyone in a room and returns its id.
func (c *Client) Say(room, body string) (id string, err error) {
	id = c.ID()
	return id, c.Send(fmt.Sprintf("<message to='%s' type='groupchat' id='%s'><body>%s</body></message>", escape(room), id, escape(body)))
}

// Leave goes out of a room and returns when the room has said so.
func (c *Client) Leave(ctx context.Context, room, nick string) error {
	err := c.Send(fmt.Sprintf("<presence to='%s/%s' type='unavailable'/>", escape(room), escape(nick)))
	if err != nil {
		return err
	}
	_, err = c.Expect(ctx, func(n *Node) bool {
		return n.Is("", "presence") && n.Attr("type") == "unavailable" && bare(n.Attr("from")) == room && n.Status("110")
	})
	return err
}
