"""Log in with a name and a password of the roster."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import socket
import sys
import time
from pathlib import Path

from jupyterhub.auth import Authenticator
from tornado.httputil import HTTPServerRequest
from traitlets import Unicode

from .settings import read_roster

LONGEST = 256  # characters of a password
TRIES = 5
PAUSE = 30.0  # seconds after so many wrong passwords in a row
MOST = 1000  # names and addresses with wrong passwords that are remembered: somebody may make up any number
# For a name that is unknown: the check takes the time of any other, so the answer does not tell which names exist.
NOBODY = "scrypt$16384$8$1$" + "00" * 16 + "$" + "00" * 32


def fits(password: str, stored: str) -> bool:
    """Whether a password matches the roster's `scrypt$N$r$p$salt$hash`, salt and hash in hexadecimal."""
    _, n, r, p, salt, expected = stored.split("$")
    found = hashlib.scrypt(
        password.encode(), salt=bytes.fromhex(salt), n=int(n), r=int(r), p=int(p), dklen=len(expected) // 2
    )
    return hmac.compare_digest(found.hex(), expected)


def comes_from_root(connection: socket.socket) -> bool:
    """Whether a process of root's is at the other end of a connection on this machine: the proxy, and not a kernel."""
    ends = []
    for address, port in (connection.getpeername(), connection.getsockname()):
        ends.append(f"{int.from_bytes(socket.inet_aton(address), sys.byteorder):08X}:{port:04X}")
    for line in Path("/proc/net/tcp").read_text().splitlines():
        _, *found, state, _, _, _, owner = line.split()[:8]
        if found == ends:
            return state == "01" and owner == "0"  # established: of one that was closed, Linux no longer tells the owner
    return False


def address_of(request: HTTPServerRequest) -> str | None:
    """The address of the browser: the last one in X-Forwarded-For, which the proxy has added. None for a request that
    bypasses the proxy: it could be forged, as the others and X-Real-Ip always can."""
    if not comes_from_root(request.connection.stream.socket):
        return None
    return request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()


class RosterAuthenticator(Authenticator):
    """No sign-up, and no logins of the machine's accounts: only the names of the roster."""

    roster = Unicode(config=True, help="The file that `npm run hub -- --roster` writes.")

    def __init__(self, **kwargs) -> None:
        super().__init__(**kwargs)
        self._failures: dict[tuple[str, str], tuple[int, float]] = {}

    async def authenticate(self, handler, data):
        name, password = data["username"], data["password"]
        address = address_of(handler.request)
        if address is None:
            return None
        # Per address: learners cannot lock out others.
        key = (name, address)
        failed, again = self._failures.get(key, (0, 0.0))
        if time.monotonic() < again:
            return None
        person = read_roster(self.roster).get(name)
        is_right = 0 < len(password) <= LONGEST and await asyncio.to_thread(
            fits, password, person["password"] if person else NOBODY
        )
        if person and is_right:
            self._failures.pop(key, None)
            return name
        failed += 1
        self._failures.pop(key, None)
        if len(self._failures) >= MOST:
            # The oldest, and those whose pause goes on last: made-up names do not end it.
            del self._failures[min(self._failures, key=lambda one: self._failures[one][1])]
        self._failures[key] = (failed % TRIES, time.monotonic() + (PAUSE if failed >= TRIES else 0))
        return None
