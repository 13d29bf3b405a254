package child

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestMain lets the test binary play a parent that starts a child and dies.
func TestMain(m *testing.M) {
	if log := os.Getenv("CHILD_TEST_PARENT"); log != "" {
		parent(log)
	}
	os.Exit(m.Run())
}

func parent(log string) {
	c, err := Start(context.Background(), sleeper(log))
	if err != nil {
		os.Exit(1)
	}
	os.Stdout.WriteString(strconv.Itoa(c.Pid()) + "\n")
	select {}
}

// sleeper is a program that ends only when it is told to.
func sleeper(log string) Spec {
	return Spec{Path: "/bin/sh", Args: []string{"-c", "echo started; exec sleep 600"}, Env: []string{"PATH=/bin:/usr/bin"}, Log: log}
}

func TestStopAndKillEndTheChild(t *testing.T) {
	for name, end := range map[string]func(*Child){
		"stop": func(c *Child) { c.Stop(time.Minute) },
		"kill": (*Child).Kill,
	} {
		c, err := Start(t.Context(), sleeper(filepath.Join(t.TempDir(), "log")))
		if err != nil {
			t.Fatal(err)
		}
		end(c)
		if c.Err() == nil {
			t.Errorf("%s: the child ended by itself", name)
		}
		end(c) // again does nothing
	}
}

func TestContextEndsTheChild(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c, err := Start(ctx, sleeper(filepath.Join(t.TempDir(), "log")))
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	<-c.Done()
}

func TestChildsChildrenEndWithIt(t *testing.T) {
	dir := t.TempDir()
	spec := sleeper(filepath.Join(dir, "log"))
	spec.Args = []string{"-c", "sleep 600 & echo $! >pid; echo ready >pipe; wait"}
	spec.Dir = dir
	if err := unix.Mkfifo(filepath.Join(dir, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Start(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.ReadFile(filepath.Join(dir, "pipe")); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "pid"))
	if err != nil {
		t.Fatal(err)
	}
	watch := watchPid(t, strings.TrimSpace(string(text)))
	c.Stop(time.Minute)
	watch()
}

func TestChildDiesWithUs(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log")
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "CHILD_TEST_PARENT="+log)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	watch := watchPid(t, strings.TrimSpace(line))
	cmd.Process.Kill()
	cmd.Wait()
	watch()
}

// watchPid returns a function that waits for the end of a process that is not
// our child. The handle is taken while the process certainly lives.
func watchPid(t *testing.T, text string) func() {
	t.Helper()
	pid, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		t.Fatal(err)
	}
	return func() {
		t.Helper()
		defer unix.Close(fd)
		for {
			_, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, -1)
			if err == unix.EINTR {
				continue
			}
			if err != nil {
				t.Error(err)
			}
			return
		}
	}
}

func TestTail(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	os.WriteFile(path, []byte("first second"), 0o600)
	for n, want := range map[int64]string{6: "second", 100: "first second"} {
		if got := Tail(path, n); got != want {
			t.Errorf("the last %d bytes: %q", n, got)
		}
	}
}
