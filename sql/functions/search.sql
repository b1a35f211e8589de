-- Search forgives a typo: a trigram index finds what may be meant, the distance between words decides. Trigrams alone
-- either miss two exchanged letters or take "formation" for "forum".
CREATE OR REPLACE FUNCTION has_word_near(text text, word text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    RETURN EXISTS (
        SELECT FROM regexp_split_to_table(text, '[^[:alnum:]]+') AS found
         -- The beginning of a longer word counts too. One letter off in short words, two (or two exchanged) in longer.
         WHERE public.levenshtein_less_equal(left(found, char_length(word)), left(word, 200), 2)
               <= CASE WHEN char_length(word) < 5 THEN 0 WHEN char_length(word) < 7 THEN 1 ELSE 2 END);
COMMENT ON FUNCTION has_word_near IS 'Whether a folded text has a word that a folded word may have meant.';

-- Short lists are searched whole: no index, no guess. "I.M.E." and "IME" are one word.
CREATE OR REPLACE FUNCTION has_words(text text, words text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    RETURN NOT EXISTS (
        SELECT FROM regexp_split_to_table(replace(folded(words), '.', ''), '[^[:alnum:]]+') AS word
         WHERE strpos(' ' || regexp_replace(replace(folded(text), '.', ''), '[^[:alnum:]]+', ' ', 'g'), ' ' || word) = 0);
COMMENT ON FUNCTION has_words IS 'Whether each of these words, whatever its case and accents, begins a word of a text.';
