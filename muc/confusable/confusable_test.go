package confusable_test

import (
	"testing"

	"isthmus/muc/confusable"
	"isthmus/muc/muctest"
)

func TestPure(t *testing.T) { muctest.Pure(t, "embed") }

func TestSkeleton(t *testing.T) {
	for text, want := range map[string]string{
		"\u0440\u0430ypal":           "paypal", // Cyrillic er and a
		"modem":                      "rnodern",
		"1":                          "l",
		"I":                          "l",
		"0":                          "O",
		"b":                          "b",
		"\u00e5":                     "a\u030a", // one character, or two
		"\u2764\ufe0f":               "\u2764",  // how an emoji is drawn
		"\U0001f468\u200d\U0001f467": "\U0001f468\U0001f467",
		"":                           "",
	} {
		if got := confusable.Skeleton(text); got != want {
			t.Errorf("%q looks like %q, not %q", text, got, want)
		}
	}
}
