"""What a kernel publishes, taken in handfuls.

jupyter_client takes one message per turn of the event loop, and reads the dates in it: 0.2 ms each, 40 s for a cell
that prints 200,000 lines. The dates are not used here.
"""

from __future__ import annotations

import asyncio
import json
import queue
from collections import deque
from hmac import compare_digest

import zmq

HANDFUL = 500  # messages until timeouts and signals get their turn


class Inbox:
    def __init__(self, channel) -> None:
        """Takes over an AsyncZMQSocketChannel of jupyter_client."""
        self.socket, self.session = channel.socket, channel.session
        self.waiting: deque[dict] = deque()

    async def get(self, timeout: float | None = None) -> dict:
        """The next message, with `msg_type`, `header`, `parent_header`, `metadata` and `content`.

        Raises queue.Empty if none comes within so many seconds.
        """
        if not self.waiting:
            await asyncio.sleep(0)
            if not await self.socket.poll(None if timeout is None else int(timeout * 1000)):
                raise queue.Empty
            await self.receive()
        return self.waiting.popleft()

    async def receive(self) -> None:
        for _ in range(HANDFUL):
            try:
                frames = await self.socket.recv_multipart(zmq.DONTWAIT)
            except zmq.Again:
                return
            self.waiting.append(self.unpacked(self.session.feed_identities(frames)[1]))

    def unpacked(self, frames: list[bytes]) -> dict:
        """The message in the frames. Raises ValueError if it does not carry the kernel's signature."""
        signature, *parts = frames[:5]
        if self.session.auth is not None and not compare_digest(signature, self.session.sign(parts)):
            raise ValueError("a message on the kernel's port is not from the kernel (invalid signature)")
        header, parent, metadata, content = (json.loads(part) for part in parts)
        return {
            "msg_type": header["msg_type"],
            "header": header,
            "parent_header": parent,
            "metadata": metadata,
            "content": content,
        }
