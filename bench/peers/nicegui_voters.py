"""People who vote at the NiceGUI poll as its own script does: page, socket, one message a vote, until told that it was taken.

Runs in NiceGUI's environment, with port, people, seconds and the server's process as arguments. Prints one line of JSON: votes a second,
how busy this process was, and the kB that each open page has added to the server's memory. A vote is one message here, which is the
least that NiceGUI's page ever sends.
"""

# mypy: ignore-errors
import asyncio
import json
import re
import sys
import time
import uuid
from pathlib import Path

import httpx
import socketio

PORT, PEOPLE, SECONDS, SERVER = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
BASE = f"http://127.0.0.1:{PORT}"
OPTIONS = ["one", "two", "three", "four"]
IMPLICIT = {"EIO": "4", "transport": "websocket", "implicit_handshake": "true", "next_message_id": "0"}


class Voter:
    """One open page."""

    async def open(self, http):
        """Fetch the page and connect its socket."""
        text = (await http.get(f"{BASE}/")).text
        self.client = re.search(r"'client_id': '([0-9a-f-]{36})'", text)[1]
        element, self.listener = _radio(text)
        self.element = int(element)
        self.told = asyncio.Event()
        self.socket = socketio.AsyncClient(reconnection=False)
        self.socket.on("update", self._hear)
        query = {**IMPLICIT, "client_id": self.client, "document_id": str(uuid.uuid4()), "tab_id": str(uuid.uuid4())}
        address = f"{BASE}?" + "&".join(f"{key}={value}" for key, value in query.items() if key not in ("EIO", "transport"))
        await self.socket.connect(address, transports=["websocket"], socketio_path="/_nicegui_ws/socket.io")

    async def vote(self, number):
        """Choose the next option, and wait until the page is told."""
        self.told.clear()
        self.thanks = f"Thanks, {OPTIONS[number % 4]}."
        # A radio sends the place of its option. The same one again would change nothing, and nobody would be told.
        choice = {"id": self.element, "client_id": self.client, "listener_id": self.listener, "args": [json.dumps(number % 4)]}
        await self.socket.emit("event", choice)
        await asyncio.wait_for(self.told.wait(), 30)

    async def _hear(self, update):
        # Only thanks for this vote count; what is told about an earlier one may come late.
        if any((element or {}).get("text") == self.thanks for element in update.values() if isinstance(element, dict)):
            self.told.set()


def _radio(text):
    """Return the element and the listener of the radio from the page's own description of itself."""
    written = re.search(r"parseElements\(String\.raw`(.*?)`\)", text, re.S)[1]
    for number, element in json.loads(written).items():
        for event in element.get("events", []):
            if event["type"] == "update:modelValue":
                return number, event["listener_id"]
    raise LookupError("The radio was not found in NiceGUI's page; has it a new form?")


def memory_kb():
    """Return the memory of the server."""
    lines = Path(f"/proc/{SERVER}/smaps_rollup").read_text().splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith("Pss:"))


async def main():
    """Open all pages, vote for a while, print what came of it."""
    async with httpx.AsyncClient(trust_env=False, timeout=60) as http:
        first = Voter()
        await first.open(http)
        await first.vote(1)
        before = memory_kb()
        voters = [Voter() for _ in range(PEOPLE)]
        for voter in voters:
            await voter.open(http)
        each_kb = (memory_kb() - before) / PEOPLE
    began, worked = time.perf_counter(), time.process_time()
    taken = sum(await asyncio.gather(*(_go_on(voter, began + SECONDS) for voter in voters)))
    elapsed, busy = time.perf_counter() - began, time.process_time() - worked
    print(json.dumps({"per_s": taken / elapsed, "busy": busy / elapsed, "kb": each_kb}), flush=True)
    for voter in [first, *voters]:
        await voter.socket.disconnect()


async def _go_on(voter, until):
    number = 0
    while time.perf_counter() < until:
        await voter.vote(number)
        number += 1
    return number


asyncio.run(main())
