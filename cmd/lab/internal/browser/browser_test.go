package browser

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

const page = `data:text/html,<h1 hidden>secret</h1><input><button onclick="
	console.log('clicked', 1); document.querySelector('p').textContent = 'You said ' + document.querySelector('input').value">Say</button><p>`

func TestClickingAndTyping(t *testing.T) {
	if _, err := os.Stat(chromium); err != nil {
		t.Skip("make clients installs Chromium")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	b, err := Start(ctx, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	p, err := b.Open(ctx, page)
	if err != nil {
		t.Fatal(err)
	}
	shot := filepath.Join(t.TempDir(), "shot.png")
	err = errors.Join(p.Click(ctx, "input", ""), p.Type(ctx, "høflig"), p.Click(ctx, "button", "Say"),
		p.See(ctx, "p", "You said høflig"), p.Screenshot(ctx, shot))
	if err != nil {
		t.Fatal(err)
	}
	if png, _ := os.ReadFile(shot); !strings.HasPrefix(string(png), "\x89PNG") {
		t.Error("the screenshot is no PNG")
	}
	if !slices.Contains(p.Console(), "log clicked 1") {
		t.Errorf("the console says %q", p.Console())
	}
	if err := p.Eval(ctx, "nobody()", nil); err == nil || !strings.Contains(err.Error(), "nobody is not defined") {
		t.Errorf("an exception: %v", err)
	}
	short, cancel := context.WithTimeoutCause(ctx, 3*lookEvery, errors.New("long enough"))
	defer cancel()
	if p.See(short, "h1", "secret") == nil {
		t.Error("what is hidden was seen")
	}
	b.Close()
	if err := p.Eval(ctx, "1", nil); !errors.Is(err, errEnded) {
		t.Errorf("after the end: %v", err)
	}
}
