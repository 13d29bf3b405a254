package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"isthmus/cmd/lab/internal/client"
	"isthmus/cmd/lab/internal/lab"
)

// play is a conversation under way.
type play struct {
	actors []*actor

	mu    sync.Mutex
	seen  map[string]map[string]int // text to nick to how often
	woken chan struct{}             // closed and replaced when somebody hears something
}

// actor is one person with his client.
type actor struct {
	person
	side   int
	room   string
	client *client.Client
	view   func(n *client.Node) // shows what he receives; nil for most
	done   chan struct{}
}

// enter logs everybody in and lets them enter their side's room; each side's first is its owner. With a transcript the
// first of each side shows his view.
func enter(ctx context.Context, l *lab.Lab, sides []side, t *transcript) (*play, error) {
	p := &play{seen: map[string]map[string]int{}, woken: make(chan struct{})}
	if t != nil {
		t.head("As "+sides[0].people[0].nick+" sees "+sides[0].room, "As "+sides[1].people[0].nick+" sees "+sides[1].room)
	}
	made := map[string]bool{}
	for i, s := range sides {
		for j, who := range s.people {
			a := &actor{person: who, side: i, room: s.room, done: make(chan struct{})}
			if t != nil && j == 0 {
				a.view = t.view(i, s.room)
			}
			if err := p.bring(ctx, l, a, s.domain, !made[s.room]); err != nil {
				return nil, err
			}
			made[s.room] = true
		}
	}
	for _, a := range p.actors {
		if err := p.meet(ctx, a); err != nil {
			return nil, err
		}
		go p.listen(a)
	}
	return p, nil
}

func (p *play) bring(ctx context.Context, l *lab.Lab, a *actor, domain string, owner bool) (err error) {
	if a.client, err = l.Login(ctx, a.account+"@"+domain+"/demo"); err != nil {
		return err
	}
	p.actors = append(p.actors, a)
	if _, err = a.client.JoinRoom(ctx, a.room, a.nick); err != nil || !owner {
		return err
	}
	form := "<query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'>" +
		"<field var='FORM_TYPE'><value>http://jabber.org/protocol/muc#roomconfig</value></field>" +
		"<field var='muc#roomconfig_persistentroom'><value>1</value></field></x></query>"
	answer, err := a.client.Request(ctx, "set", a.room, form)
	if err == nil && answer.Attr("type") != "result" {
		err = fmt.Errorf("the room %s cannot be configured: %v", a.room, answer)
	}
	return err
}

// meet waits until an actor has seen everybody enter, on both sides of the link.
func (p *play) meet(ctx context.Context, a *actor) error {
	for _, other := range p.actors {
		from := a.room + "/" + other.nick
		if other == a {
			continue
		}
		n, err := a.client.Expect(ctx, client.From("presence", from))
		if err != nil {
			return fmt.Errorf("%s does not see %s: %w", a.nick, other.nick, err)
		}
		a.show(n)
	}
	return nil
}

func (a *actor) show(n *client.Node) {
	if a.view != nil {
		a.view(n)
	}
}

// listen notes what an actor receives until his session ends.
func (p *play) listen(a *actor) {
	defer close(a.done)
	for {
		n, err := a.client.Expect(context.Background(), func(n *client.Node) bool {
			return strings.HasPrefix(n.Attr("from"), a.room+"/") && (n.Is("", "message") || n.Is("", "presence"))
		})
		if err != nil {
			return
		}
		a.show(n)
		if n.Is("", "message") && n.Body() != "" {
			p.heard(n.Body(), a.nick)
		}
	}
}

func (p *play) heard(text, nick string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.seen[text] == nil {
		p.seen[text] = map[string]int{}
	}
	p.seen[text][nick]++
	close(p.woken)
	p.woken = make(chan struct{})
}

// talk plays the dialogue: a turn begins when everybody has heard the one before.
func (p *play) talk(ctx context.Context) error {
	for _, turn := range dialogue {
		for _, l := range turn {
			a := p.actor(l.nick)
			if _, err := a.client.Say(a.room, l.text); err != nil {
				return err
			}
		}
		for _, l := range turn {
			if err := p.wait(ctx, l.text); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *play) actor(nick string) *actor {
	for _, a := range p.actors {
		if a.nick == nick {
			return a
		}
	}
	panic("nobody is called " + nick)
}

// wait returns when everybody has heard a line.
func (p *play) wait(ctx context.Context, text string) error {
	for {
		p.mu.Lock()
		n, woken := len(p.seen[text]), p.woken
		p.mu.Unlock()
		if n == len(p.actors) {
			return nil
		}
		select {
		case <-woken:
		case <-ctx.Done():
			return fmt.Errorf("%q reached %d of %d: %w", text, n, len(p.actors), ctx.Err())
		}
	}
}

// leaveTime bounds the good-byes.
const leaveTime = 30 * time.Second

// close lets everybody leave, and notes what still came.
func (p *play) close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, leaveTime)
	defer cancel()
	for _, a := range p.actors {
		if err := a.client.Barrier(ctx, a.room); err != nil {
			return err
		}
	}
	for _, a := range p.actors {
		_ = a.client.Close()
		<-a.done
	}
	return nil
}

// once tells whether everybody heard every line exactly once.
func (p *play) once() bool {
	for _, turn := range dialogue {
		for _, l := range turn {
			for _, a := range p.actors {
				if p.seen[l.text][a.nick] != 1 {
					return false
				}
			}
		}
	}
	return true
}
