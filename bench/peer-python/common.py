"""What the four stages share: settings, Kafka clients, the records' Avro, a health endpoint."""

import json
import os
import signal
import struct
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlparse

import redis
from confluent_kafka import Consumer, Producer

EVENTS, TRIGGERS, INTERESTS = "storefront.events", "sequence.updates", "interest.updates"
CLICK, ADD_TO_CART, PURCHASE, REVIEW = 1, 2, 3, 4
MEMBER = struct.Struct(">QBBB")  # event id hash, type, weight, price band; the item id follows


def setting(name, default=None):
    """A setting of the services, by the name that they have it under: Kafka:Consumer:FetchWaitMaxMs is Kafka__Consumer__FetchWaitMaxMs."""
    value = os.environ.get(name.replace(":", "__"), default)
    if value is None:
        raise SystemExit(f"{name} is not set: bench -- peer starts these programs and sets it.")
    return value


def producer():
    return Producer({
        "bootstrap.servers": setting("Kafka:BootstrapServers"), "acks": "all", "enable.idempotence": True, "linger.ms": float(setting("Kafka:Producer:LingerMs", "1")),
        "queue.buffering.max.messages": 1_000_000,
    })


def consumer(group, topic, settings=None):
    reader = Consumer({
        "bootstrap.servers": setting("Kafka:BootstrapServers"), "group.id": group, "enable.auto.commit": False, "auto.offset.reset": "earliest",
        "fetch.wait.max.ms": int(setting("Kafka:Consumer:FetchWaitMaxMs", "50")), "session.timeout.ms": int(setting("Kafka:Consumer:SessionTimeoutMs", "10000")),
        "heartbeat.interval.ms": int(setting("Kafka:Consumer:HeartbeatIntervalMs", "3000")), **(settings or {}),
    })
    reader.subscribe([topic])
    return reader


def batches(reader, most):
    """Batches of records: one that is waited for, and all that the client has fetched besides. Offsets are committed once a batch has been worked on."""
    while not stopping.is_set():
        first = reader.poll(0.5)
        if first is None:
            continue
        records = [record for record in [first, *reader.consume(most - 1, timeout=0)] if record.error() is None]
        if records:
            yield records
            reader.commit(asynchronous=True)
    reader.close()


def database():
    host, port = setting("Redis:ConnectionString").split(",")[0].rsplit(":", 1)
    return redis.Redis(host=host, port=int(port))


def schema_prefix(topic):
    """The registry's wire format: a zero and the schema's id stand before each record."""
    with urllib.request.urlopen(f"{setting('SchemaRegistry:Url').rstrip('/')}/subjects/{topic}-value/versions/latest") as answer:
        return b"\0" + struct.pack(">i", json.load(answer)["id"])


stopping = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stopping.set())


def port():
    return urlparse(setting("Urls")).port


def serve_health():
    """Answers every GET with 200, for the stages that serve nothing else."""

    class Healthy(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port()), Healthy)
    threading.Thread(target=server.serve_forever, daemon=True).start()


# Avro's binary encoding, written out for these records: python3-avro walks a schema for each record and takes many times as long, and fastavro is not in Debian.


def long(value):
    value = (value << 1) ^ (value >> 63)
    if value < 0x80:
        return bytes((value,))
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def text(value):
    raw = value.encode()
    return long(len(raw)) + raw


class Reader:
    def __init__(self, raw, at=5):
        self.raw, self.at = raw, at

    def long(self):
        raw, at = self.raw, self.at
        byte = raw[at]
        at += 1
        value, shift = byte & 0x7F, 7
        while byte & 0x80:
            byte = raw[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
        self.at = at
        return (value >> 1) ^ -(value & 1)

    def text(self):
        length = self.long()
        start = self.at
        self.at = start + length
        return self.raw[start:self.at].decode()

    def fixed(self, layout):
        value = layout.unpack_from(self.raw, self.at)
        self.at += layout.size
        return value

    def blocks(self):
        """The number of entries of each block of an array or a map."""
        while count := self.long():
            if count < 0:
                self.long()
                count = -count
            yield count
