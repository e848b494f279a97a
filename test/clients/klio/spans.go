package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

var errUploadInterrupted = errors.New("connection to the repository was reset")

// repository is what the snapshots of one instance look like.
type repository struct {
	snapshots          int64
	latestTaken        time.Time
	files, dirs, bytes int64
}

// sidecar takes the backups of one PostgreSQL instance.
type sidecar struct {
	tracer     trace.Tracer
	metrics    *backupMetrics
	fail       bool
	content    [][]byte
	sums       [][sha256.Size]byte
	repository repository
}

func newSidecar(fail bool) (*sidecar, error) {
	metrics, err := newBackupMetrics()
	if err != nil {
		return nil, err
	}
	const files, dirs, fileBytes = 12, 3, 64 << 10
	s := &sidecar{tracer: otel.Tracer("klio.backup"), metrics: metrics, fail: fail}
	for i := range files {
		file := make([]byte, fileBytes)
		file[0] = byte(i)
		s.content = append(s.content, file)
	}
	// Two snapshots are there already: the oldest and one of the day before.
	s.repository = repository{
		snapshots:   2,
		latestTaken: time.Now().Add(-previousSuccessAge),
		files:       files,
		dirs:        dirs,
		bytes:       files * fileBytes,
	}
	return s, nil
}

// backup takes one backup. Verification and maintenance concern the whole repository, so they also run after a failed
// run step; the failure is that of the backup all the same.
func (s *sidecar) backup(ctx context.Context, name string) {
	started := time.Now()
	s.metrics.begin(ctx, started)
	ctx, span := s.tracer.Start(ctx, "backup", trace.WithAttributes(attribute.String("backup.name", name)))
	err := errors.Join(
		s.step(ctx, "backup_run", s.runStep),
		s.step(ctx, "backup_verify", s.verifyStep),
		s.step(ctx, "backup_maintenance", s.maintenanceStep),
	)
	finish(span, err)
	s.metrics.end(ctx, started, err)
}

func (s *sidecar) step(ctx context.Context, name string, action func(context.Context) error) error {
	ctx, span := s.tracer.Start(ctx, name)
	err := action(ctx)
	finish(span, err)
	return err
}

func finish(span trace.Span, err error) {
	if err != nil {
		span.RecordError(err, trace.WithStackTrace(true))
		span.SetStatus(codes.Error, err.Error())
	}
	span.End()
}

func (s *sidecar) runStep(context.Context) error {
	if s.fail {
		return fmt.Errorf("upload of base.tar: %w", errUploadInterrupted)
	}
	s.sums = nil
	for _, file := range s.content {
		s.sums = append(s.sums, sha256.Sum256(file))
	}
	s.repository.snapshots++
	s.repository.latestTaken = time.Now()
	return nil
}

func (s *sidecar) verifyStep(ctx context.Context) error {
	var err error
	for i, sum := range s.sums {
		if sha256.Sum256(s.content[i]) != sum {
			err = errors.Join(err, fmt.Errorf("file %d differs from its checksum", i))
		}
	}
	s.metrics.verified(ctx, err)
	return err
}

func (s *sidecar) maintenanceStep(context.Context) error {
	s.sums = nil
	return nil
}
