"""JupyterLab on loopback, with a copy of the notebook, and Chromium to look at it."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.chrome.webdriver import WebDriver

from lab_utils.settings import PROJECT
from tests.browser import needs

# Everything that would ask other hosts is off; --no-sandbox because root, in a container, has none.
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1200,900",
)
APPUTILS = "@jupyterlab/apputils-extension"
CHOICES: Mapping[str, Mapping[str, Any]] = {
    f"{APPUTILS}/notification": {"fetchNews": "false", "checkForUpdates": False},
    # Every cell has a place in the page, also where nobody looks.
    "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"},
}


def fresh_copy(notebook: str, folder: Path) -> None:
    """Copy a notebook and its pictures without outputs: JupyterLab saves what it has run."""
    copy = nbformat.read(PROJECT / notebook, as_version=4)
    for cell in copy.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    nbformat.write(copy, folder / notebook)
    shutil.copytree(PROJECT / "images", folder / "images")


@contextmanager
def server(folder: Path, environment: Mapping[str, str], theme: str = "Light") -> Iterator[str]:
    """Serve the notebooks in `folder`; give the address of the page, to which a name is added."""
    settings = folder / "settings"
    choices = {**CHOICES, f"{APPUTILS}/themes": {"theme": f"JupyterLab {theme}"}}
    for name, values in choices.items():
        path = settings / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values), encoding="utf-8")
    token, port = secrets.token_hex(16), _free_port()
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1"),
        f"--port={port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={folder}",
        f"--LabApp.user_settings_dir={settings}",
        f"--LabApp.workspaces_dir={folder / 'workspaces'}",
        "--LabApp.news_url=",
        "--LabApp.extension_manager=readonly",
    ]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={
                **os.environ,
                **environment,
                "JUPYTER_TOKEN": token,
                "JUPYTER_CONFIG_DIR": str(folder / "config"),
                "PYTHONPATH": str(PROJECT),
            },
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        _wait_for(f"http://127.0.0.1:{port}/api?token={token}", process, folder / "server.log")
        yield f"http://127.0.0.1:{port}/lab/tree/{{}}?reset&token={token}"
    finally:
        process.terminate()
        process.wait(timeout=60)


@contextmanager
def chromium(profile: Path) -> Iterator[WebDriver]:
    """Start Chromium without a window and with an empty profile."""
    options = Options()
    options.binary_location = needs.browser()
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    # A path, or selenium would look for one to download.
    driver = webdriver.Chrome(options, Service(shutil.which(needs.DRIVER)))
    try:
        yield driver
    finally:
        driver.quit()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 120
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with opener.open(url, timeout=10):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"JupyterLab did not start: {log.read_text(encoding='utf-8')[-2000:]}")
