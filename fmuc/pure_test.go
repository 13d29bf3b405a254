package fmuc_test

import (
	"testing"

	"isthmus/muc/muctest"
)

// F1: the link calls nobody, and reads no clock and no random source.
func TestPure(t *testing.T) { muctest.Pure(t, "isthmus/muc", "isthmus/component/stanza") }
