package main

import (
	"context"
	"sync/atomic"
	"time"

	"isthmus/component"
	"isthmus/component/admin"
	"isthmus/storage"
)

// numbers are what the daemon counts.
type numbers struct {
	stanzas, attachments           atomic.Int64
	commits, failedCommits, events atomic.Int64
	committing                     atomic.Int64 // nanoseconds
}

func (n *numbers) metrics(attached *component.Component, out *component.Outbox) []admin.Metric {
	count := func(v *atomic.Int64) func() float64 { return func() float64 { return float64(v.Load()) } }
	begun := float64(time.Now().Unix())
	return []admin.Metric{
		{Name: "isthmus_start_time_seconds", Kind: admin.Gauge, Help: "When the daemon began, in seconds since 1970.",
			Read: func() float64 { return begun }},
		{Name: "isthmus_attached", Kind: admin.Gauge, Help: "1 while the host server has the component attached.",
			Read: func() float64 {
				if attached.Status().Attached {
					return 1
				}
				return 0
			}},
		{Name: "isthmus_attachments_total", Kind: admin.Counter, Help: "Times that the component was attached.", Read: count(&n.attachments)},
		{Name: "isthmus_stanzas_total", Kind: admin.Counter, Help: "Stanzas that came from the host server.", Read: count(&n.stanzas)},
		{Name: "isthmus_outbox_bytes", Kind: admin.Gauge, Help: "Bytes that wait for the host server to take them.",
			Read: func() float64 { return float64(out.Size()) }},
		{Name: "isthmus_commits_total", Kind: admin.Counter, Help: "Commits to the database.", Read: count(&n.commits)},
		{Name: "isthmus_commits_failed_total", Kind: admin.Counter, Help: "Commits that failed.", Read: count(&n.failedCommits)},
		{Name: "isthmus_commit_seconds_total", Kind: admin.Counter, Help: "Time that commits took.",
			Read: func() float64 { return time.Duration(n.committing.Load()).Seconds() }},
		{Name: "isthmus_events_total", Kind: admin.Counter, Help: "Messages and subjects that were logged.", Read: count(&n.events)},
	}
}

// timed is a store whose commits are counted.
type timed struct {
	storage.Store
	n *numbers
}

func (t timed) Commit(ctx context.Context, batch []storage.Change) error {
	begun := time.Now()
	err := t.Store.Commit(ctx, batch)
	t.n.committing.Add(int64(time.Since(begun)))
	t.n.commits.Add(1)
	if err != nil {
		t.n.failedCommits.Add(1)
		return err
	}
	for _, change := range batch {
		if _, ok := change.(storage.AppendEvent); ok {
			t.n.events.Add(1)
		}
	}
	return nil
}
