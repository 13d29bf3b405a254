package embedded

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// account is as whom Postgres runs. It refuses to be root.
type account struct {
	name       string
	credential *syscall.Credential // nil: as the daemon itself
}

// candidates are tried in this order when the daemon is root.
var candidates = []string{"postgres", "nobody"}

// runAs chooses the account: the daemon's own, or, if that is root, the one to which the cluster belongs, or for a new
// cluster the first candidate that exists.
func runAs(cluster string) (account, error) {
	owner := ownerOf(cluster)
	if me := os.Geteuid(); me != 0 {
		if owner > 0 && owner != me || owner == 0 {
			return account{}, fmt.Errorf("the database in %s belongs to %s: run isthmus as that user or as root", cluster, nameOf(owner))
		}
		return account{name: nameOf(me)}, nil
	}
	if owner > 0 {
		u, err := user.LookupId(strconv.Itoa(owner))
		if err != nil {
			return account{}, fmt.Errorf("the database in %s belongs to the user id %d, which has no name: %w", cluster, owner, err)
		}
		return accountOf(u)
	}
	for _, name := range candidates {
		if u, err := user.Lookup(name); err == nil {
			return accountOf(u)
		}
	}
	return account{}, errors.New("Postgres does not run as root, and there is no user postgres or nobody to run it as")
}

func accountOf(u *user.User) (account, error) {
	uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
	gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
	if err := errors.Join(err1, err2); err != nil {
		return account{}, fmt.Errorf("the user %s has no numbers: %w", u.Username, err)
	}
	return account{u.Username, &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
}

// ownerOf is the user id to which path belongs, -1 if there is no such path.
func ownerOf(path string) int {
	info, err := os.Stat(path)
	if err != nil {
		return -1
	}
	return int(info.Sys().(*syscall.Stat_t).Uid)
}

func nameOf(uid int) string {
	if u, err := user.LookupId(strconv.Itoa(uid)); err == nil {
		return u.Username
	}
	return strconv.Itoa(uid)
}

// give makes path and all below it the account's.
func (a account) give(path string) error {
	if a.credential == nil {
		return nil
	}
	return filepath.WalkDir(path, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, int(a.credential.Uid), int(a.credential.Gid))
	})
}

// command is a program of Postgres, run by the account in a process group of its own, so that Ctrl-C at the terminal
// reaches the daemon only, which ends Postgres when it has finished itself.
func (a account) command(dir, program string, args ...string) *exec.Cmd {
	cmd := exec.Command(program, args...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C.UTF-8", "TZ=UTC"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: a.credential}
	return cmd
}

// reach makes sure that the account can enter dir: it does so, and names the first directory that forbids it.
func (a account) reach(bin, dir string) error {
	enter := func(dir string) error { return a.command(dir, filepath.Join(bin, "postgres"), "--version").Run() }
	err := enter(dir)
	if err == nil {
		return nil
	}
	if err := enter("/"); err != nil {
		return fmt.Errorf("Postgres cannot be run as the user %s: %w", a.name, err)
	}
	for _, dir := range ancestors(dir) {
		if errors.Is(enter(dir), fs.ErrPermission) {
			return fmt.Errorf("the user %s, as whom Postgres runs, may not enter %s: allow it (chmod o+x %s) or choose another data_dir",
				a.name, dir, dir)
		}
	}
	return fmt.Errorf("Postgres cannot be run in %s as the user %s: %w", dir, a.name, err)
}

// ancestors are dir and the directories above it but the root, the highest first.
func ancestors(dir string) []string {
	if dir == filepath.Dir(dir) {
		return nil
	}
	return append(ancestors(filepath.Dir(dir)), dir)
}
