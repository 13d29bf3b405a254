package stanza

// Builder writes XML. Its zero value is ready. Names and namespaces are ours; values are escaped (Z2).
type Builder struct {
	buf  []byte
	open []string
}

// Start opens an element. attrs are names and values in turn; an attribute whose value is empty is left out.
func (b *Builder) Start(name string, attrs ...string) *Builder {
	b.tag(name, attrs)
	b.buf = append(b.buf, '>')
	b.open = append(b.open, name)
	return b
}

// Empty writes an element without content.
func (b *Builder) Empty(name string, attrs ...string) *Builder {
	b.tag(name, attrs)
	b.buf = append(b.buf, "/>"...)
	return b
}

// End closes the element opened last.
func (b *Builder) End() *Builder {
	name := b.open[len(b.open)-1]
	b.open = b.open[:len(b.open)-1]
	b.buf = append(append(append(b.buf, "</"...), name...), '>')
	return b
}

// Text writes character data.
func (b *Builder) Text(s string) *Builder {
	b.buf = append(b.buf, EscapeText(s)...)
	return b
}

// Leaf writes an element that holds only text, or an empty one for an empty text.
func (b *Builder) Leaf(name, text string, attrs ...string) *Builder {
	if text == "" {
		return b.Empty(name, attrs...)
	}
	return b.Start(name, attrs...).Text(text).End()
}

// Raw splices bytes that are XML already (Z1).
func (b *Builder) Raw(p []byte) *Builder {
	b.buf = append(b.buf, p...)
	return b
}

// Elements splices children as they came.
func (b *Builder) Elements(list []Element) *Builder {
	for _, e := range list {
		b.Raw(e.Raw)
	}
	return b
}

// Bytes is what has been written. It is the builder's own memory: write nothing more once it is shared.
func (b *Builder) Bytes() []byte { return b.buf }

func (b *Builder) tag(name string, attrs []string) {
	b.buf = append(append(b.buf, '<'), name...)
	for i := 0; i+1 < len(attrs); i += 2 {
		b.attr(attrs[i], attrs[i+1])
	}
}

func (b *Builder) attr(name, value string) {
	if value == "" {
		return
	}
	b.buf = append(append(append(b.buf, ' '), name...), "='"...)
	b.buf = append(append(b.buf, Escape(value)...), '\'')
}
