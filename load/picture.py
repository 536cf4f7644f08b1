"""The picture of a run: how long streams let wait, and how they ended."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from load.summary import FIRST_TOKEN, GAP, SPEED, Summary

COLOURS = {"whole": "#2f7d4f", "429": "#c08a00", "refused": "#b04a2f", "dropped": "#8a1f1f"}


def draw(summary: Summary, file: Path) -> None:
    """Write the picture as SVG."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context({"svg.hashsalt": "load", "svg.fonttype": "none", "font.size": 9}):
        figure = Figure(figsize=(9, 2.8), layout="constrained")
        panels = list(figure.subplots(1, 4))
        for axes, name in zip(panels, (FIRST_TOKEN, GAP, SPEED)):
            axes.set_title(name, fontsize=9, loc="left")
            _share(axes, summary.times.get(name, {}))
        panels[0].set_ylabel("share of all")
        _ends(panels[3], summary.outcomes)
        file.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(file, format="svg", metadata={"Date": None})


def shares(counts: Mapping[int, int]) -> tuple[list[float], list[float]]:
    """Return values in their order and, for each, the share of all that are not above it.

    They begin with a share of none at the least value.
    """
    total, below = sum(counts.values()), 0
    values, found = [float(value) for value in sorted(counts)[:1]], [0.0] * bool(counts)
    for value in sorted(counts):
        below += counts[value]
        values.append(float(value))
        found.append(below / total)
    return values, found


def _share(axes: Any, counts: Mapping[int, int]) -> None:
    axes.step(*shares(counts), where="post", color="#0062ad")
    axes.set_ylim(0, 1.02)
    axes.set_xlim(left=0)
    axes.spines[["top", "right"]].set_visible(False)


def _ends(axes: Any, outcomes: Mapping[str, int]) -> None:
    axes.set_title("how answers ended", fontsize=9, loc="left")
    names = [name for name in COLOURS if outcomes.get(name)]
    bars = axes.barh(
        names, [outcomes[name] for name in names], color=[COLOURS[name] for name in names]
    )
    axes.bar_label(bars, padding=3)
    axes.invert_yaxis()
    axes.margins(x=0.2)
    axes.spines[["top", "right"]].set_visible(False)
