"""One address for several gateways: a connection goes, byte for byte, where its path belongs."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading
from typing import Callable

REQUEST_LINE = 8192  # bytes, at most
POLL = 0.02  # seconds until a server that is to stop looks whether it is


class Front:
    """Listen on a free port of 127.0.0.1; `port_of` names the port that serves a path.

    The first request of a connection decides for all of it, so that nothing of the stream is
    touched: what is sent together arrives together.
    """

    def __init__(self, port_of: Callable[[str], int]) -> None:
        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                splice(self.request, port_of)

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])
        threading.Thread(target=self._server.serve_forever, args=(POLL,), daemon=True).start()

    def stop(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()


def splice(client: socket.socket, port_of: Callable[[str], int]) -> None:
    """Hand on what a client and its gateway send each other, until one of them ends."""
    start = b""
    while b"\r\n" not in start and len(start) < REQUEST_LINE:
        piece = client.recv(65_536)
        if not piece:
            return
        start += piece
    path = start.split(b" ", 2)[1].decode("ascii", "replace") if start.count(b" ") > 1 else "/"
    try:
        gateway = socket.create_connection(("127.0.0.1", port_of(path)), timeout=10)
    except OSError:
        return  # nobody is there yet, or any more: the client sees its connection close
    gateway.settimeout(None)
    with gateway:
        for each in (client, gateway):
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        gateway.sendall(start)
        back = threading.Thread(target=_pump, args=(gateway, client), daemon=True)
        back.start()
        _pump(client, gateway)
        back.join()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while True:
            piece = source.recv(65_536)
            if not piece:
                break
            sink.sendall(piece)
    for each in (source, sink):  # an end on one side is an end of both, as in the gateway itself
        with contextlib.suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
