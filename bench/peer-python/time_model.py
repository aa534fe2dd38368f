"""time_model.py MODEL SEQUENCES: runs the sequences (JSON, for each user [items, types, times]) as one batch; prints the time a user takes and what came out."""

import json
import sys
import time

import torch
from model import UNKNOWN, Model

REPETITIONS = 20


def main():
    torch.set_num_threads(1)
    model = Model(sys.argv[1])
    with open(sys.argv[2]) as file:
        users = [([model.row_of.get(item, UNKNOWN) for item in items], types, times) for items, types, times in json.load(file)]
    model.predict(users)
    times = []
    for _ in range(REPETITIONS):
        started = time.perf_counter()
        current, following, vectors, top, boosts, _ = model.predict(users)
        times.append(time.perf_counter() - started)
    print(json.dumps({
        "microsecondsPerUser": sorted(times)[REPETITIONS // 2] * 1e6 / len(users), "current": current.tolist(), "next": following.tolist(), "vectors": vectors.tolist(),
        "boosts": [{model.item_ids[item]: boost for item, boost in zip(*one) if boost > 0} for one in zip(top.tolist(), boosts.tolist())],
    }))


main()
