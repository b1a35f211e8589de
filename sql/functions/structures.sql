-- What a search for words looks for: each word, the beginning of a longer one, or a word of the directory that is a typo away.
-- Typos are looked for among the directory's words, not in each structure's text: there are few of them.
CREATE OR REPLACE FUNCTION structure_query(words text) RETURNS tsquery
    LANGUAGE sql STABLE PARALLEL SAFE STRICT
    RETURN (
        SELECT string_agg('(' || concat_ws(' | ', quote_literal(wanted) || ':*', near.words) || ')', ' & ')::tsquery
          FROM unnest(folded_words(words)) AS wanted,
               LATERAL (SELECT string_agg(quote_literal(w.word), ' | ' ORDER BY w.word) AS words FROM structure_word w
                         -- One letter off in short words, two (or two exchanged) in longer; none in words of four letters, nor in numbers.
                         WHERE char_length(wanted) >= 5 AND wanted ~ '[a-z]' AND w.word % wanted AND char_length(wanted) <= 60
                           AND public.levenshtein_less_equal(left(w.word, 100), wanted, 2)
                               <= CASE WHEN char_length(wanted) < 7 THEN 1 ELSE 2 END) AS near);
COMMENT ON FUNCTION structure_query IS 'A search for words, with case, accents and a typo forgiven; NULL when there is no word.';

-- What is asked for is folded once, in a subselect, not for each category.
CREATE OR REPLACE FUNCTION kinds_meant(kind text) RETURNS text[]
    LANGUAGE sql STABLE PARALLEL SAFE STRICT
    RETURN ARRAY(SELECT code FROM finess_category
                  WHERE code = kind OR folded(short_name) = (SELECT folded(kind))
                     OR EXISTS (SELECT FROM unnest(synonyms) AS synonym WHERE folded(synonym) = (SELECT folded(kind))));
COMMENT ON FUNCTION kinds_meant IS 'Codes of the FINESS categories that a code or a short name (EHPAD, SAD) means.';

-- Mean radius of the Earth, IUGG: 6371.0088 km. A chord of the unit sphere is 2 sin(angle / 2). It is all strict operators, so that
-- PostgreSQL puts it in place (a call costs 20 microseconds); the factor keeps the sine of opposite points within 1.
DROP FUNCTION IF EXISTS structure_distance(public.cube, double precision, double precision);
CREATE OR REPLACE FUNCTION structure_distance(place public.cube, point public.cube)
    RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    RETURN round(2 * asin(public.cube_distance(place, point) / 2 * 0.999999999999999) * 6371008.8)::integer;
COMMENT ON FUNCTION structure_distance IS 'Metres between two points of the unit sphere, as the crow flies.';

CREATE OR REPLACE FUNCTION structure_radius(latitude double precision, longitude double precision, km double precision)
    RETURNS public.cube LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    -- A little more than asked for: the distance itself decides.
    RETURN public.cube_enlarge(unit_point(latitude, longitude),
                               2 * sin(least(km / 6371.0088, pi()) / 2) * 1.000001 + 1e-9, 3);
COMMENT ON FUNCTION structure_radius IS 'A box of the unit sphere''s space around what is within so many kilometres of a place.';
