package stanza

import (
	"bytes"

	"isthmus/component/internal/xmltext"
)

// each goes through p one level deep: the text before each construct, then the construct; at last the text behind them
// all with no construct. It is false where p ends inside a construct or f has said so.
func each(p []byte, f func(text, construct []byte) bool) bool {
	for {
		i := bytes.IndexByte(p, '<')
		if i < 0 {
			return f(p, nil)
		}
		var fr xmltext.Framer
		n, done := fr.Feed(p[i:])
		if !done || !f(p[:i], p[i:i+n]) {
			return false
		}
		p = p[i+n:]
	}
}

// elements are the elements of p, which lies in this scope; ErrXML where p is not whole.
func elements(p []byte, in *scope) (list []Element, err error) {
	whole := each(p, func(_, c []byte) bool {
		if c == nil || c[1] == '!' || c[1] == '?' {
			return true
		}
		e, ok := element(c, in)
		if ok {
			list = append(list, e)
		}
		return ok
	})
	if !whole {
		return nil, ErrXML
	}
	return list, nil
}

// element is one element that lies in this scope.
func element(raw []byte, in *scope) (Element, bool) {
	tag, ok := xmltext.ReadTag(raw)
	if !ok || !ends(raw, tag) {
		return Element{}, false
	}
	name, ok := in.name(tag)
	return Element{Name: name, Raw: raw, scope: in}, ok
}

// ends tells whether raw ends with the end tag that its start tag asks for.
func ends(raw []byte, tag xmltext.Tag) bool {
	if tag.Empty {
		return tag.Len == len(raw)
	}
	i := bytes.LastIndex(raw, []byte("</"))
	if i < tag.Len {
		return false
	}
	end, closed := bytes.CutSuffix(raw[i+2:], []byte(">"))
	return closed && bytes.Equal(bytes.TrimRight(end, " \t\r\n"), tag.Name)
}
