"""The explorer as a server on this machine: the page, its files and one WebSocket for each page."""

import asyncio
import json
import secrets
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket, WebSocketDisconnect

from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.explorer.form import form
from rmt_asymptotics.explorer.guard import Guard
from rmt_asymptotics.explorer.session import Answering, Deliver, Session
from rmt_asymptotics.explorer.worker import Worker, prepare

ADDRESS = "127.0.0.1"
STATIC = Path(__file__).parent / "static"
UNSUPPORTED = 1003  # a code of WebSockets
LONGEST = 65_536  # bytes of a request


def application(
    state: dict[str, Any],
    hosts: tuple[str, ...],
    token: str,
    start: Callable[[Deliver], Answering] = Worker,
    announce: Callable[[], object] = lambda: None,
) -> Starlette:
    """The explorer, beginning with `state`; hosts, token: of `Guard`.

    start: what makes the worker of a page.  announce: called as soon as the explorer is served.
    """

    @asynccontextmanager
    async def life(_: Starlette) -> AsyncIterator[None]:
        announce()
        yield

    async def page(request: Request) -> FileResponse:
        return FileResponse(STATIC / "index.html")

    async def live(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_json({"part": "form", "form": form(), "state": state})
        answers: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        session = Session(start, answers.put_nowait)
        sender = asyncio.create_task(_forward(answers, websocket))
        try:
            while True:
                session.ask(_request(await websocket.receive_text()))
        except WebSocketDisconnect:
            pass
        except ValueError:
            await websocket.close(UNSUPPORTED)
        finally:
            session.close()
            sender.cancel()

    return Starlette(
        routes=[Route("/", page), WebSocketRoute("/live", live), Mount("/static", StaticFiles(directory=STATIC))],
        middleware=[Middleware(Guard, hosts=hosts, token=token)],
        lifespan=life,
    )


async def _forward(answers: "asyncio.Queue[dict[str, Any]]", websocket: WebSocket) -> None:
    while True:
        await websocket.send_text(json.dumps(await answers.get(), allow_nan=False))


def _request(text: str) -> dict[str, Any]:
    """A request with its number; raises ValueError for what is none: our page sends no other."""
    content = json.loads(text)
    if not isinstance(content, dict) or not isinstance(content.get("id"), int):
        raise ValueError("a request is {id, view}")
    return {"id": content["id"], "view": content.get("view")}


def listening(port: int) -> socket.socket:
    """A socket on this machine only; port 0: any that is free.  Raises `OutOfDomain` for one that is taken."""
    try:
        return socket.create_server((ADDRESS, port))
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise OutOfDomain("port", port, f"free, or 0 for any that is ({reason})") from None


def serve(state: dict[str, Any], port: int, fragment: bool, announce: Callable[[str], object]) -> None:
    """Serve until interrupted.  announce: called with the address, which has the state after "#" if `fragment`."""
    listener = listening(port)
    port, token = listener.getsockname()[1], secrets.token_urlsafe(16)
    hosts = (f"{ADDRESS}:{port}", f"localhost:{port}")
    prepare()
    address = f"http://{hosts[0]}/?token={token}"
    if fragment:
        address += f"#{quote(json.dumps(state), safe='')}"
    config = uvicorn.Config(
        application(state, hosts, token, announce=lambda: announce(address)),
        log_level="warning",
        access_log=False,
        server_header=False,
        ws_max_size=LONGEST,
        timeout_graceful_shutdown=1,
    )
    with suppress(KeyboardInterrupt):  # how it ends
        uvicorn.Server(config).run(sockets=[listener])
