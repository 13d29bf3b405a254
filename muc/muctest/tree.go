package muctest

import (
	"encoding/xml"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// node is a stanza as a tree, read by the standard library so that a test does not trust the code it tests.
type node struct {
	name  xml.Name
	attrs map[string]string
	text  string
	kids  []*node
}

func parse(s string) (*node, error) {
	d := xml.NewDecoder(strings.NewReader(s))
	root := &node{}
	stack := []*node{root}
	for {
		tok, err := d.Token()
		if err != nil {
			break
		}
		top := stack[len(stack)-1]
		switch t := tok.(type) {
		case xml.StartElement:
			n := &node{name: t.Name, attrs: map[string]string{}}
			for _, a := range t.Attr {
				if a.Name.Local != "xmlns" && a.Name.Space != "xmlns" {
					n.attrs[a.Name.Local] = a.Value
				}
			}
			top.kids = append(top.kids, n)
			stack = append(stack, n)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			top.text += string(t)
		}
	}
	if len(stack) != 1 || len(root.kids) != 1 {
		return nil, fmt.Errorf("not one stanza: %s", s)
	}
	return root.kids[0], nil
}

var idElements = []string{"occupant-id", "stanza-id"}

// compare says how what came differs from what was expected; "" if it does not.
func (p *play) compare(want, got string) string {
	w, err := parse(flat(expand(want)))
	if err != nil {
		return err.Error()
	}
	g, err := parse(got)
	if err != nil {
		return err.Error()
	}
	delete(g.attrs, "to")
	delete(w.attrs, "to")
	if !p.ids {
		g.dropIDs()
	}
	return differ(w, g, g.name.Local)
}

// dropIDs takes the room's ids out of a stanza, and out of those that it forwards.
func (n *node) dropIDs() {
	n.kids = slices.DeleteFunc(n.kids, func(k *node) bool { return slices.Contains(idElements, k.name.Local) })
	for _, k := range n.kids {
		k.dropIDs()
	}
}

func differ(w, g *node, path string) string {
	switch {
	case w.name.Local == "_":
		return ""
	case w.name != g.name:
		return fmt.Sprintf("%s: expected <%s xmlns='%s'>, got <%s xmlns='%s'>", path, w.name.Local, w.name.Space, g.name.Local, g.name.Space)
	case w.text != "*" && strings.TrimSpace(w.text) != strings.TrimSpace(g.text):
		return fmt.Sprintf("%s: expected the text %q, got %q", path, w.text, g.text)
	}
	for k, v := range w.attrs {
		if have, ok := g.attrs[k]; !ok || v != "*" && v != have {
			return fmt.Sprintf("%s: expected %s='%s', got '%s'", path, k, v, have)
		}
	}
	for k, v := range g.attrs {
		if _, ok := w.attrs[k]; !ok {
			return fmt.Sprintf("%s: unexpected %s='%s'", path, k, v)
		}
	}
	return differKids(w, g, path)
}

func differKids(w, g *node, path string) string {
	for i, k := range w.kids {
		if k.name.Local == "__" {
			return ""
		}
		if i >= len(g.kids) {
			return fmt.Sprintf("%s: <%s> is missing", path, k.name.Local)
		}
		if d := differ(k, g.kids[i], path+"/"+g.kids[i].name.Local); d != "" {
			return d
		}
	}
	if len(g.kids) > len(w.kids) {
		return fmt.Sprintf("%s: unexpected <%s>", path, g.kids[len(w.kids)].name.Local)
	}
	return ""
}

var (
	idElement = regexp.MustCompile(`<(occupant-id|stanza-id) [^>]*/>`)
	toAttr    = regexp.MustCompile(`^(<[a-z]+ [^>]*?) to='[^']*'`)
)

// prune takes out of a stanza what expectations leave out.
func (p *play) prune(s string) string {
	s = toAttr.ReplaceAllString(s, "$1")
	if p.ids {
		return s
	}
	return idElement.ReplaceAllString(s, "")
}
