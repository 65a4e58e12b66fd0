"""The page of the room, a service of the hub. The teacher sees who is in, who is stuck, and can restart a server.
Each learner decides there whether the teacher sees their exercises."""

from __future__ import annotations

import asyncio
import json
import os
from datetime import datetime, timezone
from html import escape
from urllib.parse import quote

from jupyterhub.services.auth import HubOAuthCallbackHandler, HubOAuthenticated
from jupyterhub.utils import url_path_join
from tornado import web
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest

from . import limits
from .progress import read_progress, share
from .settings import Places, read_roster, read_settings

PREFIX = os.environ.get("JUPYTERHUB_SERVICE_PREFIX", "/services/room/")

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #ccc; }
tr.stuck { background: #fdecc8; } button { font: inherit; } form { margin: 0; } .note { color: #555; }
"""


async def call_hub(method: str, path: str) -> object:
    """Asks the hub, as this service. Returns what it answered."""
    request = HTTPRequest(
        url_path_join(os.environ["JUPYTERHUB_API_URL"], path),
        method=method,
        body="" if method == "POST" else None,
        headers={"Authorization": f"token {os.environ['JUPYTERHUB_API_TOKEN']}"},
        request_timeout=60,
    )
    answer = await AsyncHTTPClient().fetch(request)
    return json.loads(answer.body) if answer.body else None


def state_of(user: dict | None, now: datetime) -> str:
    """Where a learner's server is, in words."""
    if user is None:
        return "not logged in yet"
    server = user.get("servers", {}).get("")
    if server is None or server.get("stopped"):
        return "no server"
    if not server["ready"]:
        return "stopping" if server.get("pending") == "stop" else "starting"
    last = datetime.fromisoformat(server.get("last_activity") or server["started"])
    minutes = (now - last).total_seconds() // 60
    return "active" if minutes < 5 else f"idle for {minutes:.0f} min"


class RoomHandler(HubOAuthenticated, web.RequestHandler):
    """What the handlers share."""

    def initialize(self, settings):
        self.room = settings

    @property
    def name(self) -> str:
        return self.current_user["name"]

    @property
    def is_teacher(self) -> bool:
        return read_roster(self.room.roster).get(self.name, {}).get("teacher", False)

    def write_page(self, title: str, body: str, refresh: int | None = None) -> None:
        again = f'<meta http-equiv="refresh" content="{refresh}">' if refresh else ""
        self.set_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'")
        self.set_header("Cache-Control", "no-store")
        self.finish(
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>{again}'
            f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head>'
            f"<body><h1>{escape(title)}</h1>{body}</body></html>"
        )

    def form(self, action: str, label: str) -> str:
        token = escape(self.xsrf_token.decode())
        return (
            f'<form method="post" action="{PREFIX}{action}"><input type="hidden" name="_xsrf" value="{token}">'
            f"<button>{escape(label)}</button></form>"
        )


class PageHandler(RoomHandler):
    @web.authenticated
    async def get(self):
        if self.is_teacher:
            await self.show_room()
        else:
            self.show_own()

    def show_own(self):
        if Places(self.room, self.name).progress.exists():
            text = "The teacher can see which exercise you checked last, and whether your answer was right."
            button = self.form("unshare", "Stop showing it")
        else:
            text = "The teacher cannot see your exercises. You can show which exercise you checked last and whether your answer was right: that tells the teacher where help is needed. Your answers themselves are never shown."
            button = self.form("share", "Show it to the teacher")
        self.write_page("My exercises", f"<p>{text}</p>{button}<p><a href='/hub/home'>Back to the hub</a></p>")

    async def show_room(self):
        users = {user["name"]: user for user in await call_hub("GET", "users")}
        now = datetime.now(timezone.utc)
        rows, stuck, active = [], 0, 0
        for name, person in read_roster(self.room.roster).items():
            places = Places(self.room, name)
            progress = read_progress(places.progress)
            state = state_of(users.get(name), now)
            active += state == "active"
            stuck += progress.is_stuck
            if progress.exercise:
                doing = f"{progress.exercise}: {progress.result}"
                if progress.wrong > 1:
                    doing += f" ({progress.wrong} times)"
                doing += f", {len(progress.solved)} solved"
            else:
                doing = "nothing checked yet" if places.progress.exists() else "not shown"
            used = limits.memory_used(places.account)
            memory = "" if used is None else f"{used / 1e6:.0f} MB"
            has_server = users.get(name, {}).get("servers", {}).get("") is not None
            restart = self.form(f"restart/{quote(name)}", "Restart") if has_server else ""
            label = person.get("label") or name
            cells = [label if label == name else f"{label} ({name})", state, doing, memory]
            mark = ' class="stuck"' if progress.is_stuck else ""
            rows.append(f"<tr{mark}>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + f"<td>{restart}</td></tr>")
        self.write_page(
            "The room",
            f"<p>{len(rows)} on the roster, {active} active, {stuck} stuck. The page renews itself every 15 seconds.</p>"
            "<table><thead><tr><th>Who</th><th>Server</th><th>Exercise</th><th>Memory</th><th></th></tr></thead>"
            f"<tbody>{''.join(rows)}</tbody></table>"
            "<p class='note'>Stuck: three wrong answers in a row to one exercise. Only learners who have agreed show their"
            f" exercises; each can do so on this page ({PREFIX}). A restart ends the learner's kernels; notebooks that"
            " were saved stay.</p>",
            refresh=15,
        )


class ShareHandler(RoomHandler):
    @web.authenticated
    def post(self, action):
        places = Places(self.room, self.name)
        if action == "share":
            share(places.progress, places.user)
        else:
            places.progress.unlink(missing_ok=True)
        self.redirect(PREFIX)


class RestartHandler(RoomHandler):
    @web.authenticated
    async def post(self, name):
        if not self.is_teacher:
            raise web.HTTPError(403, "only the teacher restarts servers")
        if name not in read_roster(self.room.roster):
            raise web.HTTPError(404, "nobody of that name is on the roster")
        asyncio.create_task(restart(name))
        self.redirect(PREFIX)


async def restart(name: str) -> None:
    """Ends the server of a learner and starts it again."""
    path = f"users/{quote(name)}/server"
    try:
        await call_hub("DELETE", path)
        for _ in range(60):
            user = await call_hub("GET", f"users/{quote(name)}")
            if not user["servers"]:
                break
            await asyncio.sleep(1)
        await call_hub("POST", path)
    except HTTPClientError as error:
        print(f"room: the server of {name} was not restarted: {error}", flush=True)


def make_app(settings) -> web.Application:
    room = {"settings": settings}
    return web.Application(
        [
            (url_path_join(PREFIX, "oauth_callback"), HubOAuthCallbackHandler),
            (PREFIX + "?", PageHandler, room),
            (url_path_join(PREFIX, "(share|unshare)"), ShareHandler, room),
            (url_path_join(PREFIX, "restart/([a-z0-9-]+)"), RestartHandler, room),
        ],
        cookie_secret=os.urandom(32),
        xsrf_cookies=True,
    )


async def main() -> None:
    settings = read_settings()
    make_app(settings).listen(settings.pagePort, "127.0.0.1")
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
