package lab

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"github.com/BurntSushi/toml"
)

// writeConfig writes the node's configuration: ours, with the plan's over it.
func (n *Node) writeConfig() error {
	site := n.lab.site(n.plan.Server)
	peers := []string{}
	for _, other := range n.lab.plan.Nodes {
		if other.Domain != n.Domain {
			peers = append(peers, other.Domain)
		}
	}
	config := map[string]any{
		"component":  map[string]any{"domain": n.Domain, "secret": site.secrets[n.Domain], "server": site.server.Component},
		"storage":    map[string]any{"url": "embedded", "data_dir": n.Data},
		"rooms":      map[string]any{"creation": "open"},
		"federation": map[string]any{"peers": peers},
		"admin":      map[string]any{"listen": n.Admin},
		"log":        map[string]any{"level": "debug", "format": "console"},
	}
	if n.plan.Elsewhere {
		config["storage"] = map[string]any{"url": n.postgres.URL()}
		config["admin"] = map[string]any{"listen": n.Admin, "socket": filepath.Join(filepath.Dir(n.Config), "isthmus.sock")}
	}
	var over map[string]any
	if _, err := toml.Decode(n.plan.Config, &over); err != nil {
		return fmt.Errorf("the plan's configuration of %s: %w", n.Domain, err)
	}
	lay(config, over)
	var text bytes.Buffer
	if err := toml.NewEncoder(&text).Encode(config); err != nil {
		return err
	}
	return os.WriteFile(n.Config, text.Bytes(), 0o644)
}

// lay puts the values of over into config; tables are merged.
func lay(config, over map[string]any) {
	for key, value := range over {
		below, isTable := config[key].(map[string]any)
		above, wantsTable := value.(map[string]any)
		if isTable && wantsTable {
			lay(below, above)
			continue
		}
		config[key] = value
	}
}
