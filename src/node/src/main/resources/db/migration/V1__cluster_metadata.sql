-- What the cluster agrees on. Every change of metadata first locks the one row of rowlock.cluster and raises its version
-- there: so versions are committed in order, no poller can skip one, and no two changes can wait for each other.
-- Leases are the exception: they are renewed without a new version and touch nothing but their own row.

CREATE TABLE rowlock.cluster (
    id smallint PRIMARY KEY DEFAULT 1 CHECK (id = 1),
    cluster_id text NOT NULL,
    metadata_version bigint NOT NULL DEFAULT 0,
    last_broker_epoch bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 30);
COMMENT ON TABLE rowlock.cluster IS 'The one row that every change of metadata locks first';
COMMENT ON COLUMN rowlock.cluster.cluster_id IS 'Kafka''s cluster id: 16 random bytes in URL-safe base64';
COMMENT ON COLUMN rowlock.cluster.metadata_version IS 'Grows by one with every change; see rowlock.change';
COMMENT ON COLUMN rowlock.cluster.last_broker_epoch IS 'The largest broker epoch given to a registration';

-- A cluster id does not begin with '-', so that it can stand on a command line.
INSERT INTO rowlock.cluster (cluster_id)
SELECT regexp_replace(translate(rtrim(encode(uuid_send(gen_random_uuid()), 'base64'), '='), '+/', '-_'), '^-', 'A');

CREATE TABLE rowlock.change (
    version bigint PRIMARY KEY,
    nodes integer[] NOT NULL DEFAULT '{}',
    topics uuid[] NOT NULL DEFAULT '{}',
    deleted_topics uuid[] NOT NULL DEFAULT '{}',
    everything boolean NOT NULL DEFAULT false,
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE rowlock.change IS 'What each version changed, for nodes that follow; the last thousand versions are kept';
COMMENT ON COLUMN rowlock.change.everything IS 'More changed than is listed: followers read all';

CREATE TABLE rowlock.node (
    node_id integer PRIMARY KEY CHECK (node_id >= 0),
    broker_epoch bigint NOT NULL,
    directory_id uuid NOT NULL,
    rack text,
    stopped boolean NOT NULL DEFAULT false,
    registered_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE rowlock.node IS 'Registered nodes, as of their latest registration';
COMMENT ON COLUMN rowlock.node.broker_epoch IS 'Of the latest registration: what carries an older one is from the past';
COMMENT ON COLUMN rowlock.node.directory_id IS 'Persistent identity of the data directory that holds the node''s replicas';
COMMENT ON COLUMN rowlock.node.stopped IS 'Whether the node gave its lease back by plan';

CREATE TABLE rowlock.node_endpoint (
    node_id integer NOT NULL REFERENCES rowlock.node ON DELETE CASCADE,
    listener text NOT NULL,
    host text NOT NULL,
    port integer NOT NULL CHECK (port BETWEEN 1 AND 65535),
    protocol text NOT NULL,
    PRIMARY KEY (node_id, listener)
);
COMMENT ON TABLE rowlock.node_endpoint IS 'Advertised address of every listener of a node';

-- Renewed by every node each second or so. Nothing but the primary key is indexed and the page has room, so that a
-- renewal stays a heap-only update: it touches no index and is cleaned up without a vacuum.
CREATE TABLE rowlock.node_lease (
    node_id integer PRIMARY KEY REFERENCES rowlock.node ON DELETE CASCADE,
    broker_epoch bigint NOT NULL,
    lease_until timestamptz NOT NULL
) WITH (
    fillfactor = 30,
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 200,
    autovacuum_vacuum_cost_delay = 0
);
COMMENT ON TABLE rowlock.node_lease IS 'Until when a node id belongs to its broker epoch and nobody else may take it';

CREATE TABLE rowlock.topic (
    topic_id uuid PRIMARY KEY,
    name text NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 249),
    internal boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE rowlock.topic IS 'Topics';
COMMENT ON COLUMN rowlock.topic.internal IS 'Whether clients see it as the cluster''s own';
-- Names that differ only in '.' and '_' collide as names of metrics: Kafka refuses the second, and so does this.
CREATE UNIQUE INDEX topic_collision_name ON rowlock.topic (replace(name, '.', '_'));

-- No index on leader: it would keep elections from being heap-only updates, and made them several times slower.
CREATE TABLE rowlock.topic_partition (
    topic_id uuid NOT NULL REFERENCES rowlock.topic ON DELETE CASCADE,
    partition_index integer NOT NULL CHECK (partition_index >= 0),
    leader integer,
    leader_epoch integer NOT NULL DEFAULT 0,
    partition_epoch integer NOT NULL DEFAULT 0,
    replicas integer[] NOT NULL,
    in_sync_replicas integer[] NOT NULL,
    PRIMARY KEY (topic_id, partition_index),
    CHECK (cardinality(replicas) > 0),
    CHECK (in_sync_replicas <@ replicas)
) WITH (fillfactor = 80);
COMMENT ON TABLE rowlock.topic_partition IS 'Partitions: who leads, who holds a replica, who is in sync';
COMMENT ON COLUMN rowlock.topic_partition.leader IS 'Node id; null while nobody can lead';
COMMENT ON COLUMN rowlock.topic_partition.leader_epoch IS 'Grows with every new leadership, also of the same node';
COMMENT ON COLUMN rowlock.topic_partition.partition_epoch IS 'Grows with every change of the row';
COMMENT ON COLUMN rowlock.topic_partition.replicas IS 'Node ids in order of preference';

CREATE TABLE rowlock.config (
    kind text NOT NULL CHECK (kind IN ('topic', 'broker')),
    name text NOT NULL,
    key text NOT NULL,
    value text NOT NULL,
    PRIMARY KEY (kind, name, key)
);
COMMENT ON TABLE rowlock.config IS 'Settings that differ from the defaults, under Kafka''s names';
COMMENT ON COLUMN rowlock.config.name IS 'Of a topic, or the node id of a broker; empty for all brokers';

CREATE TABLE rowlock.producer_id (
    id smallint PRIMARY KEY DEFAULT 1 CHECK (id = 1),
    next_id bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 30);
COMMENT ON TABLE rowlock.producer_id IS 'The next producer id that nobody had; nodes take them in blocks';
INSERT INTO rowlock.producer_id DEFAULT VALUES;

-- For operators.

CREATE VIEW rowlock.v_leases AS
SELECT
    n.node_id,
    n.rack,
    n.broker_epoch,
    n.stopped,
    l.lease_until > clock_timestamp() AS alive,
    l.lease_until - clock_timestamp() AS remaining,
    n.registered_at
FROM rowlock.node n
JOIN rowlock.node_lease l USING (node_id)
ORDER BY n.node_id;
COMMENT ON VIEW rowlock.v_leases IS 'Every node with its lease: alive or not, and for how long';

CREATE VIEW rowlock.v_partitions AS
SELECT
    t.name AS topic,
    p.partition_index AS partition,
    p.leader,
    p.leader_epoch,
    p.partition_epoch,
    p.replicas,
    p.in_sync_replicas,
    p.topic_id
FROM rowlock.topic_partition p
JOIN rowlock.topic t USING (topic_id)
ORDER BY t.name, p.partition_index;
COMMENT ON VIEW rowlock.v_partitions IS 'Every partition with the name of its topic';

CREATE VIEW rowlock.v_under_replicated AS
SELECT
    topic,
    partition,
    leader,
    replicas,
    in_sync_replicas,
    cardinality(replicas) - cardinality(in_sync_replicas) AS missing
FROM rowlock.v_partitions
WHERE cardinality(in_sync_replicas) < cardinality(replicas) OR leader IS NULL;
COMMENT ON VIEW rowlock.v_under_replicated IS 'Partitions that lack an in-sync replica or a leader';

CREATE VIEW rowlock.v_topics AS
SELECT
    t.name AS topic,
    t.topic_id,
    t.internal,
    p.partitions,
    p.replication_factor,
    p.leaderless,
    p.under_replicated,
    coalesce(c.settings, '{}') AS settings,
    t.created_at
FROM rowlock.topic t
CROSS JOIN LATERAL (
    SELECT
        count(*) AS partitions,
        max(cardinality(replicas)) AS replication_factor,
        count(*) FILTER (WHERE leader IS NULL) AS leaderless,
        count(*) FILTER (WHERE cardinality(in_sync_replicas) < cardinality(replicas)) AS under_replicated
    FROM rowlock.topic_partition
    WHERE topic_id = t.topic_id
) p
CROSS JOIN LATERAL (
    SELECT jsonb_object_agg(key, value) AS settings
    FROM rowlock.config
    WHERE kind = 'topic' AND name = t.name
) c
ORDER BY t.name;
COMMENT ON VIEW rowlock.v_topics IS 'Every topic with its size, its health and its settings';

CREATE VIEW rowlock.v_leaders AS
SELECT n.node_id, count(p.leader) AS partitions_led, count(*) FILTER (WHERE p.replicas[1] = n.node_id) AS preferred
FROM rowlock.node n
LEFT JOIN rowlock.topic_partition p ON p.leader = n.node_id
GROUP BY n.node_id
ORDER BY n.node_id;
COMMENT ON VIEW rowlock.v_leaders IS 'How leadership is spread over the nodes';
