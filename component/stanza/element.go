package stanza

import "encoding/xml"

// Element is one child, kept as the bytes it came in. Raw can stand alone inside any stanza of ours: a prefix that was
// declared further out is declared again in its start tag, and a name without a namespace is in the stream's own.
type Element struct {
	Name  xml.Name // Space is "" for the stream's own namespace
	Raw   []byte
	scope *scope
}
