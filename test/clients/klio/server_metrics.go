package main

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

const walSegmentBytes = 16 << 20

// cluster is one PostgreSQL cluster as the server sees it: WAL files received (Tier 1) and archived to S3 (Tier 2).
type cluster struct {
	name               string
	received, archived int64
	archiveLag         time.Duration
}

// clusters differ in every number, so that series mixed up between clusters or tiers are noticed. The second one still
// receives WAL while its archive stands still: stale in Tier 2 only.
var clusters = []cluster{
	{name: "cluster-example", received: 5, archived: 4, archiveLag: 30 * time.Second},
	{name: "cluster-stalled", received: 9, archived: 2, archiveLag: 2 * time.Hour},
}

// oldestSnapshotAge is that of the snapshot the repository began with; nothing expires it here.
const oldestSnapshotAge = 7 * 24 * time.Hour

// recordServer tells what the Klio server knows: its WAL clusters, its queue and the backups in its repository.
func recordServer(ctx context.Context, repo repository) error {
	now := time.Now()
	return errors.Join(
		recordWal(ctx, now),
		recordConsumer(ctx, now),
		recordBase(ctx, repo, now),
		recordQueue(ctx),
	)
}

func inCluster(c cluster) metric.MeasurementOption {
	return metric.WithAttributes(attribute.String("cluster_name", c.name))
}

func recordWal(ctx context.Context, now time.Time) error {
	m := &instruments{meter: otel.Meter("klio.wal")}
	size := m.counter("klio.wal.written_size", "By", "Bytes of WAL files written to disk")
	files := m.counter("klio.wal.written", "", "WAL files written to disk")
	latest := m.gauge("klio.wal.latest_written_time", "s", "Unix time of the latest WAL file written to disk")
	for _, c := range clusters {
		size.Add(ctx, c.received*walSegmentBytes, inCluster(c))
		files.Add(ctx, c.received, inCluster(c))
		latest.Record(ctx, now.Unix(), inCluster(c))
	}
	return m.err()
}

func recordConsumer(ctx context.Context, now time.Time) error {
	m := &instruments{meter: otel.Meter("klio.consumer")}
	size := m.counter("klio.consumer.written_size", "By", "Bytes of WAL files written to Tier 2")
	files := m.counter("klio.consumer.written", "", "WAL files written to Tier 2")
	latest := m.gauge("klio.consumer.latest_written_time", "s", "Unix time of the latest WAL file written to Tier 2")
	good := m.counter("klio.consumer.backup_verification_success", "", "Backup verifications that succeeded")
	bad := m.counter("klio.consumer.backup_verification_failure", "", "Backup verifications that found corruption")
	for _, c := range clusters {
		size.Add(ctx, c.archived*walSegmentBytes, inCluster(c))
		files.Add(ctx, c.archived, inCluster(c))
		latest.Record(ctx, now.Add(-c.archiveLag).Unix(), inCluster(c))
		good.Add(ctx, 1, inCluster(c))
		bad.Add(ctx, 0, inCluster(c))
	}
	return m.err()
}

func recordBase(ctx context.Context, repo repository, now time.Time) error {
	m := &instruments{meter: otel.Meter("klio.base")}
	m.gauge("klio.base.snapshots", "", "Base snapshots").Record(ctx, repo.snapshots)
	m.gauge("klio.base.latest_snapshot_size", "By", "Size of the latest base snapshot").Record(ctx, repo.bytes)
	m.gauge("klio.base.latest_snapshot_files", "", "Files in the latest base snapshot").Record(ctx, repo.files)
	m.gauge("klio.base.latest_snapshot_dirs", "", "Directories in the latest base snapshot").Record(ctx, repo.dirs)
	latestAge := m.seconds("klio.base.latest_snapshot_age", "Age of the latest base snapshot")
	latestAge.Record(ctx, now.Sub(repo.latestTaken).Seconds())
	oldestAge := m.seconds("klio.base.oldest_snapshot_age", "Age of the oldest base snapshot")
	oldestAge.Record(ctx, oldestSnapshotAge.Seconds())
	return m.err()
}

// recordQueue reports the WAL files that are received and not yet archived: they wait in the queue.
func recordQueue(ctx context.Context) error {
	var waiting int64
	for _, c := range clusters {
		waiting += c.received - c.archived
	}
	m := &instruments{meter: otel.Meter("klio.queue")}
	m.gauge("klio.queue.messages", "", "Messages in the queue").Record(ctx, waiting)
	m.gauge("klio.queue.bytes", "By", "Bytes in the queue").Record(ctx, waiting*walSegmentBytes)
	return m.err()
}
