-- Several nodes that lead and follow each other.

ALTER TABLE rowlock.node
    ADD COLUMN state text NOT NULL DEFAULT 'ACTIVE' CHECK (state IN ('ACTIVE', 'STOPPING', 'STOPPED', 'FENCED'));
UPDATE rowlock.node SET state = 'STOPPED' WHERE stopped;
COMMENT ON COLUMN rowlock.node.state IS
    'ACTIVE; STOPPING: has handed over, still answers; STOPPED: gave its lease back; FENCED: deposed by an election';

-- In the row of the lease, so that a renewal looks at no other one.
ALTER TABLE rowlock.node_lease
    ADD COLUMN ended boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN rowlock.node_lease.ended IS 'Deposed or given back: only a registration starts it again';
UPDATE rowlock.node_lease SET ended = true WHERE node_id IN (SELECT node_id FROM rowlock.node WHERE stopped);

DROP VIEW rowlock.v_leases;
ALTER TABLE rowlock.node DROP COLUMN stopped;

-- For operators.

CREATE VIEW rowlock.v_leases AS
SELECT
    n.node_id,
    n.rack,
    n.state,
    n.broker_epoch,
    l.lease_until > clock_timestamp() AS alive,
    l.lease_until - clock_timestamp() AS remaining,
    n.registered_at
FROM rowlock.node n
JOIN rowlock.node_lease l USING (node_id)
ORDER BY n.node_id;
COMMENT ON VIEW rowlock.v_leases IS 'Every node with its state and its lease: alive or not, and for how long';
