package lab

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
)

// built is the isthmus program, built once a process. It is kept in memory, so
// that no file is left when the process ends.
var built = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "lab-build-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	program := filepath.Join(dir, "isthmus")
	args := []string{"build", "-buildvcs=false", "-o", program}
	if raceEnabled {
		args = append(args, "-race")
	}
	if out, err := exec.Command("go", append(args, "isthmus/cmd/isthmus")...).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build isthmus: %w\n%s", err, out)
	}
	return os.ReadFile(program)
})

// daemon is the path of the program that the nodes run.
func (l *Lab) daemon() (string, error) {
	if l.plan.Daemon != "" {
		return filepath.Abs(l.plan.Daemon)
	}
	return Build(l.Dir)
}

// Build puts the isthmus program into dir.
func Build(dir string) (string, error) {
	program, err := built()
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "isthmus")
	return path, os.WriteFile(path, program, 0o755)
}
