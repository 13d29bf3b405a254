package server

import (
	"context"
	_ "embed"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"isthmus/cmd/lab/internal/child"
	"isthmus/component/prosody"
)

//go:embed prosody.cfg.lua.tmpl
var prosodyConfig string

//go:embed mod_auth_anyone.lua
var prosodyAuth []byte

var prosodyTemplate = template.Must(template.New("prosody").Funcs(template.FuncMap{"quote": quote}).Parse(prosodyConfig))

// StartProsody returns when the server accepts connections. It is killed when
// ctx ends.
func StartProsody(ctx context.Context, o Options) (*Server, error) {
	return launch(ctx, "prosody", o, planProsody)
}

func planProsody(s *Server) (child.Spec, error) {
	o := s.options
	plugins := filepath.Join(o.Dir, "plugins")
	data := filepath.Join(o.Dir, "data")
	// It complains where the folder for certificates is missing.
	for _, dir := range []string{plugins, data, filepath.Join(o.Dir, "certs")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return child.Spec{}, err
		}
	}
	for name, module := range map[string][]byte{"auth_anyone": prosodyAuth, prosody.Name: prosody.Multicast} {
		if err := os.WriteFile(filepath.Join(plugins, "mod_"+name+".lua"), module, 0o644); err != nil {
			return child.Spec{}, err
		}
	}
	config := filepath.Join(o.Dir, "prosody.cfg.lua")
	err := render(config, prosodyTemplate, map[string]any{
		"O": o, "Plugins": plugins, "Data": data, "Pid": filepath.Join(o.Dir, "prosody.pid"),
		"C2S": s.port(0), "S2S": s.port(1), "Component": s.port(2), "Web": s.port(3), "WebPath": WebPath,
	})
	return child.Spec{
		Path: "/usr/bin/prosody",
		Args: []string{"--config", config, "-F"},
		Env:  []string{path, "HOME=" + o.Dir},
		Dir:  o.Dir,
		Log:  s.Log,
	}, err
}

func render(path string, t *template.Template, data any) error {
	var text strings.Builder
	if err := t.Execute(&text, data); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(text.String()), 0o644)
}

// quote makes a string literal for Lua, YAML and Erlang alike: the three agree
// on these escapes, and what else is in a name or a secret stands for itself.
func quote(s any) string {
	text, _ := s.(string)
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(text) + `"`
}
