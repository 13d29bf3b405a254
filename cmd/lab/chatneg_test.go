package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"isthmus/cmd/lab/internal/client"
)

const (
	ssn   = "urn:xmpp:ssn"
	oldNS = "http://jabber.org/protocol/chatneg"
)

// negotiate sends a form of a session.
func (u *user) negotiate(to, thread, formType, typ, fields string) {
	u.s.Helper()
	u.send("<message id='%s' to='%s'><thread>%s</thread><feature xmlns='http://jabber.org/protocol/feature-neg'>"+
		"<x xmlns='jabber:x:data' type='%s'><field var='FORM_TYPE' type='hidden'><value>%s</value></field>%s</x></feature></message>",
		u.ID(), to, thread, typ, formType, fields)
}

// negotiated waits for a form of this type in a thread.
func (u *user) negotiated(thread, typ string) *client.Node {
	u.s.Helper()
	return u.expect("a "+typ+" in "+thread, func(n *client.Node) bool {
		f := n.Child("http://jabber.org/protocol/feature-neg", "feature")
		return n.Is("", "message") && f != nil && n.Child("", "thread") != nil && n.Child("", "thread").Text == thread &&
			f.Child("jabber:x:data", "x").Attr("type") == typ
	})
}

func value(field, v string) string {
	return "<field var='" + field + "'><value>" + v + "</value></field>"
}

func option(field, v string) string {
	return "<field var='" + field + "' type='list-single'><value>" + v + "</value>" +
		"<option><value>" + v + "</value></option><required/></field>"
}

// TestOffTheRecord: two people agree not to log, in either version of the protocol, and one agrees so with the room. What
// they say is nowhere afterwards: not in the database, not in the daemon's log. Their agreement outlives the daemon.
func TestOffTheRecord(t *testing.T) {
	onBoth(t, func(s *scene) {
		room := s.room("balcony")
		alice, bob := s.login("alice"), s.login("bob")
		phone, err := world.Login(s.ctx, "bob@"+s.users+"/phone")
		if err != nil {
			s.Fatal(err)
		}
		t.Cleanup(func() { _ = phone.Close() })
		alice.join(room, "Alice")
		alice.configure(room, "persistentroom=1", "chatneg_user_optout=1")
		bob.join(room, "Bob")
		if _, err := phone.JoinRoom(s.ctx, room, "Bob"); err != nil {
			s.Fatal(err)
		}

		alice.negotiate(room+"/Bob", "new", ssn, "form", value("accept", "1")+option("logging", "mustnot"))
		bob.negotiated("new", "form")
		bob.negotiate(room+"/Alice", "new", ssn, "submit", value("accept", "1")+value("logging", "mustnot"))
		alice.negotiated("new", "submit")
		s.stored("new", "waiting")
		alice.negotiate(room+"/Bob", "new", ssn, "result", value("accept", "1"))
		bob.negotiated("new", "result")

		alice.negotiate(room+"/Bob", "old", oldNS, "form", value("accept", "1")+option("otr", "true"))
		bob.negotiated("old", "form")
		bob.negotiate(room+"/Alice", "old", oldNS, "submit", value("accept", "1")+value("otr", "true"))
		alice.negotiated("old", "submit")

		bob.negotiate(room, "room", ssn, "form", value("accept", "1")+option("logging", "mustnot"))
		bob.negotiated("room", "submit")
		bob.negotiate(room, "room", ssn, "result", value("accept", "1"))
		s.stored("new", "active")
		s.stored("old", "active")

		secret := "sub-rosa-" + s.tag
		s.whisper(alice, bob, room, secret, 0, 50)
		node := world.Node(s.rooms)
		node.Stop()
		if err := node.Start(s.ctx); err != nil {
			s.Fatal(err)
		}
		bob.awaits(room)
		s.whisper(alice, bob, room, secret, 50, 100)
		for _, n := range phone.Received() {
			if n.Attr("type") == "chat" {
				s.Fatalf("a client that has agreed on nothing was sent %s", n)
			}
		}
		alice.say(room, "for the record "+s.tag)
		alice.hears("for the record " + s.tag)

		dump := s.dump()
		log, err := os.ReadFile(node.Log)
		if err != nil {
			s.Fatal(err)
		}
		if !holds(dump, "for the record "+s.tag) {
			s.Error("the dump does not hold what is on the record: it proves nothing")
		}
		for where, text := range map[string]string{"the database": dump, "the log": string(log)} {
			if holds(text, secret) {
				s.Errorf("what nobody was to log is in %s", where)
			}
		}

		alice.negotiate(room+"/Bob", "new", ssn, "submit", value("terminate", "1"))
		bob.negotiated("new", "submit")
		if strings.Contains(s.dump(), "\tnew\t"+alice.jid) {
			s.Error("a session that is over is still stored")
		}
	})
}

// holds tells whether a text holds another, as it is or as the bytes of a column.
func holds(text, what string) bool {
	return strings.Contains(text, what) || strings.Contains(text, fmt.Sprintf("%x", what))
}

// whisper says things privately in both sessions, and to all by who has agreed with the room.
func (s *scene) whisper(alice, bob *user, room, secret string, from, to int) {
	s.Helper()
	for i := from; i < to; i++ {
		body := fmt.Sprintf("%s-%d", secret, i)
		thread := []string{"new", "old"}[i%2]
		alice.send("<message type='chat' id='w%d' to='%s/Bob'><body>%s</body><thread>%s</thread></message>", i, room, body, thread)
		bob.say(room, "all-"+body)
		n := bob.hears(body)
		kept := n.Child("urn:xmpp:hints", "no-store") == nil || n.Child("urn:xmpp:hints", "no-copy") == nil
		if kept || strings.Contains(n.String(), alice.jid) {
			s.Fatalf("as it came: %s", n)
		}
		if n := alice.hears("all-" + body); n.Child("urn:xmpp:hints", "no-store") == nil || stanzaID(n) != "" {
			s.Fatalf("as it came: %s", n)
		}
	}
}

// stored checks that a session is in the database, in this state.
func (s *scene) stored(thread, state string) {
	s.Helper()
	for line := range strings.Lines(s.dump()) {
		if strings.Contains(line, "\t"+thread+"\t") && strings.Contains(line, s.tag) && strings.Contains(line, "\t"+state+"\t") {
			return
		}
	}
	s.Fatalf("the session %s is not stored as %s", thread, state)
}

// dump is everything in the node's database, as pg_dump writes it.
func (s *scene) dump() string {
	s.Helper()
	pids, _ := filepath.Glob(filepath.Join(world.Node(s.rooms).Data, "*", "postmaster.pid"))
	tools, _ := filepath.Glob("/usr/lib/postgresql/*/bin/pg_dump")
	if len(pids) != 1 || len(tools) == 0 {
		s.Fatalf("the database is not there: %v %v", pids, tools)
	}
	text, err := os.ReadFile(pids[0])
	if err != nil {
		s.Fatal(err)
	}
	// The fourth line is the port, the fifth the socket's directory.
	lines := strings.Split(string(text), "\n")
	args := []string{"-h", lines[4], "-p", lines[3], "-U", "isthmus", "isthmus"}
	cmd := exec.CommandContext(s.ctx, tools[len(tools)-1], args...) // #nosec G204 -- a test's own
	out, err := cmd.Output()
	if err != nil {
		s.Fatalf("pg_dump: %v", err)
	}
	return string(out)
}
