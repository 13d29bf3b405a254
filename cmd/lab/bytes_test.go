package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"isthmus/cmd/lab/internal/lab"
)

// TestBytes holds what README says of bytes on the link: with many people on both sides each thing that happens is one stanza.
func TestBytes(t *testing.T) {
	l := lab.ForTest(t, bytesPlan)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	const crowd, missed = 50, 20
	b, err := measure(ctx, l, columns[0], crowd, missed)
	if err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]cost{"a message": b.message, "a join": b.join, "a leave": b.leave} {
		if c.stanzas != 1 || c.bytes > 700 {
			t.Errorf("%s of %d + %d people costs %s", what, crowd, crowd, c)
		}
	}
	if most := float64(2*crowd + 2*missed + 30); b.outage.stanzas > most {
		t.Errorf("an outage costs %s, expected at most %g stanzas", b.outage, most)
	}
	const few = 3
	bills := []bill{b}
	for _, c := range columns[1:] {
		b, err := measure(ctx, l, c, few, missed)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if b.message.stanzas < few {
			t.Errorf("%s: a message for %d remote people is counted as %s", c.name, few, b.message)
		}
		bills = append(bills, b)
	}
	var table strings.Builder
	if err := printBills(&table, bills, crowd, missed); err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + table.String())
}
