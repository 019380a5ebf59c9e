-- A node that lost sight of PostgreSQL has to learn, when it takes its slots again, whether another node had them meanwhile: its
-- own groups are then out of date. The epoch alone does not say so, because the node's own attempts raise it too.

ALTER TABLE rowlock.coordinator_slot ADD COLUMN since_epoch bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN rowlock.coordinator_slot.since_epoch IS 'The first epoch of this broker epoch''s uninterrupted hold';

UPDATE rowlock.coordinator_slot SET since_epoch = epoch;
