package main

import (
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

type reportedMetric struct {
	Name        string          `json:"name"`
	Unit        string          `json:"unit"`
	Description string          `json:"description"`
	Kind        string          `json:"kind"` // gauge, sum or histogram
	Monotonic   bool            `json:"monotonic"`
	Scope       scope           `json:"scope"`
	Points      []reportedPoint `json:"points"`
}

// reportedPoint holds a value, or for a histogram its count, sum and buckets.
type reportedPoint struct {
	Attributes   map[string]typedValue `json:"attributes"`
	Value        *typedValue           `json:"value,omitempty"`
	Count        string                `json:"count,omitempty"`
	Sum          *typedValue           `json:"sum,omitempty"`
	Bounds       []float64             `json:"bounds,omitempty"`
	BucketCounts []string              `json:"bucketCounts,omitempty"`
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
		return reportedMetric{Kind: "gauge", Points: describeNumbers(d.DataPoints)}
	case metricdata.Gauge[float64]:
		return reportedMetric{Kind: "gauge", Points: describeNumbers(d.DataPoints)}
	case metricdata.Sum[int64]:
		return reportedMetric{Kind: "sum", Monotonic: d.IsMonotonic, Points: describeNumbers(d.DataPoints)}
	case metricdata.Sum[float64]:
		return reportedMetric{Kind: "sum", Monotonic: d.IsMonotonic, Points: describeNumbers(d.DataPoints)}
	case metricdata.Histogram[int64]:
		return reportedMetric{Kind: "histogram", Points: describeHistograms(d.DataPoints)}
	case metricdata.Histogram[float64]:
		return reportedMetric{Kind: "histogram", Points: describeHistograms(d.DataPoints)}
	default:
		return reportedMetric{Kind: "other", Points: []reportedPoint{}}
	}
}

func describeNumbers[N int64 | float64](points []metricdata.DataPoint[N]) []reportedPoint {
	described := []reportedPoint{}
	for _, p := range points {
		value := describeNumber(p.Value)
		described = append(described, reportedPoint{Attributes: describeSet(p.Attributes), Value: &value})
	}
	return described
}

func describeHistograms[N int64 | float64](points []metricdata.HistogramDataPoint[N]) []reportedPoint {
	described := []reportedPoint{}
	for _, p := range points {
		// OTLP carries the sum of a histogram as a double whatever its measurements are.
		sum := typedValue{"double", float64(p.Sum)}
		described = append(described, reportedPoint{
			Attributes:   describeSet(p.Attributes),
			Count:        decimal(p.Count),
			Sum:          &sum,
			Bounds:       p.Bounds,
			BucketCounts: decimals(p.BucketCounts),
		})
	}
	return described
}

func describeNumber[N int64 | float64](number N) typedValue {
	if integer, ok := any(number).(int64); ok {
		return typedValue{"int", decimal(integer)}
	}
	return typedValue{"double", float64(number)}
}

func describeSet(set attribute.Set) map[string]typedValue { return describeAttributes(set.ToSlice()) }
