package stanza

import (
	"bytes"
	"encoding/xml"

	"isthmus/component/internal/xmltext"
)

// Element is one child, kept as the bytes it came in. The Raw of a stanza's own child can stand alone inside any stanza of
// ours: a prefix that was declared further out is declared again in its start tag, and a name without a namespace is in the
// stream's own. The Raw of a child of a child is as it lies in its parent: Standalone makes it so. All methods take nil.
type Element struct {
	Name  xml.Name // Space is "" for the stream's own namespace, NoNamespace for none
	Raw   []byte
	scope *scope // what Raw inherits; nil where it stands alone
}

// Attr is the value of the attribute with this name as it is written in the start tag; "" if there is none.
func (e *Element) Attr(name string) string {
	v, _ := e.attr(name)
	return xmltext.Value(v)
}

// HasAttr tells whether the start tag has the attribute.
func (e *Element) HasAttr(name string) bool {
	_, ok := e.attr(name)
	return ok
}

// Lang is the element's own xml:lang.
func (e *Element) Lang() string { return e.Attr("xml:lang") }

// Children are the elements one level below. Raw is shared.
func (e *Element) Children() []Element {
	tag, ok := e.tag()
	if !ok || tag.Empty {
		return nil
	}
	list, _ := elements(inner(e.Raw, tag), e.scope.inside(tag))
	return list
}

// Child is the first child of this name; nil if there is none.
func (e *Element) Child(space, local string) *Element {
	return find(e.Children(), xml.Name{Space: space, Local: local})
}

// Text is the element's own character data, references and CDATA resolved, without that of its children.
func (e *Element) Text() string {
	p := e.Inner()
	if bytes.IndexByte(p, '<') < 0 {
		return string(xmltext.AppendText(nil, p))
	}
	var out []byte
	each(p, func(text, construct []byte) bool {
		out = xmltext.AppendText(out, text)
		if in, ok := cdata(construct); ok {
			out = xmltext.AppendCDATA(out, in)
		}
		return true
	})
	return string(out)
}

// Inner is what lies between the tags, as it came.
func (e *Element) Inner() []byte {
	tag, ok := e.tag()
	if !ok || tag.Empty {
		return nil
	}
	return inner(e.Raw, tag)
}

// Standalone is Raw with the namespaces declared that it inherits from the elements around it: what may be spliced
// anywhere or stored.
func (e *Element) Standalone() []byte {
	if e == nil {
		return nil
	}
	return e.scope.standalone(e.Raw)
}

// enclosed is Standalone for use inside an element with a default namespace of its own, where a name without one would
// change its meaning.
func (e *Element) enclosed() []byte {
	raw := e.Standalone()
	tag, ok := xmltext.ReadTag(raw)
	if _, has := tag.Attrs.Get("xmlns"); has || !ok {
		return raw
	}
	return declare(raw, tag, [][]byte{[]byte("xmlns='jabber:client'")})
}

func (e *Element) tag() (xmltext.Tag, bool) {
	if e == nil {
		return xmltext.Tag{}, false
	}
	return xmltext.ReadTag(e.Raw)
}

func (e *Element) attr(name string) (value []byte, ok bool) {
	tag, ok := e.tag()
	if !ok {
		return nil, false
	}
	return tag.Attrs.Get(name)
}

// inner is what lies between the tags of a raw element.
func inner(raw []byte, tag xmltext.Tag) []byte {
	end := bytes.LastIndex(raw, []byte("</"))
	if end < tag.Len {
		return nil
	}
	return raw[tag.Len:end]
}

func cdata(p []byte) (in []byte, ok bool) {
	in, ok = bytes.CutPrefix(p, []byte("<![CDATA["))
	if !ok {
		return nil, false
	}
	return bytes.CutSuffix(in, []byte("]]>"))
}
