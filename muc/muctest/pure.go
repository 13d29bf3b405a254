package muctest

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

// pure is what of the standard library, and beside it, cannot look at the world outside; a trailing slash means everything
// below.
var pure = []string{
	"bytes", "cmp", "crypto/aes", "crypto/cipher", "crypto/hmac", "crypto/sha1", "crypto/sha256", "crypto/subtle",
	"encoding/", "errors", "fmt", "hash/", "html", "iter", "maps", "math", "math/bits", "reflect", "regexp", "slices",
	"sort", "strconv", "strings", "time", "unicode", "unicode/", "mellium.im/xmpp/", "golang.org/x/text/",
}

// clock are the functions of package time that read the clock or wait.
var clock = []string{"Now", "Since", "Until", "After", "AfterFunc", "NewTimer", "NewTicker", "Tick", "Sleep"}

// Pure checks that the package in the current folder calls nobody, and reads no clock and no random source; below is what
// of this module it may use.
func Pure(t *testing.T, below ...string) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		checkImports(t, name, f, slices.Concat(pure, below))
		checkCalls(t, name, f)
	}
}

func checkImports(t *testing.T, name string, f *ast.File, allowed []string) {
	for _, spec := range f.Imports {
		path, _ := strconv.Unquote(spec.Path.Value)
		if !slices.ContainsFunc(allowed, func(ok string) bool {
			return path == ok || strings.HasSuffix(ok, "/") && strings.HasPrefix(path, ok)
		}) {
			t.Errorf("%s imports %s", name, path)
		}
	}
}

func checkCalls(t *testing.T, name string, f *ast.File) {
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
