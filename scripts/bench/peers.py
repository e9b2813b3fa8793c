"""Peers for the letters: a mail server that takes everything, and a long line to it.

    python -m scripts.bench.peers take_mail [CERTIFICATE]
    python -m scripts.bench.peers delay PORT SECONDS

Each prints the port on which it listens. The mail server is asked by XHAS what it has taken.
"""

import asyncio
import json
import ssl
import sys
from asyncio import StreamReader, StreamWriter
from collections.abc import Awaitable, Callable
from email import message_from_bytes
from functools import partial

LARGEST = 2**20
ANSWERS = {
    b"EHLO": b"250-bench\r\n250-SIZE 1048576\r\n250-8BITMIME\r\n250 DSN\r\n",
    b"DATA": b"354 go ahead\r\n",
    b"QUIT": b"221 bye\r\n",
}


class Taken:
    """What has been taken since the last question: how many mails, for whom, and the last one."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        self.mails, self.addresses, self.last = 0, set[bytes](), b""

    def answer(self) -> bytes:
        """Return it as the one line of an answer, and begin again."""
        taken = {"mails": self.mails, "addresses": len(self.addresses), "parts": self.parts()}
        self.begin()
        return b"250 " + json.dumps(taken).encode() + b"\r\n"

    def parts(self) -> list[str]:
        mail = message_from_bytes(self.last)
        return sorted(part.get_content_type() for part in mail.walk() if not part.is_multipart())


async def take_mail(certificate: str = "") -> None:
    context = None
    if certificate:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)
    await listen(partial(converse, Taken()), context)


async def listen(
    answer: Callable[[StreamReader, StreamWriter], Awaitable[None]],
    context: ssl.SSLContext | None = None,
) -> None:
    server = await asyncio.start_server(answer, "127.0.0.1", 0, limit=LARGEST, ssl=context)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


async def converse(taken: Taken, reader: StreamReader, writer: StreamWriter) -> None:
    writer.write(b"220 bench\r\n")
    verb = b""
    while verb != b"QUIT" and (line := await reader.readline()):
        verb = line[:4].strip().upper()
        writer.write(taken.answer() if verb == b"XHAS" else ANSWERS.get(verb, b"250 ok\r\n"))
        if verb == b"RCPT":
            taken.addresses.add(line.upper())
        if verb == b"DATA":
            taken.last = await reader.readuntil(b"\r\n.\r\n")
            taken.mails += 1
            writer.write(b"250 taken\r\n")
    writer.close()


async def delay(port: str, seconds: str) -> None:
    await listen(partial(join, int(port), float(seconds)))


async def join(port: int, seconds: float, reader: StreamReader, writer: StreamWriter) -> None:
    """Pass everything on, half the delay later each way; connecting takes the whole delay."""
    await asyncio.sleep(seconds)
    far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
    await asyncio.gather(
        pass_on(reader, far_writer, seconds / 2), pass_on(far_reader, writer, seconds / 2)
    )


async def pass_on(reader: StreamReader, writer: StreamWriter, seconds: float) -> None:
    loop, under_way = asyncio.get_running_loop(), asyncio.Queue[tuple[float, bytes]]()

    async def arrive() -> None:
        content = b"-"
        while content:
            due, content = await under_way.get()
            await asyncio.sleep(due - loop.time())
            writer.write(content)
        writer.close()

    arriving = asyncio.create_task(arrive())
    content = b"-"
    while content:
        try:
            content = await reader.read(2**16)
        except ConnectionError:
            content = b""
        under_way.put_nowait((loop.time() + seconds, content))
    await arriving


if __name__ == "__main__":
    task, *words = sys.argv[1:]
    asyncio.run(take_mail(*words) if task == "take_mail" else delay(*words))
