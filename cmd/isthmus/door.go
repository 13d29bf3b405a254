package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"isthmus/cmd/isthmus/internal/config"
	"isthmus/component"
	"isthmus/component/admin"
	"isthmus/muc/host"
	"isthmus/storage"
)

// openDoor opens the operator's door where the configuration wants one; nobody gets in before it returns without an error.
func (d *daemon) openDoor(attached *component.Component, store storage.Store, out *component.Outbox, h *host.Host) (
	*background, error) {
	if d.config.Admin.Listen == "" {
		return begin(func(context.Context) error { return nil }), nil
	}
	l, err := net.Listen("tcp", d.config.Admin.Listen)
	if err != nil {
		return nil, fmt.Errorf("admin.listen cannot be used: %w", err)
	}
	door := admin.Door{Checks: d.checks(attached, store, h), Metrics: d.n.metrics(attached, out)}
	v := view{d: d, host: h, attached: attached, begun: time.Now(), checks: door.Checks}
	door.Page, door.Families = v.page, v.families
	d.log.Info().Stringer("address", l.Addr()).Msg("the page, health and metrics are served")
	return begin(func(ctx context.Context) error {
		err := door.Serve(ctx, l)
		if err != nil {
			d.log.Error().Err(err).Msg("the page, health and metrics are served no more")
		}
		return err
	}), nil
}

func (d *daemon) checks(attached *component.Component, store storage.Store, h *host.Host) []admin.Check {
	return []admin.Check{
		{Name: "host connection", Ask: func(context.Context) error {
			if s := attached.Status(); !s.Attached {
				return errors.New(d.config.Hide(s.Reason))
			}
			return nil
		}},
		{Name: "database", Ask: func(ctx context.Context) error {
			err := store.Ping(ctx)
			if err == nil {
				err = h.Ill() // it may answer, and take nothing
			}
			if err == nil && d.config.Storage.Kind() == config.Embedded {
				err = roomy(d.config.Storage.DataDir)
			}
			if err != nil {
				return errors.New(sentence(d.config, err))
			}
			return nil
		}},
	}
}
