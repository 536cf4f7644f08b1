"""Which hosts a policy may call: a document from elsewhere calls nobody with a reader's key."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit


class Reach:
    """Allow loopback, and the hosts of these addresses or names."""

    def __init__(self, named: Iterable[str] = ()) -> None:
        self._hosts = {_host(name) for name in named}

    def allows(self, host: str) -> bool:
        """Tell whether calls to this host may leave."""
        return host.lower() in self._hosts or is_loopback(host)


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine by its name or address alone; nothing is looked up."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _host(name: str) -> str:
    parts = urlsplit(name if "://" in name else f"//{name}")
    return (parts.hostname or name).lower()
