#!/usr/bin/env python3
"""Compares the escaping of texts with what Python's decoder and json make of the same bytes.

usage: json_oracle.py PROGRAM        (20 000 texts; with CTX_TEST_FULL=1 150 000)
"""
import json
import os
import random
import re
import struct
import subprocess
import sys

# What readers other than JSON parsers take for a command or a line end is escaped as well.
ALSO_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029]")
NASTY = ['"', "\\", "\n", "\r", "\t", "\b", "\f", "\0", "\x1b", "\x7f", "\x80", "\x85", "\x9f",
         "\xa0", "\u2027", "\u2028", "\u2029", "\u202a", "\ufeff", "\ufffd", "\uffff", "\U0001f695",
         "\U0010ffff", "é", "ж", "語"]


def expected(text):
    decoded = text.decode("utf-8", errors="replace")
    escaped = json.dumps(decoded, ensure_ascii=False)[1:-1]
    return ALSO_ESCAPED.sub(lambda match: f"\\u{ord(match.group()):04x}", escaped).encode()


def random_text(source):
    kind = source.randrange(6)
    size = source.choice([0, 1, 2, 3, 5, 8, 15, 16, 17, 31, 33, 64, 200])
    if kind == 0:
        return bytes(source.randrange(256) for _ in range(size))
    if kind == 1:
        return bytes(source.randrange(0x20, 0x7f) for _ in range(size))
    if kind == 2:
        return "".join(source.choice(NASTY) for _ in range(size)).encode()
    if kind == 3:  # bytes that begin, continue and break characters
        return bytes(source.choice(b"a\x80\x8f\x90\x9f\xa0\xbf\xc0\xc1\xc2\xdf\xe0\xe1\xed\xef"
                                   b"\xf0\xf1\xf4\xf5\xff\"\\\n") for _ in range(size))
    if kind == 4:
        text = "".join(chr(source.choice([0x41, 0x7ff, 0x800, 0xd7ff, 0xe000, 0x10000]) +
                           source.randrange(0x40)) for _ in range(size)).encode("utf-8", "replace")
        return text[:source.randrange(len(text) + 1)]
    text = bytearray("".join(source.choice(NASTY + ["plain"] * 20) for _ in range(size)).encode())
    for _ in range(min(len(text), 2)):
        text[source.randrange(len(text))] = source.randrange(256)
    return bytes(text)


def main():
    source = random.Random(20261120)
    count = 150000 if os.environ.get("CTX_TEST_FULL") == "1" else 20000
    texts = [random_text(source) for _ in range(count)]
    frames = b"".join(struct.pack("<I", len(text)) + text for text in texts)
    result = subprocess.run([sys.argv[1]], input=frames, capture_output=True, check=True)
    lines = result.stdout.split(b"\n")
    if len(lines) != count + 1 or lines[-1] != b"":
        print(f"{len(lines) - 1} lines for {count} texts")
        return 1
    different = 0
    for text, line in zip(texts, lines):
        if line != expected(text) or json.loads(b'"' + line + b'"') != text.decode("utf-8", "replace"):
            different += 1
            if different <= 5:
                print(f"{text!r}\n  is        {line!r}\n  should be {expected(text)!r}")
    print(f"texts={count} different={different}")
    return 0 if different == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
