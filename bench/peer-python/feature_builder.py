"""Events into per-user sequences in Redis, and a trigger for each user of a batch."""

import struct
import time

from common import ADD_TO_CART, CLICK, EVENTS, MEMBER, PURCHASE, REVIEW, TRIGGERS, Reader, batches, consumer, database, long, producer, schema_prefix, serve_health, text
from xxhash import xxh64_intdigest

MOST, EXPIRY, BATCH = 256, 90 * 86_400, 2_000
TYPES = {0: CLICK, 1: ADD_TO_CART, 2: PURCHASE, 3: REVIEW}
DOUBLE = struct.Struct("<d")


def entries(raw):
    """(user id, event time, received, members) of an event; no members of one that sequences do not hold."""
    reader = Reader(raw)
    event_id, user = reader.text(), reader.text()
    if reader.long():
        reader.text()
    when, received, branch = reader.long(), reader.long(), reader.long()
    kind, members = TYPES.get(branch), []
    if kind is None:
        return user, when, received, members
    event_hash = xxh64_intdigest(event_id)
    for count in reader.blocks():
        for _ in range(count):
            item, quantity = reader.text(), reader.long()
            if reader.long():
                reader.fixed(DOUBLE)
            members.append(MEMBER.pack(event_hash, kind, min(quantity, 255), 0) + item.encode())
    return user, when, received, members


def main():
    serve_health()
    redis, kafka, prefix = database(), producer(), schema_prefix(TRIGGERS)
    for records in batches(consumer("peer.feature-builder", EVENTS), BATCH):
        users = {}
        for record in records:
            user, when, received, members = entries(record.value())
            if not members:
                continue
            known = users.setdefault(user, [{}, 0, 0, 0])
            for member in members:
                known[0][member] = when
            known[1] += 1
            known[2], known[3] = max(known[2], when), max(known[3], received)
        pipeline = redis.pipeline(transaction=False)
        for user, (members, count, _, _) in users.items():
            key = "seq:" + user
            pipeline.zadd(key, members, nx=True)
            pipeline.zremrangebyrank(key, 0, -MOST - 1)
            pipeline.expire(key, EXPIRY)
            pipeline.incrby("count:" + user, count)  # what the benchmark tells an answer's events by
        answers = pipeline.execute()
        for i, (user, (_, count, newest, received)) in enumerate(users.items()):
            trigger = text(user) + long(answers[4 * i + 3]) + long(newest) + long(count) + long(received) + b"\0\0"
            kafka.produce(TRIGGERS, prefix + trigger, user)
            kafka.poll(0)
        kafka.flush()


main()
