"""Addresses of this machine in its networks, by which a class reaches it."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from ipaddress import IPv4Address

from model.errors import InputError, as_written

LOOPBACK = "127.0.0.1"


def class_addresses(chosen: str = "") -> list[str]:
    """The addresses that a class can use, the best one, or the chosen one, first. Raises `InputError` where there is none."""
    found = best_first(own_addresses(), default_address())
    if not found:
        raise InputError(
            "this machine is in no network", where="--lan", allowed="a network that the class is in, or a hotspot"
        )
    if not chosen:
        return found
    if chosen not in found:
        raise InputError(
            f"{as_written(chosen)} is no address of this machine", where="--address", allowed=", ".join(found)
        )
    return [chosen, *(one for one in found if one != chosen)]


def best_first(found: Sequence[str], default: str) -> list[str]:
    """Addresses without loopback: that of the way to other networks first, then private ones, then the others."""

    def rank(text: str) -> tuple[bool, bool, bool]:
        one = IPv4Address(text)
        return text != default, one.is_link_local, not one.is_private

    return sorted({text: None for text in (default, *found) if text and not IPv4Address(text).is_loopback}, key=rank)


def own_addresses() -> list[str]:
    """IPv4 addresses of the interfaces that are up, in the order of the system."""
    import psutil

    up = {name for name, state in psutil.net_if_stats().items() if state.isup}
    return [
        one.address
        for name, all_ in psutil.net_if_addrs().items()
        if name in up
        for one in all_
        if one.family == socket.AF_INET
    ]


def default_address() -> str:
    """Address that this machine has on the way to other networks, found without sending anything; empty where there is none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # TEST-NET-1: a datagram socket that connects only looks up the way
            return str(probe.getsockname()[0])
        except OSError:
            return ""
