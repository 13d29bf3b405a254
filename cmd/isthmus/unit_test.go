package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestUnit: the systemd unit starts a command that there is, with flags that it has, gives the daemon time to end, and systemd
// finds nothing wrong with it where there is one.
func TestUnit(t *testing.T) {
	text, err := os.ReadFile("isthmus.service")
	if err != nil {
		t.Fatal(err)
	}
	unit := map[string]string{}
	for line := range strings.Lines(string(text)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		unit[key] = value
	}
	words := strings.Fields(unit["ExecStart"])
	if len(words) < 2 || words[1] != "serve" {
		t.Fatalf("ExecStart=%s", unit["ExecStart"])
	}
	for _, c := range commands {
		if c.name != words[1] {
			continue
		}
		if got, err := c.parse(world{}, words[2:]); err != nil || got["config"] != configFlag.value {
			t.Errorf("ExecStart=%s: %v, %v", unit["ExecStart"], got, err)
		}
	}
	if unit["ExecReload"] != "/bin/kill -HUP $MAINPID" || unit["TimeoutStopSec"] != "60s" || drainTime+closeTime > 50e9 {
		t.Errorf("ExecReload=%s, TimeoutStopSec=%s", unit["ExecReload"], unit["TimeoutStopSec"])
	}
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		return
	}
	path := filepath.Join(t.TempDir(), "isthmus.service") // with a program that is there
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(string(text), words[0], "/bin/true")), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(analyze, "verify", path).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%v: %s", err, out)
	}
}
