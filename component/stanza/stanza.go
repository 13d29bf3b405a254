package stanza

import "encoding/xml"

// Kind is the name of a stanza.
type Kind uint8

// The three stanzas of RFC 6120 section 8.2.
const (
	Message Kind = iota + 1
	Presence
	IQ
)

var kindNames = [...]string{"", "message", "presence", "iq"}

func (k Kind) String() string { return kindNames[k] }

// Stanza is one stanza: its envelope decoded, its children raw.
type Stanza struct {
	Kind     Kind
	Type     string // "" where the attribute is missing
	ID       string
	From, To JID
	Lang     string
	Children []Element
}

// Child is the first child of this name; nil if there is none. The stream's own namespace is "".
func (s *Stanza) Child(space, local string) *Element {
	return find(s.Children, xml.Name{Space: space, Local: local})
}

// Has tells whether there is such a child.
func (s *Stanza) Has(space, local string) bool { return s.Child(space, local) != nil }

// IsError tells whether this is an answer that must never be answered.
func (s *Stanza) IsError() bool { return s.Type == "error" }

func find(list []Element, name xml.Name) *Element {
	for i := range list {
		if list[i].Name == name {
			return &list[i]
		}
	}
	return nil
}
