"""The media type of a file, by its first bytes."""

from __future__ import annotations

MAGIC = (
    (b"%PDF", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\xd0\xcf\x11\xe0", "application/x-ole-storage"),
    (b"\x89PNG", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\xff\xfe", "text/plain; charset=utf-16"),
    (b"\xfe\xff", "text/plain; charset=utf-16"),
)


def media_type_of(head: bytes) -> str:
    """Return the media type of a file by its first bytes; text where they are of no known form and hold no NUL."""
    found = next((name for magic, name in MAGIC if head.startswith(magic)), "")
    return found or ("application/octet-stream" if b"\x00" in head else "text/plain")
