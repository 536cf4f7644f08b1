"""What a gateway process is told before it starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Optional

LARGEST_REQUEST = 100 * 1024 * 1024
SILENCE = 240.0  # what Azure's load balancer allows


@dataclass(frozen=True)
class Address:
    """Hold one server, and its place in the API's pool; `url` has no slash at the end."""

    name: str
    url: str
    priority: int = 1
    weight: int = 100


@dataclass(frozen=True)
class Settings:
    """Hold the options of `apim_gateway serve`; --help explains each."""

    backends: tuple[Address, ...] = ()
    folder: Optional[Path] = None  # a gateway as APIOps lays it out; or policy and api
    only: tuple[str, ...] = ()  # of the folder's APIs; empty: all
    policy: Optional[Path] = None
    api: Optional[Path] = None
    openapi: Optional[Path] = None  # the API's operations
    host: str = "127.0.0.1"
    port: int = 0
    global_policy: Optional[Path] = None
    operation_policies: Mapping[str, Path] = field(default_factory=dict)
    products: Mapping[str, Optional[Path]] = field(default_factory=dict)  # with their policies
    bearer_key: bool = False
    caller: str = ""  # address that policies see; without one the real one
    subscriptions: Optional[Path] = None  # more keys
    fragments: Mapping[str, Path] = field(default_factory=dict)
    named_values: Mapping[str, str] = field(default_factory=dict, repr=False)
    redirects: Mapping[str, str] = field(default_factory=dict)
    allowed_hosts: tuple[str, ...] = ()
    telemetry: Optional[Path] = None
    trace_all: Optional[Path] = None  # a folder
    largest_request: int = LARGEST_REQUEST  # bytes of a body
    backend_silence: float = SILENCE  # seconds
    flush_every_chunk: bool = False
    backend_failure: str = "retry"  # or on-error
    missing_variable: str = "null"  # or throw
    newline: str = "lf"  # or crlf
    stop_with_stdin: bool = False
