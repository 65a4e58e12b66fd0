"""The class page, a service of the hub. Learners decide there whether the teacher sees their exercises, and the
teacher sees who is stuck. Servers are started and stopped on JupyterHub's own admin page, which it links to."""

from __future__ import annotations

import asyncio
import os
from html import escape

from jupyterhub.services.auth import HubOAuthCallbackHandler, HubOAuthenticated
from jupyterhub.utils import url_path_join
from tornado import web

from . import limits
from .progress import read_progress, share
from .settings import Places, read_roster, read_settings

PREFIX = os.environ.get("JUPYTERHUB_SERVICE_PREFIX", "/services/class/")

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #ccc; }
tr.stuck { background: #fdecc8; } button { font: inherit; } form { margin: 0; } .note { color: #555; }
"""


class ClassHandler(HubOAuthenticated, web.RequestHandler):
    def initialize(self, workshop):
        self.workshop = workshop

    @property
    def places(self) -> Places:
        return Places(self.workshop, self.current_user["name"])

    def write_page(self, title: str, body: str, refresh: str = "") -> None:
        policy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"
        self.set_header("Content-Security-Policy", policy)
        self.set_header("Cache-Control", "no-store")
        self.finish(
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>{refresh}'
            f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head>'
            f"<body><h1>{escape(title)}</h1>{body}</body></html>"
        )


class PageHandler(ClassHandler):
    @web.authenticated
    def get(self):
        people = read_roster(self.workshop.roster)
        if people.get(self.current_user["name"], {}).get("teacher"):
            self.show_class(people)
        else:
            self.show_own()

    def show_own(self):
        if self.places.progress.exists():
            text = "The teacher can see which exercise you checked last, and whether your answer was right."
            action, label = "unshare", "Stop showing it"
        else:
            text = "The teacher cannot see your exercises. You can show which exercise you checked last and whether your answer was right: that tells the teacher where help is needed. Your answers themselves are never shown."
            action, label = "share", "Show it to the teacher"
        token = escape(self.xsrf_token.decode())
        self.write_page(
            "My exercises",
            f'<p>{text}</p><form method="post" action="{PREFIX}{action}">'
            f'<input type="hidden" name="_xsrf" value="{token}"><button>{label}</button></form>'
            "<p><a href='/hub/home'>Back to the hub</a></p>",
        )

    def show_class(self, people: dict[str, dict]):
        rows, stuck = [], 0
        for name, person in people.items():
            places = Places(self.workshop, name)
            progress = read_progress(places.progress)
            stuck += progress.is_stuck
            doing = "nothing checked yet" if places.progress.exists() else "not shown"
            if progress.exercise:
                times = f" ({progress.wrong} times)" if progress.wrong > 1 else ""
                doing = f"{progress.exercise}: {progress.result}{times}, {len(progress.solved)} solved"
            used = limits.memory_used(places.account)
            memory = "" if used is None else f"{used / 1e6:.0f} MB"
            label = person.get("label") or name
            cells = [label if label == name else f"{label} ({name})", doing, memory]
            mark = ' class="stuck"' if progress.is_stuck else ""
            rows.append(f"<tr{mark}>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>")
        self.write_page(
            "The class",
            f"<p>{len(rows)} on the roster, {stuck} stuck. This page reloads every 15 seconds.</p>"
            "<table><thead><tr><th>Who</th><th>Exercise</th><th>Memory</th></tr></thead>"
            f"<tbody>{''.join(rows)}</tbody></table>"
            "<p><a href='/hub/admin'>Who is logged in; start and stop servers</a>. Stopping a server ends the learner's"
            " kernels; notebooks that were saved stay.</p>"
            "<p class='note'>Stuck: three wrong answers in a row to one exercise. Only learners who have agreed show their"
            f" exercises; they do so on this page ({PREFIX}).</p>",
            '<meta http-equiv="refresh" content="15">',
        )


class ShareHandler(ClassHandler):
    @web.authenticated
    def post(self, action):
        if action == "share":
            share(self.places.progress, self.places.user)
        else:
            self.places.progress.unlink(missing_ok=True)
        self.redirect(PREFIX)


async def main() -> None:
    settings = read_settings()
    options = {"workshop": settings}
    handlers = [
        (url_path_join(PREFIX, "oauth_callback"), HubOAuthCallbackHandler),
        (PREFIX + "?", PageHandler, options),
        (url_path_join(PREFIX, "(share|unshare)"), ShareHandler, options),
    ]
    web.Application(handlers, cookie_secret=os.urandom(32), xsrf_cookies=True).listen(settings.pagePort, "127.0.0.1")
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
