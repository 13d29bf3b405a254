// Package bench measures what rooms cost: the component alone into a sink that counts, end to end on real servers beside
// their own rooms, and the database. jabber-muc, a component too, is measured in the same run. Everything shares one
// machine, so that ratios count, not digits.
package bench

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"isthmus/cmd/lab/internal/child"
	"isthmus/cmd/lab/internal/lab"
)

const (
	domain = "bench.lit"
	secret = "bench"
)

// program is a component.
type program struct {
	*child.Child
	domain string
}

// The configuration of isthmus: nobody is slowed, and what is measured beside it has no archive either where it is off.
const isthmusConfig = `
[component]
domain = %q
secret = %q
server = %q
multicast = "off"
[storage]
url = %q
data_dir = %q
[rooms.defaults]
enablearchiving = %v
maxusers = 0
` + Unlimited + `
[log]
level = "warn"
`

// Unlimited lets everybody do as much as he can.
const Unlimited = `
[limits]
stanzas = "off"
entries = "off"
messages = "off"
presences = "off"
room = "off"
rooms = 0
`

// startIsthmus starts a daemon that attaches to addr.
func startIsthmus(ctx context.Context, dir, addr string, archive bool) (*program, error) {
	daemon, err := lab.Build(dir)
	if err != nil {
		return nil, err
	}
	data := filepath.Join(dir, "data")
	if err := os.MkdirAll(data, 0o755); err != nil {
		return nil, err
	}
	url := map[bool]string{true: "embedded", false: "memory:"}[archive]
	config := filepath.Join(dir, "isthmus.toml")
	p := &program{domain: "rooms." + domain}
	text := fmt.Sprintf(isthmusConfig, p.domain, secret, addr, url, data, archive)
	if err := os.WriteFile(config, []byte(text), 0o644); err != nil {
		return nil, err
	}
	p.Child, err = child.Start(ctx, child.Spec{
		Path: daemon, Args: []string{"serve", "-config", config}, Env: append(os.Environ(), "TMPDIR="+dir), Dir: dir,
		Log: filepath.Join(dir, "isthmus.log"), End: syscall.SIGTERM, Alone: true,
	})
	return p, err
}

// The configuration of jabber-muc, after /etc/jabberd2/muc.xml, without its logs of rooms.
const jabberMUCConfig = `<jcr>
<name>%[1]s</name><host>%[1]s</host><ip>%[2]s</ip><port>%[3]s</port><secret>%[4]s</secret>
<spool>%[5]s/rooms/</spool><logdir>%[5]s/</logdir><pidfile>%[5]s/muc.pid</pidfile><loglevel>0</loglevel>
<conference xmlns="jabber:config:conference">
<public/><vCard><FN>Rooms</FN></vCard><history>20</history>
<notice><join>has become available</join><leave>has left</leave><rename>is now known as</rename></notice>
<sadmin><user>admin@localhost</user></sadmin>
</conference>
</jcr>
`

// JabberMUC is the program of Debian's package jabber-muc.
const JabberMUC = "/usr/sbin/mu-conference"

func startJabberMUC(ctx context.Context, dir, addr, domain string) (*program, error) {
	if err := os.MkdirAll(filepath.Join(dir, "rooms"), 0o755); err != nil {
		return nil, err
	}
	host, port, _ := strings.Cut(addr, ":")
	config := filepath.Join(dir, "muc.xml")
	text := fmt.Sprintf(jabberMUCConfig, domain, host, port, secret, dir)
	if err := os.WriteFile(config, []byte(text), 0o644); err != nil {
		return nil, err
	}
	c, err := child.Start(ctx, child.Spec{
		Path: JabberMUC, Args: []string{"-c", config}, Dir: dir, Log: filepath.Join(dir, "muc.log"),
	})
	return &program{c, domain}, err
}

// end stops a program in order.
func (p *program) end() { p.Stop(30 * time.Second) }
