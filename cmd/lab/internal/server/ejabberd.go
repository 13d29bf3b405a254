package server

import (
	"context"
	_ "embed"
	"errors"
	"os"
	"path/filepath"
	"text/template"

	"isthmus/cmd/lab/internal/child"
)

//go:embed ejabberd.yml.tmpl
var ejabberdConfig string

var ejabberdTemplate = template.Must(template.New("ejabberd").Funcs(template.FuncMap{"quote": quote}).Parse(ejabberdConfig))

// StartEjabberd returns when the server accepts connections. It is killed when
// ctx ends. It runs as no Erlang node, so it needs no port mapper.
func StartEjabberd(ctx context.Context, o Options) (*Server, error) {
	return launch(ctx, "ejabberd", o, planEjabberd)
}

func planEjabberd(s *Server) (child.Spec, error) {
	o := s.options
	code, err := ejabberdCode()
	if err != nil {
		return child.Spec{}, err
	}
	config := filepath.Join(o.Dir, "ejabberd.yml")
	err = render(config, ejabberdTemplate, map[string]any{
		"O": o, "C2S": s.port(0), "S2S": s.port(1), "Component": s.port(2), "Web": s.port(3), "WebPath": WebPath,
	})
	if err != nil {
		return child.Spec{}, err
	}
	inetrc, err := writeResolver(o)
	return child.Spec{
		Path: "/usr/bin/erl",
		Args: []string{
			"+K", "true", "-pa", code, "-noinput",
			"-mnesia", "dir", quote(filepath.Join(o.Dir, "mnesia")),
			"-s", "ejabberd",
		},
		Env: []string{
			path, "HOME=" + o.Dir, "ERL_INETRC=" + inetrc,
			"EJABBERD_CONFIG_PATH=" + config,
			// Its logger wants a file; standard output has the same and more.
			"EJABBERD_LOG_PATH=" + filepath.Join(o.Dir, "log", "ejabberd.log"),
			"ERL_CRASH_DUMP_BYTES=0",
		},
		Dir: o.Dir,
		Log: s.Log,
	}, err
}

// ejabberdCode is the folder of ejabberd's compiled modules, whose name has
// the version in it.
func ejabberdCode() (string, error) {
	found, err := filepath.Glob("/usr/lib/*/ejabberd-*/ebin/ejabberd.app")
	if err != nil || len(found) == 0 {
		return "", errors.Join(errors.New("ejabberd is not installed"), err)
	}
	return filepath.Dir(found[0]), nil
}

// writeResolver makes Erlang ask our DNS server; a nameserver line in the
// inetrc alone would be overridden by the system's resolv.conf.
func writeResolver(o Options) (inetrc string, err error) {
	resolv := filepath.Join(o.Dir, "resolv.conf")
	nameserver := ""
	if o.Names.IsValid() {
		nameserver = "nameserver " + o.Names.String() + "\n"
	}
	if err := os.WriteFile(resolv, []byte(nameserver), 0o644); err != nil {
		return "", err
	}
	inetrc = filepath.Join(o.Dir, "inetrc")
	text := "{resolv_conf," + quote(resolv) + "}.\n{hosts_file,\"\"}.\n{lookup,[dns]}.\n"
	return inetrc, os.WriteFile(inetrc, []byte(text), 0o644)
}
