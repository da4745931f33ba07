"""What each measurement was at earlier commits, in a file of the repository."""

import csv
import subprocess
from pathlib import Path

from validation.bench.rows import Row

FILE = Path(__file__).parent / "history.csv"
COLUMNS = ("commit", "measurement", "value")


def current_commit() -> str:
    """The commit that is measured, with a + if files differ from it."""

    def git(*arguments: str) -> str:
        return subprocess.run(["git", *arguments], cwd=FILE.parent, capture_output=True, text=True).stdout.strip()

    changed = git("status", "--porcelain", "--", ":!*history.csv")
    return (git("rev-parse", "--short", "HEAD") or "unknown") + "+" * bool(changed)


def read() -> list[dict[str, str]]:
    """The rows of the file, oldest first."""
    if not FILE.exists():
        return []
    with FILE.open(newline="") as file:
        return list(csv.DictReader(file))


def last_values(commit: str) -> dict[str, tuple[str, float]]:
    """By measurement, the last other commit at which it was taken, and its value."""
    return {row["measurement"]: (row["commit"], float(row["value"])) for row in read() if row["commit"] != commit}


def record(commit: str, rows: list[Row]) -> None:
    """Put measurements of a commit in the file, in place of the same ones that it had."""
    measured = {row.name for row in rows}
    kept = [row for row in read() if row["commit"] != commit or row["measurement"] not in measured]
    with FILE.open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(kept)
        writer.writerows({"commit": commit, "measurement": row.name, "value": f"{row.value:.3g}"} for row in rows)
