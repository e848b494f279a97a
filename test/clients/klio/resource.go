package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"go.opentelemetry.io/contrib/detectors/autodetect"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/resource"
)

// kubernetesVariables are set in the pod by Klio; each attribute is added on its own.
var kubernetesVariables = map[string]string{
	"CONTAINER_NAME": "k8s.container.name",
	"POD_NAME":       "k8s.pod.name",
	"NAMESPACE_NAME": "k8s.namespace.name",
}

// newResource describes this process. Later options win, so OTEL_RESOURCE_ATTRIBUTES and OTEL_SERVICE_NAME override the
// detectors, and those override the pod's variables.
func newResource(ctx context.Context) (*resource.Resource, error) {
	detector, err := detectorFromEnv()
	if err != nil {
		return nil, err
	}
	res, err := resource.New(ctx,
		resource.WithAttributes(kubernetesAttributes()...),
		resource.WithDetectors(detector),
		resource.WithFromEnv(),
	)
	if err != nil {
		return nil, fmt.Errorf("resource: %w", err)
	}
	if _, found := res.Set().Value("service.name"); !found {
		return nil, errors.New("OTEL_SERVICE_NAME is not set: give the service a name, for example klio-server")
	}
	return res, nil
}

func detectorFromEnv() (resource.Detector, error) {
	var ids []autodetect.ID
	for name := range strings.SplitSeq(os.Getenv("OTEL_RESOURCE_DETECTORS"), ",") {
		if name = strings.TrimSpace(name); name != "" {
			ids = append(ids, autodetect.ID(name))
		}
	}
	detector, err := autodetect.Detector(ids...)
	if err != nil {
		return nil, fmt.Errorf("OTEL_RESOURCE_DETECTORS: %w (known: %v)", err, autodetect.Registered())
	}
	return detector, nil
}

func kubernetesAttributes() []attribute.KeyValue {
	var attributes []attribute.KeyValue
	for variable, key := range kubernetesVariables {
		if value := os.Getenv(variable); value != "" {
			attributes = append(attributes, attribute.String(key, value))
		}
	}
	return attributes
}
