-- Evidence is a link or a file. The file itself is in the server's directory of files, under the evidence's id.
ALTER TABLE evidence ALTER COLUMN url DROP NOT NULL;
ALTER TABLE evidence ADD COLUMN file_kind text;
ALTER TABLE evidence ADD COLUMN file_bytes integer;
ALTER TABLE evidence ADD COLUMN file_sha256 text;
ALTER TABLE evidence ADD CONSTRAINT evidence_link_or_file CHECK
    ((url IS NULL) = (file_kind IS NOT NULL) AND (file_kind IS NULL) = (file_bytes IS NULL)
     AND (file_kind IS NULL) = (file_sha256 IS NULL));
ALTER TABLE evidence ADD CONSTRAINT evidence_file_kind_known CHECK
    (file_kind IN ('application/pdf', 'image/png', 'image/jpeg', 'application/zip'));
ALTER TABLE evidence ADD CONSTRAINT evidence_file_bytes_range CHECK (file_bytes BETWEEN 1 AND 10485760);
ALTER TABLE evidence ADD CONSTRAINT evidence_file_sha256_form CHECK (file_sha256 ~ '^[0-9a-f]{64}$');
COMMENT ON COLUMN evidence.url IS 'internal Where it is, when it is a link; never fetched.';
COMMENT ON COLUMN evidence.file_kind IS 'internal What the file is, by its first bytes.';
COMMENT ON COLUMN evidence.file_bytes IS 'internal Its size.';
COMMENT ON COLUMN evidence.file_sha256 IS 'internal SHA-256 of its bytes, in hexadecimal.';
