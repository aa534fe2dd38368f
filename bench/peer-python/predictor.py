"""Triggers in, one interest update per user out: the sequences of a batch from Redis, one pass of the network, one produce each."""

import struct
import time

import numpy as np
import torch
from common import INTERESTS, MEMBER, TRIGGERS, Reader, batches, consumer, database, long, producer, schema_prefix, serve_health, setting, text
from model import UNKNOWN, Model

BATCH, MOST_SHIFTS, LEAST_SHARE = 2_000, 5, 0.001
PAIR, FLOAT = struct.Struct("<ff"), struct.Struct("<f")


class Composer:
    """The published record of each user of a batch."""

    def __init__(self, model):
        self.names, self.items, self.version = [text(name) for name in model.categories], [text(item) for item in model.item_ids], text(model.version)

    def compose(self, users, triggers, current, following, vectors, top, boosts, lowered):
        middle = (current + following) / 2
        divergence = [torch.where(one > 0, one * torch.log2(one / middle), torch.zeros(())).sum(1) for one in (current, following)]
        drift = ((divergence[0] + divergence[1]) / 2 * (current.sum(1) > 0)).numpy()
        current, following, vectors = current.numpy(), following.numpy(), vectors.numpy().astype("<f4")
        deltas, top, boosts = following - current, top.tolist(), boosts.tolist()
        order, by_delta = (-following).argsort(1).tolist(), deltas.argsort(1).tolist()
        below = {}
        for user, item, boost in lowered:
            below.setdefault(user, []).append((item, boost))
        now = long(time.time_ns() // 1_000_000)
        for i, (user, length) in enumerate(users):
            position, newest, received = triggers[user]
            kept = [c for c in order[i] if max(current[i, c], following[i, c]) >= LEAST_SHARE]
            raised = [(item, boost) for item, boost in zip(top[i], boosts[i]) if boost > 0] + below.get(i, [])
            yield user, b"".join([
                text(user), self.version, now, long(newest), long(received), long(length), long(position),
                self.array([self.names[c] + PAIR.pack(current[i, c], following[i, c]) for c in kept]), FLOAT.pack(drift[i]), b"\0",
                self.array([self.names[c] + FLOAT.pack(deltas[i, c]) for c in by_delta[i][:-MOST_SHIFTS - 1:-1] if deltas[i, c] > 0]),
                self.array([self.names[c] + FLOAT.pack(deltas[i, c]) for c in by_delta[i][:MOST_SHIFTS] if deltas[i, c] < 0]),
                long(vectors.shape[1]), vectors[i].tobytes(), b"\0", self.array([self.items[item] + FLOAT.pack(boost) for item, boost in raised]), b"\0",
            ])

    @staticmethod
    def array(entries):
        return long(len(entries)) + b"".join(entries) + b"\0" if entries else b"\0"


def read_trigger(raw):
    reader = Reader(raw)
    user, length, newest, _, received = reader.text(), reader.long(), reader.long(), reader.long(), reader.long()
    return user, (length, newest, received)


def sequence(model, members):
    """(rows, types, times) of a user's members with their scores."""
    rows, types, times = [], [], []
    for member, score in members:
        rows.append(model.row_of.get(member[MEMBER.size:].decode(), UNKNOWN))
        types.append(member[8])
        times.append(int(score))
    return rows, types, times


def main():
    torch.set_num_threads(1)
    serve_health()
    redis, kafka, prefix, model = database(), producer(), schema_prefix(INTERESTS), Model(setting("Peer:Artifact"))
    composer = Composer(model)
    for records in batches(consumer("peer.predictor", TRIGGERS), BATCH):
        triggers = dict(read_trigger(record.value()) for record in records)
        pipeline = redis.pipeline(transaction=False)
        for user in triggers:
            pipeline.zrange("seq:" + user, -model.length, -1, withscores=True)
        users, sequences = [], []
        for user, members in zip(triggers, pipeline.execute()):
            if members:
                users.append((user, len(members)))
                sequences.append(sequence(model, members))
        for user, update in composer.compose(users, triggers, *model.predict(sequences)):
            kafka.produce(INTERESTS, prefix + update, user)
            kafka.poll(0)
        kafka.flush()


if __name__ == "__main__":
    main()
