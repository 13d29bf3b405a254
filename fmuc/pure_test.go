package fmuc_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// impure are packages, with all below them, by which code could act, wait, or read a random source.
var impure = []string{"context", "crypto/rand", "io", "log", "math/rand", "net", "os", "runtime", "sync", "syscall"}

// clock are the functions of package time that read the clock or wait.
var clock = []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker"}

// F1: pure packages import of this module only what is below them, and nothing that acts; they read no clock.
func TestPure(t *testing.T) {
	for dir, below := range map[string][]string{
		".":      {"isthmus/muc", "isthmus/component/stanza"},
		"../muc": {"isthmus/component/stanza"},
	} {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no files in %s: %v", dir, err)
		}
		for _, name := range files {
			if !strings.HasSuffix(name, "_test.go") {
				checkPure(t, name, below)
			}
		}
	}
}

func checkPure(t *testing.T, name string, below []string) {
	f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range f.Imports {
		path, _ := strconv.Unquote(i.Path.Value)
		acts := slices.ContainsFunc(impure, func(p string) bool { return path == p || strings.HasPrefix(path, p+"/") })
		if acts || strings.HasPrefix(path, "isthmus/") && !slices.Contains(below, path) {
			t.Errorf("%s imports %s", name, path)
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		s, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := s.X.(*ast.Ident); ok && x.Name == "time" && x.Obj == nil && slices.Contains(clock, s.Sel.Name) {
			t.Errorf("%s calls time.%s", name, s.Sel.Name)
		}
		return true
	})
}
