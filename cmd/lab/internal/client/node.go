package client

import (
	"encoding/xml"
	"strings"
)

// Node is an element of a received stanza.
type Node struct {
	// Name has the namespace the element is in, declared or inherited.
	Name  xml.Name
	Attrs []xml.Attr
	// Children are the child elements, in order.
	Children []*Node
	// Text is the character data directly in the element, put together.
	Text string
	// Raw is the element as it came, of a stanza only; its children have none.
	Raw string
}

// Attr is the value of the attribute without a namespace called name, or "".
func (n *Node) Attr(name string) string {
	for _, a := range n.Attrs {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}

// Is tells whether the element is called local, in namespace space; an empty
// space matches any.
func (n *Node) Is(space, local string) bool {
	return n.Name.Local == local && (space == "" || n.Name.Space == space)
}

// Child is the first child that Is space and local. It is nil where there is
// none, and every method works on nil.
func (n *Node) Child(space, local string) *Node {
	if n == nil {
		return nil
	}
	for _, c := range n.Children {
		if c.Is(space, local) {
			return c
		}
	}
	return nil
}

// All are the children that are space and local.
func (n *Node) All(space, local string) []*Node {
	if n == nil {
		return nil
	}
	var all []*Node
	for _, c := range n.Children {
		if c.Is(space, local) {
			all = append(all, c)
		}
	}
	return all
}

// Body is the text of the first body.
func (n *Node) Body() string {
	if body := n.Child("", "body"); body != nil {
		return body.Text
	}
	return ""
}

// Status tells whether the stanza carries a room's status code, such as "110".
func (n *Node) Status(code string) bool {
	for _, s := range n.Child(nsUser, "x").All("", "status") {
		if s.Attr("code") == code {
			return true
		}
	}
	return false
}

// Condition is the name of the error's defined condition, "" without an error.
func (n *Node) Condition() string {
	failure := n.Child("", "error")
	if failure == nil {
		return ""
	}
	for _, c := range failure.Children {
		if c.Name.Space == nsStanzas && c.Name.Local != "text" {
			return c.Name.Local
		}
	}
	return "undefined-condition"
}

func (n *Node) String() string {
	if n == nil {
		return "(nothing)"
	}
	return n.Raw
}

// escape makes text safe in an attribute or an element.
func escape(text string) string {
	var b strings.Builder
	xml.EscapeText(&b, []byte(text))
	return b.String()
}
