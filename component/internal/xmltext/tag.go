package xmltext

import "bytes"

// Tag is a start tag where it lies.
type Tag struct {
	Name  []byte // as written, with its prefix
	Attrs Attrs
	Len   int  // from '<' to '>', both included
	Empty bool // <a/>
}

// ReadTag reads the start tag that p begins with.
func ReadTag(p []byte) (Tag, bool) {
	if len(p) < 3 || p[0] != '<' {
		return Tag{}, false
	}
	name := 1
	for name < len(p) && !IsSpace(p[name]) && p[name] != '>' && p[name] != '/' {
		name++
	}
	end := tagEnd(p[name:])
	if name == 1 || end < 0 {
		return Tag{}, false
	}
	end += name
	t := Tag{Name: p[1:name], Len: end + 1, Empty: p[end-1] == '/'}
	if t.Empty {
		end--
	}
	t.Attrs = Attrs{rest: p[name:end]}
	return t, true
}

// tagEnd is the place of the '>' that is in no quotes; -1 if there is none.
func tagEnd(p []byte) int {
	for i := 0; i < len(p); i++ {
		switch c := p[i]; c {
		case '>':
			return i
		case '"', '\'':
			n := bytes.IndexByte(p[i+1:], c)
			if n < 0 {
				return -1
			}
			i += n + 1
		}
	}
	return -1
}

// Attrs goes through the attributes of a start tag.
type Attrs struct{ rest []byte }

// Attr is one attribute where it lies.
type Attr struct {
	Name  []byte // as written, with its prefix
	Value []byte // between the quotes, references still in it
	Raw   []byte // name, sign and quoted value
}

// Next reads one attribute. It is false at the end and at what is no attribute; Rest tells them apart.
func (a *Attrs) Next(at *Attr) bool {
	p := trimLeft(a.rest)
	a.rest = p
	n := 0
	for n < len(p) && p[n] != '=' && !IsSpace(p[n]) {
		n++
	}
	q := trimLeft(p[n:])
	if n == 0 || len(q) == 0 || q[0] != '=' {
		return false
	}
	q = trimLeft(q[1:])
	if len(q) == 0 || q[0] != '"' && q[0] != '\'' {
		return false
	}
	end := bytes.IndexByte(q[1:], q[0])
	if end < 0 {
		return false
	}
	a.rest = q[end+2:]
	*at = Attr{Name: p[:n], Value: q[1 : end+1], Raw: p[:len(p)-len(a.rest)]}
	return true
}

// Rest is what Next has not read; empty at the end of a tag in order.
func (a *Attrs) Rest() []byte { return a.rest }

// Get is the value of the attribute with this name as written.
func (a Attrs) Get(name string) (value []byte, ok bool) {
	var at Attr
	for a.Next(&at) {
		if string(at.Name) == name {
			return at.Value, true
		}
	}
	return nil, false
}

// Cut splits a name into its prefix and its local part.
func Cut(name []byte) (prefix, local []byte) {
	if i := bytes.IndexByte(name, ':'); i >= 0 {
		return name[:i], name[i+1:]
	}
	return nil, name
}

// IsSpace is XML 1.0's S.
func IsSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

func trimLeft(p []byte) []byte {
	for len(p) > 0 && IsSpace(p[0]) {
		p = p[1:]
	}
	return p
}
