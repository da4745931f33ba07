"""The explorer as a server: who is let in, one request in flight, workers that are ended, the command."""

import asyncio
import re
import socket
import threading
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from rmt_asymptotics.cli import main
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.explorer import server, session, worker
from rmt_asymptotics.explorer.beginning import state_of
from rmt_asymptotics.explorer.session import LOST, Session

HOST, TOKEN = "127.0.0.1:8765", "a-token"
HEADERS = {"host": HOST}
STATE = state_of()
SECONDS = 60.0  # that a worker may take to start on a busy machine


class FakeWorker:
    """Keeps what it is asked; `say` delivers in its name."""

    def __init__(self, deliver):
        self.deliver, self.asked, self.ended = deliver, [], False

    def ask(self, request):
        self.asked.append(request["id"])

    def end(self):
        self.ended = True

    def say(self, part, number=None, **content):
        self.deliver(self, {"part": part} | ({} if number is None else {"id": number}) | content)


class Room:
    """A session with fake workers and what it sent to its page."""

    def __init__(self):
        self.workers, self.sent = [], []
        self.session = Session(self.start, self.sent.append)

    def start(self, deliver):
        self.workers.append(FakeWorker(deliver))
        return self.workers[-1]

    @property
    def worker(self):
        return self.workers[-1]

    async def ask(self, *numbers):
        for number in numbers:
            self.session.ask({"id": number, "view": {}})
        await self.turn()

    async def say(self, *arguments, **content):
        self.worker.say(*arguments, **content)
        await self.turn()

    async def turn(self, seconds=0.0):
        for _ in range(3):
            await asyncio.sleep(seconds / 3)


def in_a_room(test):
    """Runs a coroutine of a room, in short times."""

    def run(monkeypatch):
        monkeypatch.setattr(session, "PATIENCE", 0.15)
        monkeypatch.setattr(session, "GRACE", 0.3)

        async def visit():
            room = Room()
            await test(room)
            room.session.close()
            assert room.workers[-1].ended or room.session._worker is None

        asyncio.run(visit())

    return run


@in_a_room
async def test_requests_wait_until_the_worker_is_ready(room):
    await room.ask(1, 2)
    assert room.worker.asked == []
    await room.say("ready")
    assert room.worker.asked == [2]


@in_a_room
async def test_the_newest_waits_for_the_curve(room):
    await room.say("ready")
    await room.ask(1, 2, 3)
    assert room.worker.asked == [1]
    await room.say("curve", 1, complete=False)
    assert room.worker.asked == [1]
    await room.say("curve", 1, complete=True)
    assert room.worker.asked == [1, 3]
    await room.say("simulation", 1)  # of the one that was displaced
    await room.say("accepted", 3)
    assert [(m["part"], m["id"]) for m in room.sent] == [("curve", 1), ("curve", 1), ("accepted", 3)]


@in_a_room
async def test_a_complete_curve_is_displaced_at_once(room):
    await room.say("ready")
    await room.ask(1)
    await room.say("curve", 1, complete=True)
    await room.ask(2)
    assert room.worker.asked == [1, 2]
    await room.say("refused", 2)
    await room.ask(3)
    assert room.worker.asked == [1, 2, 3]


@in_a_room
async def test_a_slow_curve_is_displaced_after_its_time(room):
    await room.say("ready")
    await room.ask(1)
    await room.say("accepted", 1)
    await room.ask(2)
    assert room.worker.asked == [1]
    await room.turn(0.2)
    assert room.worker.asked == [1, 2]
    await room.say("accepted", 2)
    await room.turn(0.4)
    assert not room.worker.ended and len(room.workers) == 1


@in_a_room
async def test_a_worker_that_does_not_turn_is_ended_and_another_goes_on(room):
    await room.say("ready")
    await room.ask(1)
    await room.say("accepted", 1)
    await room.ask(2)
    await room.turn(0.2)
    await room.turn(0.4)
    assert [w.ended for w in room.workers] == [True, False]
    room.workers[0].say("accepted", 1)  # too late
    await room.say("ready")
    assert room.worker.asked == [2] and room.session.ended == 1
    assert room.sent == [{"part": "accepted", "id": 1}]


@in_a_room
async def test_a_lost_worker_is_said_and_replaced_when_needed(room):
    await room.say("ready")
    await room.ask(1)
    room.worker.deliver(room.worker, None)
    await room.turn()
    assert room.sent == [{"id": 1, "part": "fault", "message": LOST}]
    assert len(room.workers) == 1
    await room.ask(2)
    await room.say("ready")
    assert [w.asked for w in room.workers] == [[1], [2]]


@in_a_room
async def test_workers_that_cannot_start_are_not_tried_for_ever(room):
    await room.ask(1)
    room.worker.deliver(room.worker, None)
    await room.turn(0.1)
    assert len(room.workers) == 1 and room.sent[-1]["message"] == LOST


@pytest.fixture
def client():
    workers = []

    def start(deliver):
        workers.append(FakeWorker(deliver))
        workers[-1].say("ready")
        return workers[-1]

    application = server.application(STATE, (HOST, "localhost:8765"), TOKEN, start)
    with TestClient(application, base_url=f"http://{HOST}") as made:
        made.workers = workers
        yield made


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        (f"/?token={TOKEN}", {}, 200),
        (f"/?token={TOKEN}", {"host": "localhost:8765"}, 200),
        ("/", {}, 403),
        ("/?token=another", {}, 403),
        ("/?token=%FF", {}, 403),
        (f"/?token={TOKEN}", {"host": "evil.example:8765"}, 403),
        (f"/?token={TOKEN}", {"host": "127.0.0.1:80"}, 403),
        (f"/?token={TOKEN}", {"host": ""}, 403),
        ("/static/explorer.js", {}, 200),
        ("/static/uPlot.LICENSE", {}, 200),
        ("/static/explorer.js", {"host": "evil.example"}, 403),
        ("/static/..%2fserver.py", {}, 404),
        ("/static/", {}, 404),
        ("/nothing", {}, 403),
        (f"/nothing?token={TOKEN}", {}, 404),
    ],
)
def test_who_is_let_in(client, path, headers, status):
    answer = client.get(path, headers=HEADERS | headers)
    assert answer.status_code == status
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "*" not in policy
    assert answer.headers["referrer-policy"] == "no-referrer" and answer.headers["x-content-type-options"] == "nosniff"
    assert client.post(path, headers=HEADERS | headers).status_code in (403, 404, 405)


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/live", {"origin": f"http://{HOST}"}),
        (f"/live?token={TOKEN}", {"origin": "http://evil.example"}),
        (f"/live?token={TOKEN}", {"origin": "null"}),
        (f"/live?token={TOKEN}", {}),
        (f"/live?token={TOKEN}", {"origin": "http://evil.example:8765", "host": "evil.example:8765"}),
    ],
)
def test_sockets_of_others_are_refused(client, path, headers):
    with pytest.raises(WebSocketDisconnect), client.websocket_connect(path, headers=HEADERS | headers):
        pass
    assert not client.workers


def live(client):
    return client.websocket_connect(f"/live?token={TOKEN}", headers=HEADERS | {"origin": f"http://{HOST}"})


def test_two_pages_have_a_worker_each(client):
    with live(client) as first, live(client) as second:
        for page, number in ((first, 7), (second, 8)):
            hello = page.receive_json()
            assert hello["part"] == "form" and hello["state"] == STATE and "RandomFeatures" in hello["form"]["models"]
            page.send_json({"id": number, "view": STATE})
        for place, page, number in ((1, second, 8), (0, first, 7)):
            client.workers[place].say("accepted", number)
            assert page.receive_json() == {"part": "accepted", "id": number}
    assert [w.ended for w in client.workers] == [True, True]


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"id": "a"}'])
def test_what_our_page_does_not_send_ends_the_socket(client, text):
    with live(client) as page:
        page.receive_json()
        page.send_text(text)
        with pytest.raises(WebSocketDisconnect):
            page.receive_json()
    assert client.workers[0].ended


def test_a_worker_answers_the_newest_and_can_be_ended():
    said, ended = [], threading.Event()
    heard = threading.Condition()

    def deliver(_, message):
        with heard:
            said.append(message)
            heard.notify_all()
        if message is None:
            ended.set()

    def wait(condition):
        with heard:
            assert heard.wait_for(lambda: any(condition(m) for m in said if m), SECONDS), said

    worker.prepare()
    made = worker.Worker(deliver)
    wait(lambda m: m["part"] == "ready")
    endless = STATE | {"simulation": {"dimension": 200, "replicas": 10_000, "seed": 1}}
    made.ask({"id": 1, "view": endless})
    wait(lambda m: m["part"] == "simulation")
    made.ask({"id": 2, "view": STATE | {"simulate": False, "band": False}})
    wait(lambda m: m["part"] == "done")
    assert [m["id"] for m in said if m and m["part"] == "done"] == [2]
    made.ask({"id": 3})  # no view: a fault is an answer
    wait(lambda m: m["part"] == "fault")
    made.ask({"id": 4, "view": endless})
    wait(lambda m: m.get("id") == 4)
    made.end()
    assert ended.wait(SECONDS)
    made.ask({"id": 5, "view": STATE})  # in vain, not an error


def test_a_port_that_is_taken_is_named():
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OutOfDomain, match=r"port = .*use"):
        server.listening(taken.getsockname()[1])


def test_the_command_says_what_is_wrong(capsys, monkeypatch, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert main(["explore", "--port", str(taken.getsockname()[1])]) == 2
    assert "port" in capsys.readouterr().err
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('activation = "tanh"')
    for arguments, words in (
        (["--link", "nothing"], "address of a page"),
        ([str(wrong)], "target"),
        ([str(wrong), "--link", "a"], "exclude"),
        (["--port", "70000"], "port"),
    ):
        assert main(["explore", *arguments]) == 2
        assert words in capsys.readouterr().err
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert main(["explore"]) == 2
    assert "install rmt_asymptotics[explore]" in capsys.readouterr().err


def test_nothing_is_loaded_from_elsewhere():
    files = sorted(Path(server.STATIC).iterdir())
    assert {"index.html", "explorer.js", "explorer.css", "uPlot.min.js", "uPlot.LICENSE"} <= {f.name for f in files}
    for file in files:
        text = re.sub(r"http://www\.w3\.org/\S*|/\*!.*?\*/", "", file.read_text(encoding="utf-8"))
        assert not re.search(r"https?://|//[a-z]+\.[a-z]", text) or file.name == "uPlot.LICENSE", file
    page = (server.STATIC / "index.html").read_text()
    assert "style=" not in page and not re.search(r"<script>|\son\w+=", page)
