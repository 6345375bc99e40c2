# receiver.py FILE: what a real receiver reads. TCP on port 7777 and UDP on port
# 7778, both IP versions; FILE holds {"tcp": {peer port: hex}, "udp": {peer port: [hex]}}.
import json, os, selectors, socket, sys, time

out = sys.argv[1]
tcp, udp, changed, said = {}, {}, True, 0.0
sel = selectors.DefaultSelector()


def listener(kind, port):
    s = socket.socket(socket.AF_INET6, kind)
    s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    s.bind(("::", port))
    s.setblocking(False)
    return s


accepting = listener(socket.SOCK_STREAM, 7777)
accepting.listen(1024)
datagrams = listener(socket.SOCK_DGRAM, 7778)
sel.register(accepting, selectors.EVENT_READ)
sel.register(datagrams, selectors.EVENT_READ)
while True:
    for key, _ in sel.select(0.05):
        s = key.fileobj
        if s is accepting:
            c, peer = s.accept()
            c.setblocking(False)
            sel.register(c, selectors.EVENT_READ, peer[1])
            continue
        changed = True
        if s is datagrams:
            data, peer = s.recvfrom(65535)
            udp.setdefault(peer[1], []).append(data.hex())
            continue
        try:
            data = s.recv(65535)
        except OSError:
            data = b""
        if not data:
            sel.unregister(s)
            s.close()
            continue
        tcp[key.data] = tcp.get(key.data, "") + data.hex()
    if changed and time.monotonic() - said > 0.05:
        changed, said = False, time.monotonic()
        with open(out + ".new", "w") as f:
            json.dump({"tcp": tcp, "udp": udp}, f)
        os.rename(out + ".new", out)
