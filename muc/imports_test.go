package muc_test

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

// pure is what of the standard library cannot look at the world outside; a trailing slash means everything below.
var pure = []string{
	"bytes", "cmp", "crypto/aes", "crypto/cipher", "crypto/hmac", "crypto/sha256", "crypto/subtle", "encoding/", "errors", "fmt",
	"html", "iter", "maps", "math", "math/bits", "reflect", "regexp", "slices", "sort", "strconv", "strings", "time", "unicode",
	"unicode/",
}

// allowed is what the room may use beside it.
var allowed = []string{"isthmus/component/stanza", "mellium.im/xmpp/", "golang.org/x/text/"}

// impure are the functions of pure packages that ask for the time.
var impure = []string{"time.Now", "time.Since", "time.Until", "time.After", "time.AfterFunc", "time.NewTimer", "time.NewTicker",
	"time.Tick", "time.Sleep"}

// TestPure: the room calls nobody, and reads no clock and no random source (R1).
func TestPure(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		checkImports(t, name, f)
		checkCalls(t, name, f)
	}
}

func checkImports(t *testing.T, name string, f *ast.File) {
	for _, spec := range f.Imports {
		path, _ := strconv.Unquote(spec.Path.Value)
		if !slices.ContainsFunc(slices.Concat(pure, allowed), func(ok string) bool {
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
		if x, ok := s.X.(*ast.Ident); ok && slices.Contains(impure, x.Name+"."+s.Sel.Name) {
			t.Errorf("%s uses %s.%s", name, x.Name, s.Sel.Name)
		}
		return true
	})
}
