-- Pairs of open structures that may be one, each once: `finess` is the smaller number.
--   same_siret   the same SIRET; not where more than 10 share it, which is a gestionnaire's habit (pa31 structure coherence)
--   same_place   the same kind and who runs it, at the same point (1 m)
--   near_name    the same kind, within 200 m, names that are alike: similarity 0.5 of pg_trgm, without case and accents
-- On the register of Haute-Garonne, 682 structures, that is 31 pairs. A lower similarity finds kinds and towns, not names.
-- The indexes on points and SIRET find each one's neighbours: seven seconds on 103,000 structures, two shared cores.
CREATE VIEW structure_duplicate AS
WITH near AS (
    SELECT a.id AS a_id, b.id AS b_id
      FROM structure a
      JOIN structure b ON b.unit_point <@ structure_radius(a.latitude, a.longitude, 0.2) AND b.kind = a.kind
                      AND b.finess > a.finess
     WHERE a.status = 'open' AND b.status = 'open'
), shared AS (
    SELECT siret FROM structure WHERE status = 'open' AND siret IS NOT NULL GROUP BY siret HAVING count(*) BETWEEN 2 AND 10
), pair AS (
    SELECT a_id, b_id FROM near
    UNION
    SELECT a.id, b.id FROM shared JOIN structure a USING (siret) JOIN structure b USING (siret)
     WHERE a.finess < b.finess AND a.status = 'open' AND b.status = 'open'
), judged AS (
    SELECT a.finess, b.finess AS other_finess, a.id, b.id AS other_id, a.usual_name, b.usual_name AS other_usual_name,
           a.kind, b.kind AS other_kind, a.insee, a.siret IS NOT DISTINCT FROM b.siret AND a.siret IS NOT NULL AS same_siret,
           a.legal_entity_id = b.legal_entity_id AS same_legal_entity,
           structure_distance(a.unit_point, b.unit_point) AS distance_m,
           similarity(a.sort_name, b.sort_name) AS similarity
      FROM pair JOIN structure a ON a.id = pair.a_id JOIN structure b ON b.id = pair.b_id
), reasoned AS (
    SELECT j.*, array_remove(ARRAY[
               CASE WHEN same_siret THEN 'same_siret' END,
               CASE WHEN same_legal_entity AND kind = other_kind AND distance_m <= 1 THEN 'same_place' END,
               CASE WHEN kind = other_kind AND distance_m <= 200 AND similarity >= 0.5 THEN 'near_name' END], NULL) AS reasons
      FROM judged j
)
SELECT r.finess, r.other_finess, r.usual_name, r.other_usual_name,
       coalesce(k.short_name, k.short_label) AS kind_name, c.name AS commune, to_jsonb(r.reasons) AS reasons, r.distance_m,
       round(r.similarity::numeric, 2) AS similarity
  FROM reasoned r
  JOIN finess_category k ON k.code = r.kind
  LEFT JOIN commune c ON c.insee = r.insee
 WHERE r.reasons <> '{}'
   AND NOT EXISTS (SELECT FROM structure_distinct d
                    WHERE d.first_id = least(r.id, r.other_id) AND d.second_id = greatest(r.id, r.other_id));
COMMENT ON VIEW structure_duplicate IS 'Pairs of open structures that may be one, with the reasons.';

GRANT SELECT ON structure_duplicate TO pa31_operator;
