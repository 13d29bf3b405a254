package lab

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"

	"isthmus/cmd/lab/internal/names"
	"isthmus/cmd/lab/internal/server"
)

var starts = map[Kind]func(context.Context, server.Options) (*server.Server, error){
	Prosody:  server.StartProsody,
	Ejabberd: server.StartEjabberd,
}

// startServers starts all servers at once.
func (l *Lab) startServers() error {
	for _, plan := range l.plan.Servers {
		if starts[plan.Kind] == nil {
			return fmt.Errorf("%s: there is no server of kind %q", plan.Domain, plan.Kind)
		}
		if l.site(plan.Domain) != nil {
			return fmt.Errorf("there are two servers for %s", plan.Domain)
		}
		s := &site{plan: plan, secrets: map[string]string{}}
		for _, node := range l.plan.Nodes {
			if node.Server == plan.Domain {
				s.secrets[node.Domain] = rand.Text()
			}
		}
		l.sites = append(l.sites, s)
	}
	errs := make([]error, len(l.sites))
	var starting sync.WaitGroup
	for i, s := range l.sites {
		starting.Go(func() { errs[i] = l.startSite(s) })
	}
	starting.Wait()
	return errors.Join(errs...)
}

func (l *Lab) startSite(s *site) (err error) {
	if s.names, err = names.Start(l.ctx); err != nil {
		return err
	}
	s.names.SetOthers(l.nowhere.Number)
	components := slices.Clone(s.plan.Components)
	for domain, secret := range s.secrets {
		components = append(components, server.Component{Domain: domain, Secret: secret})
	}
	s.server, err = starts[s.plan.Kind](l.ctx, server.Options{
		Domain:     s.plan.Domain,
		Dir:        filepath.Join(l.Dir, s.plan.Domain),
		Names:      s.names.Addr(),
		Components: components,
		Rooms:      s.plan.Rooms,
		Multicast:  s.plan.Multicast,
		Debug:      s.plan.Debug,

		MulticastClosed: s.plan.MulticastClosed,
		StanzaLimit:     s.plan.StanzaLimit,
	})
	return err
}

// domains are all that the site's server answers for.
func (s *site) domains() []string {
	all := []string{s.plan.Domain}
	for _, domain := range []string{s.plan.Rooms, s.plan.Multicast} {
		if domain != "" && domain != s.plan.Domain {
			all = append(all, domain)
		}
	}
	for _, c := range s.plan.Components {
		all = append(all, c.Domain)
	}
	for domain := range s.secrets {
		all = append(all, domain)
	}
	return all
}
