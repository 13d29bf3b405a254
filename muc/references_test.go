package muc_test

import (
	"bufio"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// known lists the anchors of every XEP that is cited, a number and an anchor a line.
//
//	XEPS=directory-of-xep-NNNN.xml go test ./muc -run TestReferences -update
//
// writes it anew.
const known = "testdata/xep/anchors"

var (
	reference = regexp.MustCompile(`xep:(\d{4})(?:#([\w-]+))?`)
	anchor    = regexp.MustCompile(`anchor=['"]([^'"]+)['"]`)
)

// TestReferences: what the code and the scripts cite is there. A number alone cites a whole XEP.
func TestReferences(t *testing.T) {
	cited := references(t, "..")
	if flag.Lookup("update").Value.String() == "true" && os.Getenv("XEPS") != "" {
		writeAnchors(t, cited, os.Getenv("XEPS"))
	}
	anchors := readAnchors(t)
	for _, ref := range slices.Sorted(maps.Keys(cited)) {
		if !anchors[ref] {
			t.Errorf("%s cites %s: no such anchor", cited[ref], ref)
		}
	}
}

// references finds what is cited in Go files and scripts, and one place of each.
func references(t *testing.T, root string) map[string]string {
	cited := map[string]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != root && strings.HasPrefix(d.Name(), "."):
			return filepath.SkipDir
		case d.IsDir() || filepath.Ext(path) != ".go" && filepath.Ext(path) != ".txt":
			return nil
		}
		text, err := os.ReadFile(path) // #nosec G304 -- a test reads its own repository
		for _, m := range reference.FindAllStringSubmatch(string(text), -1) {
			cited[strings.TrimSpace(m[1]+" "+m[2])] = path
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return cited
}

func readAnchors(t *testing.T) map[string]bool {
	f, err := os.Open(known)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	anchors := map[string]bool{}
	for s := bufio.NewScanner(f); s.Scan(); {
		anchors[s.Text()] = true
		xep, _, _ := strings.Cut(s.Text(), " ")
		anchors[xep] = true
	}
	return anchors
}

func writeAnchors(t *testing.T, cited map[string]string, dir string) {
	xeps := map[string]bool{}
	for ref := range cited {
		xeps[ref[:4]] = true
	}
	var b strings.Builder
	for _, xep := range slices.Sorted(maps.Keys(xeps)) {
		text, err := os.ReadFile(filepath.Join(dir, "xep-"+xep+".xml")) // #nosec G304 -- the XEPs, by whoever runs the test
		if err != nil {
			t.Fatal(err)
		}
		names := map[string]bool{}
		for _, m := range anchor.FindAllStringSubmatch(string(text), -1) {
			names[m[1]] = true
		}
		for _, name := range slices.Sorted(maps.Keys(names)) {
			fmt.Fprintln(&b, xep, name)
		}
	}
	if err := os.WriteFile(known, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
}
