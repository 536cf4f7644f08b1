"""What a look at the notebook in a browser needs, none of which the lab itself does."""

from __future__ import annotations

import importlib.util
import shutil

MODULES = ("jupyterlab", "selenium")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
DRIVER = "chromedriver"


def browser() -> str:
    """Return the path of a browser, empty where there is none."""
    return next(filter(None, map(shutil.which, BROWSERS)), "")


def lacking() -> str:
    """Tell what is not there and how to get it; empty where nothing lacks."""
    modules = [name for name in MODULES if importlib.util.find_spec(name) is None]
    if modules:
        return f"no {' and no '.join(modules)}: make test-browser installs them"
    if not (browser() and shutil.which(DRIVER)):
        return f"no browser with {DRIVER}: apt-get install chromium chromium-driver"
    return ""
