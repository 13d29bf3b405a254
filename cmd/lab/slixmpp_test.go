package main

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write what slixmpp tells on Prosody into testdata, to be read critically")

// python is Debian's own, which has slixmpp; another may come first in PATH.
const python = "/usr/bin/python3"

// TestSlixmpp plays each testdata/slixmpp/SCENE.py on both servers. The scene tells what slixmpp understood, a line a step;
// SCENE.txt is what it has to tell, the same on both.
func TestSlixmpp(t *testing.T) {
	scenes, _ := filepath.Glob("testdata/slixmpp/*.txt")
	if len(scenes) == 0 {
		t.Fatal("there are no scenes")
	}
	for _, told := range scenes {
		name := strings.TrimSuffix(filepath.Base(told), ".txt")
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(s *scene) {
				got := s.slixmpp(name)
				if *update && s.place == wonderland {
					if err := os.WriteFile(told, []byte(got), 0o644); err != nil {
						s.Fatal(err)
					}
				}
				want, err := os.ReadFile(told)
				if err != nil {
					s.Fatal(err)
				}
				s.equal("what slixmpp tells", "\n"+got, "\n"+string(want))
			})
		})
	}
}

// slixmpp plays a scene and returns what it tells.
func (s *scene) slixmpp(name string) string {
	s.Helper()
	var out, log bytes.Buffer
	// -B leaves no folder of compiled scripts in testdata.
	cmd := exec.CommandContext(s.ctx, python, "-B", filepath.Join("testdata", "slixmpp", name+".py"),
		world.Server(s.users).C2S, s.users, s.room(name))
	cmd.Env, cmd.Stdout, cmd.Stderr = []string{"LANG=C.UTF-8"}, &out, &log
	if err := cmd.Run(); err != nil {
		s.Fatalf("%v\n%s%s", err, &out, &log)
	}
	return out.String()
}
