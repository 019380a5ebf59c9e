-- Settings that change while nodes run: followers have to hear of those of brokers, too.

ALTER TABLE rowlock.change ADD COLUMN broker_configs boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN rowlock.change.broker_configs IS 'Whether settings of brokers changed: followers read all of them';

ALTER TABLE rowlock.config ADD COLUMN changed_at timestamptz NOT NULL DEFAULT clock_timestamp();
COMMENT ON COLUMN rowlock.config.changed_at IS 'When the value was last written';
COMMENT ON TABLE rowlock.config IS
    'Settings of topics and those that were set for brokers at run time, under Kafka''s names. To be changed by Kafka''s tools: nodes do not hear of what SQL changes here';

-- For operators.

CREATE VIEW rowlock.v_configs AS
SELECT
    CASE WHEN kind = 'topic' THEN 'topic' WHEN name = '' THEN 'all nodes' ELSE 'node' END AS scope,
    nullif(name, '') AS name,
    key,
    value,
    changed_at
FROM rowlock.config
ORDER BY kind, name, key;
COMMENT ON VIEW rowlock.v_configs IS
    'What is set where: for a topic, for one node, or for all nodes; what is set at a node''s start is known to that node alone';
