package main

import (
	"io"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"isthmus/component/componenttest"
)

const asProgram = "ISTHMUS_TEST_RUNS_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	os.Exit(m.Run())
}

// The first signal lets the daemon end in order, with exit code 0.
func TestSignals(t *testing.T) {
	for _, sig := range []os.Signal{syscall.SIGTERM, syscall.SIGINT} {
		host := componenttest.New(t, testDomain, testSecret)
		path := configFile(t, host.Listen(), `url = "memory:"`, "")
		cmd := exec.CommandContext(t.Context(), os.Args[0], "serve", "-config", path)
		cmd.Env = append(os.Environ(), asProgram+"=1")
		var log page
		cmd.Stderr = &log
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		c := host.Accept()
		log.await("attached")
		if err := cmd.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
		_, _, err := c.Next()
		for err == nil {
			_, _, err = c.Next() // it looks for the host's services
		}
		if err != io.EOF {
			t.Errorf("%s: the stream is not closed: %v", sig, err)
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("%s: %v\n%s", sig, err, log.String())
		}
	}
}
