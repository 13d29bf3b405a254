package muc_test

import (
	"testing"

	"isthmus/muc/muctest"
)

// R1: the room calls nobody, and reads no clock and no random source.
func TestPure(t *testing.T) {
	muctest.Pure(t, "isthmus/component/stanza", "isthmus/muc/confusable", "isthmus/chatneg")
}
