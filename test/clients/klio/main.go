// Command klio-client sends what Klio documents that it sends: backup traces and backup, WAL, snapshot and queue
// metrics, through the OpenTelemetry Go SDK, configured by OTEL_* variables alone. On exit it flushes and prints a JSON
// report of what went out.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"go.opentelemetry.io/otel"
)

// flushTimeout bounds the exports at exit. Exporters retry within it when the receiver asks them to wait.
const flushTimeout = 20 * time.Second

type options struct {
	backups int
	fail    bool
	metrics bool
}

func main() {
	opts, err := parseFlags(os.Args[1:])
	if err != nil {
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	report, err := run(ctx, opts)
	if err != nil {
		fmt.Fprintln(os.Stderr, "klio-client:", err)
		os.Exit(1)
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(report); err != nil {
		fmt.Fprintln(os.Stderr, "klio-client:", err)
		os.Exit(1)
	}
	for _, message := range report.Errors {
		fmt.Fprintln(os.Stderr, "klio-client:", message)
	}
	if len(report.Errors) > 0 {
		os.Exit(1)
	}
}

func parseFlags(args []string) (options, error) {
	var opts options
	flags := flag.NewFlagSet("klio-client", flag.ContinueOnError)
	flags.IntVar(&opts.backups, "backups", 1, "number of backups to take, one after the other")
	flags.BoolVar(&opts.fail, "fail", false, "make the run step of every backup fail")
	flags.BoolVar(&opts.metrics, "metrics", true, "send metrics")
	if err := flags.Parse(args); err != nil {
		return opts, err
	}
	if opts.backups < 0 || flags.NArg() > 0 {
		err := fmt.Errorf("-backups is %d, expected 0 or more; arguments left over: %q", opts.backups, flags.Args())
		fmt.Fprintln(os.Stderr, "klio-client:", err)
		return opts, err
	}
	return opts, nil
}

// run does the work of a sidecar and of a server in turn and returns what was exported. The error is about the set-up;
// failed exports are in the report.
func run(ctx context.Context, opts options) (*report, error) {
	failures := &failureLog{}
	otel.SetErrorHandler(failures)
	telemetry, err := startTelemetry(ctx, opts.metrics)
	if err != nil {
		return nil, err
	}
	if err := work(ctx, opts); err != nil {
		failures.Handle(err)
	}
	flushCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), flushTimeout)
	defer cancel()
	telemetry.stop(flushCtx, failures)
	return newReport(telemetry, failures.messages()), nil
}

func work(ctx context.Context, opts options) error {
	sidecar, err := newSidecar(opts.fail)
	if err != nil {
		return err
	}
	for i := range opts.backups {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		sidecar.backup(ctx, fmt.Sprintf("backup-%s-%d", time.Now().UTC().Format("20060102T150405"), i+1))
	}
	streamWal(ctx)
	if err := recordServer(ctx, sidecar.repository); err != nil {
		return err
	}
	return callHealthService(ctx)
}
