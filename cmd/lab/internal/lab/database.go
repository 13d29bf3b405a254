package lab

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"isthmus/storage/embedded"
)

// Database is the node's Postgres: its first process, and all that it has started.
func (n *Node) Database() ([]int, error) {
	first, err := readPid(filepath.Join(n.vault(), "postgres", "postmaster.pid"))
	if err != nil {
		return nil, err
	}
	pids := []int{first}
	all, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil, err
	}
	for _, file := range all {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended
		}
		// What stands in front of the last ) is the name, behind it come the state and the parent.
		fields := strings.Fields(string(text)[strings.LastIndexByte(string(text), ')')+1:])
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file))); err == nil && len(fields) > 1 && fields[1] == strconv.Itoa(first) {
			pids = append(pids, pid)
		}
	}
	return pids, nil
}

// SignalDatabase sends a signal to all processes of the node's Postgres.
func (n *Node) SignalDatabase(sig syscall.Signal) error {
	pids, err := n.Database()
	if err != nil {
		return err
	}
	for _, pid := range pids {
		if err := syscall.Kill(pid, sig); err != nil && err != syscall.ESRCH {
			return err
		}
	}
	return nil
}

// DatabaseURL is where the node's Postgres is reached.
func (n *Node) DatabaseURL() string {
	return fmt.Sprintf("host=%s user=isthmus dbname=isthmus", filepath.Join(n.vault(), "run"))
}

// vault is the folder that the Postgres lives in.
func (n *Node) vault() string {
	if n.plan.Elsewhere {
		return filepath.Join(filepath.Dir(n.Data), "elsewhere")
	}
	return n.Data
}

// furnish starts the Postgres of a node that has none of its own.
func (n *Node) furnish() (err error) {
	if !n.plan.Elsewhere {
		return nil
	}
	if err := os.MkdirAll(n.vault(), 0o755); err != nil {
		return err
	}
	n.postgres, err = embedded.Start(n.lab.ctx, n.vault(), nil)
	return err
}

// clear ends it.
func (n *Node) clear() {
	if n.postgres == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), stopGrace)
	defer cancel()
	_ = n.postgres.Stop(ctx)
}

// mountDisk gives a folder a disk of its own, of so many bytes.
func mountDisk(dir string, size int) error {
	if err := unix.Mount("isthmus-lab", dir, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, fmt.Sprintf("size=%d,mode=755", size)); err != nil {
		return fmt.Errorf("a disk of its own for %s needs the right to mount: %w", dir, err)
	}
	return nil
}

func unmountDisk(dir string) { _ = unix.Unmount(dir, unix.MNT_DETACH) }
