// Package doctor looks at a machine before weir runs on it: hugepages, IOMMU and
// vfio, drivers of the ports, CPU isolation, NUMA, what the ports can do,
// privileges. Each finding says fine, or the exact command that mends it.
//
// It stands beside the packet's way, in control: `weir doctor` is its command.
//
// Ownership: a Machine is read, never kept; Fix changes the machine through the
// commands that the findings show.
//
// Concurrency: one examination at a time; none in the engine.
//
// Limits: reads a bounded number of small files of /proc and /sys.
package doctor
