"""Signs of life: bars on a terminal, lines elsewhere, silence when asked or when the work is short."""

import re

import pytest

import rmt_asymptotics as rmt
from rmt_asymptotics import progress as module
from rmt_asymptotics.progress import progress_of, tracked
from tests import problems


class Clock:
    """Seconds that pass at every step, not by themselves."""

    def __init__(self, monkeypatch):
        self.now = 1000.0
        monkeypatch.setattr(module.time, "monotonic", lambda: self.now)

    def steps(self, count, seconds):
        for _ in range(count):
            self.now += seconds
            yield


def lines(capsys):
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err.splitlines()


def test_long_work_off_a_terminal_says_so_now_and_then(capsys, monkeypatch):
    clock = Clock(monkeypatch)
    for _ in tracked(clock.steps(7, 12.0), "optima", None, 7):
        pass
    assert lines(capsys) == ["optima: 3 of 7 after 36 s", "optima: 6 of 7 after 72 s"]


def test_work_of_unknown_length_is_counted(capsys, monkeypatch):
    clock = Clock(monkeypatch)
    with progress_of("boundary", None) as tick:
        for _ in clock.steps(31, 1.0):
            tick()
    assert lines(capsys) == ["boundary: 30 after 30 s"]


def test_short_work_is_silent_unless_asked(capsys, monkeypatch):
    clock = Clock(monkeypatch)
    for show, expected in ((None, []), (False, []), (True, ["sweep: 4 of 4 after 4 s"])):
        assert len(list(tracked(list(clock.steps(4, 1.0)), "sweep", show))) == 4
        found = lines(capsys)
        assert [re.sub(r"after \d+", "after 4", line) for line in found] == expected


def test_asked_for_lines_come_sooner(capsys, monkeypatch):
    clock = Clock(monkeypatch)
    list(tracked(clock.steps(7, 2.0), "sweep", True, 7))
    assert lines(capsys) == ["sweep: 3 of 7 after 6 s", "sweep: 6 of 7 after 12 s", "sweep: 7 of 7 after 14 s"]


def test_a_terminal_gets_a_bar(capsys, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setattr(module, "SILENCE", 0.0)
    list(tracked(range(3), "replicas", None))
    with progress_of("boundary", None) as tick:
        tick()
    err = capsys.readouterr().err
    assert "replicas: 100%" in err and "3/3" in err and "boundary: 1it" in err


@pytest.mark.parametrize("show", ["yes", 1, 0.0, [True]])
def test_what_is_not_a_choice_is_refused(show):
    with pytest.raises(rmt.OutOfDomain) as refusal, progress_of("work", show):
        pass
    assert refusal.value.field == "progress"


def test_an_error_in_the_work_passes_through():
    with pytest.raises(ZeroDivisionError):
        list(tracked((1 / x for x in (1, 0)), "work", True))


PLANE = {"ridge": (0.02, 9.0), "sample_complexity": (0.7, 3.1)}
BEST_RIDGE = rmt.VanishingDerivative("ridge")
SMALL = {"dimension": 20, "replicas": 2}
LIMIT = problems.PLAIN.replace(width=None)


@pytest.mark.parametrize(
    ("label", "run"),
    [
        ("refinements", lambda show: rmt.solve(LIMIT, digits=20, progress=show)),
        ("optimum", lambda show: rmt.optimal(LIMIT, over=("ridge", "noise_variance"), progress=show)),
        ("optimum", lambda show: rmt.optimal_curve(LIMIT, sample_complexity=[0.9, 2.1], progress=show)),
        ("spectrum", lambda show: rmt.spectrum(problems.ONE_CLASS, progress=show)),
        ("weight spectrum", lambda show: rmt.weight_spectrum(problems.ONE_CLASS, progress=show)),
        ("sweep", lambda show: rmt.sweep(LIMIT, ridge=[0.1, 0.2], progress=show)),
        ("replicas", lambda show: rmt.simulate(LIMIT, **SMALL, progress=show)),
        ("boundary", lambda show: rmt.trace_boundary(LIMIT, BEST_RIDGE, PLANE, points=3, scan=5, progress=show)),
    ],
)
def test_all_long_work_shows_itself(label, run, capsys):
    """When asked, and in the same words everywhere; otherwise these short runs are silent."""
    run(True)
    first, *_ = lines(capsys)
    assert re.fullmatch(rf"{label}: \d+( of \d+)? after \d+ s", first) and not first.startswith(f"{label}: 0")
    run(None)
    assert lines(capsys) == []
    with pytest.raises(rmt.OutOfDomain) as refusal:
        run("often")
    assert refusal.value.field == "progress"
