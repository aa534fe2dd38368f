#!/usr/bin/env python3
"""Follow interest.updates with a stock Kafka client and the stock Avro library.

    apt install python3-confluent-kafka python3-avro      (or: pip install confluent-kafka avro)
    python3 read_interest_updates.py BOOTSTRAP_SERVERS SCHEMA_REGISTRY_URL [COUNT]

A record is one zero byte, the schema's id (4 bytes, big endian), then Avro binary; a record without a value means that the user was erased.
"""
import io
import json
import struct
import sys
import urllib.request

import avro.io
import avro.schema
from confluent_kafka import Consumer


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    bootstrap, registry = sys.argv[1], sys.argv[2].rstrip("/")
    left = int(sys.argv[3]) if len(sys.argv) > 3 else None
    schemas = {}

    def decode(value):
        magic, schema_id = struct.unpack(">bI", value[:5])
        if magic != 0:
            raise ValueError("not in the Schema Registry's wire format")
        if schema_id not in schemas:
            with urllib.request.urlopen(f"{registry}/schemas/ids/{schema_id}") as answer:
                schemas[schema_id] = avro.schema.parse(json.load(answer)["schema"])
        return avro.io.DatumReader(schemas[schema_id]).read(avro.io.BinaryDecoder(io.BytesIO(value[5:])))

    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "sample-python", "auto.offset.reset": "earliest"})
    consumer.subscribe(["interest.updates"])
    try:
        while left is None or left > 0:
            message = consumer.poll(1.0)
            if message is None:
                continue
            if message.error():
                print(message.error(), file=sys.stderr, flush=True)  # such as a topic that is not there; the client tries again
                continue
            if message.value() is None:
                print(f"{message.key().decode()}: erased", flush=True)
            else:
                update = decode(message.value())
                top = update["interests"][0] if update["interests"] else {"category": "-", "next": 0.0}
                print(f"{update['userId']}: next {top['category']} ({top['next']:.0%}), drift {update['drift']:.2f}", flush=True)
            left = left - 1 if left is not None else None
    except KeyboardInterrupt:
        pass
    finally:
        consumer.close()


if __name__ == "__main__":
    main()
