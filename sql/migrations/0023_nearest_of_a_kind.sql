-- The nearest structures of a kind, in their order. In one index with the kind: among all kinds, a rare one is far away.
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE INDEX structure_kind_by_distance ON structure USING gist (kind, unit_point) WHERE status = 'open';
