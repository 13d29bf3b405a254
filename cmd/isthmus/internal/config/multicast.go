package config

import (
	"cmp"
	"strings"

	"isthmus/component"
)

// Via is how copies for the host's own users may go.
func (c Component) Via() component.Multicast {
	_, above, _ := strings.Cut(c.Domain, ".")
	m := component.Multicast{Users: cmp.Or(c.Host, above), Service: c.Multicast}
	switch c.Multicast {
	case "off":
		return component.Multicast{}
	case "auto":
		m.Service = ""
	}
	return m
}
