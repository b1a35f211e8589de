"""Makes tokens of members: `tokens.py COUNT FILE` writes them to FILE, a line each, and their hashes to standard output.

The form is that of `Sources/Accounts/Token.swift`: a prefix, 32 bytes in base 62, their CRC-32.
"""

import hashlib
import os
import sys
import zlib

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def base62(number, width):
    """A number in base 62, padded."""
    text = ""
    while len(text) < width:
        number, digit = divmod(number, 62)
        text = DIGITS[digit] + text
    return text


def main(count, path):
    """All of them."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
        for _ in range(count):
            body = "pa31_member_" + base62(int.from_bytes(os.urandom(32), "big"), 43)
            token = body + base62(zlib.crc32(body.encode()), 6)
            file.write(token + "\n")
            print(hashlib.sha256(token.encode()).hexdigest())


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
