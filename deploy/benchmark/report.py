"""What came of the measuring: a table for people, and a verdict for each ratio that is asked for."""

import statistics


def median(values):
    """The middle one."""
    return statistics.median(values) if values else None


def ratios(samples, rival, field="rate"):
    """Ours against a rival's, round by round: both were measured within the same minute."""
    return [
        one[field] / other[field] for one, other in zip(samples["ours"], samples.get(rival, []))
        if one[field] and other[field]]


def shown(values):
    """Median and spread."""
    return "–" if not values else f"{median(values):.2f} ({min(values):.2f}–{max(values):.2f})"


def verdict(values, target, disturbed, at_most=False):
    """Whether a ratio is what was asked for."""
    if not values:
        return None
    if disturbed:
        return "too noisy"
    reached = median(values) <= target if at_most else median(values) >= target
    return "reached" if reached else "missed"


def table(rows):
    """Lines with aligned columns."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths)).rstrip() for row in rows]


def report(result, workloads):
    """(exit status, text, verdicts): 0 all ratios reached, 1 some missed, 77 none missed and some too noisy."""
    rows = [["", "ours/s", "p50 ms", "p99 ms", "× FastAPI", "× Django", "× floor", "cores server, PostgreSQL, client"]]
    verdicts, lines = {}, []
    for workload in workloads:
        samples = result["samples"].get(workload.name)
        if not samples:
            continue
        own = samples["ours"]
        cores = [own[0]["cores"].get(name, 0) for name in ("server", "postgres", "client")]
        rows.append([
            workload.title, f"{median([one['rate'] for one in own]):.0f}", f"{median([one['p50'] for one in own]):.2f}",
            f"{median([one['p99'] for one in own]):.2f}", shown(ratios(samples, "fastapi")), shown(ratios(samples, "django")),
            shown(ratios(samples, "floor")), " ".join(f"{share:.2f}" for share in cores)])
        for rival, target in workload.targets.items():
            against = "fastapi" if rival == "p99" else rival
            disturbed = any(one["is_disturbed"] for one in own + samples.get(against, []))
            values = ratios(samples, against, "p99" if rival == "p99" else "rate")
            verdicts[f"{workload.name} {rival}"] = (verdict(values, target, disturbed, rival == "p99"), median(values), target)
        if workload.slowest:
            slow = [one["p99"] for one in own]
            disturbed = any(one["is_disturbed"] for one in own)
            verdicts[f"{workload.name} slowest"] = (
                verdict(slow, workload.slowest, disturbed, True), median(slow), workload.slowest)
    lines += ["", *table(rows), ""]
    lines += growth(result, verdicts)
    for name, (outcome, value, target) in verdicts.items():
        if outcome:
            lines.append(f"  {outcome:<9}  {name}: {value:.2f}, asked for {target}")
    lines.append("")
    if result["alone"]:
        rows = [["alone, requests/s (p99 ms)", *(f"{count} connections" for count in ("1", "8", "64"))]]
        for name, by_count in result["alone"].items():
            rows.append([name, *(
                f"{median([one['rate'] for one in samples]):.0f} ({median([one['p99'] for one in samples]):.2f})"
                for samples in by_count.values())])
        lines += [*table(rows), ""]
    lines.append(f"  first answer after {result['start_seconds']} s; peak memory, MB: {result['peak_memory_mb']}")
    outcomes = {outcome for outcome, _, _ in verdicts.values()}
    status = 1 if "missed" in outcomes else 77 if "too noisy" in outcomes else 0
    return status, "\n".join(lines), verdicts


# Ten times the data may cost so much.
GROWTH = 1.3


def growth(result, verdicts):
    """How much slower ten times the data makes a read."""
    rows = [["growth, requests/s", "structures", "", ""]]
    for name in ("structure", "list", "search", "inbox"):
        by_size = result["samples"].get(f"growth {name}")
        if not by_size or name not in result["samples"]:
            continue
        rates = [median([one["rate"] for one in samples]) for samples in by_size.values()]
        rates.append(median([one["rate"] for one in result["samples"][name]["ours"]]))
        sizes = [*by_size, str(result["structures"])]
        rows.append([name, *(f"{size}: {rate:.0f}" for size, rate in zip(sizes, rates))])
        worst = max(smaller / larger for smaller, larger in zip(rates, rates[1:]))
        disturbed = any(one["is_disturbed"] for samples in by_size.values() for one in samples)
        verdicts[f"{name} growth"] = (verdict([worst], GROWTH, disturbed, True), worst, GROWTH)
    return [*table(rows), ""] if len(rows) > 1 else []
