package client

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
)

const (
	nsClient  = "jabber:client"
	nsStream  = "http://etherx.jabber.org/streams"
	nsSASL    = "urn:ietf:params:xml:ns:xmpp-sasl"
	nsBind    = "urn:ietf:params:xml:ns:xmpp-bind"
	nsSession = "urn:ietf:params:xml:ns:xmpp-session"
	nsStanzas = "urn:ietf:params:xml:ns:xmpp-stanzas"
	nsPing    = "urn:xmpp:ping"
	nsDisco   = "http://jabber.org/protocol/disco#info"
	nsMUC     = "http://jabber.org/protocol/muc"
	nsUser    = "http://jabber.org/protocol/muc#user"
)

// login runs before the reading goroutine does, so it reads for itself.
func (c *Client) login(user, domain, resource, password string) error {
	features, err := c.open(domain)
	if err != nil {
		return err
	}
	if !offers(features, "PLAIN") {
		return fmt.Errorf("SASL PLAIN is not offered: %v", features)
	}
	secret := base64.StdEncoding.EncodeToString([]byte("\x00" + user + "\x00" + password))
	answer, err := c.ask("<auth xmlns='" + nsSASL + "' mechanism='PLAIN'>" + secret + "</auth>")
	if err != nil {
		return err
	}
	if !answer.Is(nsSASL, "success") {
		return fmt.Errorf("not logged in: %v", answer)
	}

	if features, err = c.open(domain); err != nil {
		return err
	}
	answer, err = c.ask("<iq type='set' id='bind'><bind xmlns='" + nsBind + "'>" + wanted(resource) + "</bind></iq>")
	if err != nil {
		return err
	}
	jid := answer.Child(nsBind, "bind").Child(nsBind, "jid")
	if jid == nil {
		return fmt.Errorf("not bound: %v", answer)
	}
	c.JID = jid.Text

	session := features.Child(nsSession, "session")
	if session == nil || session.Child("", "optional") != nil {
		return nil
	}
	answer, err = c.ask("<iq type='set' id='session'><session xmlns='" + nsSession + "'/></iq>")
	if err == nil && answer.Attr("type") != "result" {
		err = fmt.Errorf("no session: %v", answer)
	}
	return err
}

func wanted(resource string) string {
	if resource == "" {
		return ""
	}
	return "<resource>" + escape(resource) + "</resource>"
}

func offers(features *Node, mechanism string) bool {
	for _, m := range features.Child(nsSASL, "mechanisms").All(nsSASL, "mechanism") {
		if m.Text == mechanism {
			return true
		}
	}
	return false
}

// open begins a stream, the first or the next on the connection, and returns
// its features.
func (c *Client) open(domain string) (*Node, error) {
	err := c.Send("<?xml version='1.0'?><stream:stream xmlns='" + nsClient + "' xmlns:stream='" + nsStream + "' version='1.0' to='" + escape(domain) + "'>")
	if err != nil {
		return nil, err
	}
	c.in = newReader(c.conn)
	header, err := c.in.header()
	if err != nil {
		return nil, unexpected(err)
	}
	if header.Name.Space != nsStream || header.Name.Local != "stream" {
		return nil, fmt.Errorf("not a stream: <%s xmlns=%q>", header.Name.Local, header.Name.Space)
	}
	return c.read()
}

func (c *Client) ask(xml string) (*Node, error) {
	if err := c.Send(xml); err != nil {
		return nil, err
	}
	return c.read()
}

var errClosed = errors.New("the server closed the stream")

func (c *Client) read() (*Node, error) {
	node, err := c.in.next()
	if err == io.EOF {
		return nil, errClosed
	}
	if err == nil && node.Is(nsStream, "error") {
		return nil, fmt.Errorf("the stream failed: %v", node)
	}
	return node, err
}

// split takes a JID apart: user@domain/resource.
func split(jid string) (user, domain, resource string, err error) {
	bare, resource, _ := strings.Cut(jid, "/")
	user, domain, ok := strings.Cut(bare, "@")
	if !ok || user == "" || domain == "" {
		return "", "", "", fmt.Errorf("%q is not user@domain/resource", jid)
	}
	return user, domain, resource, nil
}
