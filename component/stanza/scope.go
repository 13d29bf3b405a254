package stanza

import (
	"bytes"
	"encoding/xml"

	"isthmus/component/internal/xmltext"
)

// NoNamespace is the Space of a name that an empty xmlns took out of every namespace. No XML document can spell it.
const NoNamespace = "\uFFFE"

const (
	nsXML     = "http://www.w3.org/XML/1998/namespace"
	nsStreams = "http://etherx.jabber.org/streams"
)

// own are the namespaces that all mean the stream's own: a host may name the one of the stream that a stanza came from.
// RFC 6120 section 4.8.3, xep:0114
var own = map[string]bool{
	"jabber:component:accept": true,
	"jabber:client":           true,
	"jabber:server":           true,
}

// scope is what an element inherits from the start tags around it, innermost first. nil is the stream itself.
type scope struct {
	outer    *scope
	space    string // the default namespace in effect
	def      []byte // the attribute that made it so; nil for the stream's own
	prefixes []prefix
}

type prefix struct {
	name string // "" is the default namespace
	uri  string
	attr []byte // the declaration as written
}

// inside is the scope within the element that tag starts.
func (s *scope) inside(tag xmltext.Tag) *scope {
	decls := declarations(tag.Attrs)
	if decls == nil {
		return s
	}
	in := &scope{outer: s}
	if s != nil {
		in.space, in.def = s.space, s.def
	}
	for _, d := range decls {
		if d.name == "" {
			in.space, in.def = d.uri, d.attr
			continue
		}
		in.prefixes = append(in.prefixes, d)
	}
	return in
}

// declarations are the namespaces that a start tag declares.
func declarations(attrs xmltext.Attrs) (list []prefix) {
	var at xmltext.Attr
	for attrs.Next(&at) {
		name, ok := bytes.CutPrefix(at.Name, []byte("xmlns"))
		if !ok || len(name) > 0 && name[0] != ':' {
			continue
		}
		list = append(list, prefix{string(bytes.TrimPrefix(name, []byte(":"))), space(value(at.Value)), at.Raw})
	}
	return list
}

func space(uri string) string {
	switch {
	case uri == "":
		return NoNamespace
	case own[uri]:
		return ""
	}
	return uri
}

// name resolves the name of the element that tag starts. It is false where its prefix is declared nowhere.
func (s *scope) name(tag xmltext.Tag) (xml.Name, bool) {
	pre, rest := xmltext.Cut(tag.Name)
	local := intern(rest)
	attr := "xmlns"
	if pre != nil {
		attr = "xmlns:" + string(pre)
	}
	if v, ok := tag.Attrs.Get(attr); ok {
		return xml.Name{Space: space(value(v)), Local: local}, true
	}
	if pre == nil {
		return xml.Name{Space: s.inherited(), Local: local}, true
	}
	uri, ok := s.lookup(string(pre))
	return xml.Name{Space: uri, Local: local}, ok
}

func (s *scope) inherited() string {
	if s == nil {
		return ""
	}
	return s.space
}

func (s *scope) lookup(name string) (uri string, ok bool) {
	for ; s != nil; s = s.outer {
		for _, p := range s.prefixes {
			if p.name == name {
				return p.uri, true
			}
		}
	}
	uri, ok = predeclared[name]
	return uri, ok
}

var predeclared = map[string]string{"xml": nsXML, "stream": nsStreams}

// missing are the declarations that raw, an element in this scope, needs in its start tag to stand alone. A prefix that
// only looks used is declared too, which changes no name.
func (s *scope) missing(raw []byte, tag xmltext.Tag) (list [][]byte) {
	declared := map[string]bool{}
	for _, d := range declarations(tag.Attrs) {
		declared[d.name] = true
	}
	if s != nil && s.space != "" && !declared[""] {
		list = append(list, s.def)
	}
	for ; s != nil; s = s.outer {
		for _, p := range s.prefixes {
			if declared[p.name] || !bytes.Contains(raw, []byte(p.name+":")) {
				continue
			}
			declared[p.name] = true
			list = append(list, p.attr)
		}
	}
	if !declared["stream"] && bytes.Contains(raw, []byte("stream:")) {
		list = append(list, []byte("xmlns:stream='"+nsStreams+"'"))
	}
	return list
}

// standalone is raw with what it inherits declared in its own start tag; raw itself where it inherits nothing.
func (s *scope) standalone(raw []byte) []byte {
	if s == nil && !bytes.Contains(raw, []byte("stream:")) {
		return raw
	}
	tag, ok := xmltext.ReadTag(raw)
	if !ok {
		return raw
	}
	return declare(raw, tag, s.missing(raw, tag))
}

// declare is raw with these attributes in its start tag; raw itself for none.
func declare(raw []byte, tag xmltext.Tag, list [][]byte) []byte {
	if list == nil {
		return raw
	}
	at := 1 + len(tag.Name)
	out := make([]byte, 0, len(raw)+256)
	out = append(out, raw[:at]...)
	for _, d := range list {
		out = append(append(out, ' '), d...)
	}
	return append(out, raw[at:]...)
}
