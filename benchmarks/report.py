"""The measured times as a Markdown table."""

import statistics

from cases import CASES
from environments import ENGINES


def show(seconds):
    for unit, size in (("us", 1e-6), ("ms", 1e-3)):
        if seconds < 1000 * size:
            return f"{seconds / size:.1f} {unit}" if size < 1e-3 else f"{seconds / size:.2f} {unit}"
    return f"{seconds:.2f} s"


def ratio(ours, theirs):
    return statistics.median(a / b for a, b in zip(ours, theirs, strict=True))


def table(times):
    """One row for each case of `times[case][engine]`, one column for each engine that does any of them."""
    peers = [name for name in ENGINES if name != "glassgrad" and any(name in found for found in times.values())]
    lines = [
        "| " + " | ".join(["work", "glassgrad", *(ENGINES[name].name for name in peers), "target"]) + " |",
        "|---" * (len(peers) + 3) + "|",
    ]
    for case, found in times.items():
        ours = found.get("glassgrad")
        cells = [CASES[case].what, show(statistics.median(ours)) if ours else ""]
        for name in peers:
            cell = show(statistics.median(found[name])) if name in found else ""
            cells.append(f"{cell} ({ratio(ours, found[name]):.3g}x)" if cell and ours else cell)
        cells.append(", ".join(target(name, most, ours, found.get(name)) for name, most in CASES[case].targets.items()))
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def target(name, most, ours, theirs):
    wanted = f"{most:.3g}x {ENGINES[name].name}"
    if not ours or not theirs:
        return wanted
    return f"{wanted}: {'met' if ratio(ours, theirs) <= most else '**missed**'}"
