package terminal

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

func TestTypingAndLooking(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	all, err := Start(ctx, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer all.Close()
	echo, err := all.Open(ctx, "echo", []string{"GREETING=høflig"}, "/bin/sh", "-c",
		`while read line; do echo "$GREETING: $line"; done`)
	if err != nil {
		t.Fatal(err)
	}
	if err := echo.Type(ctx, "C-c; 'hello'"); err != nil {
		t.Fatal(err)
	}
	if _, err := echo.Wait(ctx, "høflig: C-c; 'hello'"); err != nil {
		t.Fatal(err)
	}
	short, cancel := context.WithTimeoutCause(ctx, 3*lookEvery, errors.New("long enough"))
	defer cancel()
	if _, err := echo.Wait(short, "never said"); err == nil || !strings.Contains(err.Error(), "hello") {
		t.Errorf("the error does not say what is to be seen: %v", err)
	}
}
