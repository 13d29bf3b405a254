package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"isthmus/cmd/lab/internal/lab"
)

// bytesLimit bounds the whole command.
const bytesLimit = 10 * time.Minute

// bytesPlan is two servers with rooms of their own, and a node on each.
var bytesPlan = lab.Plan{
	Servers: []lab.ServerPlan{
		{Kind: lab.Prosody, Domain: "wonderland.lit", Rooms: "muc.wonderland.lit"},
		{Kind: lab.Ejabberd, Domain: "denmark.lit", Rooms: "muc.denmark.lit"},
	},
	Nodes: []lab.NodePlan{
		{Domain: "rooms.wonderland.lit", Server: "wonderland.lit", Config: haste + `
			[[federation.room]]
			room = "rabbithole"
			accept = ["elsinore@talk.denmark.lit"]`},
		{Domain: "talk.denmark.lit", Server: "denmark.lit", Config: haste + `
			[[federation.room]]
			room = "elsinore"
			join = "rabbithole@rooms.wonderland.lit"`},
	},
}

// haste makes no difference to the bytes: it lets an outage, and the wait for a ping, be over sooner.
const haste = `
	[federation]
	retry = "1s"
	ping = "5s"`

// column is one kind of room that the story is told with.
type column struct {
	name  string
	rooms [2]string // that the people of each server enter
	host  int       // whose people are there first
	guest string    // begins the accounts of the people
}

var columns = []column{
	{"isthmus", [2]string{"rabbithole@rooms.wonderland.lit", "elsinore@talk.denmark.lit"}, 0, "heart"},
	{"Prosody's rooms", [2]string{"rabbithole@muc.wonderland.lit", "rabbithole@muc.wonderland.lit"}, 0, "spade"},
	{"ejabberd's rooms", [2]string{"elsinore@muc.denmark.lit", "elsinore@muc.denmark.lit"}, 1, "clubs"},
}

// runBytes measures what a room of two servers costs on the link between them.
func runBytes(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("bytes", flag.ContinueOnError)
	crowd := flags.Int("crowd", 50, "people on each side")
	missed := flags.Int("missed", 20, "messages of each side during the outage")
	if err := flags.Parse(args); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, bytesLimit)
	defer cancel()
	l, err := lab.Start(ctx, bytesPlan)
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }()
	bills := make([]bill, len(columns))
	for i, c := range columns {
		if bills[i], err = measure(ctx, l, c, *crowd, *missed); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
	return printBills(out, bills, *crowd, *missed)
}

// printBills writes a table as README has it.
func printBills(out io.Writer, bills []bill, crowd, missed int) error {
	var b strings.Builder
	fmt.Fprintf(&b, "| %d + %d people: bytes in stanzas |", crowd, crowd)
	for _, c := range columns {
		b.WriteString(" " + c.name + " |")
	}
	b.WriteString("\n|---|" + strings.Repeat("---:|", len(columns)) + "\n")
	for _, row := range []struct {
		what string
		cost func(bill) cost
	}{
		{"a message of 100 bytes", func(b bill) cost { return b.message }},
		{fmt.Sprintf("the %d of the other server come in", crowd), func(b bill) cost { return b.crowd }},
		{"one more comes", func(b bill) cost { return b.join }},
		{"one leaves", func(b bill) cost { return b.leave }},
		{fmt.Sprintf("an outage is mended, %d + %d messages missed", missed, missed), func(b bill) cost { return b.outage }},
		{"a silent link: a ping and its answer", func(b bill) cost { return b.ping }},
	} {
		b.WriteString("| " + row.what + " |")
		for _, bill := range bills {
			b.WriteString(" " + row.cost(bill).String() + " |")
		}
		b.WriteString("\n")
	}
	_, err := io.WriteString(out, b.String())
	return err
}
