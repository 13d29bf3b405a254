package openfire_test

import (
	"testing"

	"isthmus/muc/muctest"
)

// The model calls nobody, and reads no clock and no random source.
func TestPure(t *testing.T) { muctest.Pure(t, "isthmus/component/stanza") }
