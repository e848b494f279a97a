package main

import (
	"strings"
	"testing"

	"go.opentelemetry.io/otel/attribute"
)

func TestResourceAttributesOverridePodVariables(t *testing.T) {
	t.Setenv("OTEL_SERVICE_NAME", "klio-server")
	t.Setenv("OTEL_RESOURCE_DETECTORS", "telemetry.sdk,host,os.type,process.executable.name")
	t.Setenv("OTEL_RESOURCE_ATTRIBUTES", "k8s.pod.name=chosen")
	t.Setenv("POD_NAME", "klio-0")
	t.Setenv("CONTAINER_NAME", "server")
	t.Setenv("NAMESPACE_NAME", "")
	res, err := newResource(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := map[attribute.Key]string{
		"service.name":           "klio-server",
		"k8s.pod.name":           "chosen",
		"k8s.container.name":     "server",
		"telemetry.sdk.language": "go",
	}
	for key, value := range want {
		if got, _ := res.Set().Value(key); got.AsString() != value {
			t.Errorf("%s is %q, want %q", key, got.AsString(), value)
		}
	}
	for _, key := range []attribute.Key{"host.name", "os.type", "process.executable.name"} {
		if !res.Set().HasValue(key) {
			t.Errorf("%s is missing", key)
		}
	}
	if res.Set().HasValue("k8s.namespace.name") {
		t.Error("k8s.namespace.name is set though NAMESPACE_NAME is empty")
	}
}

func TestResourceNamesUnknownDetector(t *testing.T) {
	t.Setenv("OTEL_SERVICE_NAME", "klio-server")
	t.Setenv("OTEL_RESOURCE_DETECTORS", "host,horoscope")
	if _, err := newResource(t.Context()); err == nil || !strings.Contains(err.Error(), "horoscope") {
		t.Errorf("error is %v, want one naming the detector", err)
	}
}
