package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"isthmus/cmd/lab/internal/terminal"
)

// TestProfanityRoom is an evening in a room, as two people see it who use Profanity.
func TestProfanityRoom(t *testing.T) {
	onBoth(t, func(s *scene) {
		den := s.room("den")
		alice, bob := s.profanity("alice"), s.profanity("bob")
		alice.types("/join " + den + " nick Alice")
		alice.sees("You have joined the room as Alice, role: moderator, affiliation: owner")
		alice.sees("Room locked, requires configuration.")
		bob.types("/join " + den + " nick Bob")
		bob.sees("Error joining room " + den + ", reason: item-not-found")
		alice.types("/room accept")
		alice.sees("Room unlocked")
		alice.types("anybody?")
		alice.sees("Alice: anybody?")
		alice.types("/subject set croquet")
		alice.sees("Alice has set the room subject: croquet")

		bob.types("/join " + den + " nick Bob")
		bob.sees("You have joined the room as Bob, role: participant, affiliation: none")
		bob.sees("Alice: anybody?")
		bob.sees("Alice has set the room subject: croquet")
		alice.sees("-> Bob has joined the room")
		bob.types("I am")
		alice.sees("Bob: I am")
		bob.types("/subject set tea")
		bob.sees("You may not change the subject")
		bob.types("/msg Alice between us")
		alice.sees("[3]") // a window of its own
		alice.types("/win 3")
		alice.sees("Bob: between us")
		alice.types("/win 2")
		bob.types("/win 2")

		bob.types("/nick Robert")
		bob.sees("  Robert") // in the list beside
		alice.sees("Bob is now known as Robert")
		alice.types("/kick Robert enough")
		alice.sees("Robert has been kicked from the room by Alice, reason: enough")
		bob.sees("Kicked from " + den + " by Alice, reason: enough")
		bob.types("/join " + den + " nick Bob")
		bob.sees("You have joined the room as Bob")
		alice.types("/ban bob@" + s.users + " too late")
		bob.sees("Banned from " + den + " by Alice, reason: too late")
		bob.types("/join " + den + " nick Bob")
		bob.sees("Error joining room " + den + ", reason: forbidden")
		alice.types("/room destroy")
		alice.sees("Room destroyed")
	})
}

// TestProfanityGroup is a private group, made with the room's own form: members only, whose addresses all members know.
func TestProfanityGroup(t *testing.T) {
	onBoth(t, func(s *scene) {
		group := s.room("group")
		alice, bob := s.profanity("alice"), s.profanity("bob")
		alice.types("/join " + group + " nick Alice")
		alice.sees("Room locked")
		alice.types("/room config")
		alice.sees("Use '/form submit' to save changes.")
		alice.types("/" + alice.field("Only members may enter") + " on")
		alice.types("/" + alice.field("Who may see real addresses") + " anyone")
		alice.types("/form submit")
		alice.sees("Room configuration successful")
		bob.types("/join " + group + " nick Bob")
		bob.sees("Error joining room " + group + ", reason: registration-required")

		alice.types("/invite send bob@" + s.users + " come in")
		bob.sees("Message: come in")
		bob.types("/join " + group + " nick Bob")
		bob.sees("You have joined the room as Bob, role: participant, affiliation: member")
		alice.sees("-> Bob has joined the room")
		alice.types("/info Bob")
		alice.sees("Jid: bob@" + s.users)
		bob.types("/info Alice")
		bob.sees("Jid: alice@" + s.users)
		bob.types("/affiliation list owner")
		bob.sees("!   alice@" + s.users)
		bob.types("/affiliation list member")
		bob.sees("!   bob@" + s.users)
		alice.types("/affiliation set none bob@" + s.users)
		alice.sees("Bob has left the room")
	})
}

// profanity is somebody who uses Profanity.
type profanity struct {
	*terminal.Terminal
	s *scene
}

// profanityFiles are its configuration and its account: everything is shown, but nothing of itself.
var profanityFiles = map[string]string{
	"profrc":   "[ui]\nsplash=false\nstatuses.muc=all\n",
	"accounts": "[me]\njid=%[1]s@%[2]s\nserver=127.0.0.1\nport=%[3]s\ntls.policy=disable\npassword=any\n",
}

// profanity runs Profanity for somebody, logged in at the scene's server.
func (s *scene) profanity(name string) *profanity {
	s.Helper()
	dir := s.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "profanity"), 0o755); err != nil {
		s.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(world.Server(s.users).C2S)
	for file, text := range profanityFiles {
		if file == "accounts" {
			text = fmt.Sprintf(text, name, s.users, port)
		}
		if err := os.WriteFile(filepath.Join(dir, "profanity", file), []byte(text), 0o644); err != nil {
			s.Fatal(err)
		}
	}
	all, err := terminal.Start(s.ctx, dir)
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(all.Close)
	t, err := all.Open(s.ctx, name, []string{"HOME=" + dir, "XDG_CONFIG_HOME=" + dir, "XDG_DATA_HOME=" + dir},
		"/usr/bin/profanity", "--account", "me")
	if err != nil {
		s.Fatal(err)
	}
	p := &profanity{t, s}
	p.sees("logged in successfully")
	return p
}

func (p *profanity) types(line string) {
	p.s.Helper()
	if err := p.Type(p.s.ctx, line); err != nil {
		p.s.Fatal(err)
	}
}

// patience is for what should be there at once.
const patience = 20 * time.Second

func (p *profanity) sees(text string) string {
	p.s.Helper()
	ctx, cancel := context.WithTimeout(p.s.ctx, patience)
	defer cancel()
	screen, err := p.Wait(ctx, text)
	if err != nil {
		p.s.Fatal(err)
	}
	return screen
}

// field is Profanity's own name for a field of the form that is on the screen.
func (p *profanity) field(label string) string {
	p.s.Helper()
	found := regexp.MustCompile(`\[(field\d+)\] ` + label).FindStringSubmatch(p.sees(label))
	if found == nil {
		p.s.Fatalf("there is no field %q", label)
	}
	return found[1]
}
