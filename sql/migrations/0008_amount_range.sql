-- An amount has an end: without one, two lines together leave what a sum in cents can hold.
ALTER TABLE funding_line ADD CONSTRAINT funding_line_amount_range CHECK
    (planned_cents <= 10000000000000 AND committed_cents <= 10000000000000 AND spent_cents <= 10000000000000);
