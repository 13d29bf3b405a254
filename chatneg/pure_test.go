package chatneg_test

import (
	"testing"

	"isthmus/muc/muctest"
)

// N6: the session calls nobody, and reads no clock and no random source.
func TestPure(t *testing.T) { muctest.Pure(t, "isthmus/component/stanza") }
