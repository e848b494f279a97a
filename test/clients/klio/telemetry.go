package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"

	"go.opentelemetry.io/contrib/exporters/autoexport"
	"go.opentelemetry.io/contrib/instrumentation/host"
	"go.opentelemetry.io/contrib/instrumentation/runtime"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// telemetry holds the providers of this process. Without any OTEL_* variable all of them stay nil and nothing is sent.
type telemetry struct {
	resource *resource.Resource
	spans    *spanRecorder
	tracers  *sdktrace.TracerProvider
	metrics  *metricRecorder
	meters   *sdkmetric.MeterProvider
}

func startTelemetry(ctx context.Context, withMetrics bool) (*telemetry, error) {
	t := &telemetry{resource: resource.Empty(), spans: &spanRecorder{}, metrics: &metricRecorder{}}
	if !configured(os.Environ()) {
		return t, nil
	}
	res, err := newResource(ctx)
	if err != nil {
		return nil, err
	}
	t.resource = res
	if err := t.startTraces(ctx); err != nil {
		return nil, err
	}
	if withMetrics {
		return t, t.startMetrics(ctx)
	}
	return t, nil
}

func configured(environment []string) bool {
	for _, entry := range environment {
		if strings.HasPrefix(entry, "OTEL_") {
			return true
		}
	}
	return false
}

func (t *telemetry) startTraces(ctx context.Context) error {
	exporter, err := autoexport.NewSpanExporter(ctx)
	if err != nil {
		return fmt.Errorf("traces exporter: %w", err)
	}
	if autoexport.IsNoneSpanExporter(exporter) {
		return nil
	}
	t.spans.SpanExporter = exporter
	t.tracers = sdktrace.NewTracerProvider(sdktrace.WithResource(t.resource), sdktrace.WithBatcher(t.spans))
	otel.SetTracerProvider(t.tracers)
	otel.SetTextMapPropagator(propagation.TraceContext{})
	return nil
}

func (t *telemetry) startMetrics(ctx context.Context) error {
	reader, err := t.metrics.newReader(ctx)
	if err != nil {
		return fmt.Errorf("metrics exporter: %w", err)
	}
	if autoexport.IsNoneMetricReader(reader) {
		return nil
	}
	t.meters = sdkmetric.NewMeterProvider(sdkmetric.WithResource(t.resource), sdkmetric.WithReader(reader))
	otel.SetMeterProvider(t.meters)
	if err := runtime.Start(); err != nil {
		return fmt.Errorf("runtime metrics: %w", err)
	}
	if err := host.Start(); err != nil {
		return fmt.Errorf("host metrics: %w", err)
	}
	return nil
}

// stop sends what is left.
func (t *telemetry) stop(ctx context.Context, failures *failureLog) {
	if t.tracers != nil {
		failures.Handle(t.tracers.Shutdown(ctx))
	}
	if t.meters != nil {
		failures.Handle(t.meters.Shutdown(ctx))
	}
}

// spanRecorder passes spans on and keeps those that the receiver took.
type spanRecorder struct {
	sdktrace.SpanExporter
	mu   sync.Mutex
	kept []sdktrace.ReadOnlySpan
}

func (r *spanRecorder) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	if err := r.SpanExporter.ExportSpans(ctx, spans); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.kept = append(r.kept, spans...)
	return nil
}

func (r *spanRecorder) exported() []sdktrace.ReadOnlySpan {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.kept
}

// failureLog is the SDK's error handler: failed exports and partial successes arrive here.
type failureLog struct {
	mu   sync.Mutex
	seen []string
}

func (f *failureLog) Handle(err error) {
	if err == nil {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.seen = append(f.seen, strings.Join(strings.Fields(err.Error()), " "))
}

func (f *failureLog) messages() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string{}, f.seen...)
}
