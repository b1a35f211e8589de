-- Search of needs and sessions: as that of structures (structures.sql), among the words of what is or was open.
CREATE OR REPLACE FUNCTION recruitment_query(words text) RETURNS tsquery
    LANGUAGE sql STABLE PARALLEL SAFE STRICT
    RETURN (
        SELECT string_agg('(' || concat_ws(' | ', quote_literal(wanted) || ':*', near.words) || ')', ' & ')::tsquery
          FROM unnest(folded_words(words)) AS wanted,
               LATERAL (SELECT string_agg(quote_literal(w.word), ' | ' ORDER BY w.word) AS words FROM recruitment_word w
                         WHERE char_length(wanted) >= 5 AND wanted ~ '[a-z]' AND w.word % wanted AND char_length(wanted) <= 60
                           AND public.levenshtein_less_equal(left(w.word, 100), wanted, 2)
                               <= CASE WHEN char_length(wanted) < 7 THEN 1 ELSE 2 END) AS near);
COMMENT ON FUNCTION recruitment_query IS 'A search for words, with case, accents and a typo forgiven; NULL when there is no word.';

-- A diploma is renewed under another number: who asks for one means each of its registrations, by whichever of its names.
CREATE OR REPLACE FUNCTION diplomas_meant(name text) RETURNS text[]
    LANGUAGE sql STABLE PARALLEL SAFE STRICT
    RETURN ARRAY(SELECT d.id FROM diploma d
                  WHERE d.acronym IN (SELECT m.acronym FROM diploma m WHERE m.id = diplomas_meant.name OR folded(m.acronym) = folded(diplomas_meant.name)
                                       UNION ALL
                                       SELECT y.acronym FROM diploma_synonym y WHERE y.name = folded(diplomas_meant.name)));
COMMENT ON FUNCTION diplomas_meant IS 'Ids of every registration of the diploma that an id, an acronym (DEAS) or another name (aide-soignant) means.';
