package embedded

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// orphanTime is how long an orphan may take for its fast shutdown.
const orphanTime = time.Minute

// stopOrphan ends the Postgres that an earlier daemon left behind when it was killed. It is not taken over: a fresh
// start is the same path after every kind of end, and has our own binaries and settings.
//
// It is called with the data directory locked, so a Postgres that runs here belongs to nobody.
func (s *Server) stopOrphan(ctx context.Context) error {
	file := filepath.Join(s.cluster, "postmaster.pid")
	pid, socket := readPIDFile(file)
	if pid <= 0 {
		return nil
	}
	fd, err := unix.PidfdOpen(pid, 0) // a handle, so that a number used again is never signalled
	if errors.Is(err, unix.ESRCH) {
		removeSocket(socket)
		return nil // Postgres clears the file away itself
	}
	if err != nil {
		return fmt.Errorf("cannot tell whether an earlier Postgres (process %d) still runs: %w", pid, err)
	}
	defer unix.Close(fd)
	if !runsOn(pid, s.cluster) {
		// The number is somebody else's by now, or a dead process that nobody has buried; Postgres would refuse to start.
		removeSocket(socket)
		return os.Remove(file)
	}
	s.log(fmt.Sprintf("Postgres (process %d) was left behind by a killed isthmus and is stopped", pid))
	ctx, cancel := context.WithTimeout(ctx, orphanTime)
	defer cancel()
	err = end(ctx, ending(fd), func(sig os.Signal) error {
		err := unix.PidfdSendSignal(fd, sig.(syscall.Signal), nil, 0)
		if errors.Is(err, unix.ESRCH) {
			return os.ErrProcessDone
		}
		return err
	})
	if err != nil && !errors.Is(err, errHard) {
		return fmt.Errorf("an earlier Postgres (process %d) still runs: %w", pid, err)
	}
	removeSocket(socket)
	return nil
}

// readPIDFile reads the process id and the socket's directory, lines 1 and 5 of postmaster.pid.
// https://www.postgresql.org/docs/current/storage-file-layout.html
func readPIDFile(file string) (pid int, socket string) {
	text, err := os.ReadFile(file) // #nosec G304 -- the operator's own directory
	if err != nil {
		return 0, ""
	}
	lines := strings.Split(string(text), "\n")
	pid, _ = strconv.Atoi(strings.TrimSpace(lines[0]))
	if len(lines) > 4 {
		socket = strings.TrimSpace(lines[4])
	}
	return pid, socket
}

// runsOn tells whether the process is a Postgres on this cluster, by its command line, which unlike its working
// directory everybody may read.
func runsOn(pid int, cluster string) bool {
	line, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	var args []string
	for arg := range bytes.SplitSeq(line, []byte{0}) {
		args = append(args, string(arg))
	}
	at := slices.Index(args, "-D")
	return filepath.Base(args[0]) == "postgres" && at >= 0 && at+1 < len(args) && sameDir(args[at+1], cluster)
}

func sameDir(a, b string) bool {
	x, err1 := os.Stat(a)
	y, err2 := os.Stat(b)
	return err1 == nil && err2 == nil && os.SameFile(x, y)
}

// ending is closed when the process of the handle has ended.
func ending(fd int) <-chan struct{} {
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		for {
			// The handle is closed behind the last waiter, which then sees a bad descriptor.
			_, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, -1) // #nosec G115 -- a process number fits
			if !errors.Is(err, unix.EINTR) {
				return
			}
		}
	}()
	return gone
}
