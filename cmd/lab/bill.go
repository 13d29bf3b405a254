package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"isthmus/cmd/lab/internal/client"
	"isthmus/cmd/lab/internal/lab"
	"isthmus/cmd/lab/internal/relay"
)

// bill is what a room of two servers costs on the link between them.
type bill struct{ message, crowd, join, leave, outage, ping cost }

// cost is stanzas and bytes, of both directions.
type cost struct{ stanzas, bytes float64 }

// String shows a cost as a cell of the table.
func (c cost) String() string {
	if c.stanzas == 0 {
		return "–"
	}
	return fmt.Sprintf("%s B in %s", grouped(c.bytes), grouped(c.stanzas))
}

// grouped writes a number with commas at the thousands.
func grouped(n float64) string {
	text := strconv.Itoa(int(n + 0.5))
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// party is the people of both servers in a room.
type party struct {
	ctx    context.Context
	lab    *lab.Lab
	link   *lab.Link
	column column
	people [2][]*client.Client
	said   int
}

// measure tells the story of one kind of room, and what it cost.
func measure(ctx context.Context, l *lab.Lab, c column, crowd, missed int) (b bill, err error) {
	p := &party{ctx: ctx, lab: l, link: l.Link("wonderland.lit", "denmark.lit"), column: c}
	defer p.end()
	there := 1 - c.host
	var before [2]relay.Counts
	steps := []func() error{
		func() error { return p.come(c.host, crowd) },
		func() error { before = counts(p.link); return p.come(there, crowd) },
		func() error { b.crowd = live(since(before, counts(p.link)), 1); return nil },
		func() error { b.message, err = p.talk(10); return err },
		func() error { b.join, b.leave, err = p.visits(); return err },
		func() error { b.ping, err = p.silence(); return err },
		func() error { b.outage, err = p.outage(missed); return err },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return b, err
		}
	}
	return b, nil
}

// live is what people caused: messages and presences, divided by how often they did it.
func live(c [2]relay.Counts, times float64) (sum cost) {
	for _, dir := range c {
		sum.stanzas += float64(dir.Messages.Stanzas+dir.Presences.Stanzas) / times
		sum.bytes += float64(dir.Messages.Bytes+dir.Presences.Bytes) / times
	}
	return sum
}

func nick(side, i int) string { return [2]string{"Wonderlander ", "Dane "}[side] + strconv.Itoa(i) }

// come lets people of one side enter, and returns when everybody has seen the last of them.
func (p *party) come(side, n int) error {
	for range n {
		i := len(p.people[side])
		domain := [2]string{p.link.A, p.link.B}[side]
		c, err := p.lab.Login(p.ctx, p.column.guest+strconv.Itoa(i)+"@"+domain+"/phone")
		if err != nil {
			return err
		}
		p.people[side] = append(p.people[side], c)
		if err := p.enter(side, i, "maxstanzas='0'"); err != nil {
			return err
		}
		if i == 0 && (side == p.column.host || p.column.rooms[0] != p.column.rooms[1]) {
			if err := p.open(c, p.column.rooms[side]); err != nil {
				return err
			}
		}
	}
	return p.see(side, len(p.people[side])-1, "")
}

// enter lets somebody in and returns when he is.
func (p *party) enter(side, i int, history string) error {
	c, room := p.people[side][i], p.column.rooms[side]
	err := c.Send(fmt.Sprintf("<presence to='%s/%s'><x xmlns='http://jabber.org/protocol/muc'><history %s/></x></presence>",
		room, nick(side, i), history))
	if err != nil {
		return err
	}
	_, err = c.Expect(p.ctx, func(n *client.Node) bool { return n.Is("", "presence") && n.Attr("type") == "" && n.Status("110") })
	if err != nil {
		err = fmt.Errorf("%s does not get in: %w", nick(side, i), err)
	}
	return err
}

// open makes a new room one that stays.
func (p *party) open(c *client.Client, room string) error {
	n, err := c.Request(p.ctx, "set", room, "<query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'>"+
		"<field var='FORM_TYPE'><value>http://jabber.org/protocol/muc#roomconfig</value></field>"+
		"<field var='muc#roomconfig_persistentroom'><value>1</value></field></x></query>")
	if err == nil && n.Attr("type") != "result" {
		err = fmt.Errorf("%s cannot be configured: %v", room, n)
	}
	return err
}

// see waits until everybody else has seen somebody come, or leave.
func (p *party) see(side, i int, typ string) error {
	for s, people := range p.people {
		from := p.column.rooms[s] + "/" + nick(side, i)
		for j, c := range people {
			if s == side && i == j {
				continue
			}
			_, err := c.Expect(p.ctx, func(n *client.Node) bool { return client.From("presence", from)(n) && n.Attr("type") == typ })
			if err != nil {
				return fmt.Errorf("%s is not seen: %w", from, err)
			}
		}
	}
	return nil
}

// say lets one say something of 100 bytes, and returns what.
func (p *party) say(side, i int) (string, error) {
	p.said++
	body := fmt.Sprintf("%d ", p.said)
	body += strings.Repeat("x", 100-len(body))
	_, err := p.people[side][i%len(p.people[side])].Say(p.column.rooms[side], body)
	return body, err
}

// hear waits until people have heard everything.
func (p *party) hear(bodies []string, sides ...int) error {
	for _, s := range sides {
		for _, c := range p.people[s] {
			for _, body := range bodies {
				if _, err := c.Expect(p.ctx, client.Bodied(body)); err != nil {
					return fmt.Errorf("a message is not heard: %w", err)
				}
			}
		}
	}
	return nil
}

// talk is what a message costs: so many are said on either side.
func (p *party) talk(n int) (cost, error) {
	before := counts(p.link)
	for i := range n {
		for side := range 2 {
			body, err := p.say(side, i)
			if err == nil {
				err = p.hear([]string{body}, 0, 1)
			}
			if err != nil {
				return cost{}, err
			}
		}
	}
	return live(since(before, counts(p.link)), float64(2*n)), nil
}

// visits is what it costs that one more comes, and that he leaves: once on either side.
func (p *party) visits() (join, leave cost, err error) {
	for side := range 2 {
		i := len(p.people[side])
		before := counts(p.link)
		if err := p.come(side, 1); err != nil {
			return join, leave, err
		}
		came := live(since(before, counts(p.link)), 2)
		before = counts(p.link)
		guest := p.people[side][i]
		p.people[side] = p.people[side][:i]
		if err := guest.Leave(p.ctx, p.column.rooms[side], nick(side, i)); err != nil {
			return join, leave, err
		}
		if err := p.see(side, i, "unavailable"); err != nil {
			return join, leave, err
		}
		left := live(since(before, counts(p.link)), 2)
		join, leave = join.plus(came), leave.plus(left)
		_ = guest.Drop()
	}
	return join, leave, nil
}

func (c cost) plus(d cost) cost { return cost{c.stanzas + d.stanzas, c.bytes + d.bytes} }

// outage is what it costs to come together again: all bytes from when the link is mended until everybody has everything.
func (p *party) outage(missed int) (cost, error) {
	began := time.Now()
	p.link.Cut()
	speakers := []int{p.column.host}
	if p.federated() {
		speakers = []int{0, 1}
	}
	var bodies []string
	for i := range missed {
		for _, side := range speakers {
			body, err := p.say(side, i)
			if err == nil {
				err = p.hear([]string{body}, side)
			}
			if err != nil {
				return cost{}, err
			}
			bodies = append(bodies, body)
		}
	}
	if err := p.noticed(); err != nil {
		return cost{}, err
	}
	if err := p.link.Heal(); err != nil {
		return cost{}, err
	}
	if p.federated() {
		return p.mend(bodies)
	}
	return p.rejoin(bodies, began)
}

// noticed waits until an ordinary room has put everybody out of whom messages come back.
func (p *party) noticed() error {
	if p.federated() {
		return nil
	}
	host, there := p.column.host, 1-p.column.host
	for i := range p.people[there] {
		from := p.column.rooms[host] + "/" + nick(there, i)
		_, err := p.people[host][0].Expect(p.ctx, func(n *client.Node) bool {
			return client.From("presence", from)(n) && n.Attr("type") == "unavailable"
		})
		if err != nil {
			return fmt.Errorf("%s stays: %w", from, err)
		}
	}
	return nil
}

// federated tells whether each server has a room of its own.
func (p *party) federated() bool { return p.column.rooms[0] != p.column.rooms[1] }

// mend waits until two nodes have told each other everything.
func (p *party) mend(bodies []string) (cost, error) {
	before := counts(p.link)
	for i, body := range bodies { // host and guest have said them in turn
		if err := p.hear([]string{body}, 1-i%2); err != nil {
			return cost{}, err
		}
	}
	return every(since(before, counts(p.link))), nil
}

// rejoin lets the people of an ordinary room do what their clients do after an outage: each enters again and asks for what he has
// missed; then they say what they could not say. That the servers find each other again is not counted.
func (p *party) rejoin(bodies []string, began time.Time) (cost, error) {
	there := 1 - p.column.host
	if err := p.reach(p.people[there][0], p.column.rooms[there]); err != nil {
		return cost{}, err
	}
	before := counts(p.link)
	for i := range p.people[there] {
		if err := p.enter(there, i, "since='"+began.UTC().Format(time.RFC3339)+"'"); err != nil {
			return cost{}, err
		}
	}
	if err := p.hear(bodies, there); err != nil {
		return cost{}, err
	}
	for i := range bodies {
		body, err := p.say(there, i)
		if err == nil {
			err = p.hear([]string{body}, 0, 1)
		}
		if err != nil {
			return cost{}, err
		}
	}
	return every(since(before, counts(p.link))), nil
}

// reach asks a room until it answers: a server that could not reach another waits before it tries again.
func (p *party) reach(c *client.Client, room string) error {
	for p.ctx.Err() == nil {
		ctx, cancel := context.WithTimeout(p.ctx, time.Second)
		n, err := c.Info(ctx, room)
		cancel()
		if err == nil && n.Attr("type") == "result" {
			return nil
		}
	}
	return p.ctx.Err()
}

// every is all that crossed.
func every(c [2]relay.Counts) (sum cost) {
	for _, dir := range c {
		sum.stanzas += float64(dir.Stanzas().Stanzas)
		sum.bytes += float64(dir.Bytes)
	}
	return sum
}

// silence is what a link costs on which nobody says anything, each time that it asks for a sign of life.
func (p *party) silence() (cost, error) {
	if !p.federated() {
		return cost{}, nil
	}
	before := counts(p.link)
	for _, domain := range []string{p.link.A, p.link.B} {
		lane := p.link.From(domain)
		asked := lane.Counts().IQs.Stanzas
		if err := lane.Await(p.ctx, func(c relay.Counts) bool { return c.IQs.Stanzas > asked }); err != nil {
			return cost{}, err
		}
	}
	c := since(before, counts(p.link))
	asks := float64(c[0].IQs.Stanzas+c[1].IQs.Stanzas) / 2
	return cost{2, float64(c[0].IQs.Bytes+c[1].IQs.Bytes) / asks}, nil
}

// end lets everybody leave, and returns when the link has heard of it: what comes next has a bill of its own.
func (p *party) end() {
	for side, people := range p.people {
		for i, c := range people {
			_ = c.Leave(p.ctx, p.column.rooms[side], nick(side, i))
		}
	}
	for side, people := range p.people {
		if len(people) > 0 {
			_ = people[0].Barrier(p.ctx, p.column.rooms[1-side])
		}
		for _, c := range people {
			_ = c.Close()
		}
	}
}
