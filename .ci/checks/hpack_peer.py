"""Our HPACK against python3-hpack: hpack_peer.py JAVA CLASS-PATH. Blocks go both ways, each side keeping its table. Ends with 1 at the first
difference."""
import random
import subprocess
import sys

import hpack

JAVA, CLASSPATH = sys.argv[1:]
NAMES = ["content-type", "vary", "date", "cache-control", "set-cookie", "etag", "x-a", "accept-encoding", "location", "x-" + "long" * 30,
         "grpc-status", "authorization"]
SEED = random.randrange(1 << 30)
RANDOM = random.Random(SEED)
CONNECTIONS, BLOCKS = 40, 60


def value():
    kind, length = RANDOM.randrange(3), RANDOM.randrange(RANDOM.choice([2, 12, 40, 600]))
    characters = ["ab", "".join(map(chr, range(33, 127))), "".join(map(chr, range(128, 256)))][kind]
    return "".join(RANDOM.choice(characters) for _ in range(length))


def fields():
    return [(RANDOM.choice(NAMES), value()) for _ in range(RANDOM.randrange(12))]


def ask(java, line):
    java.stdin.write(line + "\n")
    java.stdin.flush()
    return java.stdout.readline().rstrip("\n")


def text(some):
    return "\t".join(f"{n.encode('latin-1').hex()}={v.encode('latin-1').hex()}" for n, v in some)


def check(what, got, expected):
    if got != expected:
        sys.exit(f"{what}, seed {SEED}:\n got      {got}\n expected {expected}")


java = subprocess.Popen([JAVA, "-cp", CLASSPATH, "io.zokor.internal.hpack.HpackPeer"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                        text=True)
for connection in range(CONNECTIONS):
    check("new connection", ask(java, "new"), "ok")
    encoder, decoder = hpack.Encoder(), hpack.Decoder()
    for block in range(BLOCKS):
        if RANDOM.randrange(8) == 0:
            encoder.header_table_size = RANDOM.randrange(4097)
        some = fields()
        theirs = encoder.encode([(n.encode("latin-1"), v.encode("latin-1")) for n, v in some], huffman=RANDOM.random() < .7)
        check("their block", ask(java, "decode " + theirs.hex()), text(some))
        if RANDOM.randrange(8) == 0:
            size = RANDOM.randrange(8000)
            check("table size", ask(java, f"table {size}"), "ok")
            decoder.max_allowed_table_size = max(size, decoder.header_table_size)
        some = fields()
        ours = bytes.fromhex(ask(java, "encode " + text(some)))
        check("our block", text((n.decode("latin-1"), v.decode("latin-1")) for n, v in decoder.decode(ours, raw=True)), text(some))
java.stdin.close()
check("the end", java.wait(10), 0)
print(f"{2 * CONNECTIONS * BLOCKS} blocks, seed {SEED}")
