package client

import "strings"

// Bodied matches a message with this text, other than an error.
func Bodied(body string) func(*Node) bool {
	return func(n *Node) bool {
		return n.Is("", "message") && n.Attr("type") != "error" && n.Body() == body
	}
}

// From matches a stanza of this kind ("message", "presence", "iq") from this
// full address.
func From(kind, jid string) func(*Node) bool {
	return func(n *Node) bool { return n.Is("", kind) && n.Attr("from") == jid }
}

func bare(jid string) string {
	jid, _, _ = strings.Cut(jid, "/")
	return jid
}
