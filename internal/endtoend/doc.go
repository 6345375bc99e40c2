// Package endtoend tests weir as people run it: the binary, both processes, two
// net_tap ports in network namespaces, real programs on either side.
//
// It needs root, /dev/net/tun and the packages of the test phase; where root is
// missing the tests say that they are skipped. All traffic stays between the
// namespaces that a test makes.
package endtoend
