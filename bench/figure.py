"""The figure of a run: the gateway beside nginx."""

from __future__ import annotations

from pathlib import Path

from bench.report import Report

COMPARED, ALL = ("nginx", "gateway"), ("direct", "nginx", "gateway")
# Each panel: its title, the row it shows, whose figures.
PANELS = (
    ("CPU of an event at a model's pace, µs", "200 streams at 50/s: CPU us an event", COMPARED),
    ("CPU of a request, µs", "1 event a stream, c16: CPU us a request", COMPARED),
    ("first event, one connection, ms", "1 event a stream, c1: first event p50, ms", ALL),
    ("gap between events, 99th percentile, ms", "200 streams at 50/s: gap p99, ms", ALL),
)
COLOURS = {"direct": "#b0b0b0", "nginx": "#6f9f6f", "gateway": "#0062ad"}


def draw(report: Report, file: Path) -> None:
    """Write the figure as SVG."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context({"svg.hashsalt": "bench", "svg.fonttype": "none", "font.size": 9}):
        figure = Figure(figsize=(8, 3.4), layout="constrained")
        for axes, (title, label, ways) in zip(figure.subplots(2, 2).flat, PANELS):
            found = {way: report.value(label, way) for way in ways}
            shown = {way: value for way, value in found.items() if value is not None}
            bars = axes.barh(
                list(shown), list(shown.values()), color=[COLOURS[way] for way in shown]
            )
            axes.bar_label(bars, fmt="%.3g", padding=3)
            axes.set_title(title, fontsize=9, loc="left")
            axes.invert_yaxis()
            axes.margins(x=0.15)
            axes.spines[["top", "right", "bottom"]].set_visible(False)
            axes.tick_params(bottom=False, labelbottom=False, left=False)
        figure.supxlabel(_caption(report), fontsize=7, color="#505050")
        file.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(file, format="svg", metadata={"Date": None})


def _caption(report: Report) -> str:
    on = report.machine
    return (
        f"{on['date']}, {on['cores']} cores of {on['processor']}, {on['system'].split()[0]}, "
        f"Python {on['python']}, nginx {on['nginx']}, revision {on['revision']}; "
        f"load average before the run: {on['load before']}"
    )
