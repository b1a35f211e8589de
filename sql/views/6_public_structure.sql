-- What the public sees of the directory: structures that are open, closed (tombstones) or merged; public columns only.
CREATE VIEW public_structure AS
SELECT s.id, s.finess, s.usual_name, s.legal_name, s.kind, coalesce(k.short_name, k.short_label) AS kind_name,
       k.label AS kind_label, to_jsonb(s.publics) AS publics, s.sad_type, s.authorising_body, s.capacity, s.status, s.closed_on,
       -- The last of a chain of merges; each link says what the team said, so that it can be undone alone.
       CASE WHEN s.merged_into IS NOT NULL THEN (
           WITH RECURSIVE chain AS (
               SELECT m.id, m.finess, m.merged_into FROM structure m WHERE m.id = s.merged_into
               UNION SELECT m.id, m.finess, m.merged_into FROM chain JOIN structure m ON m.id = chain.merged_into)
           SELECT finess FROM chain WHERE merged_into IS NULL) END AS merged_into,
       s.siret, l.finess AS legal_entity, l.name AS legal_entity_name, s.street, s.address_extra,
       s.postal_code, s.city, s.insee, c.name AS commune, c.epci_siren, e.name AS epci, s.latitude, s.longitude, s.phone,
       s.email, s.website, s.opening_hours, CASE WHEN s.service_area = '{}' THEN '[]' ELSE places(s.service_area) END AS service_area, s.recruiting_until, s.opened_on,
       s.authorised_on, s.verified_on, s.source, s.seen_on, s.public_version, s.sort_name,
       -- Who and when; what a file said of a field that somebody took away is nobody's to read.
       CASE WHEN s.field_sources = '{}' THEN s.field_sources
            ELSE (SELECT jsonb_object_agg(key, value - 'file') FROM jsonb_each(s.field_sources)) END AS field_sources,
       s.legal_entity_id
  FROM structure s
  JOIN finess_category k ON k.code = s.kind
  LEFT JOIN legal_entity l ON l.id = s.legal_entity_id
  LEFT JOIN commune c ON c.insee = s.insee
  LEFT JOIN epci e ON e.siren = c.epci_siren;
COMMENT ON VIEW public_structure IS 'The directory, public columns.';

-- What searches look at, without a join: a page's structures are found here first, and completed then. Otherwise PostgreSQL, which
-- can't know how many structures a search finds, may read all legal entities to complete a page of fifty.
CREATE VIEW structure_index AS
SELECT s.id, s.finess, s.sort_name, s.kind, s.publics, s.status, s.insee, s.service_area, s.latitude, s.longitude, s.unit_point,
       s.verified_on, s.recruiting_until, s.legal_entity_id, s.search_words
  FROM structure s;
COMMENT ON VIEW structure_index IS 'What the directory is searched by, public columns.';

CREATE VIEW public_legal_entity AS SELECT l.id, l.finess, l.name, l.siren, l.legal_status FROM legal_entity l;
COMMENT ON VIEW public_legal_entity IS 'Who runs structures, public columns.';

GRANT SELECT ON public_structure, structure_index, public_legal_entity TO pa31_public, pa31_app, pa31_operator;
