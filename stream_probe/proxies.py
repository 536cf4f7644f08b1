"""Keep what runs on this machine away from a proxy, and name the proxy where one is in the way.

A proxy comes from HTTP_PROXY and its like, or from the settings of Windows and macOS. Those hold
only as long as no such variable is set, NO_PROXY included (`urllib.request.getproxies`), and what
they except is not read by every client; so NO_PROXY is what helps everywhere.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import requests

LOOPBACK = ("127.0.0.1", "localhost")


def direct() -> requests.Session:
    """Return a session that asks no proxy, whatever the environment or the system says."""
    session = requests.Session()
    session.trust_env = False
    return session


def session(url: str) -> requests.Session:
    """Return a session for `url`: direct to this machine, else as the environment says."""
    return direct() if urlsplit(url).hostname in LOOPBACK else requests.Session()


def bypass(environ: MutableMapping[str, str]) -> str:
    """Put this machine into NO_PROXY where a proxy is set; return a line to say, or nothing.

    httpx, requests and urllib all read NO_PROXY; some of them only in small letters.
    """
    if not _proxies():
        return ""
    values = (environ.get(name, "") for name in ("no_proxy", "NO_PROXY"))
    hosts = [host.strip() for value in values for host in value.split(",") if host.strip()]
    lacking = [host for host in LOOPBACK if host not in hosts]
    if "*" in hosts or not lacking:
        return ""
    environ["NO_PROXY"] = environ["no_proxy"] = ",".join(dict.fromkeys([*hosts, *lacking]))
    return f"proxy {_shown()}: not for this machine, {' and '.join(lacking)} put into NO_PROXY"


def hint(url: str) -> str:
    """Return what to say of a proxy that stands between here and `url`, or nothing."""
    host = urlsplit(url).hostname or ""
    proxies = _proxies()
    if not proxies or proxy_bypass(host):
        return ""
    if host in LOOPBACK:
        return f"; a proxy is set ({_shown()}): add {host} to NO_PROXY"
    return f"; a proxy is set ({_shown()}): does it let {host} pass? NO_PROXY leaves it out"


def _proxies() -> dict[str, str]:
    return {kind: url for kind, url in getproxies().items() if kind in ("http", "https", "all")}


def _shown() -> str:
    """Name the proxies without the user and password that an address may carry."""
    addresses = []
    for url in _proxies().values():
        parts = urlsplit(url if "//" in url else f"//{url}")
        addresses.append(parts.netloc.rpartition("@")[2] or url.rpartition("@")[2])
    return ", ".join(dict.fromkeys(addresses))
