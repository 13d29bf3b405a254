package config

import (
	"os"
	"reflect"
	"regexp"
	"testing"

	"github.com/BurntSushi/toml"
	"github.com/google/go-cmp/cmp"
)

const example = "../../../../config.example.toml"

func readExample(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(example)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The example says what the defaults are, and has every key there is.
func TestExampleIsDefault(t *testing.T) {
	text := readExample(t)
	var c Config
	md, err := toml.Decode(text, &c)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range md.Undecoded() {
		t.Errorf("%s does not exist", k)
	}
	if diff := cmp.Diff(plain(Default()), plain(c)); diff != "" {
		t.Errorf("example differs from the defaults (-default +example):\n%s", diff)
	}
	found := findLines(uncomment(text))
	for _, path := range paths("", reflect.TypeFor[Config]()) {
		if found.of(path) == 0 || shown(found.at(found.of(path))) != shown(path) {
			t.Errorf("%s is not in the example", shown(path))
		}
	}
}

// What is commented out in the example works, too.
func TestExampleUncommented(t *testing.T) {
	text := regexp.MustCompile(`(?m)^(domain|secret|peers) = .*`).ReplaceAllStringFunc(uncomment(readExample(t)), func(line string) string {
		return map[string]string{
			"domain": `domain = "rooms.denmark.lit"`, "secret": `secret = "x"`, "peers ": `peers = ["rooms.wonderland.lit"]`,
		}[line[:6]]
	})
	c, err := parse("example", text)
	if err != nil {
		t.Fatal(err)
	}
	want := []FederationRoom{{
		Room: "elsinore", Join: "rabbithole@rooms.wonderland.lit", Accept: []string{"rooms.wonderland.lit"},
		Link: Link{
			JoinTimeout: "5m", Retry: "2m", Ping: "10m", PingTimeout: "5m", Grace: "15m", EchoTimeout: "20m",
			Mode: "master-slave", Presence: "joins", Rate: "2400 bit/s",
		},
	}}
	if diff := cmp.Diff(want, c.Federation.Rooms); diff != "" {
		t.Error(diff)
	}
	no := false
	peers := []FederationPeer{{Peer: "rooms.wonderland.lit", Link: Link{Users: []string{"wonderland.lit"}, Transit: &no}}}
	if diff := cmp.Diff(peers, c.Federation.Ways); diff != "" {
		t.Error(diff)
	}
}

// uncomment makes text of what stands behind a # without a space.
func uncomment(text string) string {
	return regexp.MustCompile(`(?m)^#(\S)`).ReplaceAllString(text, "$1")
}

// paths are all keys of a struct. Those of links stand in the example once.
func paths(path string, t reflect.Type) (all []string) {
	for _, f := range fieldsIn(t) {
		at, field := join(path, f.Tag.Get("toml")), f.Type
		switch {
		case len(f.Index) > 1 && path != "federation":
		case setters[field].set != nil:
			all = append(all, at)
		case field.Kind() == reflect.Slice:
			all = append(all, paths(element(at, 0), field.Elem())...)
		default:
			all = append(all, paths(at, field)...)
		}
	}
	return all
}

// plain makes empty lists nil and secrets comparable in a readable way.
func plain(c Config) map[string]any {
	out := map[string]any{}
	var walk func(path string, v reflect.Value)
	walk = func(path string, v reflect.Value) {
		for _, field := range fieldsIn(v.Type()) {
			name := field.Tag.Get("toml")
			switch f := v.FieldByIndex(field.Index); {
			case f.Kind() == reflect.Struct:
				walk(join(path, name), f)
			case f.Kind() == reflect.String:
				out[join(path, name)] = f.String()
			case f.Kind() == reflect.Slice && f.Len() == 0:
			default:
				out[join(path, name)] = f.Interface()
			}
		}
	}
	walk("", reflect.ValueOf(c))
	return out
}
