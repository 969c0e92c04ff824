-- A transfer as pgledger makes it, by our own words after its published description (ledger.py).

CREATE TABLE bench_accounts (
    id text PRIMARY KEY DEFAULT 'a_' || uuidv7(), currency text NOT NULL, balance numeric NOT NULL DEFAULT 0,
    version bigint NOT NULL DEFAULT 0, updated_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE bench_transfers (
    id text PRIMARY KEY DEFAULT 't_' || uuidv7(), from_id text NOT NULL REFERENCES bench_accounts,
    to_id text NOT NULL REFERENCES bench_accounts, amount numeric NOT NULL, created_at timestamptz NOT NULL,
    event_at timestamptz NOT NULL, metadata jsonb, CHECK (amount > 0 AND from_id <> to_id));
CREATE INDEX ON bench_transfers (from_id);
CREATE INDEX ON bench_transfers (to_id);
CREATE INDEX ON bench_transfers (event_at);
CREATE TABLE bench_entries (
    id text PRIMARY KEY DEFAULT 'e_' || uuidv7(), account_id text NOT NULL REFERENCES bench_accounts,
    transfer_id text NOT NULL REFERENCES bench_transfers, amount numeric NOT NULL, balance_before numeric NOT NULL,
    balance_after numeric NOT NULL, version bigint NOT NULL, created_at timestamptz NOT NULL);
CREATE INDEX ON bench_entries (account_id);
CREATE INDEX ON bench_entries (transfer_id);
CREATE FUNCTION bench_transfer(giver text, taker text, moved numeric) RETURNS text LANGUAGE plpgsql AS $$
DECLARE gave bench_accounts; took bench_accounts; made text;
BEGIN
    PERFORM 1 FROM bench_accounts WHERE id = least(giver, taker) FOR UPDATE;
    PERFORM 1 FROM bench_accounts WHERE id = greatest(giver, taker) FOR UPDATE;
    UPDATE bench_accounts SET balance = balance - moved, version = version + 1, updated_at = now()
    WHERE id = giver RETURNING * INTO gave;
    UPDATE bench_accounts SET balance = balance + moved, version = version + 1, updated_at = now()
    WHERE id = taker RETURNING * INTO took;
    IF gave.currency <> took.currency THEN RAISE EXCEPTION 'two currencies'; END IF;
    INSERT INTO bench_transfers (from_id, to_id, amount, created_at, event_at)
    VALUES (giver, taker, moved, now(), now()) RETURNING id INTO made;
    INSERT INTO bench_entries (account_id, transfer_id, amount, balance_before, balance_after, version, created_at)
    VALUES (giver, made, -moved, gave.balance + moved, gave.balance, gave.version, now());
    INSERT INTO bench_entries (account_id, transfer_id, amount, balance_before, balance_after, version, created_at)
    VALUES (taker, made, moved, took.balance - moved, took.balance, took.version, now());
    RETURN made;
END $$;
