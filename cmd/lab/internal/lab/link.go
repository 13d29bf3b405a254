package lab

import (
	"fmt"

	"isthmus/cmd/lab/internal/relay"
)

// Link is the line between two servers. What a server sends goes onto its own
// lane, whoever opened the connection; the line's There is A's.
type Link struct {
	*relay.Line
	// A and B are the servers' domains, in the order of the plan.
	A, B string
}

// From is the lane with what the server at domain sends.
func (k *Link) From(domain string) *relay.Lane {
	switch domain {
	case k.A:
		return k.There
	case k.B:
		return k.Back
	}
	panic(fmt.Sprintf("the link of %s and %s has no end at %s", k.A, k.B, domain))
}

// Link is the link between the servers at two domains, in either order; nil if
// there is none.
func (l *Lab) Link(a, b string) *Link {
	for _, k := range l.links {
		if k.A == a && k.B == b || k.A == b && k.B == a {
			return k
		}
	}
	return nil
}

// Links are all of them.
func (l *Lab) Links() []*Link { return l.links }

// startLinks joins every two servers by a line with a relay for each direction,
// and tells each server's name server where the other is.
func (l *Lab) startLinks() error {
	for i, a := range l.sites {
		for _, b := range l.sites[i+1:] {
			k := &Link{Line: relay.NewLine(l.ctx), A: a.plan.Domain, B: b.plan.Domain}
			l.links = append(l.links, k)
			if err := k.lead(a, b, k.There); err != nil {
				return err
			}
			if err := k.lead(b, a, k.Back); err != nil {
				return err
			}
		}
	}
	return nil
}

// lead opens the relay over which one server connects to another.
func (k *Link) lead(from, to *site, out *relay.Lane) error {
	r, err := k.Listen(to.server.S2S, out)
	if err != nil {
		return err
	}
	for _, domain := range to.domains() {
		from.names.Set(domain, r.Port())
	}
	return nil
}

// meet makes every two servers open their streams to each other, so that counts
// begin after that.
func (l *Lab) meet() error {
	for _, k := range l.links {
		if err := l.Meet(l.ctx, k); err != nil {
			return err
		}
	}
	return nil
}
