"""Interest updates into Redis, and out of it over HTTP: interests, and the ten best items by FAISS."""

import struct
import threading

import faiss
import numpy as np
from aiohttp import web
from common import INTERESTS, Reader, batches, consumer, database, port, setting
from model import Model

FLOAT, PAIR = struct.Struct("<f"), struct.Struct("<ff")
EXPIRY, BATCH = 90 * 86_400, 2_000


def apply_updates():
    redis = database()
    for records in batches(consumer("peer.recommender", INTERESTS), BATCH):
        newest = {record.key(): record.value() for record in records}
        pipeline = redis.pipeline(transaction=False)
        for user, update in newest.items():
            pipeline.set(b"interest:" + user, update, ex=EXPIRY)
        pipeline.execute()


def decode(raw):
    reader = Reader(raw)
    update = {"userId": reader.text(), "modelVersion": reader.text(), "computedAt": reader.long(), "newestEventTime": reader.long()}
    reader.long()
    update["sequenceLength"], update["sequenceDigest"] = reader.long(), str(reader.long())
    update["interests"] = []
    for count in reader.blocks():
        for _ in range(count):
            category = reader.text()
            current, following = reader.fixed(PAIR)
            update["interests"].append({"category": category, "current": current, "next": following})
    update["drift"] = reader.fixed(FLOAT)[0]
    if reader.long():
        reader.long()
    for shifts in ("rising", "falling"):
        update[shifts] = []
        for count in reader.blocks():
            for _ in range(count):
                update[shifts].append({"category": reader.text(), "delta": reader.fixed(FLOAT)[0]})
    embedding = np.empty(0, np.float32)
    for count in reader.blocks():
        embedding = np.frombuffer(raw, "<f4", count, reader.at)
        reader.at += 4 * count
    boosts = {}
    for count in reader.blocks():
        for _ in range(count):
            item = reader.text()
            boosts[item] = reader.fixed(FLOAT)[0]
    return update, embedding, boosts


class Recommender:
    def __init__(self):
        model = Model(setting("Peer:Artifact"))
        self.items, self.rows = model.item_ids, model.item_vectors.numpy().copy()
        self.row_of = {item: row for row, item in enumerate(self.items)}
        self.index = faiss.IndexFlatIP(self.rows.shape[1])
        self.index.add(self.rows)
        self.redis = database()
        faiss.omp_set_num_threads(1)

    def read(self, request):
        raw = self.redis.get("interest:" + request.match_info["user"])
        return None if raw is None else decode(raw)

    async def interests(self, request):
        known = self.read(request)
        return web.json_response({"title": "unknown user"}, status=404) if known is None else web.json_response(known[0])

    async def recommendations(self, request):
        known, count = self.read(request), int(request.query.get("count", "10"))
        if known is None:
            return web.json_response({"personalised": False, "items": []})
        _, vector, boosts = known
        scores, rows = self.index.search(vector[None], count + len(boosts))
        best = {self.items[row]: score for score, row in zip(scores[0].tolist(), rows[0].tolist())}
        for item, boost in boosts.items():
            if item in self.row_of:
                best[item] = best.get(item, float(self.rows[self.row_of[item]] @ vector)) + boost
        top = sorted(best.items(), key=lambda one: -one[1])[:count]
        return web.json_response({"personalised": True, "items": [{"itemId": item, "score": score} for item, score in top]})


def main():
    recommender = Recommender()
    threading.Thread(target=apply_updates, daemon=True).start()
    app = web.Application()
    app.router.add_get("/v1/users/{user}/interests", recommender.interests)
    app.router.add_get("/v1/users/{user}/recommendations", recommender.recommendations)
    app.router.add_get("/{path:.*}", lambda _: web.Response())
    web.run_app(app, host="127.0.0.1", port=port(), access_log=None, print=None)


main()
