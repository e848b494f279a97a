package main

import (
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/instrumentation"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// report says what was sent. 64-bit integers and nanoseconds are decimal strings, so that a reader in any language
// keeps every digit.
type report struct {
	TraceIDs []string         `json:"traceIds"`
	Resource reportedResource `json:"resource"`
	Spans    []reportedSpan   `json:"spans"`
	Metrics  []reportedMetric `json:"metrics"`
	Errors   []string         `json:"errors"`
}

type reportedResource struct {
	Attributes map[string]typedValue `json:"attributes"`
}

// typedValue keeps the OTLP type beside the value: string, bool, int (decimal string), double, and lists as "int[]".
type typedValue struct {
	Type  string `json:"type"`
	Value any    `json:"value"`
}

type scope struct {
	Name       string                `json:"name"`
	Version    string                `json:"version"`
	Attributes map[string]typedValue `json:"attributes"`
}

type reportedSpan struct {
	TraceID       string                `json:"traceId"`
	SpanID        string                `json:"spanId"`
	ParentSpanID  string                `json:"parentSpanId"`
	Name          string                `json:"name"`
	Kind          string                `json:"kind"`
	StartUnixNano string                `json:"startUnixNano"`
	EndUnixNano   string                `json:"endUnixNano"`
	Attributes    map[string]typedValue `json:"attributes"`
	Status        reportedStatus        `json:"status"`
	Events        []reportedEvent       `json:"events"`
	Links         []reportedLink        `json:"links"`
	Scope         scope                 `json:"scope"`
}

type reportedStatus struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

type reportedEvent struct {
	Name         string                `json:"name"`
	TimeUnixNano string                `json:"timeUnixNano"`
	Attributes   map[string]typedValue `json:"attributes"`
}

type reportedLink struct {
	TraceID    string                `json:"traceId"`
	SpanID     string                `json:"spanId"`
	Attributes map[string]typedValue `json:"attributes"`
}

func newReport(t *telemetry, failures []string) *report {
	r := &report{
		TraceIDs: []string{},
		Resource: reportedResource{Attributes: describeAttributes(t.resource.Attributes())},
		Spans:    []reportedSpan{},
		Metrics:  t.metrics.exported(),
		Errors:   failures,
	}
	known := map[string]bool{}
	for _, span := range t.spans.exported() {
		described := describeSpan(span)
		r.Spans = append(r.Spans, described)
		if !known[described.TraceID] {
			known[described.TraceID] = true
			r.TraceIDs = append(r.TraceIDs, described.TraceID)
		}
	}
	return r
}

func describeSpan(span sdktrace.ReadOnlySpan) reportedSpan {
	parent := ""
	if span.Parent().SpanID().IsValid() {
		parent = span.Parent().SpanID().String()
	}
	return reportedSpan{
		TraceID:       span.SpanContext().TraceID().String(),
		SpanID:        span.SpanContext().SpanID().String(),
		ParentSpanID:  parent,
		Name:          span.Name(),
		Kind:          span.SpanKind().String(),
		StartUnixNano: unixNano(span.StartTime()),
		EndUnixNano:   unixNano(span.EndTime()),
		Attributes:    describeAttributes(span.Attributes()),
		Status: reportedStatus{
			Code:    strings.ToLower(span.Status().Code.String()),
			Message: span.Status().Description,
		},
		Events: describeEvents(span.Events()),
		Links:  describeLinks(span.Links()),
		Scope:  describeScope(span.InstrumentationScope()),
	}
}

func describeEvents(events []sdktrace.Event) []reportedEvent {
	described := []reportedEvent{}
	for _, event := range events {
		described = append(described, reportedEvent{
			Name: event.Name, TimeUnixNano: unixNano(event.Time), Attributes: describeAttributes(event.Attributes),
		})
	}
	return described
}

func describeLinks(links []sdktrace.Link) []reportedLink {
	described := []reportedLink{}
	for _, link := range links {
		described = append(described, reportedLink{
			TraceID:    link.SpanContext.TraceID().String(),
			SpanID:     link.SpanContext.SpanID().String(),
			Attributes: describeAttributes(link.Attributes),
		})
	}
	return described
}

func describeScope(s instrumentation.Scope) scope {
	return scope{Name: s.Name, Version: s.Version, Attributes: describeSet(s.Attributes)}
}

func describeAttributes(attributes []attribute.KeyValue) map[string]typedValue {
	described := map[string]typedValue{}
	for _, entry := range attributes {
		described[string(entry.Key)] = describeValue(entry.Value)
	}
	return described
}

func describeValue(value attribute.Value) typedValue {
	switch value.Type() {
	case attribute.BOOL:
		return typedValue{"bool", value.AsBool()}
	case attribute.INT64:
		return typedValue{"int", decimal(value.AsInt64())}
	case attribute.FLOAT64:
		return typedValue{"double", value.AsFloat64()}
	case attribute.BOOLSLICE:
		return typedValue{"bool[]", value.AsBoolSlice()}
	case attribute.INT64SLICE:
		return typedValue{"int[]", decimals(value.AsInt64Slice())}
	case attribute.FLOAT64SLICE:
		return typedValue{"double[]", value.AsFloat64Slice()}
	case attribute.STRINGSLICE:
		return typedValue{"string[]", value.AsStringSlice()}
	default:
		return typedValue{"string", value.AsString()}
	}
}

func decimals[N int64 | uint64](numbers []N) []string {
	texts := []string{}
	for _, number := range numbers {
		texts = append(texts, decimal(number))
	}
	return texts
}

func decimal[N int64 | uint64](number N) string {
	if number < 0 {
		return strconv.FormatInt(int64(number), 10)
	}
	return strconv.FormatUint(uint64(number), 10)
}

func unixNano(moment time.Time) string { return decimal(moment.UnixNano()) }
