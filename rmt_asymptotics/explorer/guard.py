"""Who may talk to the explorer: pages of this machine that know its token; and what pages may load: its own files."""

import secrets
from collections.abc import Collection
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

FILES = "/static/"  # the same for everybody
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
FORBIDDEN, POLICY_VIOLATION = 403, 1008


class Guard:
    """Around an application: refuses what `refusal` says, and puts `HEADERS` on every response.

    hosts: names and ports under which the server is known, "127.0.0.1:8765".  token: in the query of every address.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str], token: str) -> None:
        self.app, self.hosts, self.token = app, hosts, token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def headed(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        reason = self.refusal(scope) if scope["type"] in ("http", "websocket") else ""
        if not reason:
            await self.app(scope, receive, headed)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": POLICY_VIOLATION, "reason": reason})
        else:
            await PlainTextResponse(f"{reason}\n", FORBIDDEN)(scope, receive, headed)

    def refusal(self, scope: Scope) -> str:
        """Why a request is refused; empty if it is not.

        A page of another site reaches this server under a name of its own (Host), or tells where it comes from
        (Origin); other users of this machine do not know the token.
        """
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if host not in self.hosts:
            return "refused: the explorer is known as " + " and ".join(sorted(self.hosts))
        if scope["type"] == "websocket" and headers.get("origin") != f"http://{host}":
            return "refused: the request comes from another page"
        if scope["path"].startswith(FILES):
            return ""
        given = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        if not secrets.compare_digest(given.encode(), self.token.encode()):
            return "refused: open the address that `rmt-asymptotics explore` printed, with its token"
        return ""
