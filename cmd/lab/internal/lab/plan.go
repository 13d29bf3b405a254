package lab

import (
	"time"

	"isthmus/cmd/lab/internal/relay"
	"isthmus/cmd/lab/internal/server"
)

// Kind is which XMPP server.
type Kind string

// The servers there are.
const (
	Prosody  Kind = "prosody"
	Ejabberd Kind = "ejabberd"
)

// Plan says what to build. Every two servers are joined by a link of their own.
type Plan struct {
	Servers []ServerPlan
	Nodes   []NodePlan
	// Shape is what every link has once the servers have met.
	Shape relay.Shape
	// Dir takes everything and stays afterwards; empty means a temporary
	// folder that is removed.
	Dir string
	// Daemon is the isthmus program; empty means that it is built.
	Daemon string
	// Limit bounds the whole laboratory's life in ForTest, so that a test that
	// hangs shows its logs; zero means five minutes.
	Limit time.Duration
}

// ServerPlan is one XMPP server.
type ServerPlan struct {
	Kind Kind
	// Domain is where its users are, such as "wonderland.lit".
	Domain string
	// Rooms is the domain of the server's own rooms; empty means none.
	Rooms string
	// Multicast is the domain of the XEP-0033 service, with Prosody its own;
	// empty means none.
	Multicast string
	// MulticastClosed makes ejabberd's service refuse what it offers.
	MulticastClosed bool
	// Components are domains for external components beside the nodes.
	Components []server.Component
	// StanzaLimit bounds a stanza on every stream, in bytes; zero means 10 MB.
	StanzaLimit int
	// Debug makes the server log everything.
	Debug bool
}

// NodePlan is one isthmus.
type NodePlan struct {
	// Domain is where its rooms are, such as "rooms.wonderland.lit".
	Domain string
	// Server is the domain of the server it attaches to.
	Server string
	// Config is TOML that is laid over what the laboratory writes: a key here
	// wins. Without it the node keeps its data in a Postgres of its own,
	// anybody may create rooms and the other nodes are its peers.
	Config string
	// Disk gives its data a disk of their own of so many bytes, which may be
	// filled; zero means none. It needs the right to mount.
	Disk int
	// Elsewhere keeps its data in a Postgres that is not its own: one that
	// somebody else starts, and starts again when it has ended.
	Elsewhere bool
	// Off leaves the node off until it is told to Start.
	Off bool
}
