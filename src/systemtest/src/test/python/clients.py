"""Producers, consumers and administration as confluent-kafka for Python (librdkafka) sees them.

Usage: clients.py BOOTSTRAP SCENARIO TOPIC, where TOPIC is empty and has four partitions.
Ends with the line 'passed SCENARIO', or with a traceback.
"""

import sys
import time

from confluent_kafka import (
    OFFSET_BEGINNING,
    OFFSET_END,
    TIMESTAMP_CREATE_TIME,
    Consumer,
    KafkaError,
    KafkaException,
    Producer,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient, ConfigResource, ConfigSource, NewPartitions, NewTopic

PATIENCE_S = 60
PARTITIONS = range(4)
CODECS = ("none", "gzip", "snappy", "lz4", "zstd")


def until(what, condition):
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, f"not within {PATIENCE_S} s: {what}"
        time.sleep(0.01)


def error_of(call):
    """The code of the Kafka error that a call ends with."""
    try:
        call()
    except KafkaException as e:
        return e.args[0].code()
    raise AssertionError("was expected to fail")


def consumer(**config):
    return Consumer({"bootstrap.servers": BOOTSTRAP, "group.id": f"{TOPIC}-reader", "enable.auto.commit": False, **config})


def read(reader, count):
    """Waits for so many records."""
    records, deadline = [], time.monotonic() + PATIENCE_S
    while len(records) < count:
        assert time.monotonic() < deadline, f"only {len(records)} of {count} records within {PATIENCE_S} s"
        for record in reader.consume(count - len(records), 0.2):
            assert record.error() is None, record.error()
            records.append(record)
    return records


def produce_timed(partition, count):
    """Records with the timestamps 1000, 1001, and so on."""
    producer = Producer({"bootstrap.servers": BOOTSTRAP})
    for n in range(count):
        producer.produce(TOPIC, f"{n}", partition=partition, timestamp=1000 + n)
    assert producer.flush(PATIENCE_S) == 0, "not all was acknowledged"


def only(futures):
    """The result of the only future; a failure is raised."""
    (future,) = futures.values()
    return future.result(PATIENCE_S)


def every_codec_arrives_and_is_reported():
    sent, reports = [], []
    for codec in CODECS:
        producer = Producer({"bootstrap.servers": BOOTSTRAP, "compression.type": codec, "linger.ms": 20})
        for n in range(40):
            headers = [("codec", codec), ("n", str(n)), ("n", "again")]
            sent.append((f"{codec} {n}", codec * 50, [(k, v.encode()) for k, v in headers], 1_700_000_000_000 + n))
            producer.produce(
                TOPIC,
                key=f"{codec} {n}",
                value=codec * 50,
                headers=headers,
                timestamp=1_700_000_000_000 + n,
                on_delivery=lambda error, record: reports.append((error, record.partition(), record.offset())),
            )
        assert producer.flush(PATIENCE_S) == 0, "not all was acknowledged"
    assert all(error is None for error, _, _ in reports), reports
    reader = consumer()
    reader.assign([TopicPartition(TOPIC, p, OFFSET_BEGINNING) for p in PARTITIONS])
    records = read(reader, len(sent))
    reader.close()
    found = [(r.key().decode(), r.value().decode(), r.headers(), r.timestamp()[1]) for r in records]
    assert sorted(found, key=str) == sorted(sent, key=str)
    assert all(r.timestamp()[0] == TIMESTAMP_CREATE_TIME for r in records)
    assert sorted((None, r.partition(), r.offset()) for r in records) == sorted(reports)


def an_idempotent_producer_keeps_the_order():
    producer = Producer({"bootstrap.servers": BOOTSTRAP, "enable.idempotence": True, "linger.ms": 0})
    for n in range(500):
        producer.produce(TOPIC, f"{n}", partition=0)
        producer.poll(0)
    assert producer.flush(PATIENCE_S) == 0, "not all was acknowledged"
    reader = consumer()
    reader.assign([TopicPartition(TOPIC, 0, OFFSET_BEGINNING)])
    assert [int(r.value()) for r in read(reader, 500)] == list(range(500))
    reader.close()


def a_consumer_asks_seeks_pauses_and_goes_on():
    produce_timed(1, 10)
    reader, partition = consumer(), TopicPartition(TOPIC, 1)
    assert reader.get_watermark_offsets(partition, PATIENCE_S) == (0, 10)
    asked = [TopicPartition(TOPIC, 1, 1004), TopicPartition(TOPIC, 2, 1004)]
    answers = {p.partition: p.offset for p in reader.offsets_for_times(asked, PATIENCE_S)}
    assert answers == {1: 4, 2: OFFSET_END}, answers
    metadata = reader.list_topics(TOPIC, PATIENCE_S)
    assert sorted(metadata.topics[TOPIC].partitions) == list(PARTITIONS)
    reader.assign([TopicPartition(TOPIC, 1, 7)])
    assert [r.offset() for r in read(reader, 3)] == [7, 8, 9]
    reader.seek(TopicPartition(TOPIC, 1, 2))
    assert [r.offset() for r in read(reader, 2)] == [2, 3]
    reader.pause([partition])
    assert reader.consume(1, 0.5) == []
    reader.resume([partition])
    assert [r.offset() for r in read(reader, 6)] == [4, 5, 6, 7, 8, 9]
    reader.incremental_assign([TopicPartition(TOPIC, 2, OFFSET_BEGINNING)])
    produce_timed(2, 1)
    assert [(r.partition(), r.offset()) for r in read(reader, 1)] == [(2, 0)]
    reader.close()


def topics_are_created_grown_and_deleted():
    admin, name = AdminClient({"bootstrap.servers": BOOTSTRAP}), f"{TOPIC}-created"

    def partitions():
        topic = admin.list_topics(name, PATIENCE_S).topics[name]
        return {n: (p.leader, p.replicas, p.isrs) for n, p in topic.partitions.items()}

    wanted = NewTopic(name, 2, 1, config={"segment.ms": "7000"})
    only(admin.create_topics([NewTopic(f"{name}-not", 2, 1)], validate_only=True))
    only(admin.create_topics([wanted]))
    assert error_of(lambda: only(admin.create_topics([wanted]))) == KafkaError.TOPIC_ALREADY_EXISTS
    too_many = NewTopic(f"{name}-3", 1, 3)
    assert error_of(lambda: only(admin.create_topics([too_many]))) == KafkaError.INVALID_REPLICATION_FACTOR
    until("two partitions", lambda: partitions() == {n: (1, [1], [1]) for n in range(2)})
    only(admin.create_partitions([NewPartitions(name, 5)]))
    until("five partitions", lambda: partitions() == {n: (1, [1], [1]) for n in range(5)})
    assert error_of(lambda: only(admin.create_partitions([NewPartitions(name, 3)]))) == KafkaError.INVALID_PARTITIONS
    only(admin.delete_topics([name]))
    until("it is gone", lambda: name not in admin.list_topics(timeout=PATIENCE_S).topics)
    cluster = admin.list_topics(timeout=PATIENCE_S)
    assert f"{name}-not" not in cluster.topics
    assert [f"{b.id} {b.host}:{b.port}" for b in cluster.brokers.values()] == [f"1 {BOOTSTRAP}"]
    assert (cluster.controller_id, len(cluster.cluster_id)) == (1, 22)


def settings_are_described_and_altered():
    admin = AdminClient({"bootstrap.servers": BOOTSTRAP})

    def described(name):
        return only(admin.describe_configs([ConfigResource("topic", TOPIC)]))[name]

    def alter(**settings):
        wanted = {name.replace("_", "."): value for name, value in settings.items()}
        only(admin.alter_configs([ConfigResource("topic", TOPIC, set_config=wanted)]))

    before = described("retention.ms")
    assert (before.value, before.is_default, before.is_read_only) == ("604800000", True, False)
    alter(retention_ms="4000")
    until("the new value", lambda: described("retention.ms").value == "4000")
    assert ConfigSource(described("retention.ms").source) == ConfigSource.DYNAMIC_TOPIC_CONFIG
    # What is not named goes back to its default.
    alter(segment_ms="5000")
    until("the replaced value", lambda: described("segment.ms").value == "5000")
    assert described("retention.ms").value == "604800000"
    assert error_of(lambda: alter(retention_ms="soon")) == KafkaError.INVALID_CONFIG
    broker = only(admin.describe_configs([ConfigResource("broker", "1")]))
    assert broker["num.partitions"].value == "1"


def transactions_are_refused_at_once():
    producer = Producer({"bootstrap.servers": BOOTSTRAP, "transactional.id": TOPIC})
    start = time.monotonic()
    error_of(lambda: producer.init_transactions(PATIENCE_S))
    assert time.monotonic() - start < PATIENCE_S / 2, "was not refused but given up"


BOOTSTRAP, SCENARIO, TOPIC = sys.argv[1:]
globals()[SCENARIO]()
print(f"passed {SCENARIO}")
