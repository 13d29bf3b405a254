package stanza

// Out is a rendered stanza in two halves: between them goes the recipient's escaped address. One Out serves any number of
// recipients; once published it is never written to.
type Out struct{ Head, Tail []byte }

// Envelope is what a stanza of ours says before its children.
type Envelope struct {
	Kind       Kind
	Type, ID   string
	From, Lang string
}

// Render puts payload into the envelope.
func (e Envelope) Render(payload []byte) Out {
	var b Builder
	b.buf = make([]byte, 0, 128)
	b.tag(e.Kind.String(), []string{"from", e.From, "type", e.Type, "xml:lang", e.Lang})
	if e.ID != "" {
		b.attr("id", e.ID)
	}
	head := append(b.buf, " to='"...)
	tail := make([]byte, 0, len(payload)+16)
	if len(payload) == 0 {
		return Out{head, append(tail, "'/>"...)}
	}
	tail = append(tail, "'>"...)
	tail = append(tail, payload...)
	tail = append(append(append(tail, "</"...), e.Kind.String()...), '>')
	return Out{head, tail}
}

// To is the whole stanza for one recipient.
func (o Out) To(a Addr) []byte {
	p := make([]byte, 0, len(o.Head)+len(a)+len(o.Tail))
	return append(append(append(p, o.Head...), a...), o.Tail...)
}

// Size is the length of one copy without its address, in bytes.
func (o Out) Size() int { return len(o.Head) + len(o.Tail) }
