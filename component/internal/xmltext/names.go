package xmltext

import (
	"bytes"
	"cmp"
)

// binding is a prefix declared on the element that is depth-th from outside.
type binding struct {
	prefix []byte
	uri    string
	depth  int
}

// maxBound is how many prefixes may be declared at one place: each name with a prefix looks through them.
const maxBound = 256

const (
	nsXML    = "http://www.w3.org/XML/1998/namespace"
	nsXMLNS  = "http://www.w3.org/2000/xmlns/"
	nsStream = "http://etherx.jabber.org/streams"
)

// declare notes a namespace declaration. Namespaces in XML 1.0 sections 2.2 and 3.
func (c *Checker) declare(at Attr) error {
	if !bytes.HasPrefix(at.Name, []byte("xmlns")) {
		return nil
	}
	prefix, ok := []byte(nil), len(at.Name) == 5
	if !ok && at.Name[5] == ':' {
		prefix, ok = at.Name[6:], true
	}
	if !ok {
		return nil
	}
	xml := means(at.Value, nsXML)
	if xml != (string(prefix) == "xml") || string(prefix) == "xmlns" || means(at.Value, nsXMLNS) {
		return syntax("forbidden namespace declaration")
	}
	if prefix == nil {
		return nil
	}
	if len(at.Value) == 0 {
		return syntax("a prefix for no namespace")
	}
	if len(c.bound) == maxBound {
		return ErrAttrs
	}
	c.bound = append(c.bound, binding{prefix, Value(at.Value), len(c.open)})
	return nil
}

// means compares an attribute's value as written.
func means(value []byte, s string) bool {
	return string(value) == s || bytes.IndexByte(value, '&') >= 0 && Value(value) == s
}

// resolve checks the names of a start tag: that they are names, that their prefixes are declared, that no two attributes
// are the same.
func (c *Checker) resolve(element []byte) error {
	if uri, err := c.space(element); err != nil || uri == nsXMLNS {
		return cmp.Or(err, syntax("forbidden prefix"))
	}
	c.uris = c.uris[:0]
	for i, at := range c.attrs {
		uri, err := c.space(at.Name)
		if err != nil {
			return err
		}
		if c.twice(c.attrs[:i], at.Name, uri) {
			return syntax("duplicate attribute")
		}
		c.uris = append(c.uris, uri)
	}
	return nil
}

// twice tells whether one of the attributes before has the same name, or another prefix for the same namespace.
func (c *Checker) twice(before []Attr, name []byte, uri string) bool {
	for i, b := range before {
		if bytes.Equal(b.Name, name) || uri != "" && c.uris[i] == uri && sameLocal(b.Name, name) {
			return true
		}
	}
	return false
}

func sameLocal(a, b []byte) bool {
	_, a = Cut(a)
	_, b = Cut(b)
	return bytes.Equal(a, b)
}

// space checks a name and gives the namespace of its prefix; "" where it has none. What declares a namespace is in one too.
func (c *Checker) space(name []byte) (string, error) {
	colon, ok := qname(name)
	if !ok {
		return "", syntax("broken name")
	}
	if colon == 0 {
		return "", nil
	}
	prefix := name[:colon]
	for i := len(c.bound) - 1; i >= 0; i-- {
		if bytes.Equal(c.bound[i].prefix, prefix) {
			return c.bound[i].uri, nil
		}
	}
	uri, ok := predeclared[string(prefix)]
	if !ok {
		return "", syntax("undeclared prefix")
	}
	return uri, nil
}

var predeclared = map[string]string{"xml": nsXML, "xmlns": nsXMLNS, "stream": nsStream}
