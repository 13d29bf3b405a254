// Package child runs a program that must not outlive us.
//
// A child ends when it is told to, when its context ends, and when this
// process dies in whatever way: the kernel then sends it a signal.
package child

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Spec says what to run.
type Spec struct {
	Path string
	Args []string
	// Env is the whole environment; nothing is inherited.
	Env []string
	// Dir is the working directory.
	Dir string
	// Log is the file that standard output and error are appended to.
	Log string
	// Files are its open files from number 3 on; the caller closes his own.
	Files []*os.File
	// End is the signal the child gets when its context ends or this process
	// dies; zero means SIGKILL. A child that has to tidy up wants SIGTERM.
	End syscall.Signal
	// Alone leaves the child's own children running when the child ends.
	// Otherwise its whole process group is killed after it.
	Alone bool
}

// Child is a running program.
type Child struct {
	spec Spec
	cmd  *exec.Cmd
	done chan struct{}
	err  error

	// forget ends the watch on the context.
	forget func() bool

	mu    sync.Mutex
	ended bool // reaped: its number may belong to somebody else
}

// Start runs the program in a process group of its own.
func Start(ctx context.Context, spec Spec) (*Child, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	log, err := os.OpenFile(spec.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	if spec.End == 0 {
		spec.End = syscall.SIGKILL
	}

	cmd := exec.Command(spec.Path, spec.Args...)
	cmd.Env, cmd.Dir = spec.Env, spec.Dir
	cmd.Stdout, cmd.Stderr, cmd.ExtraFiles = log, log, spec.Files
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: spec.End}
	c := &Child{spec: spec, cmd: cmd, done: make(chan struct{})}

	started := make(chan error)
	go c.run(started)
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", spec.Path, err)
	}
	c.forget = context.AfterFunc(ctx, func() { c.Signal(spec.End) })
	return c, nil
}

// run starts the child and waits for it on one thread: the kernel signals an
// orphan when the thread that made it ends, not the process.
func (c *Child) run(started chan<- error) {
	runtime.LockOSThread()
	err := c.cmd.Start()
	started <- err
	if err != nil {
		return
	}
	defer close(c.done)

	// The zombie keeps its number until Wait, so that the group is killed
	// while the number is certainly ours.
	for unix.Waitid(unix.P_PID, c.cmd.Process.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil) == unix.EINTR {
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.spec.Alone {
		syscall.Kill(-c.cmd.Process.Pid, syscall.SIGKILL)
	}
	c.err = c.cmd.Wait()
	c.ended = true
}

// Done is closed when the child has ended.
func (c *Child) Done() <-chan struct{} { return c.done }

// Err is how the child ended; ask after Done.
func (c *Child) Err() error { return c.err }

// Pid is the child's process number.
func (c *Child) Pid() int { return c.cmd.Process.Pid }

// Signal sends sig to the child; a child that has ended gets nothing.
func (c *Child) Signal(sig syscall.Signal) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.ended {
		syscall.Kill(c.cmd.Process.Pid, sig)
	}
}

// Kill ends the child as kill -9 does and waits until it is gone.
func (c *Child) Kill() {
	c.Signal(syscall.SIGKILL)
	<-c.done
	c.forget()
}

// Stop asks the child to end, kills it after grace, and waits until it is gone.
func (c *Child) Stop(grace time.Duration) {
	c.Signal(syscall.SIGTERM)
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-c.done:
	case <-timer.C:
		c.Signal(syscall.SIGKILL)
		<-c.done
	}
	c.forget()
}
