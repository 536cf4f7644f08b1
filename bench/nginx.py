"""nginx as a relay to compare with: one worker, `proxy_buffering off`, connections kept."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from bench.servers import Server

SECONDS = 10.0  # for it to listen
CONFIGURATION = """
daemon off;
master_process off;
worker_rlimit_nofile 8192;
pid {folder}/nginx.pid;
error_log stderr crit;
events {{ worker_connections 8192; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    keepalive_requests 1000000;
    upstream backend {{ server {backend}; keepalive 2000; keepalive_requests 1000000; }}
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        location / {{
            proxy_pass http://backend;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_buffering off;
        }}
    }}
}}
"""


def program() -> str:
    """Return the path of nginx, or nothing where it is not installed."""
    return shutil.which("nginx") or ""


def version() -> str:
    """Return what the installed nginx says it is."""
    done = subprocess.run([program(), "-v"], capture_output=True, encoding="utf-8", check=True)
    return done.stderr.strip().rpartition("/")[2]


@contextmanager
def relay(backend: Server) -> Iterator[Server]:
    """Start nginx before a backend."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "nginx.conf"
        text = CONFIGURATION.format(folder=folder, port=port, backend=urlsplit(backend.url).netloc)
        file.write_text(text, encoding="utf-8")
        start = time.perf_counter()
        with subprocess.Popen([program(), "-p", folder, "-c", str(file)]) as started:
            try:
                _wait_for(port, started)
                yield Server(
                    f"http://127.0.0.1:{port}",
                    psutil.Process(started.pid),
                    time.perf_counter() - start,
                )
            finally:
                started.terminate()


def _wait_for(port: int, started: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and started.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except ConnectionError:
            time.sleep(0.005)
        else:
            return
    raise RuntimeError("nginx does not listen")
