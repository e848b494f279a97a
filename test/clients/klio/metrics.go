package main

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"
)

// instruments makes instruments and keeps the errors, so that one check at the end does for all.
type instruments struct {
	meter metric.Meter
	errs  []error
}

func (m *instruments) gauge(name, unit, description string) metric.Int64Gauge {
	gauge, err := m.meter.Int64Gauge(name, metric.WithUnit(unit), metric.WithDescription(description))
	m.errs = append(m.errs, err)
	return gauge
}

func (m *instruments) seconds(name, description string) metric.Float64Gauge {
	gauge, err := m.meter.Float64Gauge(name, metric.WithUnit("s"), metric.WithDescription(description))
	m.errs = append(m.errs, err)
	return gauge
}

func (m *instruments) counter(name, unit, description string) metric.Int64Counter {
	counter, err := m.meter.Int64Counter(name, metric.WithUnit(unit), metric.WithDescription(description))
	m.errs = append(m.errs, err)
	return counter
}

func (m *instruments) err() error { return errors.Join(m.errs...) }

// backupMetrics is what a sidecar tells about its backups. Times are Unix seconds.
type backupMetrics struct {
	running                                      metric.Int64Gauge
	latestStart, latestCompletion, latestFailure metric.Int64Gauge
	latestDuration                               metric.Float64Gauge
	successes, failures                          metric.Int64Counter
	verifications, verificationFailures          metric.Int64Counter
}

// Ages that a sidecar finds when it starts: outcomes of backups taken before it.
const (
	previousSuccessAge = 24 * time.Hour
	previousFailureAge = 72 * time.Hour
)

func newBackupMetrics() (*backupMetrics, error) {
	m := &instruments{meter: otel.Meter("klio.backup")}
	b := &backupMetrics{
		running:              m.gauge("klio.backup.running", "", "1 while a backup runs, else 0"),
		latestStart:          m.gauge("klio.backup.latest_start_time", "s", "Unix time of the latest start of a backup"),
		latestCompletion:     m.gauge("klio.backup.latest_completion_time", "s", "Unix time of the latest good end of a backup"),
		latestFailure:        m.gauge("klio.backup.latest_failure_time", "s", "Unix time of the latest failure of a backup"),
		latestDuration:       m.seconds("klio.backup.latest_duration_seconds", "How long the latest backup took"),
		successes:            m.counter("klio.backup.successes", "", "Backups that succeeded"),
		failures:             m.counter("klio.backup.failures", "", "Backups that failed"),
		verifications:        m.counter("klio.backup.verifications", "", "Backup verifications tried"),
		verificationFailures: m.counter("klio.backup.verification_failures", "", "Backup verifications that failed"),
	}
	if err := m.err(); err != nil {
		return nil, err
	}
	b.restore(context.Background(), time.Now())
	return b, nil
}

// restore gives every series a value before the first backup: counters start at 0, times come from the past.
func (b *backupMetrics) restore(ctx context.Context, now time.Time) {
	b.running.Record(ctx, 0)
	b.latestStart.Record(ctx, now.Add(-previousSuccessAge).Unix())
	b.latestCompletion.Record(ctx, now.Add(-previousSuccessAge).Unix())
	b.latestFailure.Record(ctx, now.Add(-previousFailureAge).Unix())
	b.latestDuration.Record(ctx, 0)
	for _, counter := range []metric.Int64Counter{b.successes, b.failures, b.verifications, b.verificationFailures} {
		counter.Add(ctx, 0)
	}
}

func (b *backupMetrics) begin(ctx context.Context, started time.Time) {
	b.running.Record(ctx, 1)
	b.latestStart.Record(ctx, started.Unix())
}

func (b *backupMetrics) verified(ctx context.Context, err error) {
	b.verifications.Add(ctx, 1)
	if err != nil {
		b.verificationFailures.Add(ctx, 1)
	}
}

func (b *backupMetrics) end(ctx context.Context, started time.Time, err error) {
	now := time.Now()
	b.running.Record(ctx, 0)
	b.latestDuration.Record(ctx, now.Sub(started).Seconds())
	if err != nil {
		b.failures.Add(ctx, 1)
		b.latestFailure.Record(ctx, now.Unix())
		return
	}
	b.successes.Add(ctx, 1)
	b.latestCompletion.Record(ctx, now.Unix())
}
