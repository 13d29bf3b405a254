package bench

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"isthmus/cmd/lab/internal/lab"
	"isthmus/cmd/lab/internal/server"
)

type endHost struct {
	kind      lab.Kind
	multicast string
}

// hosts are the servers on which rooms are measured from client to client, with the domain of their multicast service.
var hosts = []endHost{
	{lab.Prosody, domain},
	{lab.Ejabberd, "multicast." + domain},
}

// roomsOf are who is measured on each of them.
var roomsOf = []struct{ name, domain, form string }{
	{own, "muc." + domain, "<x xmlns='jabber:x:data' type='submit'/>"},
	{jabberMUC, "jm." + domain, form},
	{"isthmus", "rooms." + domain, form},
	{"isthmus, multicast", "many." + domain, form},
}

func (b *Bench) hosts() []endHost {
	if len(b.Ends) == 0 {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(hosts), func(h endHost) bool { return !strings.Contains(b.Hosts, string(h.kind)) && b.Hosts != "" })
}

// own are the rooms that the server itself has.
const own = "its own"

func (b *Bench) ends(ctx context.Context) error {
	for _, h := range b.hosts() {
		if err := b.host(ctx, h.kind, h.multicast); err != nil {
			return fmt.Errorf("%s: %w", h.kind, err)
		}
	}
	return nil
}

const endsConfig = Unlimited + `
[log]
level = "warn"
[component]
`

func (b *Bench) host(ctx context.Context, kind lab.Kind, multicast string) error {
	l, err := lab.Start(ctx, lab.Plan{
		Servers: []lab.ServerPlan{{
			Kind: kind, Domain: domain, Rooms: roomsOf[0].domain, Multicast: multicast,
			Components: []server.Component{{Domain: roomsOf[1].domain, Secret: secret}},
		}},
		Nodes: []lab.NodePlan{
			{Domain: roomsOf[2].domain, Server: domain, Config: endsConfig + `multicast = "off"`},
			{Domain: roomsOf[3].domain, Server: domain, Config: endsConfig},
		},
	})
	if err != nil {
		return err
	}
	defer l.Close()
	dir := filepath.Join(b.dir, string(kind)+"-jabber-muc")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	jm, err := startJabberMUC(ctx, dir, l.Server(domain).Component, roomsOf[1].domain)
	if err != nil {
		return err
	}
	defer jm.end()
	err = l.Await(ctx, domain, roomsOf[1].domain)
	for range 3 {
		if err == nil {
			break // ejabberd ends a session when another one of the same anonymous user has ended
		}
		err = l.Await(ctx, domain, roomsOf[1].domain)
	}
	if err != nil {
		return err
	}
	pids := []int{l.Server(domain).Pid(), jm.Pid(), l.Node(roomsOf[2].domain).Pid(), l.Node(roomsOf[3].domain).Pid()}
	for _, n := range b.Ends {
		c, err := gather(l.Server(domain).C2S, n)
		if err != nil {
			return err
		}
		for rep := range b.Reps {
			for _, r := range roomsOf {
				b.say("%d: %s on %s, %d occupants", rep+1, r.name, kind, n)
				key := fmt.Sprintf("%s/%s/%d/", kind, r.name, n)
				err := c.measure(ctx, b.results, key, fmt.Sprintf("room%d-%d@%s", n, rep, r.domain), r.form, pids)
				if err != nil && r.name == jabberMUC {
					b.say("   it has lost something: %v", err)
					continue
				}
				if err != nil {
					c.close()
					return fmt.Errorf("%s, %d occupants: %w", r.name, n, err)
				}
			}
		}
		c.close()
	}
	return nil
}

const (
	deliveries = 20000 // of one measurement
	pings      = 20    // messages, one after the other
	window     = 8     // stanzas under way: jabber-muc loses some where it gets them faster than it sends
)

// measure has all enter a room at once, one of them say much, then little, and all leave.
func (c *crowd) measure(ctx context.Context, r samples, key, room, form string, pids []int) error {
	n := len(c.people)
	if err := c.open(ctx, room, form); err != nil {
		return fmt.Errorf("open: %w", err)
	}
	begun, used := time.Now(), cpu(pids...)
	if err := c.until(ctx, self, n-1, c.people[1:], "<presence to='%[1]s/%[2]s'><x xmlns='http://jabber.org/protocol/muc'/></presence>", room); err != nil {
		return fmt.Errorf("enter: %w", err)
	}
	r.add(key+"joins/s", float64(n-1)/time.Since(begun).Seconds())
	time.Sleep(time.Second) // what is still to come must not be measured below
	r.add(key+"ms CPU/join", (cpu(pids...)-used).Seconds()*1e3/float64(n-1))

	messages := max(1, deliveries/n)
	begun, used = time.Now(), cpu(pids...)
	if err := c.say(ctx, room, messages, body); err != nil {
		return fmt.Errorf("talk: %w", err)
	}
	r.add(key+"deliveries/s", float64(messages*n)/time.Since(begun).Seconds())

	r.add(key+"µs CPU/delivery", (cpu(pids...)-used).Seconds()*1e6/float64(messages*n))

	c.delays = nil
	for range pings {
		if err := c.say(ctx, room, 1, fmt.Sprintf("at %d ", time.Now().UnixNano())); err != nil {
			return fmt.Errorf("talk slowly: %w", err)
		}
	}
	c.mu.Lock()
	r.add(key+"p50 ms", percentile(c.delays, .5).Seconds()*1e3)
	r.add(key+"p99 ms", percentile(c.delays, .99).Seconds()*1e3)
	c.mu.Unlock()
	return c.until(ctx, self, n, c.people, "<presence type='unavailable' to='%[1]s/%[2]s'/>", room)
}

// self is in the presence that tells somebody that he has entered or left.
const self = "code='110'"

func (c *crowd) open(ctx context.Context, room, form string) error {
	first := c.people[:1]
	if err := c.until(ctx, self, 1, first, "<presence to='%[1]s/%[2]s'><x xmlns='http://jabber.org/protocol/muc'/></presence>", room); err != nil {
		return err
	}
	return c.until(ctx, "opened", 1, first, "<iq type='set' id='opened' to='%[1]s'><query xmlns='http://jabber.org/protocol/muc#owner'>"+form+"</query></iq>", room)
}

// until has each of some people send a stanza, with the room and his nick in it, and returns when tokens have come.
func (c *crowd) until(ctx context.Context, token string, want int, people []*person, format, room string) error {
	w := newWatch(token, want)
	c.watching.Store(w)
	for i, p := range people {
		w.await(ctx, i-window)
		if _, err := fmt.Fprintf(p.conn, format, room, p.nick); err != nil {
			return err
		}
	}
	return w.wait(ctx)
}

func (c *crowd) say(ctx context.Context, room string, messages int, text string) error {
	w := newWatch("</body>", messages*len(c.people))
	c.watching.Store(w)
	for i := range messages {
		w.await(ctx, (i-window)*len(c.people))
		_, err := io.WriteString(c.people[0].conn, fmt.Sprintf("<message type='groupchat' id='m%d' to='%s'><body>%s</body></message>", i, room, text))
		if err != nil {
			return err
		}
	}
	return w.wait(ctx)
}
