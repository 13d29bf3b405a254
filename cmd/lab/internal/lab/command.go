package lab

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
)

// Command runs a command of the operator's against the running daemon, and
// returns what it prints.
func (n *Node) Command(ctx context.Context, args ...string) (string, error) {
	return n.Run(ctx, n.Config, args...)
}

// Run runs a command with a file, which may be another than the node's.
func (n *Node) Run(ctx context.Context, file string, args ...string) (string, error) {
	args = append(args, "-config", file)
	out, err := exec.CommandContext(ctx, n.daemon, args...).CombinedOutput()
	text := strings.TrimSpace(string(out))
	if err != nil {
		return text, fmt.Errorf("isthmus %s: %w: %s", strings.Join(args, " "), err, text)
	}
	return text, nil
}

// Hangup has the daemon read its file anew, which now ends with this text.
func (n *Node) Hangup(more string) error {
	if err := n.writeConfig(); err != nil {
		return err
	}
	f, err := os.OpenFile(n.Config, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	if _, err := f.WriteString("\n" + more + "\n"); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return syscall.Kill(n.Pid(), syscall.SIGHUP)
}
