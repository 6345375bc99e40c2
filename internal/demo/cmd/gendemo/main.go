package main

import (
	"bytes"
	"fmt"
	"os"

	"github.com/weir-ips/weir/internal/demo"
	"github.com/weir-ips/weir/internal/packetbuild"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: gendemo FILE")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "gendemo:", err)
		os.Exit(1)
	}
}

func write(path string) error {
	frames := demo.Build()
	var b bytes.Buffer
	if err := packetbuild.WritePcap(&b, packetbuild.LinkEthernet, frames); err != nil {
		return err
	}
	fmt.Printf("%s: %d packets, %d octets\n", path, len(frames), b.Len())
	return os.WriteFile(path, b.Bytes(), 0o644)
}
