"""Consumer groups as confluent-kafka for Python (librdkafka) sees them.

Usage: groups.py BOOTSTRAP SCENARIO TOPIC, where TOPIC is empty and has four partitions; its name is also the group's.
Ends with the line 'passed SCENARIO', or with a traceback.
"""

import sys
import time

from confluent_kafka import OFFSET_INVALID, Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

PATIENCE_S = 60
PARTITIONS = set(range(4))


class Member:
    """A consumer that notes what it is given, what is taken from it, what it reads and which errors it meets."""

    def __init__(self, **config):
        self.assigned, self.revoked, self.records, self.commits, self.errors = [], [], [], [], []
        self.consumer = Consumer(
            {
                "bootstrap.servers": BOOTSTRAP,
                "group.id": TOPIC,
                "auto.offset.reset": "earliest",
                "enable.auto.commit": False,
                "on_commit": lambda error, partitions: self.commits.append((error, offsets(partitions))),
                "error_cb": self.errors.append,
                **config,
            }
        )

    def subscribe(self):
        self.consumer.subscribe(
            [TOPIC],
            on_assign=lambda _, partitions: self.assigned.append(numbers(partitions)),
            on_revoke=lambda _, partitions: self.revoked.append(numbers(partitions)),
        )
        return self

    def owned(self):
        return numbers(self.consumer.assignment())

    def poll(self):
        message = self.consumer.poll(0.02)
        if message is None:
            return
        if message.error():
            self.errors.append(message.error())
        else:
            self.records.append((message.partition(), message.offset(), message.value().decode()))

    def commit(self, offset_by_partition):
        wanted = [TopicPartition(TOPIC, p, offset) for p, offset in offset_by_partition.items()]
        return offsets(self.consumer.commit(offsets=wanted, asynchronous=False))

    def committed(self):
        return offsets(self.consumer.committed([TopicPartition(TOPIC, p) for p in PARTITIONS], PATIENCE_S))

    def close(self):
        self.consumer.close()


def numbers(partitions):
    return {p.partition for p in partitions}


def offsets(partitions):
    for each in partitions:
        if each.error:
            raise KafkaException(each.error)
    return {p.partition: p.offset for p in partitions}


def poll_until(what, condition, *members):
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {PATIENCE_S} s: {what}; {[vars(m) for m in members]}")
        for member in members:
            member.poll()


def produce(round_name, per_partition):
    """Writes values of which each is unique; returns them."""
    producer = Producer({"bootstrap.servers": BOOTSTRAP})
    values = [(p, f"{round_name} {p} {n}") for n in range(per_partition) for p in sorted(PARTITIONS)]
    for partition, value in values:
        producer.produce(TOPIC, value.encode(), partition=partition)
    assert producer.flush(PATIENCE_S) == 0, "not all was acknowledged"
    return sorted(value for _, value in values)


def values(*members):
    return sorted(value for m in members for _, _, value in m.records)


def share(a, b):
    poll_until(
        "two partitions each",
        lambda: len(a.owned()) == len(b.owned()) == 2 and a.owned() | b.owned() == PARTITIONS,
        a,
        b,
    )


def two_members_share_and_one_takes_over():
    first = produce("first", 25)
    a = Member(**{"enable.auto.commit": True}).subscribe()
    poll_until("some records", lambda: len(a.records) > 10, a)
    b = Member(**{"enable.auto.commit": True}).subscribe()
    share(a, b)
    second = produce("second", 25)
    poll_until("all of both rounds", lambda: len(values(a, b)) >= 200, a, b)
    assert values(a, b) == sorted(first + second), "each record once"
    b.close()
    poll_until("all partitions for who stays", lambda: a.owned() == PARTITIONS, a)
    third = produce("third", 25)
    poll_until("the third round", lambda: len(values(a, b)) >= 300, a)
    assert values(a, b) == sorted(first + second + third), "each record once"
    a.close()
    assert Member().committed() == {p: 75 for p in PARTITIONS}


def commits_are_kept():
    produce("only", 10)
    a = Member().subscribe()
    poll_until("all records", lambda: len(a.records) == 40, a)
    assert a.committed() == {p: OFFSET_INVALID for p in PARTITIONS}
    assert a.commit({0: 3, 1: 5}) == {0: 3, 1: 5}
    assert a.commit({0: 4}) == {0: 4}
    a.commits.clear()
    a.consumer.commit(offsets=[TopicPartition(TOPIC, 2, 7)], asynchronous=True)
    poll_until("the answer to an asynchronous commit", lambda: a.commits, a)
    assert a.commits == [(None, {2: 7})], a.commits
    assert a.committed() == {0: 4, 1: 5, 2: 7, 3: OFFSET_INVALID}
    try:
        a.commit({99: 1})
        raise AssertionError("committed for a partition that does not exist")
    except KafkaException as e:
        assert e.args[0].code() == KafkaError.UNKNOWN_TOPIC_OR_PART, e
    a.close()

    b = Member().subscribe()
    poll_until("what follows the commits", lambda: len(b.records) == 24, b)
    starts = {p: min(offset for q, offset, _ in b.records if q == p) for p in PARTITIONS}
    assert starts == {0: 4, 1: 5, 2: 7, 3: 0}, starts
    # Without offsets: all that was read, and all positions go back at the next commit of a smaller one.
    b.consumer.commit(asynchronous=False)
    assert b.committed() == {p: 10 for p in PARTITIONS}
    b.commit({1: 0})
    b.close()
    assert Member().committed() == {0: 10, 1: 0, 2: 10, 3: 10}


def a_consumer_without_members_commits():
    produce("only", 5)
    a = Member()
    a.consumer.assign([TopicPartition(TOPIC, 2, 1)])
    poll_until("from where it was assigned", lambda: len(a.records) == 4, a)
    a.consumer.commit(asynchronous=False)
    a.close()
    b = Member()
    assert b.committed() == {0: OFFSET_INVALID, 1: OFFSET_INVALID, 2: 5, 3: OFFSET_INVALID}
    b.close()


def cooperative_members_keep_what_they_need_not_give():
    cooperative = {"partition.assignment.strategy": "cooperative-sticky"}
    a = Member(**cooperative).subscribe()
    poll_until("all partitions", lambda: a.owned() == PARTITIONS, a)
    b = Member(**cooperative).subscribe()
    share(a, b)
    # Given all, then asked for two and no more; what stayed was never taken away.
    assert [given for given in a.assigned if given] == [PARTITIONS], a.assigned
    assert [taken for taken in a.revoked if taken] == [PARTITIONS - a.owned()], a.revoked
    given_up = b.owned()
    b.close()
    poll_until("all partitions for who stays", lambda: a.owned() == PARTITIONS, a)
    assert [given for given in a.assigned if given] == [PARTITIONS, given_up], a.assigned
    values_read = produce("last", 5)
    poll_until("all records", lambda: len(a.records) >= 20, a)
    assert values(a) == values_read
    a.close()


def static_members_return_without_a_rebalance():
    def member(name):
        return Member(**{"group.instance.id": name, "session.timeout.ms": 30_000}).subscribe()

    a, b = member("one"), member("two")
    share(a, b)
    assigned, revoked, its = len(a.assigned), len(a.revoked), b.owned()
    b.close()
    back = member("two")
    poll_until("the same partitions", lambda: back.owned() == its, a, back)
    produced = produce("after", 5)
    poll_until("all records", lambda: len(values(a, back)) >= 20, a, back)
    assert values(a, back) == produced
    assert (len(a.assigned), len(a.revoked)) == (assigned, revoked), "the other one noticed"

    second = member("two")
    poll_until("the older of two with one name is fenced", lambda: back.errors, a, back, second)
    assert back.errors[0].fatal() or back.errors[0].code() == KafkaError._FATAL, back.errors
    assert "FENCED" in str(back.errors).upper(), back.errors
    poll_until("the newer one has its partitions", lambda: second.owned() == its, a, second)
    assert (len(a.assigned), len(a.revoked)) == (assigned, revoked), "the other one noticed"
    for each in (a, back, second):
        each.close()


def groups_are_listed_and_described():
    admin = AdminClient({"bootstrap.servers": BOOTSTRAP})

    def described():
        return admin.list_groups(TOPIC, PATIENCE_S)[0]

    a, b = Member(**{"client.id": "py-a"}).subscribe(), Member(**{"client.id": "py-b"}).subscribe()
    share(a, b)
    stable = described()
    assert (stable.error, stable.id, stable.state) == (None, TOPIC, "Stable"), vars(stable)
    assert (stable.protocol_type, stable.protocol) == ("consumer", "range"), vars(stable)
    assert sorted(m.client_id for m in stable.members) == ["py-a", "py-b"]
    assert all(m.id.startswith(m.client_id) and "127.0.0.1" in m.client_host for m in stable.members)
    assert all(m.metadata and m.assignment for m in stable.members)
    assert TOPIC in [g.id for g in admin.list_groups(timeout=PATIENCE_S)]
    a.commit({0: 0})
    a.close()
    b.close()
    empty = described()
    assert (empty.state, empty.members) == ("Empty", []), vars(empty)


BOOTSTRAP, SCENARIO, TOPIC = sys.argv[1:]
globals()[SCENARIO]()
print(f"passed {SCENARIO}")
