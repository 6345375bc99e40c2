// Package metrics serves what weir counts as Prometheus text, through
// github.com/VictoriaMetrics/metrics.
//
// It stands beside the packet's way, in control: each scrape takes one Snapshot
// of the shared memory and writes it; nothing is kept between two scrapes.
//
// Ownership: a Snapshot is the scrape's.
//
// Concurrency: scrapes may overlap; a Source takes that.
//
// Limits: names and labels are a closed set but for rules, whose number the
// rules bound.
package metrics
