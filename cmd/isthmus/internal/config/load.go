package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
)

// Load reads the file at path. An error is a Mistakes.
func Load(path string) (Config, error) {
	text, err := os.ReadFile(path) // #nosec G304 -- the operator names it
	if err != nil {
		return Config{}, Mistakes{{File: path, Text: "the file cannot be read: " + cause(err)}}
	}
	return parse(path, string(text))
}

// parse takes the text of the file at path: relative paths in it start where the file is.
func parse(path, text string) (Config, error) {
	c := Default()
	ms := &mistakes{file: path, lines: findLines(text), bad: map[string]bool{}}
	var whole map[string]any
	if _, err := toml.Decode(text, &whole); err != nil {
		return Config{}, ms.syntax(err)
	}
	ms.fill("", whole, reflect.ValueOf(&c).Elem())
	ms.judge(&c)
	if ms.err() == nil {
		ms.resolve(&c, filepath.Dir(path))
	}
	if err := ms.err(); err != nil {
		return Config{}, err
	}
	return c, nil
}

// private are the last names of the keys whose values must not show (C2).
var private = []string{"secret", "url", "roomsecret"}

// quoted is what the parser stumbled over.
var quoted = regexp.MustCompile(`".*"`)

// syntax is the one mistake of a file that is not TOML. The parser quotes what it stumbled over, which may be a secret; in
// a secret's line its other words are of no help either.
func (ms *mistakes) syntax(err error) error {
	var at toml.ParseError
	if !errors.As(err, &at) {
		return Mistakes{{File: ms.file, Text: "the file is not TOML"}}
	}
	line := at.Position.Line
	if strings.Contains(at.Message, `'\n'`) { // the end of a line is counted to the next one
		line--
	}
	path := ms.lines.at(line)
	m := Mistake{File: ms.file, Line: line, Text: quoted.ReplaceAllString(at.Message, hidden)}
	name := strings.ToLower(path[strings.LastIndex(path, ".")+1:])
	if slices.Contains(private, name) {
		m.Key, m.Text = shown(path), `cannot be read: its value has to be a text in double quotes, alone on its line`
	}
	return Mistakes{m}
}

// resolve reads the secret's file and makes paths independent of where the daemon was started.
func (ms *mistakes) resolve(c *Config, dir string) {
	c.Storage.DataDir = under(dir, c.Storage.DataDir)
	if c.Admin.Socket != "" {
		c.Admin.Socket = under(dir, c.Admin.Socket)
	}
	if c.Component.SecretFile == "" {
		return
	}
	c.Component.SecretFile = under(dir, c.Component.SecretFile)
	const key = "component.secret_file"
	text, err := os.ReadFile(c.Component.SecretFile)
	if err != nil {
		ms.add(key, "names a file that cannot be read: %s", cause(err))
		return
	}
	c.Component.Secret = Secret(strings.TrimRight(string(text), "\r\n"))
	if c.Component.Secret == "" {
		ms.add(key, "names a file with nothing in it")
	}
}

func under(dir, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

// cause is why a file cannot be read, without its name: somebody may have put the secret itself there.
func cause(err error) string {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err.Error()
	}
	return "it cannot be opened"
}
