package lab

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// endPostgres ends the databases below a data folder that nobody runs any more.
// A daemon that was killed leaves its database running.
func endPostgres(data string) {
	found, _ := filepath.Glob(filepath.Join(data, "*", "postmaster.pid"))
	for _, file := range found {
		endPostmaster(file)
	}
}

func endPostmaster(file string) {
	pid, err := readPid(file)
	if err != nil {
		return
	}
	// The handle makes sure that it is still the same process when we have
	// seen that it works in this folder.
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return
	}
	defer unix.Close(fd)
	if where, err := os.Readlink("/proc/" + strconv.Itoa(pid) + "/cwd"); err != nil || where != filepath.Dir(file) {
		return
	}
	if unix.PidfdSendSignal(fd, unix.SIGINT, nil, 0) != nil {
		return
	}
	for {
		_, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, int(stopGrace.Milliseconds()))
		if err != unix.EINTR {
			return
		}
	}
}

// readPid is the first line of a postmaster.pid.
func readPid(file string) (int, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(first))
	if err == nil && pid <= 1 {
		err = fmt.Errorf("%s names process %d", file, pid)
	}
	return pid, err
}
