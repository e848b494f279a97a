package main

import (
	"context"
	"os"
	"sync"

	"go.opentelemetry.io/contrib/exporters/autoexport"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetricgrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// metricRecorder passes metrics on and keeps a description of those that the receiver took.
type metricRecorder struct {
	sdkmetric.Exporter
	mu   sync.Mutex
	kept []reportedMetric
}

// newReader makes the reader that the environment asks for. autoexport does not show what an OTLP reader of its making
// sends, so that one is made here as autoexport makes it: exporter and reader find everything else in the environment.
func (r *metricRecorder) newReader(ctx context.Context) (sdkmetric.Reader, error) {
	protocol := firstSet("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
	exporter := firstSet("OTEL_METRICS_EXPORTER")
	var err error
	switch {
	case exporter != "" && exporter != "otlp":
		return autoexport.NewMetricReader(ctx)
	case protocol == "grpc":
		r.Exporter, err = otlpmetricgrpc.New(ctx)
	case protocol == "" || protocol == "http/protobuf":
		r.Exporter, err = otlpmetrichttp.New(ctx)
	default:
		return autoexport.NewMetricReader(ctx)
	}
	if err != nil {
		return nil, err
	}
	return sdkmetric.NewPeriodicReader(r), nil
}

func firstSet(names ...string) string {
	for _, name := range names {
		if value := os.Getenv(name); value != "" {
			return value
		}
	}
	return ""
}

func (r *metricRecorder) Export(ctx context.Context, metrics *metricdata.ResourceMetrics) error {
	if err := r.Exporter.Export(ctx, metrics); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	// The reader uses the same memory for its next collection.
	r.kept = append(r.kept, describeMetrics(*metrics)...)
	return nil
}

func (r *metricRecorder) exported() []reportedMetric {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]reportedMetric{}, r.kept...)
}
