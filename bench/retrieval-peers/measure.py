"""Measures FAISS IndexFlatIP and hnswlib on vectors that `bench -- retrieval` wrote; one JSON line an engine, and its answers beside the vectors.

Usage: measure.py FOLDER DIMENSIONS COUNT [faiss] [hnswlib]
Queries run on one thread. IndexFlatIP is asked one query at a time, as a service that answers requests asks it, and all queries in one call, which
lets it multiply matrices and is its fastest way. hnswlib gets M 16 and ef_construction 100, and is asked with several ef.
"""
import hashlib
import json
import os
import sys
import time

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")  # before the libraries read them

import numpy  # noqa: E402

folder, dimensions, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
queries = numpy.fromfile(os.path.join(folder, "queries.f32"), dtype="float32").reshape(-1, dimensions)


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def items():
    return numpy.fromfile(os.path.join(folder, "items.f32"), dtype="float32").reshape(-1, dimensions)


def report(engine, seconds, ids, held, build):
    numpy.ascontiguousarray(ids, dtype="int32").tofile(os.path.join(folder, engine + ".i32"))
    single = sorted(1000 * s for s in seconds) if len(seconds) > 1 else None
    print(json.dumps({
        "engine": engine, "queriesPerSecond": len(ids) / sum(seconds), "bytes": held, "buildSeconds": build,
        "p50Ms": single and single[len(single) // 2], "p99Ms": single and single[len(single) * 99 // 100], "recall": None}), flush=True)


def one_by_one(ask):
    for query in queries[:20]:
        ask(query[None, :])
    seconds, ids = [], []
    for query in queries:
        start = time.perf_counter()
        found = ask(query[None, :])
        seconds.append(time.perf_counter() - start)
        ids.append(found[0])
    return seconds, numpy.array(ids)


def measure_faiss():
    import faiss

    before, start = resident(), time.perf_counter()
    index = faiss.IndexFlatIP(dimensions)
    index.add(items())
    build, held = time.perf_counter() - start, resident() - before
    seconds, ids = one_by_one(lambda query: index.search(query, count)[1])
    report("faiss-single", seconds, ids, held, build)
    index.search(queries, count)
    start = time.perf_counter()
    ids = index.search(queries, count)[1]
    report("faiss-batch", [time.perf_counter() - start], ids, held, build)


def measure_hnswlib():
    import hnswlib

    with open(os.path.join(folder, "items.f32"), "rb") as file:
        path = os.path.join(folder, f"hnswlib-{hashlib.file_digest(file, 'sha256').hexdigest()[:12]}.bin")  # of these items and no others
    before, start = resident(), time.perf_counter()
    graph = hnswlib.Index(space="ip", dim=dimensions)
    if os.path.exists(path):
        graph.load_index(path)
        with open(path + ".seconds") as file:
            build = float(file.read())
    else:
        vectors = items()
        graph.init_index(max_elements=len(vectors), M=16, ef_construction=100)
        graph.set_num_threads(os.cpu_count())
        graph.add_items(vectors)
        del vectors
        build = time.perf_counter() - start
        graph.save_index(path)
        with open(path + ".seconds", "w") as file:
            file.write(str(build))
    held = resident() - before
    graph.set_num_threads(1)
    for ef in (50, 100, 200, 400):
        graph.set_ef(ef)
        seconds, ids = one_by_one(lambda query: graph.knn_query(query, k=count)[0])
        report(f"hnswlib-{ef}", seconds, ids, held, build)


for engine in sys.argv[4:]:
    {"faiss": measure_faiss, "hnswlib": measure_hnswlib}[engine]()
