package xmltext

import (
	"bytes"
	"errors"
	"fmt"
)

// What Check finds wrong; match with errors.Is.
var (
	ErrSyntax     = errors.New("not well-formed")
	ErrRestricted = errors.New("restricted XML") // RFC 6120 section 11.1
	ErrDepth      = errors.New("nested too deeply")
	ErrAttrs      = errors.New("too many attributes")
)

// Checker checks elements one after the other and keeps its memory between them. MaxDepth counts the outermost element;
// MaxAttrs is for each element and counts namespace declarations.
type Checker struct {
	MaxDepth, MaxAttrs int

	open  [][]byte  // names of the open elements
	bound []binding // prefixes declared on them
	attrs []Attr    // of the element that was opened last
	uris  []string  // their namespaces
	next  int       // while Check runs: the place in raw
}

// Check tells whether raw is one whole element that may be spliced into a stream of ours: well-formed, namespaces
// included, with the prefixes xml and stream declared around it.
func (c *Checker) Check(raw []byte) error {
	c.open, c.bound, c.next = c.open[:0], c.bound[:0], 0
	if len(raw) == 0 || raw[0] != '<' {
		return syntax("no element")
	}
	for c.next < len(raw) {
		if err := c.construct(raw[c.next:]); err != nil {
			return err
		}
		if len(c.open) == 0 {
			break
		}
	}
	if len(c.open) > 0 || c.next < len(raw) {
		return syntax("not one element")
	}
	return nil
}

// construct checks the text up to the next '<', or what begins there.
func (c *Checker) construct(p []byte) error {
	if p[0] != '<' {
		return c.text(p)
	}
	if len(p) < 2 {
		return syntax("cut")
	}
	switch p[1] {
	case '/':
		return c.end(p)
	case '!':
		return c.cdata(p)
	case '?':
		return ErrRestricted
	}
	return c.start(p)
}

func (c *Checker) text(p []byte) error {
	n := bytes.IndexByte(p, '<')
	if n < 0 {
		return syntax("cut")
	}
	c.next += n
	if bytes.Contains(p[:n], []byte("]]>")) {
		return syntax("]]> in text")
	}
	return chars(p[:n], true)
}

func (c *Checker) cdata(p []byte) error {
	if !bytes.HasPrefix(p, []byte("<![CDATA[")) {
		return ErrRestricted
	}
	n := bytes.Index(p, []byte("]]>"))
	if n < 0 || len(c.open) == 0 {
		return syntax("no element")
	}
	c.next += n + 3
	return chars(p[9:n], false)
}

func (c *Checker) end(p []byte) error {
	n := bytes.IndexByte(p, '>')
	if n < 0 {
		return syntax("cut")
	}
	name := p[2:n]
	for len(name) > 0 && IsSpace(name[len(name)-1]) {
		name = name[:len(name)-1]
	}
	if len(c.open) == 0 || !bytes.Equal(name, c.open[len(c.open)-1]) {
		return syntax("mismatched end tag")
	}
	c.close()
	c.next += n + 1
	return nil
}

func (c *Checker) close() {
	for n := len(c.bound); n > 0 && c.bound[n-1].depth == len(c.open); n-- {
		c.bound = c.bound[:n-1]
	}
	c.open = c.open[:len(c.open)-1]
}

func (c *Checker) start(p []byte) error {
	tag, ok := ReadTag(p)
	if !ok {
		return syntax("broken tag")
	}
	c.next += tag.Len
	c.open = append(c.open, tag.Name)
	if len(c.open) > c.MaxDepth {
		return ErrDepth
	}
	if err := c.collect(tag.Attrs); err != nil {
		return err
	}
	if err := c.resolve(tag.Name); err != nil {
		return err
	}
	if tag.Empty {
		c.close()
	}
	return nil
}

// collect checks each attribute by itself and notes what it declares.
func (c *Checker) collect(list Attrs) error {
	c.attrs = c.attrs[:0]
	for spaced := list.spaced(); ; spaced = list.spaced() {
		var at Attr
		if !list.Next(&at) {
			break
		}
		if !spaced {
			return syntax("attributes without space between them")
		}
		if len(c.attrs) == c.MaxAttrs {
			return ErrAttrs
		}
		c.attrs = append(c.attrs, at)
		if bytes.IndexByte(at.Value, '<') >= 0 {
			return syntax("< in an attribute")
		}
		if err := chars(at.Value, true); err != nil {
			return err
		}
		if err := c.declare(at); err != nil {
			return err
		}
	}
	if len(list.Rest()) > 0 {
		return syntax("broken attribute")
	}
	return nil
}

func (a *Attrs) spaced() bool { return len(a.rest) > 0 && IsSpace(a.rest[0]) }

func syntax(what string) error { return fmt.Errorf("%w: %s", ErrSyntax, what) }
