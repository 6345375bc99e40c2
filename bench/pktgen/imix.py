#!/usr/bin/env python3
"""IMIX as one capture for each direction: imix.py FOLDER writes imix0.pcap and imix1.pcap.

Of twelve frames seven have 64 octets on the wire, four 570, one 1518; the FCS is not in the capture.
"""
import struct
import sys

SIZES = (64, 570, 64, 64, 570, 64, 1518, 64, 570, 64, 570, 64)


def frame(size, macs, src, dst, sport, dport):
    udp = struct.pack(">HHHH", sport, dport, size - 4 - 34, 0) + bytes(size - 4 - 42)
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, src, dst)
    s = sum(struct.unpack(">10H", ip))
    s = (s >> 16) + (s & 0xFFFF)
    s = ~(s + (s >> 16)) & 0xFFFF
    return macs + b"\x08\x00" + ip[:10] + struct.pack(">H", s) + ip[12:] + udp


def main(folder):
    a, b = bytes([10, 1, 0, 1]), bytes([10, 2, 0, 1])
    x, y = bytes.fromhex("020000000001"), bytes.fromhex("020000000002")
    for port, way in enumerate([(x + y, a, b, 10000, 9), (y + x, b, a, 9, 10000)]):
        with open(f"{folder}/imix{port}.pcap", "wb") as out:
            out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
            for size in SIZES:
                f = frame(size, *way)
                out.write(struct.pack("<IIII", 0, 0, len(f), len(f)) + f)


main(sys.argv[1])
