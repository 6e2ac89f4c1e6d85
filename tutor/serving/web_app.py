"""The web server: pages, connections, downloads. Every address is relative, so that it works below any path."""

from __future__ import annotations

import asyncio
import errno
import hmac
import json
import logging
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from aiohttp import WSMsgType, web

from tutor import __version__
from tutor.i18n import DEFAULT_LANGUAGE, LANGUAGES
from tutor.packs import library
from tutor.serving import pages
from tutor.serving.identity import clean_name, new_name
from tutor.serving.sessions import NoRoomError, Sessions
from tutor.serving.start import Start

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

    from tutor.serving.identity import Signer
    from tutor.serving.learners import Learners
    from tutor.serving.session import Session
    from tutor.serving.site import Site

log = logging.getLogger(__name__)

_COOKIE_SECONDS = 400 * 24 * 3600
#: The largest message of a page: pasted text.
_MAX_MESSAGE = 256 * 1024
_MAX_WIDTH, _MAX_HEIGHT = 500, 250
_HEARTBEAT = 20.0
#: Seconds that a wrong code of the class costs, so that guessing takes too long.
_WRONG_TOKEN_DELAY = 1.0
#: What of an address is kept: everything else is for the server only, or unknown.
_KEPT = ("open", "lang", "plain")
_HEADERS = {
    "Content-Security-Policy": pages.CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def make_app(site: Site, signer: Signer, learners: Learners, sessions: Sessions) -> web.Application:
    """Return the application that aiohttp runs."""
    server = _Server(site, signer, learners, sessions)
    app = web.Application(middlewares=[web.middleware(_add_headers)], client_max_size=64 * 1024)
    prefix = site.prefix
    app.add_routes(
        [
            web.get(f"{prefix}/", server.show_page),
            web.post(f"{prefix}/enter", server.enter),
            web.post(f"{prefix}/ticket", server.renew_ticket),
            web.get(f"{prefix}/ws/{{ticket}}", server.connect),
            web.get(f"{prefix}/download/{{key}}", server.download),
            web.get(f"{prefix}/healthz", server.health),
            web.static(f"{prefix}/static", pages.STATIC),
            web.static(f"{prefix}/terminal", terminal_folder()),
        ]
    )
    if prefix:
        app.router.add_get(prefix, _add_slash)

    async def run_sessions(_app: web.Application) -> AsyncIterator[None]:
        sweeps = asyncio.create_task(sessions.run_sweeps())
        yield
        sweeps.cancel()

    app.cleanup_ctx.append(run_sessions)
    # Before the connections are closed, so that each page learns the reason.
    app.on_shutdown.append(lambda _app: sessions.end_all())
    return app


def terminal_folder() -> Path:
    """Return the folder of textual-serve with its terminal for browsers."""
    spec = find_spec("textual_serve")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).with_name("static")


async def _add_slash(request: web.Request) -> web.StreamResponse:
    """Redirect to the folder, to which all addresses of a page are relative."""
    query = f"?{request.query_string}" if request.query_string else ""
    return _redirect(f"{request.path.rpartition('/')[2]}/{query}")


def _redirect(address: str) -> web.Response:
    return web.Response(status=303, headers={"Location": address, "Cache-Control": "no-store"})


async def _add_headers(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    try:
        response = await handler(request)
    except web.HTTPNotFound:
        response = _message(pages.NOT_FOUND, 404)
    except web.HTTPException as error:
        response = web.Response(status=error.status, text=error.reason, headers=error.headers)
    except OSError as error:
        if error.errno != errno.ENAMETOOLONG:
            raise
        response = _message(pages.NOT_FOUND, 404)
    if not response.prepared:
        response.headers.update(_HEADERS)
    return response


def _message(text: str, status: int, **headers: str) -> web.Response:
    return web.Response(
        status=status,
        text=pages.message_page(text),
        content_type="text/html",
        headers={"Cache-Control": "no-store", **headers},
    )


def _page(text: str) -> web.Response:
    return web.Response(text=text, content_type="text/html", headers={"Cache-Control": "no-store"})


def _language_of(request: web.Request) -> str:
    """Return the language that the address or else the browser asks for."""
    wanted = str(request.query.get("lang", ""))
    if wanted in LANGUAGES:
        return wanted
    for part in request.headers.get("Accept-Language", "").split(","):
        code = str(part).partition(";")[0].strip().partition("-")[0].lower()
        if code in LANGUAGES:
            return code
    return DEFAULT_LANGUAGE


def _kept(query: Mapping[str, str]) -> dict[str, str]:
    """Return the part of a query that the page keeps."""
    kept = {name: query[name] for name in _KEPT if query.get(name)}
    if not library.is_exercise_name(kept.get("open", "a/b")):
        del kept["open"]
    if kept.get("lang", DEFAULT_LANGUAGE) not in LANGUAGES:
        del kept["lang"]
    return kept


def _address(query: Mapping[str, str]) -> str:
    return f"./?{urlencode(query, safe='/')}" if query else "./"


def _size(text: str | None, default: int, largest: int) -> int:
    return min(max(int(text), 1), largest) if text and text.isascii() and text.isdigit() and len(text) < 6 else default


class _Server:
    def __init__(self, site: Site, signer: Signer, learners: Learners, sessions: Sessions) -> None:
        self._site = site
        self._signer = signer
        self._learners = learners
        self._sessions = sessions

    # --- who it is ---

    def _learner_of(self, request: web.Request) -> str | None:
        """Return the learner whose browser this is, None for an unknown one; "" is the one learner of this account."""
        if self._site.single and not self._site.class_token:
            return ""
        learner = self._signer.unsign("learner", request.cookies.get(self._signer.cookie, ""))
        return learner if self._is_learner(learner) else None

    def _is_learner(self, name: str | None) -> bool:
        """Return whether a signed name is one of this server, which has either one learner without a name or many."""
        return name is not None and bool(name) is not self._site.single

    def _is_token(self, token: str) -> bool:
        wanted = self._site.class_token
        return not wanted or hmac.compare_digest(wanted.encode(), token.encode())

    def _admit(self, request: web.Request, learner: str, query: Mapping[str, str]) -> web.Response:
        """Remember a learner in a cookie, and go to the page without what was secret in its address."""
        response = _redirect(_address({**query, "new": "1"}))
        # Without a path the browser keeps it for the folder of this page, whatever a proxy calls it.
        response.set_cookie(
            self._signer.cookie,
            self._signer.sign("learner", learner),
            max_age=_COOKIE_SECONDS,
            path=None,
            httponly=True,
            secure=_is_secure(request),
            samesite="Lax",
        )
        return response

    async def _identify(
        self, request: web.Request, given: Mapping[str, str], query: Mapping[str, str]
    ) -> web.Response | str:
        """Return a learner's name, or the response for a browser that has to prove or to choose who it is."""
        known = self._learner_of(request)
        text = given.get("learner", "")
        if self._site.single:
            return await self._identify_single(request, known, given, query)
        if not text and known is not None:
            return known
        name = clean_name(text) if text else new_name()
        if name is None:
            return self._ask(request, query, pages.BAD_NAME)
        if name == known and "key" not in given:
            return _redirect(_address(query)) if "learner" in request.query else known
        if key := given.get("key"):
            if not self._signer.is_key(text.strip(), key):
                return _message(pages.BAD_KEY, 403)
            self._learners.keep_student(name, text.strip())
            return self._admit(request, name, query)
        if self._site.links_only:
            return _message(pages.LINKS_ONLY, 403)
        if (refusal := await self._check_token(request, given, query)) is not None:
            return refusal
        if text and not self._learners.is_free(name):
            return _message(pages.NAME_TAKEN, 403)
        return self._admit(request, name, query)

    async def _identify_single(
        self, request: web.Request, known: str | None, given: Mapping[str, str], query: Mapping[str, str]
    ) -> web.Response | str:
        if known is not None:
            return ""
        return await self._check_token(request, given, query) or self._admit(request, "", query)

    async def _check_token(
        self, request: web.Request, given: Mapping[str, str], query: Mapping[str, str]
    ) -> web.Response | None:
        if self._is_token(given.get("token", "")):
            return None
        if not given.get("token"):
            return self._ask(request, {**query, **_only(given, "learner")})
        await asyncio.sleep(_WRONG_TOKEN_DELAY)
        return self._ask(request, query, pages.BAD_TOKEN)

    def _ask(self, request: web.Request, hidden: Mapping[str, str], problem: str = "") -> web.Response:
        """Return the page that asks who it is."""
        text = pages.entry_page(
            _language_of(request), needs_token=bool(self._site.class_token), hidden=hidden, problem=problem
        )
        response = _page(text)
        response.set_status(403 if problem else 200)
        return response

    # --- pages ---

    async def show_page(self, request: web.Request) -> web.StreamResponse:
        query = _kept(request.query)
        if "new" in request.query and self._learner_of(request) is None:
            return _message(pages.NEEDS_COOKIE, 403)
        found = await self._identify(request, request.query, query)
        if isinstance(found, web.Response):
            return found
        if query != dict(request.query):
            # Reloading the page, or a bookmark of it, says nothing that was meant once.
            return _redirect(_address(query))
        if not self._sessions.has_room(found):
            return _message(pages.NO_ROOM, 503, **{"Retry-After": "60"})
        language = _language_of(request)
        write = pages.plain_page if "plain" in query else pages.tutor_page
        return _page(write(language, self._signer.ticket(found), urlencode({**query, "lang": language})))

    async def enter(self, request: web.Request) -> web.StreamResponse:
        """Take the answers of the page that asks who it is."""
        if self._is_foreign(request):
            return _message(pages.FOREIGN_ORIGIN, 403)
        try:
            form = await request.post()
        except ValueError as error:
            raise web.HTTPBadRequest from error
        given = {name: value for name, value in form.items() if isinstance(value, str)}
        found = await self._identify(request, given, _kept(given))
        return found if isinstance(found, web.Response) else _redirect(_address(_kept(given)))

    async def renew_ticket(self, request: web.Request) -> web.StreamResponse:
        """Give a page that has lost its connection what it needs for the next one."""
        learner = self._learner_of(request)
        if learner is None:
            # A page in a frame of another site may have no cookie.
            learner = self._signer.learner_of(request.headers.get("X-Ticket", ""))
        if learner is None or not self._is_learner(learner) or self._is_foreign(request):
            return web.Response(status=403)
        if not self._sessions.has_room(learner):
            return web.Response(status=503, headers={"Retry-After": "60"})
        return web.json_response({"ticket": self._signer.ticket(learner)}, headers={"Cache-Control": "no-store"})

    async def download(self, request: web.Request) -> web.StreamResponse:
        learner = self._learner_of(request)
        file = None if learner is None else self._sessions.take_file(learner, request.match_info["key"])
        if file is None:
            return _message(pages.NOT_FOUND, 404)
        response = web.Response(body=file.content, content_type=file.type)
        name = "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in file.name)
        response.headers["Content-Disposition"] = f'attachment; filename="{name.encode("ascii", "replace").decode()}"'
        response.headers["Cache-Control"] = "no-store"
        return response

    async def health(self, _request: web.Request) -> web.StreamResponse:
        facts = {"status": "ok", "sessions": len(self._sessions), "limit": self._sessions.limit, "version": __version__}
        return web.json_response(facts, headers={"Cache-Control": "no-store"})

    # --- connections ---

    def _is_foreign(self, request: web.Request) -> bool:
        """Return whether a page of another site has sent this request."""
        origin = request.headers.get("Origin")
        if origin is None:
            return False  # No browser; the ticket proves that it has read our page.
        hosts = {request.host, request.headers.get("X-Forwarded-Host", "")}
        return origin not in self._site.origins and urlsplit(origin).netloc not in hosts - {""}

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """Connect a page with its learner's session until either ends."""
        learner = self._signer.learner_of(request.match_info["ticket"])
        if learner is None or not self._is_learner(learner) or self._is_foreign(request):
            return _message(pages.FOREIGN_ORIGIN, 403)
        socket = web.WebSocketResponse(heartbeat=_HEARTBEAT, max_msg_size=_MAX_MESSAGE, compress=True)
        if not self._sessions.has_room(learner):
            return _message(pages.NO_ROOM, 503, **{"Retry-After": "60"})
        await socket.prepare(request)
        session = None
        try:
            session = await self._sessions.attach(learner, self._start(request, learner), socket)
            await _pass_on(socket, session)
        except NoRoomError:
            await socket.send_str(json.dumps(["ended", "full"]))
        except OSError as error:
            log.warning("a session could not be started: %s", error)
            with suppress(OSError, RuntimeError):
                await socket.send_str(json.dumps(["ended", "error"]))
        finally:
            if session is not None:
                session.detach(socket)
            with suppress(OSError, RuntimeError):
                await socket.close()
        return socket

    def _start(self, request: web.Request, learner: str) -> Start:
        query = request.query
        exercise = query.get("open", "")
        return Start(
            home=str(self._learners.prepare(learner)) if learner else "",
            packs="\n".join(map(str, self._site.packs)),
            exercise=exercise if library.is_exercise_name(exercise) else "",
            language=_language_of(request),
            width=_size(query.get("width"), 80, _MAX_WIDTH),
            height=_size(query.get("height"), 24, _MAX_HEIGHT),
            plain="plain" in query,
        )


async def _pass_on(socket: web.WebSocketResponse, session: Session) -> None:
    """Pass on the messages of a page until it closes; ignore anything else that it sends."""
    async for message in socket:
        if message.type is not WSMsgType.TEXT:
            continue
        try:
            envelope = json.loads(message.data)
        except (ValueError, RecursionError):
            continue
        match envelope:
            case ["stdin", str(text)]:
                await session.type(text)
            case ["resize", {"width": int(width), "height": int(height)}]:
                size = {"width": min(max(width, 1), _MAX_WIDTH), "height": min(max(height, 1), _MAX_HEIGHT)}
                await session.send_meta({"type": "resize", **size})
            case ["focus" | "blur" as change]:
                await session.send_meta({"type": change})


def _is_secure(request: web.Request) -> bool:
    return bool(request.secure) or request.headers.get("X-Forwarded-Proto", "").split(",")[0].strip() == "https"


def _only(given: Mapping[str, str], *names: str) -> dict[str, str]:
    return {name: given[name] for name in names if given.get(name)}
