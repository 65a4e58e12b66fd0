"""A learner as the hub sees one: a browser that logs in, gets a server, opens a notebook and runs cells. And what Linux
tells of a learner's processes."""

from __future__ import annotations

import asyncio
import json
import os
import re
import uuid
from collections.abc import Callable
from pathlib import Path
from time import monotonic

import aiohttp
from yarl import URL


LIMIT = 300.0  # seconds after which whatever a learner waits for has failed


async def until(holds: Callable[[], bool], seconds: float = LIMIT) -> bool:
    """Waits for a condition. Returns whether it came to hold."""
    begin = monotonic()
    while not holds():
        if monotonic() - begin > seconds:
            return False
        await asyncio.sleep(0.1)
    return True


class Failure(Exception):
    """What went wrong for one learner, in one line."""


class Learner:
    """Everything goes through the proxy at `address`, over one cookie jar, as from a browser."""

    def __init__(self, address: str, name: str, password: str) -> None:
        self.address, self.name, self.password = address, name, password
        self.session: aiohttp.ClientSession | None = None
        self.channels: aiohttp.ClientWebSocketResponse | None = None
        self.answers: asyncio.Queue[aiohttp.WSMessage] = asyncio.Queue()
        self.listening: asyncio.Task | None = None
        self.kernel = ""

    async def __aenter__(self) -> Learner:
        self.session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=False),  # nobody knows the certificate
            cookie_jar=aiohttp.CookieJar(unsafe=True),  # of an address that is a number
            timeout=aiohttp.ClientTimeout(total=LIMIT),
        )
        return self

    async def __aexit__(self, *_) -> None:
        await self.close_notebook()
        await self.session.close()

    def token(self, path: str) -> str:
        """The XSRF token that the pages below a path gave to the browser."""
        cookies = self.session.cookie_jar.filter_cookies(URL(self.address + path))
        return cookies["_xsrf"].value if "_xsrf" in cookies else ""

    async def ask(self, method: str, path: str, more: dict | None = None, **options) -> tuple[int, str]:
        """A page, as a person who follows links gets it; `more` are more headers. Returns the last status and text."""
        headers = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Dest": "document", **(more or {})}
        async with self.session.request(method, self.address + path, headers=headers, **options) as answer:
            return answer.status, await answer.text(errors="replace")

    async def call(self, method: str, path: str, base: str, **options) -> tuple[int, str]:
        """An interface of the hub (base `/hub/`) or of a server (base `/user/NAME/`), as a script of its page calls it."""
        headers = {"X-XSRFToken": self.token(base), "Sec-Fetch-Mode": "cors", "Referer": f"{self.address}{base}home"}
        async with self.session.request(method, f"{self.address}{base}api/{path}", headers=headers, **options) as answer:
            return answer.status, await answer.text(errors="replace")

    @property
    def base(self) -> str:
        return f"/user/{self.name}/"

    async def log_in(self, password: str | None = None, more: dict | None = None) -> int:
        """Returns the status of the answer: 302 leads to the server, 403 is a refusal."""
        await self.ask("GET", "/hub/login", more)
        form = {"username": self.name, "password": password or self.password, "_xsrf": self.token("/hub/login")}
        status, _ = await self.ask("POST", "/hub/login", more, data=form, allow_redirects=False)
        return status

    async def get_server(self) -> None:
        """Waits for the server as the hub's page does, then opens JupyterLab."""
        begin = monotonic()
        status, _ = await self.ask("GET", "/hub/spawn")
        if status >= 400:
            raise Failure(f"asked for a server: {status}")
        while True:
            status, text = await self.call("GET", f"users/{self.name}", "/hub/")
            if status != 200:
                raise Failure(f"the hub answered {status}: {text[:100]}")
            server = json.loads(text)["servers"].get("")
            if server is None:
                raise Failure("the server did not start")
            if server["ready"]:
                break
            if monotonic() - begin > LIMIT:
                raise Failure(f"no server within {LIMIT:.0f} s")
            await asyncio.sleep(1)
        status, page = await self.ask("GET", f"{self.base}lab")
        if status != 200 or "jupyter-config-data" not in page:
            raise Failure(f"JupyterLab's page: {status}")
        for script in re.findall(r'<script[^>]* src="([^"]+)"', page):
            status, _ = await self.ask("GET", script)
            if status != 200:
                raise Failure(f"{script}: {status}")

    async def open_notebook(self, path: str) -> None:
        """Opens a notebook of the learner's home, which starts its kernel."""
        body = {"path": path, "name": path, "type": "notebook", "kernel": {"name": "tslab"}}
        status, text = await self.call("POST", "sessions", self.base, json=body)
        if status != 201:
            raise Failure(f"opened {path}: {status} {text[:200]}")
        self.kernel = json.loads(text)["kernel"]["id"]
        self.channels = await self.session.ws_connect(
            f"{self.address}{self.base}api/kernels/{self.kernel}/channels",
            headers={"Origin": self.address},
            max_msg_size=0,
        )
        self.answers = asyncio.Queue()
        self.listening = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        """Hears the kernel between cells, too, as a browser does: the server hangs up if pings stay unanswered for 30 s."""
        while True:
            answer = await self.channels.receive()
            self.answers.put_nowait(answer)
            if answer.type != aiohttp.WSMsgType.TEXT:
                return

    async def close_notebook(self) -> None:
        if self.listening:
            self.listening.cancel()
            await asyncio.wait([self.listening])
            self.listening = None
        if self.channels:
            await self.channels.close()
            self.channels = None

    async def run(self, code: str) -> str:
        """Runs a cell and returns what it printed. Raises Failure if it fails."""
        number = uuid.uuid4().hex
        header = {"msg_id": number, "msg_type": "execute_request", "username": "", "session": number, "version": "5.3"}
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False}
        message = {"header": {**header, "date": ""}, "parent_header": {}, "metadata": {}, "content": content}
        await self.channels.send_json({**message, "channel": "shell", "buffers": []})
        printed, status, is_idle = "", None, False
        try:
            async with asyncio.timeout(LIMIT):
                while status is None or not is_idle:
                    answer = await self.answers.get()
                    if answer.type != aiohttp.WSMsgType.TEXT:
                        raise Failure(f"the connection to the kernel ended ({answer.type.name})")
                    got = json.loads(answer.data)
                    if got["parent_header"].get("msg_id") != number:
                        continue
                    kind, content = got["msg_type"], got["content"]
                    if kind == "stream":
                        printed += content["text"]
                    elif kind == "execute_reply":
                        status = content["status"]
                    elif kind == "status":
                        is_idle = is_idle or content["execution_state"] == "idle"
        except TimeoutError:
            raise Failure(f"a cell took more than {LIMIT:.0f} s: {code.splitlines()[0]}") from None
        if status != "ok":
            raise Failure(f"a cell failed: {code.splitlines()[0]}: {printed[-300:]}")
        return printed

    async def start(self, notebook: str) -> None:
        """From the log-in to a kernel."""
        status = await self.log_in()
        if status != 302:
            raise Failure(f"log-in was answered with {status}")
        await self.get_server()
        await self.open_notebook(notebook)

    async def stop_server(self) -> int:
        await self.close_notebook()
        status, _ = await self.call("DELETE", f"users/{self.name}/server", "/hub/")
        return status


def processes_of(uid: int) -> list[int]:
    """Oldest first: a learner's server, then its kernels."""
    found = []
    for entry in os.listdir("/proc"):
        try:
            if entry.isdigit() and os.stat(f"/proc/{entry}").st_uid == uid:
                found.append(int(entry))
        except (FileNotFoundError, ProcessLookupError):
            pass  # it has ended
    return sorted(found)


def processes_of_learner(config: dict, name: str) -> list[int]:
    """The processes of the account whose home it is."""
    return processes_of((Path(config["state"]) / "home" / name).stat().st_uid)


def listening(pids: list[int]) -> list[str]:
    """Local ports (as `address:port`) on which processes listen for TCP."""
    sockets = set()
    for pid in pids:
        try:
            for handle in os.listdir(f"/proc/{pid}/fd"):
                target = os.readlink(f"/proc/{pid}/fd/{handle}")
                if target.startswith("socket:["):
                    sockets.add(target[8:-1])
        except FileNotFoundError:
            pass
    ports = []
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[3] == "0A" and fields[9] in sockets:
            address, port = fields[1].split(":")
            numbers = [str(int(address[i : i + 2], 16)) for i in (6, 4, 2, 0)]
            ports.append(f"{'.'.join(numbers)}:{int(port, 16)}")
    return ports
