package component

import "cmp"

// Limits bound what one stanza may cost. Zero means the default.
type Limits struct {
	Stanza int // bytes of one stanza; 256 KiB
	Depth  int // elements in one another, the stanza included; 64
	Attrs  int // attributes of one element, namespace declarations included; 64
	Skip   int // bytes of one stanza passed over before the connection is given up; 64 times Stanza
}

func (l Limits) orDefault() Limits {
	l.Stanza = cmp.Or(l.Stanza, 256<<10)
	return Limits{l.Stanza, cmp.Or(l.Depth, 64), cmp.Or(l.Attrs, 64), cmp.Or(l.Skip, 64*l.Stanza)}
}
