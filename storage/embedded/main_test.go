package embedded

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// A daemon that can be killed: this test binary, run with the data directory in this variable. It starts the database,
// says where it is and waits.
const daemonEnv = "ISTHMUS_TEST_EMBEDDED"

func TestMain(m *testing.M) {
	if data := os.Getenv(daemonEnv); data != "" {
		s, err := Start(context.Background(), data, nil)
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println(s.URL())
		select {}
	}
	os.Exit(m.Run())
}

// daemon starts one and returns it with what it says, which is a URL if it has started.
func daemon(t *testing.T, data string) (cmd *exec.Cmd, says string) {
	t.Helper()
	cmd = exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), daemonEnv+"="+data)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	line := make([]byte, 4096)
	n, _ := out.Read(line)
	return cmd, strings.TrimSpace(string(line[:n]))
}

// place is a data directory that does not exist yet, in a directory that the account may enter.
func place(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "isthmus-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir + "/data"
}

func start(t *testing.T, data string) *Server {
	t.Helper()
	s, err := Start(t.Context(), data, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, s) })
	return s
}

func stop(t *testing.T, s *Server) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := s.Stop(ctx); err != nil {
		t.Errorf("Stop: %v", err)
	}
}

// query runs sql and returns the first column of the first row.
func query(t *testing.T, url, sql string) (got string, err error) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		return "", err
	}
	defer conn.Close(context.Background())
	err = conn.QueryRow(t.Context(), sql).Scan(&got)
	return got, err
}

const write, read = `WITH made AS (INSERT INTO kept VALUES ('kept') RETURNING what) SELECT what FROM made`, `SELECT what FROM kept`

// fill writes what the next start has to find.
func fill(t *testing.T, url string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(t.Context(), `CREATE TABLE kept (what text)`); err != nil {
		t.Fatal(err)
	}
	if _, err := query(t, url, write); err != nil {
		t.Fatal(err)
	}
}

func find(t *testing.T, url string) {
	t.Helper()
	if got, err := query(t, url, read); got != "kept" || err != nil {
		t.Fatalf("after the start: %q, %v", got, err)
	}
}

// eventually waits for what another process does.
func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !done(); {
		if time.Now().After(deadline) {
			t.Fatal("never: " + what)
		}
		wait(t.Context(), interval)
	}
}

func alive(pid int) bool {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, state, _ := strings.Cut(string(text), ") ")
	return err == nil && !strings.HasPrefix(state, "Z")
}
