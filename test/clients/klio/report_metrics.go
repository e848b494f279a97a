package main

import (
	"encoding/hex"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

type reportedMetric struct {
	Name        string          `json:"name"`
	Unit        string          `json:"unit"`
	Description string          `json:"description"`
	Kind        string          `json:"kind"`        // gauge, sum or histogram
	Temporality string          `json:"temporality"` // unspecified, delta or cumulative
	Monotonic   bool            `json:"monotonic"`
	Scope       scope           `json:"scope"`
	Points      []reportedPoint `json:"points"`
}

// reportedPoint holds a value, or for a histogram its count, sum and buckets.
type reportedPoint struct {
	Attributes    map[string]typedValue `json:"attributes"`
	StartUnixNano string                `json:"startUnixNano"`
	TimeUnixNano  string                `json:"timeUnixNano"`
	Value         *typedValue           `json:"value,omitempty"`
	Count         string                `json:"count,omitempty"`
	Sum           *typedValue           `json:"sum,omitempty"`
	Min           *typedValue           `json:"min,omitempty"`
	Max           *typedValue           `json:"max,omitempty"`
	Bounds        []float64             `json:"bounds,omitempty"`
	BucketCounts  []string              `json:"bucketCounts,omitempty"`
	Exemplars     []reportedExemplar    `json:"exemplars"`
}

type reportedExemplar struct {
	TimeUnixNano string                `json:"timeUnixNano"`
	Value        typedValue            `json:"value"`
	TraceID      string                `json:"traceId"`
	SpanID       string                `json:"spanId"`
	Attributes   map[string]typedValue `json:"attributes"`
}

func describeMetrics(metrics metricdata.ResourceMetrics) []reportedMetric {
	described := []reportedMetric{}
	for _, group := range metrics.ScopeMetrics {
		for _, m := range group.Metrics {
			d := describeData(m.Data)
			d.Name, d.Unit, d.Description, d.Scope = m.Name, m.Unit, m.Description, describeScope(group.Scope)
			described = append(described, d)
		}
	}
	return described
}

func describeData(data metricdata.Aggregation) reportedMetric {
	switch d := data.(type) {
	case metricdata.Gauge[int64]:
		return reportedMetric{Kind: "gauge", Temporality: "unspecified", Points: describeNumbers(d.DataPoints)}
	case metricdata.Gauge[float64]:
		return reportedMetric{Kind: "gauge", Temporality: "unspecified", Points: describeNumbers(d.DataPoints)}
	case metricdata.Sum[int64]:
		return describeSum(d)
	case metricdata.Sum[float64]:
		return describeSum(d)
	case metricdata.Histogram[int64]:
		return describeHistogram(d)
	case metricdata.Histogram[float64]:
		return describeHistogram(d)
	default:
		return reportedMetric{Kind: "other", Points: []reportedPoint{}}
	}
}

func describeSum[N int64 | float64](d metricdata.Sum[N]) reportedMetric {
	return reportedMetric{
		Kind: "sum", Temporality: describeTemporality(d.Temporality), Monotonic: d.IsMonotonic,
		Points: describeNumbers(d.DataPoints),
	}
}

func describeHistogram[N int64 | float64](d metricdata.Histogram[N]) reportedMetric {
	return reportedMetric{
		Kind: "histogram", Temporality: describeTemporality(d.Temporality), Points: describeHistograms(d.DataPoints),
	}
}

func describeTemporality(temporality metricdata.Temporality) string {
	if temporality == metricdata.DeltaTemporality {
		return "delta"
	}
	return "cumulative"
}

func describeNumbers[N int64 | float64](points []metricdata.DataPoint[N]) []reportedPoint {
	described := []reportedPoint{}
	for _, p := range points {
		value := describeNumber(p.Value)
		described = append(described, reportedPoint{
			Attributes:    describeSet(p.Attributes),
			StartUnixNano: describeTime(p.StartTime),
			TimeUnixNano:  describeTime(p.Time),
			Value:         &value,
			Exemplars:     describeExemplars(p.Exemplars),
		})
	}
	return described
}

func describeHistograms[N int64 | float64](points []metricdata.HistogramDataPoint[N]) []reportedPoint {
	described := []reportedPoint{}
	for _, p := range points {
		described = append(described, reportedPoint{
			Attributes:    describeSet(p.Attributes),
			StartUnixNano: describeTime(p.StartTime),
			TimeUnixNano:  describeTime(p.Time),
			Count:         decimal(p.Count),
			Sum:           asDouble(p.Sum, true),
			Min:           asDouble(p.Min.Value()),
			Max:           asDouble(p.Max.Value()),
			Bounds:        p.Bounds,
			BucketCounts:  decimals(p.BucketCounts),
			Exemplars:     describeExemplars(p.Exemplars),
		})
	}
	return described
}

func describeExemplars[N int64 | float64](exemplars []metricdata.Exemplar[N]) []reportedExemplar {
	described := []reportedExemplar{}
	for _, e := range exemplars {
		described = append(described, reportedExemplar{
			TimeUnixNano: describeTime(e.Time),
			Value:        describeNumber(e.Value),
			TraceID:      hex.EncodeToString(e.TraceID),
			SpanID:       hex.EncodeToString(e.SpanID),
			Attributes:   describeAttributes(e.FilteredAttributes),
		})
	}
	return described
}

// asDouble is how OTLP carries what a histogram adds up or compares, whatever its measurements are.
func asDouble[N int64 | float64](number N, defined bool) *typedValue {
	if !defined {
		return nil
	}
	return &typedValue{"double", float64(number)}
}

// describeTime is 0, as in OTLP, for a time that is not set.
func describeTime(moment time.Time) string {
	if moment.IsZero() {
		return "0"
	}
	return unixNano(moment)
}

func describeNumber[N int64 | float64](number N) typedValue {
	if integer, ok := any(number).(int64); ok {
		return typedValue{"int", decimal(integer)}
	}
	return typedValue{"double", float64(number)}
}

func describeSet(set attribute.Set) map[string]typedValue { return describeAttributes(set.ToSlice()) }
