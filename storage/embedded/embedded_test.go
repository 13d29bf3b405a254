package embedded

import (
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestStartStopStart(t *testing.T) {
	data := place(t)
	s := start(t, data)
	fill(t, s.URL())
	for setting, want := range map[string]string{
		"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on",
		"listen_addresses": "", "server_encoding": "UTF8", "data_checksums": "on",
	} {
		if got, err := query(t, s.URL(), "SHOW "+setting); got != want || err != nil {
			t.Errorf("%s = %q, %v, want %q", setting, got, err, want)
		}
	}
	stop(t, s)
	stop(t, s) // says the same
	if pid, _ := readPIDFile(filepath.Join(data, "postgres/postmaster.pid")); pid != 0 {
		t.Errorf("process %d was not stopped in order", pid)
	}
	find(t, start(t, data).URL())
}

func TestE1SecondDaemonIsRefused(t *testing.T) {
	data := place(t)
	first, at := daemon(t, data)
	fill(t, at)
	_, err := Start(t.Context(), data, nil)
	want := fmt.Sprintf("another isthmus (process %d) already uses the data directory %s", first.Process.Pid, data)
	if err == nil || err.Error() != want {
		t.Errorf("Start = %v, want %q", err, want)
	}
	find(t, at) // the first one's database goes on
	killAll(t, data, first)
}

func TestE2DaemonKilled(t *testing.T) {
	data := place(t)
	d, at := daemon(t, data)
	fill(t, at)
	orphan, _ := readPIDFile(filepath.Join(data, "postgres/postmaster.pid"))
	d.Process.Kill()
	d.Wait()
	find(t, at) // Postgres outlives it, with nobody to read what it writes
	if !alive(orphan) {
		t.Fatalf("process %d is gone before anybody stopped it", orphan)
	}

	s := start(t, data)
	if alive(orphan) {
		t.Errorf("process %d was left running", orphan)
	}
	find(t, s.URL())
}

func TestE2DaemonAndPostgresKilled(t *testing.T) {
	data := filepath.Join(place(t), strings.Repeat("long", 30)) // so that the socket's directory is one to clear away
	d, at := daemon(t, data)
	fill(t, at)
	_, socket := readPIDFile(filepath.Join(data, "postgres/postmaster.pid"))
	killAll(t, data, d)
	find(t, start(t, data).URL())
	if _, err := os.Stat(socket); filepath.Dir(socket) != shortPlace || !os.IsNotExist(err) {
		t.Errorf("%s was left behind: %v", socket, err)
	}
}

// killAll kills the daemon and its Postgres, whose files then lie about.
func killAll(t *testing.T, data string, d *exec.Cmd) {
	t.Helper()
	pid, _ := readPIDFile(filepath.Join(data, "postgres/postmaster.pid"))
	d.Process.Kill()
	d.Wait()
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Error(err)
	}
}

func TestE2PostgresKilled(t *testing.T) {
	data := place(t)
	s := start(t, data)
	fill(t, s.URL())
	pid, _ := readPIDFile(filepath.Join(data, "postgres/postmaster.pid"))
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	// The daemon starts it again at the same URL.
	eventually(t, "Postgres is back", func() bool {
		got, err := query(t, s.URL(), read)
		return got == "kept" && err == nil && !alive(pid)
	})
	stop(t, s)
	find(t, start(t, data).URL())
}

// The number in a stale postmaster.pid may be that of any process by now, even of the same user's.
func TestE2StaleFiles(t *testing.T) {
	data := place(t)
	s := start(t, data)
	fill(t, s.URL())
	stop(t, s)

	other := s.who.command("/", "sleep", "1000")
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	defer other.Wait()
	defer other.Process.Kill()
	stale := fmt.Sprintf("%d\n%s\n1\n5432\n%s\n\n", other.Process.Pid, s.cluster, s.socket)
	for _, file := range []string{
		filepath.Join(s.cluster, "postmaster.pid"),
		filepath.Join(s.socket, socketName),
		filepath.Join(s.socket, socketName+".lock"),
	} {
		if err := os.WriteFile(file, []byte(stale), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := s.who.give(file); err != nil {
			t.Fatal(err)
		}
	}
	find(t, start(t, data).URL())
	if !alive(other.Process.Pid) {
		t.Error("a process that is not ours was stopped")
	}
}

func TestE2InterruptedInitdb(t *testing.T) {
	data := place(t)
	half := filepath.Join(data, "postgres.new")
	if err := os.MkdirAll(half, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(data, 0o711); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(half, "PG_VERSION"), []byte("15\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	fill(t, start(t, data).URL())
}

func TestE3SocketIsPrivate(t *testing.T) {
	for name, data := range map[string]string{
		"short": place(t),
		"long":  filepath.Join(place(t), strings.Repeat("long", 30)),
		"comma": filepath.Join(place(t), "a, \"b'% é"),
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, data)
			fill(t, s.URL())
			find(t, s.URL())
			u, err := url.Parse(s.URL())
			if err != nil {
				t.Fatal(err)
			}
			dir := u.Query().Get("host")
			if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
				t.Errorf("%s: %v, %v, want mode 0700", dir, info, err)
			}
			stop(t, s)
			if _, err := os.Stat(dir); filepath.Dir(dir) == shortPlace && !os.IsNotExist(err) {
				t.Errorf("%s was left behind", dir)
			}
		})
	}
}

func TestMissingBinaries(t *testing.T) {
	defer func(was string) { installed = was }(installed)
	installed = filepath.Join(t.TempDir(), "*")
	t.Setenv("PATH", t.TempDir())
	data := place(t)
	const want = "Postgres is not installed: install the Debian package postgresql, or set storage.url to a database elsewhere"
	if _, err := Start(t.Context(), data, nil); err == nil || err.Error() != want {
		t.Errorf("Start = %v, want %q", err, want)
	}
	if _, err := os.Stat(data); !os.IsNotExist(err) {
		t.Error("a data directory was made in vain")
	}
}

func TestOtherVersion(t *testing.T) {
	data := place(t)
	if err := os.MkdirAll(filepath.Join(data, "postgres"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(data, "postgres/PG_VERSION"), []byte("8\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("the database in %s/postgres was made by Postgres 8, which is not installed: install the Debian package postgresql-8", data)
	if _, err := Start(t.Context(), data, nil); err == nil || err.Error() != want {
		t.Errorf("Start = %v, want %q", err, want)
	}
}

func TestClosedParent(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root runs Postgres as somebody else")
	}
	parent := filepath.Dir(place(t))
	if err := os.Chmod(parent, 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := Start(t.Context(), filepath.Join(parent, "a", "data"), nil)
	who, _ := runAs("")
	want := fmt.Sprintf("the user %[2]s, as whom Postgres runs, may not enter %[1]s: allow it (chmod o+x %[1]s) or choose another data_dir",
		parent, who.name)
	if err == nil || err.Error() != want {
		t.Errorf("Start = %v, want %q", err, want)
	}
}

// Ctrl-C at the terminal goes to the daemon's process group.
func TestOwnProcessGroup(t *testing.T) {
	data := place(t)
	start(t, data)
	pid, _ := readPIDFile(filepath.Join(data, "postgres/postmaster.pid"))
	if group, err := syscall.Getpgid(pid); err != nil || group == syscall.Getpgrp() {
		t.Errorf("Postgres is in the process group %d, %v", group, err)
	}
}
