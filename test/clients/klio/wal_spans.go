package main

import (
	"context"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// streamWal makes one distributed trace per cluster: an instance streams a WAL file, the server writes it to disk (Tier 1),
// and its consumer, which works from a queue and so is only linked, archives it (Tier 2). Klio documents that it has such
// traces and not what their spans are called; the names are ours.
func streamWal(ctx context.Context) {
	tracer := otel.Tracer("klio.wal")
	for _, c := range clusters {
		named := trace.WithAttributes(attribute.String("cluster_name", c.name), attribute.Int64("wal.bytes", walSegmentBytes))
		streamed, stream := tracer.Start(ctx, "wal_stream", trace.WithSpanKind(trace.SpanKindProducer), named)
		carrier := propagation.MapCarrier{}
		otel.GetTextMapPropagator().Inject(streamed, carrier)

		received := otel.GetTextMapPropagator().Extract(context.Background(), carrier)
		_, write := tracer.Start(received, "wal_write", trace.WithSpanKind(trace.SpanKindConsumer), named)
		write.AddEvent("wal.synced", trace.WithAttributes(attribute.Int("tier", 1)))
		write.End()
		stream.End()

		link := trace.Link{
			SpanContext: write.SpanContext(),
			Attributes:  []attribute.KeyValue{attribute.String("queue", "wal")},
		}
		_, archive := tracer.Start(context.Background(), "wal_archive", trace.WithLinks(link), named)
		archive.AddEvent("wal.archived", trace.WithAttributes(attribute.Int("tier", 2)))
		archive.End()
	}
}
