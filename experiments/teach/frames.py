"""Frames: a header of JSON and typed arrays in one piece of bytes, which a browser reads without copying.

Layout, little-endian: the four bytes ``CMT1``; the length of the header as uint32; the header, UTF-8, filled with spaces
to a multiple of 8; the arrays, each beginning at a multiple of 8. ``header["arrays"]`` maps names to ``{"type", "shape",
"at"}``: ``at`` counts bytes from the end of the header; types are u1, u2, i2, f4 and f8.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

MAGIC = b"CMT1"
VERSION = 1
TYPES = {"u1": np.uint8, "u2": np.uint16, "i2": np.int16, "f4": np.float32, "f8": np.float64}
ALIGNED = 8


def packed(header: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> bytes:
    """A frame of a header and arrays; undefined numbers of arrays stay NaN, the header may hold none."""
    places: dict[str, dict[str, Any]] = {}
    parts: list[bytes] = []
    at = 0
    for name, array in arrays.items():
        kind = next(kind for kind, type_ in TYPES.items() if array.dtype == type_)
        body = array.astype(f"<{kind}" if kind != "u1" else "u1", copy=False).tobytes()
        places[name] = {"type": kind, "shape": list(array.shape), "at": at}
        parts.append(_filled(body, b"\0"))
        at += len(parts[-1])
    written = json.dumps(
        {**header, "version": VERSION, "arrays": places}, ensure_ascii=False, allow_nan=False, default=str
    )
    head = _filled(written.encode(), b" ")
    return b"".join([MAGIC, len(head).to_bytes(4, "little"), head, *parts])


def unpacked(frame: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Header and arrays of a frame, for tests and programs that talk to the server."""
    if frame[:4] != MAGIC:
        raise ValueError("is no frame")
    end = 8 + int.from_bytes(frame[4:8], "little")
    header = json.loads(frame[8:end])
    arrays = {}
    for name, place in header["arrays"].items():
        shape = tuple(place["shape"])
        count = int(np.prod(shape))
        arrays[name] = np.frombuffer(frame, f"<{place['type']}", count, end + place["at"]).reshape(shape)
    return header, arrays


def fan(lucks: Sequence[bytes]) -> bytes:
    """The frame of several lucks: ``series`` float64[R, L, P], replicates in their order."""
    read = [unpacked(frame) for frame in lucks]
    header, arrays = read[0]
    series = np.array([arrays["series"] for _, arrays in read])
    return packed({"kind": "lucks", "lines": header["lines"]}, {"ends": arrays["ends"], "series": series})


def _filled(body: bytes, with_: bytes) -> bytes:
    return body + with_ * (-len(body) % ALIGNED)
