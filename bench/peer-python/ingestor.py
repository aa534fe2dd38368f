"""Storefront events over HTTP onto Kafka: checked, encoded, answered once Kafka has them all."""

import asyncio
import json
import struct
import threading
import time
from datetime import datetime

from aiohttp import web
from common import EVENTS, long, port, producer, schema_prefix, stopping, text

DOUBLE = struct.Struct("<d")
BRANCH = {"click": b"\0", "add-to-cart": b"\2", "purchase": b"\4", "review": b"\6", "impression": b"\x08"}
NULL, SOME = b"\0", b"\2"


def encode(event, received):
    """(user id, Avro) of a sound event, ValueError for any other."""
    user, event_id, kind, items = event["userId"], event["eventId"], event["eventType"], event["items"]
    if not (isinstance(user, str) and user and isinstance(event_id, str) and event_id and items):
        raise ValueError("eventId, userId and items must be given")
    when = int(datetime.fromisoformat(event["eventTime"]).timestamp() * 1000)
    parts = [text(event_id), text(user), NULL, long(when), long(received), BRANCH[kind], long(len(items))]
    for item in items:
        price = item.get("price")
        parts += [text(item["itemId"]), long(item.get("quantity", 1)), NULL if price is None else SOME + DOUBLE.pack(price)]
    parts.append(b"\0")
    if kind == "review":
        parts += [DOUBLE.pack(event["rating"]), SOME + text(event["reviewText"]) if "reviewText" in event else NULL]
    elif kind in ("add-to-cart", "purchase"):
        parts.append(SOME + text(event["currency"]) if "currency" in event else NULL)
    parts += [NULL, b"\0"]  # no attribution token, no attributes
    return user, b"".join(parts)


class Ingestor:
    def __init__(self):
        self.kafka, self.prefix = producer(), schema_prefix(EVENTS)
        threading.Thread(target=self.poll, daemon=True).start()

    def poll(self):
        while not stopping.is_set():
            self.kafka.poll(0.1)

    async def events(self, request):
        body = json.loads(await request.read())
        events = body if isinstance(body, list) else [body]
        received = time.time_ns() // 1_000_000
        loop, results, sound = asyncio.get_running_loop(), [], []
        for event in events:
            try:
                sound.append(encode(event, received))
                results.append({"eventId": event["eventId"], "status": "accepted"})
            except (ValueError, KeyError, TypeError) as error:
                results.append({"status": "rejected", "reason": repr(error)})
        done, left, failed = loop.create_future(), len(sound), []

        def delivered(error, _):  # on the polling thread, which is one
            nonlocal left
            if error is not None:
                failed.append(error)
            left -= 1
            if left == 0:
                loop.call_soon_threadsafe(done.set_result, None)

        for user, record in sound:
            self.kafka.produce(EVENTS, self.prefix + record, user, on_delivery=delivered)
        if sound:
            await done
        return web.json_response({"results": results}, status=503 if failed else 202)


def main():
    ingestor = Ingestor()
    app = web.Application(client_max_size=8 << 20)
    app.router.add_post("/v1/events", ingestor.events)
    app.router.add_get("/{path:.*}", lambda _: web.Response())
    try:
        import uvloop

        uvloop.install()
    except ImportError:
        pass
    web.run_app(app, host="127.0.0.1", port=port(), access_log=None, print=None)


main()
