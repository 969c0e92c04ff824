-- What all migrations make, up to 0102_off_sale_found. Made by `python -m tests.support.structure`, not by hand.

CREATE FUNCTION audit_refuse() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'audit entries are never changed or deleted' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE FUNCTION categories_change_pages() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN PERFORM note_page_change(NULL); RETURN NULL; END $$;
CREATE FUNCTION fee_rules_change_pages() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN PERFORM note_page_change(NULL); RETURN NULL; END $$;
CREATE FUNCTION ledger_add_up() RETURNS trigger
    LANGUAGE plpgsql
    SET enable_seqscan TO 'off'
    SET max_parallel_workers_per_gather TO '0'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
DECLARE mine bigint[] := ARRAY(SELECT id FROM ledger_postings WHERE id >= NEW.id AND NOT is_closed);
BEGIN
    IF mine = '{}' THEN
        RETURN NULL;
    END IF;
    IF (SELECT count(DISTINCT posting_id) FROM ledger_entries WHERE posting_id = ANY (mine)) < cardinality(mine)
        OR EXISTS (SELECT 1 FROM ledger_entries WHERE posting_id = ANY (mine)
            GROUP BY posting_id, currency HAVING sum(amount) <> 0) THEN
        RAISE EXCEPTION 'a posting does not come to nought' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    INSERT INTO ledger_sums AS kept (created_at, updated_at, account, vendor_id, currency, amount, entries, last_posting_id)
    SELECT now(), now(), account, coalesce(vendor_id, 0), currency, sum(amount), count(*), max(posting_id) FROM ledger_entries
    WHERE posting_id = ANY (mine) GROUP BY account, coalesce(vendor_id, 0), currency ORDER BY 3, 4, 5
    ON CONFLICT (account, vendor_id, currency) DO UPDATE SET updated_at = excluded.updated_at, amount = kept.amount + excluded.amount,
        entries = kept.entries + excluded.entries, last_posting_id = excluded.last_posting_id;
    UPDATE ledger_postings SET is_closed = TRUE WHERE id = ANY (mine);
    RETURN NULL;
END $$;
CREATE FUNCTION ledger_close() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF OLD.is_closed OR NOT NEW.is_closed OR (NEW.id, NEW.kind, NEW.key, NEW.subject) <> (OLD.id, OLD.kind, OLD.key, OLD.subject) OR NEW.vendor_id IS DISTINCT FROM OLD.vendor_id THEN
        RAISE EXCEPTION 'a posting is never changed, only closed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    -- closed by hand, as older versions do it: it waits for the commit
    NEW.is_closed := pg_trigger_depth() > 1;
    RETURN NEW;
END $$;
CREATE FUNCTION ledger_open() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF (SELECT is_closed FROM ledger_postings WHERE id = NEW.posting_id) IS DISTINCT FROM FALSE THEN
        RAISE EXCEPTION 'a closed posting takes no further entry' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION ledger_refuse() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN RAISE EXCEPTION 'the ledger is never changed, only added to' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE FUNCTION legal_texts_change_pages() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN PERFORM note_page_change(NULL); RETURN NULL; END $$;
CREATE FUNCTION marketplace_policy_change_pages() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN PERFORM note_page_change(NULL); RETURN NULL; END $$;
CREATE FUNCTION marketplace_settings_change_pages() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN PERFORM note_page_change(NULL); RETURN NULL; END $$;
CREATE FUNCTION note_page_change(vendor bigint) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN INSERT INTO page_changes (vendor_id, transaction_id, created_at, updated_at)
SELECT vendor, pg_current_xact_id()::text::bigint, now(), now()
WHERE NOT EXISTS (SELECT 1 FROM page_changes WHERE transaction_id = pg_current_xact_id()::text::bigint
    AND vendor_id IS NOT DISTINCT FROM vendor);
END $$;
CREATE FUNCTION product_pictures_change_pages() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN PERFORM note_page_change(coalesce(NEW.vendor_id, OLD.vendor_id)); RETURN NULL; END $$;
CREATE FUNCTION products_change_pages() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN PERFORM note_page_change(coalesce(NEW.vendor_id, OLD.vendor_id)); RETURN NULL; END $$;
CREATE FUNCTION shipping_settings_change_pages() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN PERFORM note_page_change(coalesce(NEW.vendor_id, OLD.vendor_id)); RETURN NULL; END $$;
CREATE FUNCTION shop_places_refuse() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN RAISE EXCEPTION 'a shop stands where its vendor and its payments put it' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE FUNCTION vat_registrations_change_pages() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN PERFORM note_page_change(coalesce(NEW.vendor_id, OLD.vendor_id)); RETURN NULL; END $$;
CREATE FUNCTION vendor_payment_configs_change_pages() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN PERFORM note_page_change(coalesce(NEW.vendor_id, OLD.vendor_id)); RETURN NULL; END $$;
CREATE FUNCTION vendor_payment_configs_move_places() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        UPDATE shop_places SET updated_at = now(), is_soon = TRUE WHERE id = OLD.vendor_id;
    ELSE
        UPDATE shop_places SET updated_at = now(), is_soon = NOT NEW.accepts_payments WHERE id = NEW.vendor_id;
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION vendors_change_pages() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN PERFORM note_page_change(coalesce(NEW.id, OLD.id)); RETURN NULL; END $$;
CREATE FUNCTION vendors_move_places() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO shop_places (id, created_at, updated_at, is_open, is_soon, sorted_by) VALUES (NEW.id, now(), now(), NEW.is_open, TRUE, substr(NEW.search, 1, 200));
    ELSIF TG_OP = 'DELETE' THEN
        DELETE FROM shop_places WHERE id = OLD.id;
    ELSE
        UPDATE shop_places SET updated_at = now(), is_open = NEW.is_open, sorted_by = substr(NEW.search, 1, 200) WHERE id = NEW.id;
    END IF;
    RETURN NULL;
END $$;
CREATE TABLE activity (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    kind character varying(80) NOT NULL,
    subject character varying(140) NOT NULL,
    order_id bigint,
    vendor_id bigint,
    actor character varying(60) DEFAULT ''::character varying NOT NULL,
    amount bigint,
    currency character varying(3),
    before jsonb,
    after jsonb,
    details jsonb,
    cause character varying(120) DEFAULT ''::character varying NOT NULL
);
COMMENT ON TABLE activity IS 'One thing that happened. Rows are only added.';
COMMENT ON COLUMN activity.kind IS 'dotted, e.g. refund.succeeded';
COMMENT ON COLUMN activity.subject IS 'refund:12';
COMMENT ON COLUMN activity.amount IS 'minor units of currency';
COMMENT ON COLUMN activity.details IS 'what else an act tells';
CREATE SEQUENCE activity_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE activity_id_seq OWNED BY activity.id;
CREATE TABLE audit_entries (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    actor character varying(60) NOT NULL,
    action character varying(80) NOT NULL,
    subject character varying(80) NOT NULL,
    details jsonb NOT NULL,
    vendor_id bigint,
    address character varying(45) DEFAULT ''::character varying NOT NULL,
    request_id character varying(40) DEFAULT ''::character varying NOT NULL,
    is_by_person boolean DEFAULT false NOT NULL,
    kind character varying(20) DEFAULT ''::character varying NOT NULL
);
COMMENT ON TABLE audit_entries IS 'One thing that was done. `actor` reads `member:7`, `customer:3`, `shopper`, `stripe` or `system`.';
COMMENT ON COLUMN audit_entries.action IS 'dotted, e.g. payment.succeeded';
COMMENT ON COLUMN audit_entries.subject IS 'order:12, payment:9';
CREATE SEQUENCE audit_entries_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE audit_entries_id_seq OWNED BY audit_entries.id;
CREATE TABLE basket_lines (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    quantity integer NOT NULL,
    seen_amount bigint NOT NULL,
    basket_id bigint NOT NULL,
    product_id bigint NOT NULL,
    CONSTRAINT ck_basket_lines_quantity CHECK (quantity between 1 and 99)
);
COMMENT ON TABLE basket_lines IS 'One product in a basket. `seen_amount` is the unit price that the shopper was last shown, in minor units.';
COMMENT ON COLUMN basket_lines.seen_amount IS 'minor units';
CREATE SEQUENCE basket_lines_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE basket_lines_id_seq OWNED BY basket_lines.id;
CREATE TABLE baskets (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    token_digest character varying(64) NOT NULL,
    discount_code character varying(40) DEFAULT ''::character varying NOT NULL
);
COMMENT ON TABLE baskets IS 'What someone means to buy. Belongs to whoever holds the token in the signed session cookie.';
CREATE SEQUENCE baskets_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE baskets_id_seq OWNED BY baskets.id;
CREATE TABLE card_declines (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    stripe_charge_id character varying(255) NOT NULL,
    network character varying(45) NOT NULL,
    basket_id bigint,
    fingerprint character varying(64) NOT NULL,
    code character varying(100) NOT NULL,
    declined_at timestamp with time zone NOT NULL,
    checkout_id bigint NOT NULL
);
COMMENT ON TABLE card_declines IS 'One card that one purchase could not be paid with.';
COMMENT ON COLUMN card_declines.network IS 'the purchase''s; empty: not known';
COMMENT ON COLUMN card_declines.basket_id IS 'the purchase''s, which stands for a browser';
COMMENT ON COLUMN card_declines.fingerprint IS 'Stripe''s of the card; empty: it has none';
COMMENT ON COLUMN card_declines.code IS 'why, in Stripe''s word';
CREATE SEQUENCE card_declines_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE card_declines_id_seq OWNED BY card_declines.id;
CREATE TABLE categories (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    slug character varying(80) NOT NULL,
    name character varying(60) NOT NULL,
    name_de character varying(60) NOT NULL,
    name_fr character varying(60) NOT NULL,
    "position" integer NOT NULL,
    parent_id bigint,
    vat_class character varying(20) DEFAULT ''::character varying NOT NULL
);
COMMENT ON TABLE categories IS 'A kind of thing that is sold; the operator keeps them as a tree.';
COMMENT ON COLUMN categories.name IS 'as products have it';
CREATE SEQUENCE categories_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE categories_id_seq OWNED BY categories.id;
CREATE TABLE checkouts (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    token character varying(80) NOT NULL,
    status character varying(20) NOT NULL,
    email character varying(254) NOT NULL,
    full_name character varying(120) NOT NULL,
    address character varying(200) NOT NULL,
    address_extra character varying(200) NOT NULL,
    city character varying(80) NOT NULL,
    postal_code character varying(20) NOT NULL,
    country character varying(2) NOT NULL,
    currency character varying(3) NOT NULL,
    total_amount bigint NOT NULL,
    reserved_until timestamp with time zone NOT NULL,
    basket_id bigint,
    customer_id bigint,
    purchase_ip character varying(45) DEFAULT ''::character varying NOT NULL,
    terms_accepted_at timestamp with time zone,
    terms_version character varying(20) DEFAULT ''::character varying NOT NULL,
    search text DEFAULT ''::text NOT NULL,
    state character varying(60) DEFAULT ''::character varying NOT NULL,
    network character varying(45) DEFAULT ''::character varying NOT NULL,
    old_link_digest character varying(64),
    language character varying(8) DEFAULT 'en'::character varying NOT NULL,
    billing jsonb,
    phone character varying(40) DEFAULT ''::character varying NOT NULL,
    CONSTRAINT ck_checkouts_status CHECK (status in ('open', 'completed', 'expired', 'cancelled')),
    CONSTRAINT ck_checkouts_total CHECK (total_amount >= 0)
);
COMMENT ON TABLE checkouts IS 'One purchase by one shopper, who reaches it by the link that holds `token`.';
COMMENT ON COLUMN checkouts.token IS 'unguessable; part of the shopper''s order link';
COMMENT ON COLUMN checkouts.total_amount IS 'minor units of currency';
COMMENT ON COLUMN checkouts.reserved_until IS 'when the stock is given back if nothing was paid';
CREATE SEQUENCE checkouts_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE checkouts_id_seq OWNED BY checkouts.id;
CREATE TABLE claims (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    subject character varying(80) NOT NULL,
    currency character varying(3) NOT NULL,
    amount bigint NOT NULL,
    taken bigint NOT NULL,
    receivable bigint NOT NULL,
    written_off bigint NOT NULL,
    owed_since timestamp with time zone,
    postings integer NOT NULL,
    order_id bigint NOT NULL,
    payment_id bigint NOT NULL,
    vendor_id bigint NOT NULL,
    netted bigint DEFAULT 0 NOT NULL,
    CONSTRAINT ck_claims_amounts CHECK ((amount >= 0 or subject like 'contribution:%') and receivable >= 0 and written_off >= 0)
);
COMMENT ON TABLE claims IS 'What one refund or dispute takes from a vendor: `amount` has to be taken, `taken` was, `receivable` is owed and dated.';
COMMENT ON COLUMN claims.subject IS 'refund:12 or dispute:3';
COMMENT ON COLUMN claims.amount IS 'minor units that the vendor bears';
COMMENT ON COLUMN claims.taken IS 'minor units that came back from the vendor''s balance, net';
COMMENT ON COLUMN claims.receivable IS 'minor units that the platform advanced and the vendor owes';
COMMENT ON COLUMN claims.written_off IS 'minor units that the platform gave up on';
COMMENT ON COLUMN claims.owed_since IS 'when the receivable arose';
COMMENT ON COLUMN claims.postings IS 'how often the receivable changed in the ledger';
CREATE SEQUENCE claims_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE claims_id_seq OWNED BY claims.id;
CREATE TABLE code_tries (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    network character varying(45) NOT NULL,
    hour timestamp with time zone NOT NULL,
    unknown integer NOT NULL,
    stopped integer NOT NULL,
    CONSTRAINT ck_code_tries_counts CHECK (unknown >= 0 and stopped >= 0)
);
COMMENT ON TABLE code_tries IS 'How often codes that do not exist were tried from one network within an hour.';
COMMENT ON COLUMN code_tries.hour IS 'when it began';
COMMENT ON COLUMN code_tries.unknown IS 'codes that nobody has';
COMMENT ON COLUMN code_tries.stopped IS 'tries that were refused unseen';
CREATE SEQUENCE code_tries_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE code_tries_id_seq OWNED BY code_tries.id;
CREATE TABLE customer_addresses (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    full_name character varying(120) NOT NULL,
    address character varying(200) NOT NULL,
    address_extra character varying(200) NOT NULL,
    city character varying(80) NOT NULL,
    postal_code character varying(20) NOT NULL,
    state character varying(60) NOT NULL,
    country character varying(2) NOT NULL,
    is_default boolean NOT NULL,
    customer_id bigint NOT NULL
);
COMMENT ON TABLE customer_addresses IS 'Where a shopper has things sent to: one of a book of them, the default one first.';
COMMENT ON COLUMN customer_addresses.state IS 'as on a label; empty where none';
CREATE SEQUENCE customer_addresses_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE customer_addresses_id_seq OWNED BY customer_addresses.id;
CREATE TABLE customers (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    email character varying(254) NOT NULL,
    password_hash character varying(255) NOT NULL,
    full_name character varying(120) NOT NULL,
    is_active boolean NOT NULL,
    email_confirmed_at timestamp with time zone,
    language character varying(8) DEFAULT ''::character varying NOT NULL,
    terms text DEFAULT ''::text NOT NULL,
    terms_vector tsvector GENERATED ALWAYS AS (array_to_tsvector(string_to_array(terms, ' '::text))) STORED
);
COMMENT ON TABLE customers IS 'A shopper with an account. Guests have none: their checkout holds what they typed.';
COMMENT ON COLUMN customers.email IS 'lower case';
COMMENT ON COLUMN customers.email_confirmed_at IS 'when a mail to this address was answered';
CREATE SEQUENCE customers_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE customers_id_seq OWNED BY customers.id;
CREATE TABLE day_sums (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    sums jsonb NOT NULL
);
COMMENT ON TABLE day_sums IS 'What one day of the marketplace''s zone came to. Nothing is added to a day that is over.';
COMMENT ON COLUMN day_sums.sums IS 'source -> currency -> [minor units, how many]';
CREATE SEQUENCE day_sums_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE day_sums_id_seq OWNED BY day_sums.id;
CREATE TABLE differences (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    number integer NOT NULL,
    kind character varying(60) NOT NULL,
    subject character varying(80) NOT NULL,
    stripe_id character varying(255),
    text text NOT NULL,
    our_side character varying(255) CONSTRAINT differences_ours_not_null NOT NULL,
    stripe_side character varying(255) CONSTRAINT differences_theirs_not_null NOT NULL,
    repair character varying(60) NOT NULL,
    arguments jsonb NOT NULL,
    status character varying(20) NOT NULL,
    outcome character varying(300) NOT NULL,
    repaired_at timestamp with time zone,
    repaired_by character varying(60) NOT NULL,
    run_id bigint NOT NULL,
    vendor_id bigint,
    CONSTRAINT ck_differences_status CHECK (status in ('open', 'repaired', 'failed'))
);
COMMENT ON TABLE differences IS 'One thing that does not agree, with the repair that mends it. `number` counts within the run.';
COMMENT ON COLUMN differences.subject IS 'payment:12, po_1';
COMMENT ON COLUMN differences.text IS 'a sentence: what differs';
COMMENT ON COLUMN differences.repair IS 'the named repair; empty: a person must look';
COMMENT ON COLUMN differences.status IS 'open | repaired | failed';
CREATE SEQUENCE differences_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE differences_id_seq OWNED BY differences.id;
CREATE TABLE discounts (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    code character varying(40) NOT NULL,
    kind character varying(20) NOT NULL,
    percentage numeric(5,2),
    amount bigint DEFAULT 0 NOT NULL,
    currency character varying(3) NOT NULL,
    least_amount bigint DEFAULT 0 NOT NULL,
    starts_at timestamp with time zone,
    ends_at timestamp with time zone,
    most_uses integer,
    most_per_shopper integer,
    vendor_ids jsonb NOT NULL,
    categories jsonb NOT NULL,
    is_active boolean NOT NULL,
    uses integer NOT NULL,
    vendor_id bigint,
    CONSTRAINT ck_discounts_amounts CHECK (amount >= 0 and least_amount >= 0 and (kind = 'amount') = (amount > 0) and (currency <> '' or (amount = 0 and least_amount = 0))),
    CONSTRAINT ck_discounts_kind CHECK (kind in ('percent', 'amount', 'shipping')),
    CONSTRAINT ck_discounts_limits CHECK (uses >= 0 and (most_uses is null or most_uses > 0) and (most_per_shopper is null or most_per_shopper > 0)),
    CONSTRAINT ck_discounts_percentage CHECK ((kind = 'percent') = (percentage is not null) and (percentage is null or (cast(percentage as numeric) > 0 and cast(percentage as numeric) <= 100))),
    CONSTRAINT ck_discounts_times CHECK (starts_at is null or ends_at is null or starts_at < ends_at)
);
COMMENT ON TABLE discounts IS 'A code that takes something off; without a vendor the marketplace''s. Never deleted.';
COMMENT ON COLUMN discounts.code IS 'rules.typed_code of what was typed';
COMMENT ON COLUMN discounts.amount IS 'of currency, that it takes off';
COMMENT ON COLUMN discounts.currency IS 'of its amounts; empty: it has none';
COMMENT ON COLUMN discounts.least_amount IS 'of currency, that the goods it is for cost at least';
COMMENT ON COLUMN discounts.ends_at IS 'from this moment on it is over';
COMMENT ON COLUMN discounts.most_uses IS 'null: any number';
COMMENT ON COLUMN discounts.most_per_shopper IS 'null: any number';
COMMENT ON COLUMN discounts.vendor_ids IS 'whose goods the marketplace''s is for; empty: all';
COMMENT ON COLUMN discounts.categories IS 'names of those it is for; empty: all';
COMMENT ON COLUMN discounts.uses IS 'redemptions that are reserved or used';
CREATE SEQUENCE discounts_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE discounts_id_seq OWNED BY discounts.id;
CREATE TABLE dispute_files (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    kind character varying(40) NOT NULL,
    name character varying(120) NOT NULL,
    content_type character varying(40) NOT NULL,
    size integer NOT NULL,
    digest character varying(64) NOT NULL,
    content bytea NOT NULL,
    made_here boolean NOT NULL,
    upload_key character varying(255) NOT NULL,
    stripe_file_id character varying(255),
    refusal character varying(200) NOT NULL,
    dispute_id bigint NOT NULL,
    CONSTRAINT ck_dispute_files_kind CHECK (kind in ('receipt', 'shipping_documentation', 'customer_communication', 'uncategorized_file')),
    CONSTRAINT ck_dispute_files_size CHECK (size > 0)
);
COMMENT ON TABLE dispute_files IS 'A document of a dispute''s answer, one of each kind, with what is in it: it must outlive a crash before Stripe has it.';
COMMENT ON COLUMN dispute_files.kind IS 'Stripe''s name of this piece of evidence';
COMMENT ON COLUMN dispute_files.size IS 'bytes';
COMMENT ON COLUMN dispute_files.digest IS 'SHA-256';
COMMENT ON COLUMN dispute_files.made_here IS 'our own receipt, not the vendor''s document';
COMMENT ON COLUMN dispute_files.upload_key IS 'idempotency key of its upload';
COMMENT ON COLUMN dispute_files.refusal IS 'why Stripe did not take it, for the vendor';
CREATE SEQUENCE dispute_files_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE dispute_files_id_seq OWNED BY dispute_files.id;
CREATE TABLE disputes (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    stripe_dispute_id character varying(255) NOT NULL,
    status character varying(40) NOT NULL,
    reason character varying(60) NOT NULL,
    amount bigint NOT NULL,
    currency character varying(3) NOT NULL,
    is_inquiry boolean NOT NULL,
    is_charge_refundable boolean NOT NULL,
    due_by timestamp with time zone,
    opened_at timestamp with time zone NOT NULL,
    closed_at timestamp with time zone,
    fee bigint NOT NULL,
    vendor_part bigint NOT NULL,
    commission_part bigint NOT NULL,
    loss_part bigint NOT NULL,
    withdrawn_at timestamp with time zone,
    reinstated_at timestamp with time zone,
    evidence jsonb NOT NULL,
    staged_evidence jsonb NOT NULL,
    evidence_version integer NOT NULL,
    submitted_at timestamp with time zone,
    submitted_by character varying(60) NOT NULL,
    accepted_at timestamp with time zone,
    accepted_by character varying(60) NOT NULL,
    network_reason_code character varying(40),
    order_id bigint NOT NULL,
    payment_id bigint NOT NULL,
    vendor_id bigint NOT NULL,
    commission_back bigint DEFAULT 0 NOT NULL,
    delivered_at timestamp with time zone,
    fee_back bigint DEFAULT 0 NOT NULL,
    loss_back bigint DEFAULT 0 NOT NULL,
    transaction_count smallint DEFAULT 0 NOT NULL,
    vendor_back bigint DEFAULT 0 NOT NULL,
    share_weight bigint,
    part_closed_at timestamp with time zone,
    discount_part bigint DEFAULT 0 NOT NULL,
    discount_back bigint DEFAULT 0 NOT NULL,
    CONSTRAINT ck_disputes_amounts CHECK (amount > 0 and vendor_part >= 0 and commission_part >= 0 and loss_part >= 0 and fee >= 0 and discount_part >= 0),
    CONSTRAINT ck_disputes_back CHECK (vendor_back >= 0 and vendor_back <= vendor_part and commission_back >= 0 and commission_back <= commission_part and loss_back >= 0 and discount_back >= 0 and discount_back <= discount_part),
    CONSTRAINT ck_disputes_one_answer CHECK (submitted_at is null or accepted_at is null),
    CONSTRAINT ck_disputes_status CHECK (status in ('warning_needs_response', 'warning_under_review', 'warning_closed', 'needs_response', 'under_review', 'won', 'lost', 'prevented', 'appeal_needs_response', 'appeal_under_review'))
);
COMMENT ON TABLE disputes IS 'One dispute at Stripe, mirrored. `vendor_part` and `commission_part` are who bears `amount`, frozen when the money went.';
COMMENT ON COLUMN disputes.amount IS 'minor units of currency';
COMMENT ON COLUMN disputes.opened_at IS 'when Stripe made it';
COMMENT ON COLUMN disputes.fee IS 'minor units that Stripe took for it';
COMMENT ON COLUMN disputes.vendor_part IS 'minor units that the vendor bears while the money is gone';
COMMENT ON COLUMN disputes.commission_part IS 'minor units of commission given back';
COMMENT ON COLUMN disputes.loss_part IS 'minor units that neither vendor nor commission can bear';
COMMENT ON COLUMN disputes.evidence IS 'the vendor''s draft, field -> text';
COMMENT ON COLUMN disputes.staged_evidence IS 'what Stripe holds, field -> text';
CREATE SEQUENCE disputes_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE disputes_id_seq OWNED BY disputes.id;
CREATE TABLE door_counts (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    key character varying(200) NOT NULL,
    free_at bigint NOT NULL
);
COMMENT ON TABLE door_counts IS 'How far ahead of the clock the tries at one door are (shared/trade/people/login_limits.py). Emails are kept as digests.';
COMMENT ON COLUMN door_counts.free_at IS 'when all tries are forgotten: milliseconds since 1970';
CREATE SEQUENCE door_counts_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE door_counts_id_seq OWNED BY door_counts.id;
CREATE TABLE emails (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    unique_key character varying(200) NOT NULL,
    kind character varying(60) NOT NULL,
    "to" character varying(254) NOT NULL,
    subject character varying(200) NOT NULL,
    text text NOT NULL,
    html text NOT NULL,
    status character varying(20) NOT NULL,
    sent_at timestamp with time zone,
    error text,
    order_id bigint,
    language character varying(8) DEFAULT 'en'::character varying NOT NULL,
    CONSTRAINT ck_emails_status CHECK (status in ('waiting', 'sent', 'failed'))
);
COMMENT ON TABLE emails IS 'One mail. `unique_key` makes a fact cause its mail once.';
COMMENT ON COLUMN emails.kind IS 'which mail, e.g. order_confirmed';
COMMENT ON COLUMN emails.status IS 'waiting | sent | failed';
CREATE SEQUENCE emails_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE emails_id_seq OWNED BY emails.id;
CREATE TABLE factor_resets (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    asked_by character varying(60) NOT NULL,
    effective_at timestamp with time zone NOT NULL,
    stop_digest character varying(64) NOT NULL,
    stopped_at timestamp with time zone,
    done_at timestamp with time zone,
    member_id bigint NOT NULL,
    CONSTRAINT ck_factor_resets_one_end CHECK (stopped_at is null or done_at is null)
);
COMMENT ON TABLE factor_resets IS 'An operator takes somebody''s second factors away a day later, unless the person stops it.';
COMMENT ON COLUMN factor_resets.asked_by IS 'as the audit trail names people';
COMMENT ON COLUMN factor_resets.stop_digest IS 'of the token in the mailed link';
CREATE SEQUENCE factor_resets_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE factor_resets_id_seq OWNED BY factor_resets.id;
CREATE TABLE fee_rules (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    "position" integer NOT NULL,
    category character varying(60) NOT NULL,
    percentage numeric(5,2) NOT NULL,
    fixed_amount bigint NOT NULL,
    minimum_amount bigint,
    maximum_amount bigint,
    currency character varying(3),
    is_active boolean NOT NULL,
    product_id bigint,
    vendor_id bigint,
    CONSTRAINT ck_fee_rules_amounts CHECK (fixed_amount >= 0 and (minimum_amount is null or minimum_amount >= 0) and (maximum_amount is null or (maximum_amount >= fixed_amount and (minimum_amount is null or maximum_amount >= minimum_amount)))),
    CONSTRAINT ck_fee_rules_currency CHECK ((currency is null and fixed_amount = 0 and minimum_amount is null and maximum_amount is null) or (currency is not null and currency = upper(currency) and length(currency) = 3)),
    CONSTRAINT ck_fee_rules_percentage CHECK (cast(percentage as numeric) >= 0 and cast(percentage as numeric) < 100),
    CONSTRAINT ck_fee_rules_position CHECK (position > 0),
    CONSTRAINT ck_fee_rules_product CHECK (product_id is null or vendor_id is not null)
);
COMMENT ON TABLE fee_rules IS 'One rule of the operator''s list; the first that holds for a line of an order is its commission. Never deleted, only switched off.';
COMMENT ON COLUMN fee_rules."position" IS '1 is asked first';
COMMENT ON COLUMN fee_rules.category IS 'as products have it; empty: any';
COMMENT ON COLUMN fee_rules.fixed_amount IS 'minor units of currency, per line of an order';
COMMENT ON COLUMN fee_rules.minimum_amount IS 'minor units of currency';
COMMENT ON COLUMN fee_rules.maximum_amount IS 'minor units of currency';
COMMENT ON COLUMN fee_rules.currency IS 'null: any, and then a percentage only';
CREATE SEQUENCE fee_rules_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE fee_rules_id_seq OWNED BY fee_rules.id;
CREATE TABLE former_categories (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    slug character varying(80) NOT NULL,
    name character varying(60) NOT NULL,
    category_id bigint
);
COMMENT ON TABLE former_categories IS 'An address and a name that a category had; links to it lead on.';
COMMENT ON COLUMN former_categories.name IS 'as products had it';
COMMENT ON COLUMN former_categories.category_id IS 'that has its things now; null: none';
CREATE SEQUENCE former_categories_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE former_categories_id_seq OWNED BY former_categories.id;
CREATE TABLE heartbeats (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL
);
COMMENT ON TABLE heartbeats IS 'The last write of a health check; one row, whose id is 1.';
CREATE SEQUENCE heartbeats_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE heartbeats_id_seq OWNED BY heartbeats.id;
CREATE TABLE invoice_counters (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    year smallint NOT NULL,
    issued integer NOT NULL,
    vendor_id bigint NOT NULL
);
COMMENT ON TABLE invoice_counters IS 'How many documents a vendor issued in a year; locked while the next number is given.';
COMMENT ON COLUMN invoice_counters.issued IS 'the last number given';
CREATE SEQUENCE invoice_counters_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE invoice_counters_id_seq OWNED BY invoice_counters.id;
CREATE TABLE job_schedules (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    kind character varying(80) NOT NULL,
    next_at timestamp with time zone NOT NULL,
    last_at timestamp with time zone,
    state jsonb NOT NULL
);
COMMENT ON TABLE job_schedules IS 'A recurring job: when it is due next, and what its last run wants to remember.';
COMMENT ON COLUMN job_schedules.state IS 'what the job remembers between runs';
CREATE SEQUENCE job_schedules_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE job_schedules_id_seq OWNED BY job_schedules.id;
CREATE TABLE jobs (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    kind character varying(80) NOT NULL,
    args jsonb NOT NULL,
    unique_key character varying(200),
    status character varying(20) NOT NULL,
    run_at timestamp with time zone NOT NULL,
    attempts smallint NOT NULL,
    claimed_until timestamp with time zone,
    error text,
    finished_at timestamp with time zone,
    CONSTRAINT ck_jobs_status CHECK (status in ('waiting', 'running', 'done', 'failed'))
);
COMMENT ON TABLE jobs IS 'Something to do at or after `run_at`. `unique_key` keeps one waiting job per subject; it is cleared when the job ends.';
COMMENT ON COLUMN jobs.status IS 'waiting | running | done | failed';
COMMENT ON COLUMN jobs.claimed_until IS 'a running job whose time is over is taken again';
CREATE SEQUENCE jobs_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE jobs_id_seq OWNED BY jobs.id;
CREATE TABLE kept_forms (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    method character varying(4) NOT NULL,
    action character varying(1000) NOT NULL,
    back character varying(1000) NOT NULL,
    doing character varying(120) NOT NULL,
    fields_sent jsonb NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    session_id bigint NOT NULL,
    CONSTRAINT ck_kept_forms_method CHECK (method in ('GET', 'POST'))
);
COMMENT ON TABLE kept_forms IS 'A form that was sent when the sign-in was no longer fresh. It waits for its sender, and is taken once.';
COMMENT ON COLUMN kept_forms.method IS 'GET for a link, POST for a form';
COMMENT ON COLUMN kept_forms.action IS 'path and query that it was sent to';
COMMENT ON COLUMN kept_forms.back IS 'the page that it was sent from';
COMMENT ON COLUMN kept_forms.doing IS 'what it does, as words after `to`';
COMMENT ON COLUMN kept_forms.fields_sent IS 'pairs of name and value; never secrets';
CREATE SEQUENCE kept_forms_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE kept_forms_id_seq OWNED BY kept_forms.id;
CREATE TABLE ledger_entries (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    account character varying(40) NOT NULL,
    amount bigint NOT NULL,
    currency character varying(3) NOT NULL,
    stripe_id character varying(255) NOT NULL,
    posting_id bigint NOT NULL,
    vendor_id bigint,
    CONSTRAINT ck_ledger_entries_account CHECK (account in ('vendor_payable', 'vendor_reserved', 'vendor_receivable', 'stripe_vendor', 'stripe_held_vendor', 'bank_vendor', 'stripe_platform', 'stripe_held_platform', 'bank_platform', 'shoppers_due', 'suspense', 'commission', 'marketplace_discounts', 'stripe_fees', 'dispute_losses')),
    CONSTRAINT ck_ledger_entries_amount CHECK (amount <> 0),
    CONSTRAINT ck_ledger_entries_currency CHECK (currency = upper(currency) and length(currency) = 3),
    CONSTRAINT ck_ledger_entries_vendor CHECK ((account in ('bank_vendor', 'stripe_held_vendor', 'stripe_vendor', 'vendor_payable', 'vendor_receivable', 'vendor_reserved')) = (vendor_id is not null))
);
COMMENT ON TABLE ledger_entries IS 'One line of a posting: debits are positive, credits negative.';
COMMENT ON COLUMN ledger_entries.amount IS 'minor units of currency; debits positive, credits negative';
COMMENT ON COLUMN ledger_entries.stripe_id IS 'the Stripe object that it came from';
CREATE SEQUENCE ledger_entries_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE ledger_entries_id_seq OWNED BY ledger_entries.id;
CREATE TABLE ledger_postings (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    kind character varying(40) NOT NULL,
    key character varying(120) NOT NULL,
    subject character varying(80) NOT NULL,
    is_closed boolean NOT NULL,
    vendor_id bigint
);
COMMENT ON TABLE ledger_postings IS 'One fact about money. It is closed once its entries are there, and only a balanced one can be closed.';
COMMENT ON COLUMN ledger_postings.key IS 'names the fact, so that it is posted once';
COMMENT ON COLUMN ledger_postings.subject IS 'order:12';
CREATE SEQUENCE ledger_postings_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE ledger_postings_id_seq OWNED BY ledger_postings.id;
CREATE TABLE ledger_sums (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    account character varying(40) NOT NULL,
    vendor_id bigint NOT NULL,
    currency character varying(3) NOT NULL,
    amount bigint NOT NULL,
    entries bigint NOT NULL,
    last_posting_id bigint NOT NULL
)
WITH (fillfactor='50');
COMMENT ON TABLE ledger_sums IS 'What the entries of one account come to, of those postings that are closed.';
COMMENT ON COLUMN ledger_sums.vendor_id IS '0: the platform''s own account';
COMMENT ON COLUMN ledger_sums.amount IS 'minor units of currency; debits positive, credits negative';
COMMENT ON COLUMN ledger_sums.entries IS 'how many there are in it';
COMMENT ON COLUMN ledger_sums.last_posting_id IS 'the last one that changed it';
CREATE SEQUENCE ledger_sums_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE ledger_sums_id_seq OWNED BY ledger_sums.id;
CREATE TABLE legal_texts (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    kind character varying(20) NOT NULL,
    version character varying(20) NOT NULL,
    text text NOT NULL,
    returns text NOT NULL,
    published_by character varying(60) NOT NULL,
    CONSTRAINT ck_legal_texts_kind CHECK (kind in ('terms', 'privacy', 'imprint'))
);
COMMENT ON TABLE legal_texts IS 'One version of a legal text of the operator''s. None is changed or deleted: shoppers accepted them.';
COMMENT ON COLUMN legal_texts.kind IS 'terms | privacy | imprint';
COMMENT ON COLUMN legal_texts.version IS 'the day, and its number where it is not the first of that day';
COMMENT ON COLUMN legal_texts.text IS 'the markup of marketplace/legal.py';
COMMENT ON COLUMN legal_texts.returns IS 'what terms say about returns, for banks';
CREATE SEQUENCE legal_texts_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE legal_texts_id_seq OWNED BY legal_texts.id;
CREATE TABLE mail_links (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    purpose character varying(20) NOT NULL,
    email character varying(254) NOT NULL,
    nonce character varying(32) NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    ended_at timestamp with time zone,
    customer_id bigint,
    member_id bigint,
    CONSTRAINT ck_mail_links_one_person CHECK ((member_id is null) <> (customer_id is null)),
    CONSTRAINT ck_mail_links_purpose CHECK (purpose in ('reset', 'confirm', 'change', 'undo'))
);
COMMENT ON TABLE mail_links IS 'A link that was mailed to a person and acts once. The row holds no part of what opens it (`shared.core.ids.sealed`).';
COMMENT ON COLUMN mail_links.purpose IS 'reset | confirm | change | undo';
COMMENT ON COLUMN mail_links.email IS 'where it was sent: for a change the new address';
COMMENT ON COLUMN mail_links.ended_at IS 'when it lost its meaning before anybody used it';
CREATE SEQUENCE mail_links_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE mail_links_id_seq OWNED BY mail_links.id;
CREATE TABLE marketplace_identity (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    legal_name character varying(120) NOT NULL,
    address character varying(300) NOT NULL,
    country character varying(2) NOT NULL,
    vat_number character varying(20) NOT NULL,
    vat_percentage numeric(5,2) NOT NULL,
    invoice_prefix character varying(12) NOT NULL,
    series_year integer NOT NULL,
    series_last integer NOT NULL,
    CONSTRAINT ck_marketplace_identity_one CHECK (id = 1),
    CONSTRAINT ck_marketplace_identity_series CHECK (series_last >= 0),
    CONSTRAINT ck_marketplace_identity_vat CHECK (cast(vat_percentage as numeric) >= 0 and cast(vat_percentage as numeric) < 100)
);
COMMENT ON TABLE marketplace_identity IS 'Who writes the commission invoices, and how far their one series of numbers has come. There is one row, with id 1.';
COMMENT ON COLUMN marketplace_identity.address IS 'lines as they stand on an envelope';
COMMENT ON COLUMN marketplace_identity.series_year IS 'the year of the last invoice';
COMMENT ON COLUMN marketplace_identity.series_last IS 'its number; starts again at 1 each year';
CREATE SEQUENCE marketplace_identity_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE marketplace_identity_id_seq OWNED BY marketplace_identity.id;
CREATE TABLE marketplace_logos (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    digest character varying(64) NOT NULL,
    media_type character varying(40) NOT NULL,
    content bytea NOT NULL
);
COMMENT ON TABLE marketplace_logos IS 'The logo in use, named by the SHA-256 of its bytes.';
COMMENT ON COLUMN marketplace_logos.media_type IS 'by its first bytes';
CREATE SEQUENCE marketplace_logos_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE marketplace_logos_id_seq OWNED BY marketplace_logos.id;
CREATE TABLE marketplace_policy (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    refund_policy character varying(20) NOT NULL,
    refund_approval_limits jsonb NOT NULL,
    commission_basis character varying(20) DEFAULT 'goods'::character varying NOT NULL,
    CONSTRAINT ck_marketplace_policy_basis CHECK (commission_basis in ('goods', 'goods_and_shipping')),
    CONSTRAINT ck_marketplace_policy_one CHECK (id = 1),
    CONSTRAINT ck_marketplace_policy_refunds CHECK (refund_policy in ('proportional', 'return', 'keep'))
);
COMMENT ON TABLE marketplace_policy IS 'What holds for the whole marketplace: one row, made with the first change; until then the defaults hold.';
COMMENT ON COLUMN marketplace_policy.refund_approval_limits IS 'currency -> minor units; a refund above it needs the operator';
CREATE SEQUENCE marketplace_policy_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE marketplace_policy_id_seq OWNED BY marketplace_policy.id;
CREATE TABLE marketplace_settings (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    time_zone character varying(64) NOT NULL,
    show_fee_breakdown boolean NOT NULL,
    delivered_after_days integer NOT NULL,
    statement_prefix character varying(22) DEFAULT ''::character varying NOT NULL,
    statement_prefix_read_at timestamp with time zone,
    bank_hold_hours integer DEFAULT 72 NOT NULL,
    contact_email character varying(254) DEFAULT ''::character varying NOT NULL,
    logo_digest character varying(64) DEFAULT ''::character varying NOT NULL,
    name character varying(60) DEFAULT 'Markethall'::character varying NOT NULL,
    phone character varying(40) DEFAULT ''::character varying NOT NULL,
    postal_address character varying(400) DEFAULT ''::character varying NOT NULL,
    sender character varying(254) DEFAULT ''::character varying NOT NULL,
    CONSTRAINT ck_marketplace_settings_bank CHECK (bank_hold_hours >= 0 and bank_hold_hours <= 720),
    CONSTRAINT ck_marketplace_settings_days CHECK (delivered_after_days >= 1 and delivered_after_days <= 90),
    CONSTRAINT ck_marketplace_settings_one CHECK (id = 1)
);
COMMENT ON TABLE marketplace_settings IS 'What holds for the whole marketplace, edited at /operator/settings.';
COMMENT ON COLUMN marketplace_settings.time_zone IS 'IANA name; months of account are months of this zone';
COMMENT ON COLUMN marketplace_settings.show_fee_breakdown IS 'whether shoppers see what the marketplace earns';
COMMENT ON COLUMN marketplace_settings.delivered_after_days IS 'days after shipping until an order counts as delivered';
CREATE SEQUENCE marketplace_settings_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE marketplace_settings_id_seq OWNED BY marketplace_settings.id;
CREATE TABLE members (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    email character varying(254) NOT NULL,
    password_hash character varying(255) NOT NULL,
    full_name character varying(120) NOT NULL,
    role character varying(20) NOT NULL,
    is_active boolean NOT NULL,
    vendor_id bigint,
    email_confirmed_at timestamp with time zone,
    second_factor_at timestamp with time zone,
    terms text DEFAULT ''::text NOT NULL,
    terms_vector tsvector GENERATED ALWAYS AS (array_to_tsvector(string_to_array(terms, ' '::text))) STORED,
    CONSTRAINT ck_members_role CHECK (role in ('owner', 'operator')),
    CONSTRAINT ck_members_vendor CHECK ((role = 'operator') = (vendor_id is null))
);
COMMENT ON TABLE members IS 'Someone who signs in to the portal: `owner` of one vendor, or `operator` of the marketplace (no vendor).';
COMMENT ON COLUMN members.email IS 'lower case';
COMMENT ON COLUMN members.role IS 'owner | operator';
COMMENT ON COLUMN members.email_confirmed_at IS 'when a mail to this address was answered';
COMMENT ON COLUMN members.second_factor_at IS 'since when a second factor is asked for';
CREATE SEQUENCE members_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE members_id_seq OWNED BY members.id;
CREATE TABLE movements (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    kind character varying(20) NOT NULL,
    status character varying(20) NOT NULL,
    amount bigint NOT NULL,
    stripe_source_id character varying(255) NOT NULL,
    stripe_id character varying(255),
    idempotency_key character varying(255) NOT NULL,
    refusal character varying(200) NOT NULL,
    claim_id bigint NOT NULL,
    CONSTRAINT ck_movements_amount CHECK (amount > 0),
    CONSTRAINT ck_movements_kind CHECK (kind in ('reversal', 'transfer', 'fee_refund')),
    CONSTRAINT ck_movements_status CHECK (status in ('opening', 'done', 'refused'))
);
COMMENT ON TABLE movements IS 'One reversal, transfer or fee refund at Stripe for a claim, written down before it is asked for.';
COMMENT ON COLUMN movements.amount IS 'minor units of the claim''s currency';
COMMENT ON COLUMN movements.stripe_source_id IS 'the transfer that is reversed, the fee that is given back, or the charge that is sent out of';
CREATE SEQUENCE movements_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE movements_id_seq OWNED BY movements.id;
CREATE TABLE order_lines (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    name character varying(120) NOT NULL,
    picture character varying(200) NOT NULL,
    unit_amount bigint NOT NULL,
    quantity integer NOT NULL,
    order_id bigint NOT NULL,
    product_id bigint NOT NULL,
    commission_amount bigint DEFAULT 0 NOT NULL,
    commission_rule character varying(255) DEFAULT ''::character varying NOT NULL,
    refunded_quantity integer DEFAULT 0 NOT NULL,
    restocked_quantity integer DEFAULT 0 NOT NULL,
    choice character varying(120) DEFAULT ''::character varying NOT NULL,
    sku character varying(60) DEFAULT ''::character varying NOT NULL,
    discount_amount bigint DEFAULT 0 NOT NULL,
    vat_rate integer,
    vat_amount bigint,
    vat_taken_off bigint DEFAULT 0 NOT NULL,
    CONSTRAINT ck_order_lines_commission CHECK (commission_amount >= 0 and commission_amount <= unit_amount * quantity),
    CONSTRAINT ck_order_lines_discount CHECK (discount_amount >= 0 and discount_amount <= unit_amount * quantity),
    CONSTRAINT ck_order_lines_pieces CHECK (refunded_quantity >= 0 and refunded_quantity <= quantity and restocked_quantity >= 0 and restocked_quantity <= quantity),
    CONSTRAINT ck_order_lines_positive CHECK (quantity > 0 and unit_amount > 0),
    CONSTRAINT ck_order_lines_vat_taken_off CHECK (vat_taken_off >= 0)
);
COMMENT ON TABLE order_lines IS 'One product of an order as it was sold: name and price are copies, the product may change later.';
COMMENT ON COLUMN order_lines.unit_amount IS 'minor units of the order''s currency';
CREATE SEQUENCE order_lines_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE order_lines_id_seq OWNED BY order_lines.id;
CREATE TABLE order_messages (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    is_from_shopper boolean NOT NULL,
    author character varying(60) NOT NULL,
    text text NOT NULL,
    order_id bigint NOT NULL,
    vendor_id bigint NOT NULL
);
COMMENT ON TABLE order_messages IS 'One message about an order, from its shopper or from its vendor.';
COMMENT ON COLUMN order_messages.author IS 'member:7';
CREATE SEQUENCE order_messages_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE order_messages_id_seq OWNED BY order_messages.id;
CREATE TABLE orders (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    number character varying(20) NOT NULL,
    status character varying(20) NOT NULL,
    payment_status character varying(50) NOT NULL,
    payment_intent_id character varying(255),
    total_amount_cents bigint NOT NULL,
    platform_fee_amount bigint NOT NULL,
    platform_fee_percentage numeric(5,2) NOT NULL,
    currency character varying(3) NOT NULL,
    stock_state character varying(20) NOT NULL,
    paid_at timestamp with time zone,
    shipped_at timestamp with time zone,
    tracking_carrier character varying(60) NOT NULL,
    tracking_number character varying(80) NOT NULL,
    checkout_id bigint NOT NULL,
    customer_id bigint,
    vendor_id bigint NOT NULL,
    refunded_amount bigint DEFAULT 0 NOT NULL,
    delivered_at timestamp with time zone,
    delivered_by character varying(80) DEFAULT ''::character varying NOT NULL,
    returned_amount bigint DEFAULT 0 NOT NULL,
    disputed_amount bigint DEFAULT 0 NOT NULL,
    lost_amount bigint DEFAULT 0 NOT NULL,
    held_at timestamp with time zone,
    held_until timestamp with time zone,
    wasted_holds integer DEFAULT 0 NOT NULL,
    promised_from_days smallint,
    promised_to_days smallint,
    shipping_amount bigint DEFAULT 0 NOT NULL,
    shipping_kind character varying(20) DEFAULT ''::character varying NOT NULL,
    shipping_method character varying(80) DEFAULT ''::character varying NOT NULL,
    shipping_refunded bigint DEFAULT 0 NOT NULL,
    note character varying(500) DEFAULT ''::character varying NOT NULL,
    discount_amount bigint DEFAULT 0 NOT NULL,
    discount_code character varying(40) DEFAULT ''::character varying NOT NULL,
    marketplace_discount bigint DEFAULT 0 NOT NULL,
    shipping_discount bigint DEFAULT 0 NOT NULL,
    pickup_place character varying(200) DEFAULT ''::character varying NOT NULL,
    vat_treatment character varying(20) DEFAULT ''::character varying NOT NULL,
    vat_state character varying(2) DEFAULT ''::character varying NOT NULL,
    vat_parts jsonb,
    message_waits boolean DEFAULT false NOT NULL,
    return_waits boolean DEFAULT false NOT NULL,
    vat_taken_off bigint DEFAULT 0 NOT NULL,
    buyer_vat_number character varying(20) DEFAULT ''::character varying NOT NULL,
    buyer_vat_name character varying(120) DEFAULT ''::character varying NOT NULL,
    buyer_vat_confirmed_at timestamp with time zone,
    seller_vat_number character varying(20) DEFAULT ''::character varying NOT NULL,
    shipping_commission bigint DEFAULT 0 NOT NULL,
    vat_region character varying(40) DEFAULT ''::character varying NOT NULL,
    CONSTRAINT ck_orders_discounts CHECK (discount_amount >= 0 and shipping_discount >= 0 and marketplace_discount >= 0 and marketplace_discount <= discount_amount + shipping_discount),
    CONSTRAINT ck_orders_disputed CHECK (disputed_amount >= 0 and lost_amount >= 0),
    CONSTRAINT ck_orders_fee CHECK (platform_fee_amount >= 0 and (platform_fee_amount = 0 or platform_fee_amount < total_amount_cents + marketplace_discount)),
    CONSTRAINT ck_orders_payment_status CHECK (payment_status in ('pending', 'processing', 'paid', 'failed', 'cancelled', 'refunded')),
    CONSTRAINT ck_orders_refunded CHECK (refunded_amount >= 0 and refunded_amount <= total_amount_cents),
    CONSTRAINT ck_orders_returned CHECK (returned_amount >= 0 and returned_amount <= refunded_amount),
    CONSTRAINT ck_orders_reverse_charge CHECK (vat_taken_off >= 0 and (vat_treatment = 'reverse_charge') = (buyer_vat_number <> '' and seller_vat_number <> '' and buyer_vat_confirmed_at is not null) and (vat_taken_off = 0 or vat_treatment = 'reverse_charge')),
    CONSTRAINT ck_orders_shipping CHECK (shipping_amount >= 0),
    CONSTRAINT ck_orders_shipping_commission CHECK (shipping_commission >= 0 and shipping_commission <= platform_fee_amount),
    CONSTRAINT ck_orders_shipping_refunded CHECK (shipping_refunded >= 0 and shipping_refunded <= shipping_amount),
    CONSTRAINT ck_orders_status CHECK (status in ('pending', 'processing', 'shipped', 'delivered', 'cancelled')),
    CONSTRAINT ck_orders_stock_state CHECK (stock_state in ('at_payment', 'reserved', 'taken', 'released')),
    CONSTRAINT ck_orders_total CHECK (total_amount_cents >= 0 and shipping_amount <= total_amount_cents)
);
COMMENT ON TABLE orders IS 'What one vendor has to deliver out of a checkout. The fee is frozen here when the order is placed.';
COMMENT ON COLUMN orders.total_amount_cents IS 'minor units of currency';
COMMENT ON COLUMN orders.platform_fee_amount IS 'minor units of currency; frozen at sale';
CREATE SEQUENCE orders_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE orders_id_seq OWNED BY orders.id;
CREATE TABLE page_changes (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    vendor_id bigint,
    transaction_id bigint
);
COMMENT ON TABLE page_changes IS 'One transaction''s change to one vendor, or without a vendor to the whole marketplace.';
COMMENT ON COLUMN page_changes.vendor_id IS 'none: every page may change';
COMMENT ON COLUMN page_changes.transaction_id IS 'PostgreSQL''s number of the transaction';
CREATE SEQUENCE page_changes_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE page_changes_id_seq OWNED BY page_changes.id;
CREATE TABLE payment_method_detachments (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    stripe_payment_method_id character varying(255) NOT NULL,
    idempotency_key character varying(255) NOT NULL,
    because character varying(20) NOT NULL,
    done_at timestamp with time zone,
    customer_id bigint NOT NULL,
    CONSTRAINT ck_payment_method_detachments_because CHECK (because in ('shopper', 'replaced', 'unasked'))
);
COMMENT ON TABLE payment_method_detachments IS 'A method that leaves Stripe: written in the transaction that ends it here, and carried out by a job.';
COMMENT ON COLUMN payment_method_detachments.done_at IS 'when Stripe no longer held it';
CREATE SEQUENCE payment_method_detachments_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE payment_method_detachments_id_seq OWNED BY payment_method_detachments.id;
CREATE TABLE payment_method_setups (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    number smallint NOT NULL,
    idempotency_key character varying(255) NOT NULL,
    stripe_customer_id character varying(255) NOT NULL,
    stripe_setup_intent_id character varying(255),
    stripe_payment_method_id character varying(255),
    status character varying(20) NOT NULL,
    customer_id bigint NOT NULL,
    CONSTRAINT ck_payment_method_setups_status CHECK (status in ('opening', 'open', 'succeeded', 'canceled'))
);
COMMENT ON TABLE payment_method_setups IS 'A SetupIntent by which a shopper adds a card. A shopper has at most one that is open (an index holds it).';
COMMENT ON COLUMN payment_method_setups.number IS '1 for the shopper''s first';
COMMENT ON COLUMN payment_method_setups.stripe_payment_method_id IS 'what it set up';
CREATE SEQUENCE payment_method_setups_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE payment_method_setups_id_seq OWNED BY payment_method_setups.id;
CREATE TABLE payment_methods (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    stripe_customer_id character varying(255) NOT NULL,
    stripe_payment_method_id character varying(255) NOT NULL,
    payment_method_type character varying(50) NOT NULL,
    card_brand character varying(50),
    card_last4 character varying(4),
    card_exp_month smallint,
    card_exp_year smallint,
    is_default boolean NOT NULL,
    is_active boolean NOT NULL,
    consented_at timestamp with time zone NOT NULL,
    customer_id bigint NOT NULL,
    vendor_id bigint,
    consented_in character varying(20) DEFAULT 'checkout'::character varying NOT NULL,
    fingerprint character varying(80),
    removed_at timestamp with time zone,
    removed_because character varying(20),
    CONSTRAINT ck_payment_methods_consent CHECK (consented_in in ('checkout', 'account')),
    CONSTRAINT ck_payment_methods_removal CHECK (removed_because in ('shopper', 'replaced', 'unasked', 'at_stripe', 'customer_gone')),
    CONSTRAINT ck_payment_methods_vendor CHECK (vendor_id is null)
);
COMMENT ON TABLE payment_methods IS 'A shopper''s saved payment method. It lives on the platform''s Stripe account, hence `stripe_customer_id`.';
COMMENT ON COLUMN payment_methods.consented_at IS 'when the shopper agreed to its being kept';
CREATE SEQUENCE payment_methods_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE payment_methods_id_seq OWNED BY payment_methods.id;
CREATE TABLE payments (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    attempt smallint NOT NULL,
    idempotency_key character varying(255) NOT NULL,
    stripe_payment_intent_id character varying(255),
    stripe_account_id character varying(255) NOT NULL,
    stripe_charge_id character varying(255),
    stripe_transfer_id character varying(255),
    stripe_application_fee_id character varying(255),
    stripe_balance_transaction_id character varying(255),
    amount_total bigint NOT NULL,
    amount_vendor bigint NOT NULL,
    amount_platform_fee bigint NOT NULL,
    amount_stripe_fee bigint,
    currency character varying(3) NOT NULL,
    status character varying(50) NOT NULL,
    payment_method character varying(50),
    stripe_metadata jsonb NOT NULL,
    failure_code character varying(80),
    failure_reason text,
    refund_reason text,
    paid_at timestamp with time zone,
    refunded_at timestamp with time zone,
    parked_reason text,
    customer_id bigint,
    order_id bigint NOT NULL,
    vendor_id bigint NOT NULL,
    available_on timestamp with time zone,
    statement_suffix character varying(22) DEFAULT ''::character varying NOT NULL,
    statement_descriptor character varying(22) DEFAULT ''::character varying NOT NULL,
    stripe_customer_id character varying(255),
    intent_key character varying(255),
    CONSTRAINT ck_payments_amounts CHECK (amount_total >= 0 and amount_platform_fee >= 0 and (amount_platform_fee = 0 or amount_platform_fee < amount_total) and amount_vendor = amount_total - amount_platform_fee),
    CONSTRAINT ck_payments_status CHECK (status in ('opening', 'pending', 'requires_action', 'processing', 'succeeded', 'failed', 'canceled', 'parked', 'refunded'))
);
COMMENT ON TABLE payments IS 'A PaymentIntent for an order, written down before Stripe is asked for it. An order has at most one open payment.';
COMMENT ON COLUMN payments.attempt IS '1 for the order''s first intent';
COMMENT ON COLUMN payments.stripe_account_id IS 'the destination';
COMMENT ON COLUMN payments.amount_total IS 'minor units of currency';
COMMENT ON COLUMN payments.amount_vendor IS 'minor units of currency';
COMMENT ON COLUMN payments.amount_platform_fee IS 'minor units of currency';
COMMENT ON COLUMN payments.amount_stripe_fee IS 'minor units, as Stripe''s balance transaction says';
COMMENT ON COLUMN payments.payment_method IS 'card, sepa_debit, ...';
COMMENT ON COLUMN payments.failure_reason IS 'a sentence fit for the shopper';
COMMENT ON COLUMN payments.parked_reason IS 'why a success did not match the order';
CREATE SEQUENCE payments_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE payments_id_seq OWNED BY payments.id;
CREATE TABLE payout_items (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    amount bigint NOT NULL,
    entry_id bigint NOT NULL,
    order_id bigint,
    payout_id bigint NOT NULL
);
COMMENT ON TABLE payout_items IS 'A part of a payout: an amount of one movement of the vendor''s balance (a ledger entry), with the order it came from.';
COMMENT ON COLUMN payout_items.amount IS 'minor units of the payout''s currency; negative for what went back';
CREATE SEQUENCE payout_items_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE payout_items_id_seq OWNED BY payout_items.id;
CREATE TABLE payouts (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    period character varying(40),
    status character varying(20) NOT NULL,
    amount bigint NOT NULL,
    fee bigint NOT NULL,
    currency character varying(3) NOT NULL,
    method character varying(20) NOT NULL,
    is_automatic boolean NOT NULL,
    stripe_account_id character varying(255),
    stripe_payout_id character varying(255),
    stripe_destination_id character varying(255),
    destination_words character varying(120) NOT NULL,
    idempotency_key character varying(255),
    requested_by character varying(60) NOT NULL,
    arrives_on timestamp with time zone,
    paid_at timestamp with time zone,
    failed_at timestamp with time zone,
    failure_code character varying(80),
    trace_id character varying(120),
    refusal character varying(300) NOT NULL,
    vendor_id bigint,
    CONSTRAINT ck_payouts_fee CHECK (fee >= 0),
    CONSTRAINT ck_payouts_method CHECK (method in ('standard', 'instant')),
    CONSTRAINT ck_payouts_status CHECK (status in ('opening', 'refused', 'pending', 'in_transit', 'paid', 'failed', 'canceled'))
);
COMMENT ON TABLE payouts IS 'One payout, ours or Stripe''s own. `period` names the payday that our scheduler made it for: one per vendor, currency and period.';
COMMENT ON COLUMN payouts.period IS '2026-11-30; null for automatic and instant ones';
COMMENT ON COLUMN payouts.amount IS 'minor units of currency';
COMMENT ON COLUMN payouts.fee IS 'minor units, of an instant payout';
COMMENT ON COLUMN payouts.method IS 'standard | instant';
COMMENT ON COLUMN payouts.is_automatic IS 'made by Stripe''s own schedule';
COMMENT ON COLUMN payouts.destination_words IS 'STRIPE TEST BANK ••42';
COMMENT ON COLUMN payouts.refusal IS 'a sentence: why Stripe refused it';
CREATE SEQUENCE payouts_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE payouts_id_seq OWNED BY payouts.id;
CREATE TABLE picture_files (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    width integer NOT NULL,
    format character varying(4) NOT NULL,
    content bytea NOT NULL,
    picture_id bigint NOT NULL
);
COMMENT ON TABLE picture_files IS 'A picture in one width and format.';
COMMENT ON COLUMN picture_files.format IS 'webp | jpg';
CREATE SEQUENCE picture_files_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE picture_files_id_seq OWNED BY picture_files.id;
CREATE TABLE pictures (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    name character varying(80) NOT NULL,
    width integer NOT NULL,
    height integer NOT NULL,
    vendor_id bigint NOT NULL,
    CONSTRAINT ck_pictures_size CHECK (width > 0 and height > 0)
);
COMMENT ON TABLE pictures IS 'A vendor''s picture. Its name is made of its pixels, so what it shows never changes.';
CREATE SEQUENCE pictures_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE pictures_id_seq OWNED BY pictures.id;
CREATE TABLE product_pictures (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    vendor_id bigint NOT NULL,
    path character varying(200) NOT NULL,
    text character varying(200) NOT NULL,
    "position" integer NOT NULL,
    product_id bigint NOT NULL
);
COMMENT ON TABLE product_pictures IS 'An uploaded picture of a product; `vendor_id` says whose pages show it.';
COMMENT ON COLUMN product_pictures.path IS 'as in products.picture';
COMMENT ON COLUMN product_pictures.text IS 'what it shows; empty: not told';
CREATE SEQUENCE product_pictures_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE product_pictures_id_seq OWNED BY product_pictures.id;
CREATE TABLE products (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    slug character varying(80) NOT NULL,
    name character varying(120) NOT NULL,
    category character varying(60) NOT NULL,
    description text NOT NULL,
    price_amount bigint NOT NULL,
    currency character varying(3) NOT NULL,
    stock integer NOT NULL,
    reserved integer NOT NULL,
    picture character varying(200) NOT NULL,
    is_published boolean NOT NULL,
    vendor_id bigint NOT NULL,
    search text DEFAULT ''::text NOT NULL,
    parent_id bigint,
    options character varying(4000) DEFAULT ''::character varying NOT NULL,
    "position" integer DEFAULT 0 NOT NULL,
    sku character varying(60) DEFAULT ''::character varying NOT NULL,
    is_offered boolean DEFAULT true NOT NULL,
    removed_at timestamp with time zone,
    top_price_amount bigint,
    sort_name text DEFAULT ''::text NOT NULL,
    terms text DEFAULT ''::text NOT NULL,
    terms_vector tsvector GENERATED ALWAYS AS (array_to_tsvector(string_to_array(terms, ' '::text))) STORED,
    weight_grams integer DEFAULT 0 NOT NULL,
    vat_class character varying(20) DEFAULT 'standard'::character varying NOT NULL,
    maker character varying(1000) DEFAULT ''::character varying NOT NULL,
    warnings character varying(1000) DEFAULT ''::character varying NOT NULL,
    taken_off_for character varying(500) DEFAULT ''::character varying NOT NULL,
    CONSTRAINT ck_products_price CHECK (price_amount > 0 and price_amount <= 99999999),
    CONSTRAINT ck_products_stock CHECK (stock >= 0 and reserved >= 0 and reserved <= stock),
    CONSTRAINT ck_products_variant CHECK (parent_id is null or options <> ''),
    CONSTRAINT ck_products_weight CHECK (weight_grams >= 0 and weight_grams <= 1000000)
);
COMMENT ON TABLE products IS 'Something a vendor sells. Prices are integers in minor units and include everything the shopper pays.';
COMMENT ON COLUMN products.price_amount IS 'minor units of currency';
COMMENT ON COLUMN products.reserved IS 'held by open orders; never more than stock';
COMMENT ON COLUMN products.picture IS 'path below static/';
CREATE SEQUENCE products_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE products_id_seq OWNED BY products.id;
CREATE TABLE reconciliation_runs (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    status character varying(20) NOT NULL,
    started_by character varying(60) NOT NULL,
    finished_at timestamp with time zone,
    compared jsonb NOT NULL,
    error text,
    CONSTRAINT ck_reconciliation_runs_status CHECK (status in ('running', 'clean', 'differences', 'failed'))
);
COMMENT ON TABLE reconciliation_runs IS 'One comparison of ledger, rows and Stripe.';
COMMENT ON COLUMN reconciliation_runs.status IS 'running | clean | differences | failed';
COMMENT ON COLUMN reconciliation_runs.compared IS 'what was looked at -> how many';
CREATE SEQUENCE reconciliation_runs_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE reconciliation_runs_id_seq OWNED BY reconciliation_runs.id;
CREATE TABLE recovery_codes (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    code_digest character varying(64) NOT NULL,
    used_at timestamp with time zone,
    member_id bigint NOT NULL
);
COMMENT ON TABLE recovery_codes IS 'One of ten codes for the day the phone is lost. Shown once; only its digest is kept; used once.';
CREATE SEQUENCE recovery_codes_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE recovery_codes_id_seq OWNED BY recovery_codes.id;
CREATE TABLE redemptions (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    status character varying(20) NOT NULL,
    shopper_digest character varying(64) NOT NULL,
    amount bigint DEFAULT 0 NOT NULL,
    currency character varying(3) NOT NULL,
    checkout_id bigint NOT NULL,
    customer_id bigint,
    discount_id bigint NOT NULL,
    CONSTRAINT ck_redemptions_amount CHECK (amount >= 0),
    CONSTRAINT ck_redemptions_status CHECK (status in ('reserved', 'used', 'released'))
);
COMMENT ON TABLE redemptions IS 'One purchase that uses a code: who it counts for, and what was taken off.';
COMMENT ON COLUMN redemptions.shopper_digest IS 'of rules.shopper_key, the address of the purchase';
COMMENT ON COLUMN redemptions.amount IS 'of currency, that it takes off goods and sending';
CREATE SEQUENCE redemptions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE redemptions_id_seq OWNED BY redemptions.id;
CREATE TABLE refund_lines (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    quantity integer NOT NULL,
    amount bigint NOT NULL,
    restock boolean NOT NULL,
    restocked_at timestamp with time zone,
    order_line_id bigint NOT NULL,
    refund_id bigint NOT NULL,
    CONSTRAINT ck_refund_lines_positive CHECK (quantity > 0 and amount >= 0)
);
COMMENT ON TABLE refund_lines IS 'How many of an order''s line a refund is about, and whether they go back on the shelf.';
COMMENT ON COLUMN refund_lines.amount IS 'minor units of the refund''s currency';
CREATE SEQUENCE refund_lines_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE refund_lines_id_seq OWNED BY refund_lines.id;
CREATE TABLE refunds (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    number smallint NOT NULL,
    status character varying(20) NOT NULL,
    amount bigint NOT NULL,
    vendor_part bigint NOT NULL,
    commission_part bigint NOT NULL,
    currency character varying(3) NOT NULL,
    policy character varying(20) NOT NULL,
    reverse_transfer boolean,
    refund_application_fee boolean NOT NULL,
    reason character varying(40) NOT NULL,
    note character varying(500) NOT NULL,
    idempotency_key character varying(255) NOT NULL,
    stripe_refund_id character varying(255),
    stripe_balance_transaction_id character varying(255),
    stripe_failure_transaction_id character varying(255),
    stripe_reversal_id character varying(255),
    pending_reason character varying(60),
    failure_reason character varying(80),
    refusal character varying(300) NOT NULL,
    requested_by character varying(60) NOT NULL,
    decided_by character varying(60) NOT NULL,
    succeeded_at timestamp with time zone,
    order_id bigint NOT NULL,
    payment_id bigint NOT NULL,
    vendor_id bigint NOT NULL,
    shipping_amount bigint DEFAULT 0 NOT NULL,
    discount_part bigint DEFAULT 0 NOT NULL,
    stripe_amount bigint,
    CONSTRAINT ck_refunds_amounts CHECK (amount >= 0 and vendor_part >= 0 and commission_part >= 0 and discount_part >= 0 and amount = vendor_part + commission_part - discount_part),
    CONSTRAINT ck_refunds_shipping CHECK (shipping_amount >= 0 and shipping_amount <= amount),
    CONSTRAINT ck_refunds_status CHECK (status in ('awaiting_approval', 'declined', 'opening', 'refused', 'pending', 'requires_action', 'succeeded', 'failed', 'canceled'))
);
COMMENT ON TABLE refunds IS 'Money that goes back to a shopper, written down before Stripe is asked. All of an order''s counting refunds fit its total.';
COMMENT ON COLUMN refunds.number IS '1 for the order''s first';
COMMENT ON COLUMN refunds.amount IS 'minor units of currency';
COMMENT ON COLUMN refunds.vendor_part IS 'minor units that the vendor bears';
COMMENT ON COLUMN refunds.commission_part IS 'minor units of commission that are given back';
COMMENT ON COLUMN refunds.policy IS 'keep | return | proportional, as it was then';
COMMENT ON COLUMN refunds.reverse_transfer IS 'how Stripe was asked; null: not yet decided';
COMMENT ON COLUMN refunds.note IS 'to the shopper';
COMMENT ON COLUMN refunds.refusal IS 'a sentence: why it was refused or declined';
COMMENT ON COLUMN refunds.requested_by IS 'member:7';
CREATE SEQUENCE refunds_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE refunds_id_seq OWNED BY refunds.id;
CREATE TABLE reserve_holds (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    currency character varying(3) NOT NULL,
    amount bigint NOT NULL,
    release_at timestamp with time zone NOT NULL,
    released_at timestamp with time zone,
    order_id bigint NOT NULL,
    vendor_id bigint NOT NULL,
    let_go bigint DEFAULT 0 NOT NULL,
    changes smallint DEFAULT 0 NOT NULL,
    CONSTRAINT ck_reserve_holds_amount CHECK (amount > 0)
);
COMMENT ON TABLE reserve_holds IS 'A part of one sale that is held back until its day (rolling reserve).';
COMMENT ON COLUMN reserve_holds.amount IS 'minor units of currency';
CREATE SEQUENCE reserve_holds_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE reserve_holds_id_seq OWNED BY reserve_holds.id;
CREATE TABLE restorations (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    backup_made_at timestamp with time zone NOT NULL,
    source character varying(255) NOT NULL,
    backfilled_at timestamp with time zone,
    compared_at timestamp with time zone,
    compared_run bigint,
    acknowledged_at timestamp with time zone,
    acknowledged_by character varying(255) DEFAULT ''::character varying NOT NULL
);
COMMENT ON TABLE restorations IS 'One restore. While a row is not acknowledged, nothing moves money (shared/infra/gateway/standing.py).';
COMMENT ON COLUMN restorations.source IS 'the name of the backup file';
COMMENT ON COLUMN restorations.backfilled_at IS 'Stripe''s events since the backup were fetched';
COMMENT ON COLUMN restorations.compared_at IS 'a full comparison ended that began after that';
CREATE SEQUENCE restorations_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE restorations_id_seq OWNED BY restorations.id;
CREATE TABLE return_lines (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    quantity integer NOT NULL,
    order_line_id bigint NOT NULL,
    request_id bigint NOT NULL,
    CONSTRAINT ck_return_lines_quantity CHECK (quantity > 0)
);
COMMENT ON TABLE return_lines IS 'So many pieces of one line that a request is about.';
CREATE SEQUENCE return_lines_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE return_lines_id_seq OWNED BY return_lines.id;
CREATE TABLE return_requests (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    kind character varying(20) NOT NULL,
    status character varying(20) NOT NULL,
    reason character varying(20) NOT NULL,
    note text NOT NULL,
    answer character varying(500) NOT NULL,
    answered_by character varying(60) NOT NULL,
    answered_at timestamp with time zone,
    order_id bigint NOT NULL,
    vendor_id bigint NOT NULL,
    CONSTRAINT ck_return_requests_kind CHECK (kind in ('withdrawal', 'refund')),
    CONSTRAINT ck_return_requests_reason CHECK (reason in ('', 'not_arrived', 'damaged', 'wrong', 'different', 'incomplete', 'other')),
    CONSTRAINT ck_return_requests_status CHECK (status in ('open', 'accepted', 'declined', 'taken_back'))
);
COMMENT ON TABLE return_requests IS 'A shopper withdraws from an order, or asks for money back and says why.';
COMMENT ON COLUMN return_requests.reason IS 'empty for a withdrawal';
COMMENT ON COLUMN return_requests.note IS 'of the shopper';
COMMENT ON COLUMN return_requests.answer IS 'why it was declined';
COMMENT ON COLUMN return_requests.answered_by IS 'member:7';
CREATE SEQUENCE return_requests_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE return_requests_id_seq OWNED BY return_requests.id;
CREATE TABLE sales_documents (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    kind character varying(20) NOT NULL,
    number character varying(90) NOT NULL,
    year smallint NOT NULL,
    count integer NOT NULL,
    language character varying(8) NOT NULL,
    content jsonb NOT NULL,
    order_id bigint NOT NULL,
    refund_id bigint,
    vendor_id bigint NOT NULL,
    CONSTRAINT ck_sales_documents_kind CHECK (kind in ('invoice', 'credit_note', 'reversal'))
);
COMMENT ON TABLE sales_documents IS 'An invoice or a credit note; what stands on it is kept and never changes.';
COMMENT ON COLUMN sales_documents.count IS 'within the vendor''s year, without gaps';
CREATE SEQUENCE sales_documents_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE sales_documents_id_seq OWNED BY sales_documents.id;
CREATE TABLE second_factors (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    kind character varying(10) NOT NULL,
    name character varying(60) NOT NULL,
    sealed_secret text NOT NULL,
    counter bigint NOT NULL,
    credential_id character varying(1400),
    public_key text NOT NULL,
    last_used_at timestamp with time zone,
    member_id bigint NOT NULL,
    CONSTRAINT ck_second_factors_app CHECK ((kind = 'totp') = (sealed_secret <> '')),
    CONSTRAINT ck_second_factors_kind CHECK (kind in ('totp', 'passkey')),
    CONSTRAINT ck_second_factors_passkey CHECK ((kind = 'passkey') = (credential_id is not null))
);
COMMENT ON TABLE second_factors IS 'What a member shows besides the password: an authenticator app''s secret (sealed), or a passkey''s public key.';
COMMENT ON COLUMN second_factors.kind IS 'totp | passkey';
COMMENT ON COLUMN second_factors.name IS 'by which its owner knows it';
COMMENT ON COLUMN second_factors.sealed_secret IS 'of an app: what its codes are made of';
COMMENT ON COLUMN second_factors.counter IS 'of an app: the step last taken; of a passkey: its own counter';
COMMENT ON COLUMN second_factors.credential_id IS 'of a passkey, base64url';
COMMENT ON COLUMN second_factors.public_key IS 'of a passkey: COSE, base64url';
CREATE SEQUENCE second_factors_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE second_factors_id_seq OWNED BY second_factors.id;
CREATE TABLE sessions (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    token_digest character varying(64) NOT NULL,
    user_agent character varying(255) NOT NULL,
    last_seen_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    customer_id bigint,
    member_id bigint,
    authenticated_at timestamp with time zone,
    wrong_answers smallint DEFAULT 0 NOT NULL,
    awaits_factor boolean DEFAULT false NOT NULL,
    challenge character varying(128),
    CONSTRAINT ck_sessions_one_person CHECK ((member_id is null) <> (customer_id is null))
);
COMMENT ON TABLE sessions IS 'One signed-in browser. The cookie holds the token, the row its digest; a revoked or expired row opens nothing.';
COMMENT ON COLUMN sessions.authenticated_at IS 'when a password or factor was last given in it';
COMMENT ON COLUMN sessions.wrong_answers IS 'in a row; too many of them end it';
COMMENT ON COLUMN sessions.awaits_factor IS 'the password alone was given';
COMMENT ON COLUMN sessions.challenge IS 'to which the next passkey must answer';
CREATE SEQUENCE sessions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE sessions_id_seq OWNED BY sessions.id;
CREATE TABLE shipping_settings (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    currency character varying(3) NOT NULL,
    handling_days smallint NOT NULL,
    zones jsonb NOT NULL,
    vendor_id bigint NOT NULL,
    asks_phone boolean DEFAULT false NOT NULL,
    CONSTRAINT ck_shipping_settings_handling CHECK (handling_days >= 0 and handling_days <= 90)
);
COMMENT ON TABLE shipping_settings IS 'Zones, methods and days of one vendor. Orders keep copies of what they were sold with.';
COMMENT ON COLUMN shipping_settings.currency IS 'of all amounts in zones';
COMMENT ON COLUMN shipping_settings.handling_days IS 'until an order is handed over to be sent';
COMMENT ON COLUMN shipping_settings.zones IS 'shared/trade/shipping/rules.py::written';
CREATE SEQUENCE shipping_settings_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE shipping_settings_id_seq OWNED BY shipping_settings.id;
CREATE TABLE shop_places (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    is_open boolean NOT NULL,
    is_soon boolean NOT NULL,
    sorted_by character varying(200) NOT NULL
);
COMMENT ON TABLE shop_places IS 'Where a shop stands in the directory; it has its vendor''s id.';
COMMENT ON COLUMN shop_places.is_soon IS 'nothing can be bought there, not yet or no longer';
COMMENT ON COLUMN shop_places.sorted_by IS 'its name and more, folded';
CREATE SEQUENCE shop_places_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE shop_places_id_seq OWNED BY shop_places.id;
CREATE TABLE statements (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    month character varying(7) NOT NULL,
    currency character varying(3) NOT NULL,
    number character varying(40) NOT NULL,
    opening bigint NOT NULL,
    closing bigint NOT NULL,
    commission bigint NOT NULL,
    vat_percentage numeric(5,2) NOT NULL,
    vat bigint NOT NULL,
    last_entry_id bigint NOT NULL,
    vendor_id bigint NOT NULL,
    parties jsonb,
    ends_at timestamp with time zone DEFAULT '1970-01-01 00:00:00+00'::timestamp with time zone NOT NULL,
    starts_at timestamp with time zone DEFAULT '1970-01-01 00:00:00+00'::timestamp with time zone NOT NULL,
    state_vat jsonb,
    time_zone character varying(64) DEFAULT 'UTC'::character varying NOT NULL,
    reserved bigint,
    owed bigint,
    CONSTRAINT ck_statements_month CHECK (length(month) = 7 and substr(month, 5, 1) = '-'),
    CONSTRAINT ck_statements_span CHECK (ends_at > starts_at)
);
COMMENT ON TABLE statements IS 'A closed month of one vendor in one currency. What it says is read from the ledger; sums and number are frozen here.';
COMMENT ON COLUMN statements.month IS '2026-11';
COMMENT ON COLUMN statements.number IS 'of the commission invoice, without gaps';
COMMENT ON COLUMN statements.opening IS 'minor units';
COMMENT ON COLUMN statements.closing IS 'minor units';
COMMENT ON COLUMN statements.commission IS 'minor units, VAT included, net of what was given back';
COMMENT ON COLUMN statements.vat IS 'minor units contained in the commission';
COMMENT ON COLUMN statements.last_entry_id IS 'the newest ledger entry that is in it';
CREATE SEQUENCE statements_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE statements_id_seq OWNED BY statements.id;
CREATE TABLE stripe_balances (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    stripe_account_id character varying(255) NOT NULL,
    lines jsonb NOT NULL,
    read_at timestamp with time zone NOT NULL,
    vendor_id bigint NOT NULL
);
COMMENT ON TABLE stripe_balances IS 'What Stripe said last that a vendor''s account holds: pages show it at once, and then ask.';
COMMENT ON COLUMN stripe_balances.lines IS 'a balance for each currency';
COMMENT ON COLUMN stripe_balances.read_at IS 'when Stripe was asked';
CREATE SEQUENCE stripe_balances_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE stripe_balances_id_seq OWNED BY stripe_balances.id;
CREATE TABLE stripe_customers (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    number smallint NOT NULL,
    idempotency_key character varying(255) NOT NULL,
    request jsonb NOT NULL,
    asked_at timestamp with time zone,
    stripe_customer_id character varying(255),
    read_at timestamp with time zone,
    gone_at timestamp with time zone,
    customer_id bigint NOT NULL
);
COMMENT ON TABLE stripe_customers IS 'A shopper''s customer on the platform''s Stripe account, written down before Stripe is asked for it.';
COMMENT ON COLUMN stripe_customers.number IS '1 for the shopper''s first';
COMMENT ON COLUMN stripe_customers.request IS 'email and name sent with that key';
COMMENT ON COLUMN stripe_customers.asked_at IS 'when Stripe was first asked under that key';
COMMENT ON COLUMN stripe_customers.read_at IS 'when the reading began that its methods are from';
COMMENT ON COLUMN stripe_customers.gone_at IS 'when we learnt that it was deleted at Stripe';
CREATE SEQUENCE stripe_customers_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE stripe_customers_id_seq OWNED BY stripe_customers.id;
CREATE TABLE stripe_references (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    stripe_id character varying(255) NOT NULL,
    subject character varying(80) NOT NULL,
    order_id bigint,
    vendor_id bigint
);
COMMENT ON TABLE stripe_references IS 'One Stripe object. `subject` reads `refund:12`; order and vendor where there is one.';
CREATE SEQUENCE stripe_references_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE stripe_references_id_seq OWNED BY stripe_references.id;
CREATE TABLE stripe_writes (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    operation character varying(60) NOT NULL,
    subject character varying(120) NOT NULL,
    key character varying(255) NOT NULL,
    params jsonb NOT NULL,
    attempt integer NOT NULL,
    state character varying(20) NOT NULL,
    asked_at timestamp with time zone,
    stripe_id character varying(255),
    error text DEFAULT ''::text NOT NULL,
    CONSTRAINT ck_stripe_writes_state CHECK (state in ('waiting', 'answered', 'refused', 'superseded', 'unexpected'))
);
COMMENT ON TABLE stripe_writes IS 'One write. `params` are the fields of its operation (operations.py), `key` is the idempotency key of `attempt`.';
COMMENT ON COLUMN stripe_writes.operation IS 'payouts.create';
COMMENT ON COLUMN stripe_writes.subject IS 'payout:12';
COMMENT ON COLUMN stripe_writes.asked_at IS 'when Stripe was first asked under this key';
COMMENT ON COLUMN stripe_writes.stripe_id IS 'of what it made or changed';
COMMENT ON COLUMN stripe_writes.error IS 'why it was refused, or is not answered yet';
CREATE SEQUENCE stripe_writes_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE stripe_writes_id_seq OWNED BY stripe_writes.id;
CREATE TABLE tokens (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    name character varying(80) NOT NULL,
    hint character varying(16) NOT NULL,
    token_digest character varying(64) NOT NULL,
    last_used_at timestamp with time zone,
    revoked_at timestamp with time zone,
    member_id bigint NOT NULL,
    vendor_id bigint NOT NULL,
    scopes character varying(200) DEFAULT 'payments:read'::character varying NOT NULL,
    expires_at timestamp with time zone,
    told_of_end_at timestamp with time zone
);
COMMENT ON TABLE tokens IS 'A vendor''s API token. Shown once when made; only its digest is kept.';
COMMENT ON COLUMN tokens.hint IS 'its first characters, to recognise it by';
CREATE SEQUENCE tokens_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE tokens_id_seq OWNED BY tokens.id;
CREATE TABLE tortoise_migrations (
    id integer NOT NULL,
    app character varying(255) NOT NULL,
    name character varying(255) NOT NULL,
    applied_at timestamp with time zone NOT NULL
);
CREATE SEQUENCE tortoise_migrations_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE tortoise_migrations_id_seq OWNED BY tortoise_migrations.id;
CREATE TABLE unmatched_withdrawals (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    full_name character varying(120) NOT NULL,
    number character varying(40) NOT NULL,
    email character varying(254) NOT NULL,
    language character varying(8) NOT NULL,
    answered_at timestamp with time zone,
    answered_by character varying(60) NOT NULL
);
COMMENT ON TABLE unmatched_withdrawals IS 'A withdrawal that named no order which could be withdrawn from; a person looks for it.';
COMMENT ON COLUMN unmatched_withdrawals.number IS 'as it was typed';
COMMENT ON COLUMN unmatched_withdrawals.answered_by IS 'member:7';
CREATE SEQUENCE unmatched_withdrawals_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE unmatched_withdrawals_id_seq OWNED BY unmatched_withdrawals.id;
CREATE TABLE vat_rates (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    base character varying(3) NOT NULL,
    quote character varying(3) NOT NULL,
    rate numeric(18,8) NOT NULL,
    source character varying(60) NOT NULL,
    day date NOT NULL,
    entered_by character varying(120) NOT NULL,
    CONSTRAINT ck_vat_rates_rate CHECK (cast(rate as numeric) > 0 and base <> quote)
);
COMMENT ON TABLE vat_rates IS '`1 base = rate quote` on a day, as somebody published it. Typed in by the marketplace''s staff.';
CREATE SEQUENCE vat_rates_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE vat_rates_id_seq OWNED BY vat_rates.id;
CREATE TABLE vat_registrations (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    country character varying(2) NOT NULL,
    number character varying(20) NOT NULL,
    stated_by character varying(120) NOT NULL,
    confirmed_at timestamp with time zone,
    confirmed_by character varying(120) NOT NULL,
    proof character varying(300) NOT NULL,
    refused_at timestamp with time zone,
    refused_by character varying(120) NOT NULL,
    refusal character varying(300) NOT NULL,
    replaced_at timestamp with time zone,
    vendor_id bigint,
    customer_id bigint,
    name character varying(120) DEFAULT ''::character varying NOT NULL,
    CONSTRAINT ck_vat_registrations_holder CHECK ((vendor_id is null) <> (customer_id is null)),
    CONSTRAINT ck_vat_registrations_one_decision CHECK (confirmed_at is null or refused_at is null),
    CONSTRAINT ck_vat_registrations_proof CHECK (confirmed_at is null or (confirmed_by <> '' and proof <> ''))
);
COMMENT ON TABLE vat_registrations IS 'What one vendor stated about its VAT, and what the marketplace''s staff made of it. The row not replaced is in force.';
COMMENT ON COLUMN vat_registrations.country IS 'the vendor''s, ISO 3166-1; the number''s state is in its prefix';
COMMENT ON COLUMN vat_registrations.number IS 'in its normal form; may be empty';
COMMENT ON COLUMN vat_registrations.proof IS 'what the staff looked at';
COMMENT ON COLUMN vat_registrations.refusal IS 'why, in words for the vendor';
COMMENT ON COLUMN vat_registrations.replaced_at IS 'null: in force; one a vendor, by an index of its own';
CREATE SEQUENCE vat_registrations_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE vat_registrations_id_seq OWNED BY vat_registrations.id;
CREATE TABLE vat_waits (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    month character varying(7) NOT NULL,
    currency character varying(3) NOT NULL,
    "into" character varying(3) NOT NULL,
    day date NOT NULL,
    vendor_id bigint NOT NULL
);
COMMENT ON TABLE vat_waits IS 'A vendor''s month that cannot be closed: nobody has entered the rate for its VAT yet. Goes when the month is closed.';
COMMENT ON COLUMN vat_waits.month IS '2026-11';
COMMENT ON COLUMN vat_waits.currency IS 'of the statement';
COMMENT ON COLUMN vat_waits."into" IS 'of the state that the VAT goes to';
COMMENT ON COLUMN vat_waits.day IS 'the month''s last; the rate is of then, or of the last working day before';
CREATE SEQUENCE vat_waits_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE vat_waits_id_seq OWNED BY vat_waits.id;
CREATE TABLE vendor_payment_configs (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    stripe_account_id character varying(255),
    stripe_account_key character varying(255),
    stripe_account_status character varying(50) NOT NULL,
    account_request jsonb NOT NULL,
    charges_enabled boolean NOT NULL,
    payouts_enabled boolean NOT NULL,
    details_submitted boolean NOT NULL,
    transfers_active boolean NOT NULL,
    disabled_reason character varying(80),
    requirements jsonb NOT NULL,
    accepts_payments boolean NOT NULL,
    currency character varying(3) NOT NULL,
    platform_fee_percentage numeric(5,2) NOT NULL,
    payout_schedule character varying(20) NOT NULL,
    minimum_payout bigint NOT NULL,
    synced_at timestamp with time zone,
    deauthorized_at timestamp with time zone,
    vendor_id bigint NOT NULL,
    payout_anchor character varying(10) DEFAULT ''::character varying NOT NULL,
    payouts_held_at timestamp with time zone,
    payouts_held_reason character varying(300) DEFAULT ''::character varying NOT NULL,
    reserve_days smallint DEFAULT 0 NOT NULL,
    reserve_percentage numeric(5,2) DEFAULT 0 NOT NULL,
    external_account_errored boolean DEFAULT false NOT NULL,
    current_deadline timestamp with time zone,
    future_deadline timestamp with time zone,
    connected_again_at timestamp with time zone,
    payout_banks jsonb,
    bank_changed_at timestamp with time zone,
    bank_hold_until timestamp with time zone,
    CONSTRAINT ck_payment_configs_currency CHECK (currency = upper(currency) and length(currency) = 3),
    CONSTRAINT ck_payment_configs_fee CHECK (cast(platform_fee_percentage as numeric) >= 0 and cast(platform_fee_percentage as numeric) < 100),
    CONSTRAINT ck_payment_configs_minimum CHECK (minimum_payout >= 0),
    CONSTRAINT ck_payment_configs_schedule CHECK (payout_schedule in ('daily', 'weekly', 'monthly')),
    CONSTRAINT ck_payment_configs_status CHECK (stripe_account_status in ('not_configured', 'pending', 'under_review', 'restricted_soon', 'active', 'restricted', 'inactive'))
);
COMMENT ON TABLE vendor_payment_configs IS 'How a vendor is paid. Onboarding and dashboard links are minted per click and never stored.';
COMMENT ON COLUMN vendor_payment_configs.stripe_account_key IS 'idempotency key of the account''s creation';
COMMENT ON COLUMN vendor_payment_configs.account_request IS 'country, business type and details sent with that key';
COMMENT ON COLUMN vendor_payment_configs.requirements IS 'currently_due, past_due, pending_verification';
COMMENT ON COLUMN vendor_payment_configs.accepts_payments IS 'derived from the account, see vendors/rules.py';
COMMENT ON COLUMN vendor_payment_configs.minimum_payout IS 'minor units of currency';
COMMENT ON COLUMN vendor_payment_configs.synced_at IS 'when the account was last read from Stripe';
CREATE SEQUENCE vendor_payment_configs_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE vendor_payment_configs_id_seq OWNED BY vendor_payment_configs.id;
CREATE TABLE vendors (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    slug character varying(60) NOT NULL,
    name character varying(120) NOT NULL,
    tagline character varying(160) NOT NULL,
    description text NOT NULL,
    business_email character varying(254) NOT NULL,
    business_phone character varying(40) NOT NULL,
    country character varying(2) NOT NULL,
    city character varying(80) NOT NULL,
    brand_color character varying(7) NOT NULL,
    logo character varying(200) NOT NULL,
    cover character varying(200) NOT NULL,
    ships_in_days smallint NOT NULL,
    is_open boolean NOT NULL,
    search text DEFAULT ''::text NOT NULL,
    search_contact text DEFAULT ''::text NOT NULL,
    closed_until date,
    vat_scheme character varying(10) DEFAULT ''::character varying NOT NULL,
    postal_code character varying(12) DEFAULT ''::character varying NOT NULL,
    legal_name character varying(120) DEFAULT ''::character varying NOT NULL,
    seller_address character varying(300) DEFAULT ''::character varying NOT NULL,
    register_entry character varying(120) DEFAULT ''::character varying NOT NULL,
    CONSTRAINT ck_vendors_country CHECK (length(country) = 2)
);
COMMENT ON TABLE vendors IS 'A business that sells through the marketplace.';
COMMENT ON COLUMN vendors.country IS 'ISO 3166-1 alpha-2';
COMMENT ON COLUMN vendors.logo IS 'path below static/';
COMMENT ON COLUMN vendors.cover IS 'path below static/';
COMMENT ON COLUMN vendors.is_open IS 'false: hidden from shoppers';
CREATE SEQUENCE vendors_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE vendors_id_seq OWNED BY vendors.id;
CREATE TABLE webhook_bodies (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    body text NOT NULL,
    event_id bigint NOT NULL
);
COMMENT ON TABLE webhook_bodies IS 'What an event brought; lists of events need not read past it, and it goes first.';
COMMENT ON COLUMN webhook_bodies.body IS 'raw, as signed, without client secrets';
CREATE SEQUENCE webhook_bodies_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE webhook_bodies_id_seq OWNED BY webhook_bodies.id;
CREATE TABLE webhook_events (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    source character varying(20) NOT NULL,
    stripe_event_id character varying(255) NOT NULL,
    type character varying(120) NOT NULL,
    stripe_account_id character varying(255),
    stripe_object_id character varying(255),
    livemode boolean NOT NULL,
    api_version character varying(40),
    stripe_created_at timestamp with time zone NOT NULL,
    status character varying(20) NOT NULL,
    outcome character varying(200) NOT NULL,
    attempts smallint NOT NULL,
    error text,
    next_attempt_at timestamp with time zone,
    handled_at timestamp with time zone,
    decision character varying(20) DEFAULT ''::character varying NOT NULL,
    duplicates integer DEFAULT 0 NOT NULL,
    order_id bigint,
    last_duplicate_at timestamp with time zone,
    fetched boolean DEFAULT false NOT NULL,
    CONSTRAINT ck_webhook_events_source CHECK (source in ('platform', 'connect')),
    CONSTRAINT ck_webhook_events_status CHECK (status in ('received', 'handled', 'ignored', 'failed', 'parked'))
);
COMMENT ON TABLE webhook_events IS 'One event as it was delivered. `source` tells the platform''s endpoint from the connected accounts''.';
COMMENT ON COLUMN webhook_events.source IS 'platform | connect';
COMMENT ON COLUMN webhook_events.outcome IS 'what was decided, in words';
CREATE SEQUENCE webhook_events_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE webhook_events_id_seq OWNED BY webhook_events.id;
CREATE TABLE webhook_refusals (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    source character varying(20) NOT NULL,
    hour timestamp with time zone NOT NULL,
    count integer NOT NULL,
    why character varying(60) NOT NULL,
    last_at timestamp with time zone NOT NULL,
    CONSTRAINT ck_webhook_refusals_count CHECK (count > 0),
    CONSTRAINT ck_webhook_refusals_source CHECK (source in ('platform', 'connect'))
);
COMMENT ON TABLE webhook_refusals IS 'How many deliveries one endpoint refused within an hour, since the signature or the body was not Stripe''s.';
COMMENT ON COLUMN webhook_refusals.source IS 'platform | connect';
COMMENT ON COLUMN webhook_refusals.hour IS 'its beginning';
COMMENT ON COLUMN webhook_refusals.why IS 'of the last one';
CREATE SEQUENCE webhook_refusals_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE webhook_refusals_id_seq OWNED BY webhook_refusals.id;
CREATE TABLE webhook_secrets (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    source character varying(20) NOT NULL,
    digest character varying(64) NOT NULL,
    CONSTRAINT ck_webhook_secrets_source CHECK (source in ('platform', 'connect'))
);
COMMENT ON TABLE webhook_secrets IS 'A signing secret that was in use, by its digest; `created_at` is when it was first seen here.';
COMMENT ON COLUMN webhook_secrets.source IS 'platform | connect';
CREATE SEQUENCE webhook_secrets_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE webhook_secrets_id_seq OWNED BY webhook_secrets.id;
ALTER TABLE ONLY activity ALTER COLUMN id SET DEFAULT nextval('activity_id_seq'::regclass);
ALTER TABLE ONLY audit_entries ALTER COLUMN id SET DEFAULT nextval('audit_entries_id_seq'::regclass);
ALTER TABLE ONLY basket_lines ALTER COLUMN id SET DEFAULT nextval('basket_lines_id_seq'::regclass);
ALTER TABLE ONLY baskets ALTER COLUMN id SET DEFAULT nextval('baskets_id_seq'::regclass);
ALTER TABLE ONLY card_declines ALTER COLUMN id SET DEFAULT nextval('card_declines_id_seq'::regclass);
ALTER TABLE ONLY categories ALTER COLUMN id SET DEFAULT nextval('categories_id_seq'::regclass);
ALTER TABLE ONLY checkouts ALTER COLUMN id SET DEFAULT nextval('checkouts_id_seq'::regclass);
ALTER TABLE ONLY claims ALTER COLUMN id SET DEFAULT nextval('claims_id_seq'::regclass);
ALTER TABLE ONLY code_tries ALTER COLUMN id SET DEFAULT nextval('code_tries_id_seq'::regclass);
ALTER TABLE ONLY customer_addresses ALTER COLUMN id SET DEFAULT nextval('customer_addresses_id_seq'::regclass);
ALTER TABLE ONLY customers ALTER COLUMN id SET DEFAULT nextval('customers_id_seq'::regclass);
ALTER TABLE ONLY day_sums ALTER COLUMN id SET DEFAULT nextval('day_sums_id_seq'::regclass);
ALTER TABLE ONLY differences ALTER COLUMN id SET DEFAULT nextval('differences_id_seq'::regclass);
ALTER TABLE ONLY discounts ALTER COLUMN id SET DEFAULT nextval('discounts_id_seq'::regclass);
ALTER TABLE ONLY dispute_files ALTER COLUMN id SET DEFAULT nextval('dispute_files_id_seq'::regclass);
ALTER TABLE ONLY disputes ALTER COLUMN id SET DEFAULT nextval('disputes_id_seq'::regclass);
ALTER TABLE ONLY door_counts ALTER COLUMN id SET DEFAULT nextval('door_counts_id_seq'::regclass);
ALTER TABLE ONLY emails ALTER COLUMN id SET DEFAULT nextval('emails_id_seq'::regclass);
ALTER TABLE ONLY factor_resets ALTER COLUMN id SET DEFAULT nextval('factor_resets_id_seq'::regclass);
ALTER TABLE ONLY fee_rules ALTER COLUMN id SET DEFAULT nextval('fee_rules_id_seq'::regclass);
ALTER TABLE ONLY former_categories ALTER COLUMN id SET DEFAULT nextval('former_categories_id_seq'::regclass);
ALTER TABLE ONLY heartbeats ALTER COLUMN id SET DEFAULT nextval('heartbeats_id_seq'::regclass);
ALTER TABLE ONLY invoice_counters ALTER COLUMN id SET DEFAULT nextval('invoice_counters_id_seq'::regclass);
ALTER TABLE ONLY job_schedules ALTER COLUMN id SET DEFAULT nextval('job_schedules_id_seq'::regclass);
ALTER TABLE ONLY jobs ALTER COLUMN id SET DEFAULT nextval('jobs_id_seq'::regclass);
ALTER TABLE ONLY kept_forms ALTER COLUMN id SET DEFAULT nextval('kept_forms_id_seq'::regclass);
ALTER TABLE ONLY ledger_entries ALTER COLUMN id SET DEFAULT nextval('ledger_entries_id_seq'::regclass);
ALTER TABLE ONLY ledger_postings ALTER COLUMN id SET DEFAULT nextval('ledger_postings_id_seq'::regclass);
ALTER TABLE ONLY ledger_sums ALTER COLUMN id SET DEFAULT nextval('ledger_sums_id_seq'::regclass);
ALTER TABLE ONLY legal_texts ALTER COLUMN id SET DEFAULT nextval('legal_texts_id_seq'::regclass);
ALTER TABLE ONLY mail_links ALTER COLUMN id SET DEFAULT nextval('mail_links_id_seq'::regclass);
ALTER TABLE ONLY marketplace_identity ALTER COLUMN id SET DEFAULT nextval('marketplace_identity_id_seq'::regclass);
ALTER TABLE ONLY marketplace_logos ALTER COLUMN id SET DEFAULT nextval('marketplace_logos_id_seq'::regclass);
ALTER TABLE ONLY marketplace_policy ALTER COLUMN id SET DEFAULT nextval('marketplace_policy_id_seq'::regclass);
ALTER TABLE ONLY marketplace_settings ALTER COLUMN id SET DEFAULT nextval('marketplace_settings_id_seq'::regclass);
ALTER TABLE ONLY members ALTER COLUMN id SET DEFAULT nextval('members_id_seq'::regclass);
ALTER TABLE ONLY movements ALTER COLUMN id SET DEFAULT nextval('movements_id_seq'::regclass);
ALTER TABLE ONLY order_lines ALTER COLUMN id SET DEFAULT nextval('order_lines_id_seq'::regclass);
ALTER TABLE ONLY order_messages ALTER COLUMN id SET DEFAULT nextval('order_messages_id_seq'::regclass);
ALTER TABLE ONLY orders ALTER COLUMN id SET DEFAULT nextval('orders_id_seq'::regclass);
ALTER TABLE ONLY page_changes ALTER COLUMN id SET DEFAULT nextval('page_changes_id_seq'::regclass);
ALTER TABLE ONLY payment_method_detachments ALTER COLUMN id SET DEFAULT nextval('payment_method_detachments_id_seq'::regclass);
ALTER TABLE ONLY payment_method_setups ALTER COLUMN id SET DEFAULT nextval('payment_method_setups_id_seq'::regclass);
ALTER TABLE ONLY payment_methods ALTER COLUMN id SET DEFAULT nextval('payment_methods_id_seq'::regclass);
ALTER TABLE ONLY payments ALTER COLUMN id SET DEFAULT nextval('payments_id_seq'::regclass);
ALTER TABLE ONLY payout_items ALTER COLUMN id SET DEFAULT nextval('payout_items_id_seq'::regclass);
ALTER TABLE ONLY payouts ALTER COLUMN id SET DEFAULT nextval('payouts_id_seq'::regclass);
ALTER TABLE ONLY picture_files ALTER COLUMN id SET DEFAULT nextval('picture_files_id_seq'::regclass);
ALTER TABLE ONLY pictures ALTER COLUMN id SET DEFAULT nextval('pictures_id_seq'::regclass);
ALTER TABLE ONLY product_pictures ALTER COLUMN id SET DEFAULT nextval('product_pictures_id_seq'::regclass);
ALTER TABLE ONLY products ALTER COLUMN id SET DEFAULT nextval('products_id_seq'::regclass);
ALTER TABLE ONLY reconciliation_runs ALTER COLUMN id SET DEFAULT nextval('reconciliation_runs_id_seq'::regclass);
ALTER TABLE ONLY recovery_codes ALTER COLUMN id SET DEFAULT nextval('recovery_codes_id_seq'::regclass);
ALTER TABLE ONLY redemptions ALTER COLUMN id SET DEFAULT nextval('redemptions_id_seq'::regclass);
ALTER TABLE ONLY refund_lines ALTER COLUMN id SET DEFAULT nextval('refund_lines_id_seq'::regclass);
ALTER TABLE ONLY refunds ALTER COLUMN id SET DEFAULT nextval('refunds_id_seq'::regclass);
ALTER TABLE ONLY reserve_holds ALTER COLUMN id SET DEFAULT nextval('reserve_holds_id_seq'::regclass);
ALTER TABLE ONLY restorations ALTER COLUMN id SET DEFAULT nextval('restorations_id_seq'::regclass);
ALTER TABLE ONLY return_lines ALTER COLUMN id SET DEFAULT nextval('return_lines_id_seq'::regclass);
ALTER TABLE ONLY return_requests ALTER COLUMN id SET DEFAULT nextval('return_requests_id_seq'::regclass);
ALTER TABLE ONLY sales_documents ALTER COLUMN id SET DEFAULT nextval('sales_documents_id_seq'::regclass);
ALTER TABLE ONLY second_factors ALTER COLUMN id SET DEFAULT nextval('second_factors_id_seq'::regclass);
ALTER TABLE ONLY sessions ALTER COLUMN id SET DEFAULT nextval('sessions_id_seq'::regclass);
ALTER TABLE ONLY shipping_settings ALTER COLUMN id SET DEFAULT nextval('shipping_settings_id_seq'::regclass);
ALTER TABLE ONLY shop_places ALTER COLUMN id SET DEFAULT nextval('shop_places_id_seq'::regclass);
ALTER TABLE ONLY statements ALTER COLUMN id SET DEFAULT nextval('statements_id_seq'::regclass);
ALTER TABLE ONLY stripe_balances ALTER COLUMN id SET DEFAULT nextval('stripe_balances_id_seq'::regclass);
ALTER TABLE ONLY stripe_customers ALTER COLUMN id SET DEFAULT nextval('stripe_customers_id_seq'::regclass);
ALTER TABLE ONLY stripe_references ALTER COLUMN id SET DEFAULT nextval('stripe_references_id_seq'::regclass);
ALTER TABLE ONLY stripe_writes ALTER COLUMN id SET DEFAULT nextval('stripe_writes_id_seq'::regclass);
ALTER TABLE ONLY tokens ALTER COLUMN id SET DEFAULT nextval('tokens_id_seq'::regclass);
ALTER TABLE ONLY tortoise_migrations ALTER COLUMN id SET DEFAULT nextval('tortoise_migrations_id_seq'::regclass);
ALTER TABLE ONLY unmatched_withdrawals ALTER COLUMN id SET DEFAULT nextval('unmatched_withdrawals_id_seq'::regclass);
ALTER TABLE ONLY vat_rates ALTER COLUMN id SET DEFAULT nextval('vat_rates_id_seq'::regclass);
ALTER TABLE ONLY vat_registrations ALTER COLUMN id SET DEFAULT nextval('vat_registrations_id_seq'::regclass);
ALTER TABLE ONLY vat_waits ALTER COLUMN id SET DEFAULT nextval('vat_waits_id_seq'::regclass);
ALTER TABLE ONLY vendor_payment_configs ALTER COLUMN id SET DEFAULT nextval('vendor_payment_configs_id_seq'::regclass);
ALTER TABLE ONLY vendors ALTER COLUMN id SET DEFAULT nextval('vendors_id_seq'::regclass);
ALTER TABLE ONLY webhook_bodies ALTER COLUMN id SET DEFAULT nextval('webhook_bodies_id_seq'::regclass);
ALTER TABLE ONLY webhook_events ALTER COLUMN id SET DEFAULT nextval('webhook_events_id_seq'::regclass);
ALTER TABLE ONLY webhook_refusals ALTER COLUMN id SET DEFAULT nextval('webhook_refusals_id_seq'::regclass);
ALTER TABLE ONLY webhook_secrets ALTER COLUMN id SET DEFAULT nextval('webhook_secrets_id_seq'::regclass);
ALTER TABLE ONLY activity
    ADD CONSTRAINT activity_pkey PRIMARY KEY (id);
ALTER TABLE ONLY audit_entries
    ADD CONSTRAINT audit_entries_pkey PRIMARY KEY (id);
ALTER TABLE ONLY basket_lines
    ADD CONSTRAINT basket_lines_pkey PRIMARY KEY (id);
ALTER TABLE ONLY baskets
    ADD CONSTRAINT baskets_pkey PRIMARY KEY (id);
ALTER TABLE ONLY baskets
    ADD CONSTRAINT baskets_token_digest_key UNIQUE (token_digest);
ALTER TABLE ONLY card_declines
    ADD CONSTRAINT card_declines_pkey PRIMARY KEY (id);
ALTER TABLE ONLY card_declines
    ADD CONSTRAINT card_declines_stripe_charge_id_key UNIQUE (stripe_charge_id);
ALTER TABLE ONLY categories
    ADD CONSTRAINT categories_name_key UNIQUE (name);
ALTER TABLE ONLY categories
    ADD CONSTRAINT categories_pkey PRIMARY KEY (id);
ALTER TABLE ONLY categories
    ADD CONSTRAINT categories_slug_key UNIQUE (slug);
ALTER TABLE ONLY checkouts
    ADD CONSTRAINT checkouts_pkey PRIMARY KEY (id);
ALTER TABLE ONLY checkouts
    ADD CONSTRAINT checkouts_token_key UNIQUE (token);
ALTER TABLE ONLY claims
    ADD CONSTRAINT claims_pkey PRIMARY KEY (id);
ALTER TABLE ONLY claims
    ADD CONSTRAINT claims_subject_key UNIQUE (subject);
ALTER TABLE ONLY code_tries
    ADD CONSTRAINT code_tries_pkey PRIMARY KEY (id);
ALTER TABLE ONLY customer_addresses
    ADD CONSTRAINT customer_addresses_pkey PRIMARY KEY (id);
ALTER TABLE ONLY customers
    ADD CONSTRAINT customers_email_key UNIQUE (email);
ALTER TABLE ONLY customers
    ADD CONSTRAINT customers_pkey PRIMARY KEY (id);
ALTER TABLE ONLY day_sums
    ADD CONSTRAINT day_sums_pkey PRIMARY KEY (id);
ALTER TABLE ONLY differences
    ADD CONSTRAINT differences_pkey PRIMARY KEY (id);
ALTER TABLE ONLY discounts
    ADD CONSTRAINT discounts_pkey PRIMARY KEY (id);
ALTER TABLE ONLY dispute_files
    ADD CONSTRAINT dispute_files_pkey PRIMARY KEY (id);
ALTER TABLE ONLY disputes
    ADD CONSTRAINT disputes_pkey PRIMARY KEY (id);
ALTER TABLE ONLY door_counts
    ADD CONSTRAINT door_counts_key_key UNIQUE (key);
ALTER TABLE ONLY door_counts
    ADD CONSTRAINT door_counts_pkey PRIMARY KEY (id);
ALTER TABLE ONLY emails
    ADD CONSTRAINT emails_pkey PRIMARY KEY (id);
ALTER TABLE ONLY emails
    ADD CONSTRAINT emails_unique_key_key UNIQUE (unique_key);
ALTER TABLE ONLY factor_resets
    ADD CONSTRAINT factor_resets_pkey PRIMARY KEY (id);
ALTER TABLE ONLY factor_resets
    ADD CONSTRAINT factor_resets_stop_digest_key UNIQUE (stop_digest);
ALTER TABLE ONLY fee_rules
    ADD CONSTRAINT fee_rules_pkey PRIMARY KEY (id);
ALTER TABLE ONLY former_categories
    ADD CONSTRAINT former_categories_pkey PRIMARY KEY (id);
ALTER TABLE ONLY former_categories
    ADD CONSTRAINT former_categories_slug_key UNIQUE (slug);
ALTER TABLE ONLY heartbeats
    ADD CONSTRAINT heartbeats_pkey PRIMARY KEY (id);
ALTER TABLE ONLY invoice_counters
    ADD CONSTRAINT invoice_counters_pkey PRIMARY KEY (id);
ALTER TABLE ONLY job_schedules
    ADD CONSTRAINT job_schedules_kind_key UNIQUE (kind);
ALTER TABLE ONLY job_schedules
    ADD CONSTRAINT job_schedules_pkey PRIMARY KEY (id);
ALTER TABLE ONLY jobs
    ADD CONSTRAINT jobs_pkey PRIMARY KEY (id);
ALTER TABLE ONLY jobs
    ADD CONSTRAINT jobs_unique_key_key UNIQUE (unique_key);
ALTER TABLE ONLY kept_forms
    ADD CONSTRAINT kept_forms_pkey PRIMARY KEY (id);
ALTER TABLE ONLY ledger_entries
    ADD CONSTRAINT ledger_entries_pkey PRIMARY KEY (id);
ALTER TABLE ONLY ledger_postings
    ADD CONSTRAINT ledger_postings_key_key UNIQUE (key);
ALTER TABLE ONLY ledger_postings
    ADD CONSTRAINT ledger_postings_pkey PRIMARY KEY (id);
ALTER TABLE ONLY ledger_sums
    ADD CONSTRAINT ledger_sums_pkey PRIMARY KEY (id);
ALTER TABLE ONLY legal_texts
    ADD CONSTRAINT legal_texts_pkey PRIMARY KEY (id);
ALTER TABLE ONLY mail_links
    ADD CONSTRAINT mail_links_nonce_key UNIQUE (nonce);
ALTER TABLE ONLY mail_links
    ADD CONSTRAINT mail_links_pkey PRIMARY KEY (id);
ALTER TABLE ONLY marketplace_identity
    ADD CONSTRAINT marketplace_identity_pkey PRIMARY KEY (id);
ALTER TABLE ONLY marketplace_logos
    ADD CONSTRAINT marketplace_logos_digest_key UNIQUE (digest);
ALTER TABLE ONLY marketplace_logos
    ADD CONSTRAINT marketplace_logos_pkey PRIMARY KEY (id);
ALTER TABLE ONLY marketplace_policy
    ADD CONSTRAINT marketplace_policy_pkey PRIMARY KEY (id);
ALTER TABLE ONLY marketplace_settings
    ADD CONSTRAINT marketplace_settings_pkey PRIMARY KEY (id);
ALTER TABLE ONLY members
    ADD CONSTRAINT members_email_key UNIQUE (email);
ALTER TABLE ONLY members
    ADD CONSTRAINT members_pkey PRIMARY KEY (id);
ALTER TABLE ONLY movements
    ADD CONSTRAINT movements_idempotency_key_key UNIQUE (idempotency_key);
ALTER TABLE ONLY movements
    ADD CONSTRAINT movements_pkey PRIMARY KEY (id);
ALTER TABLE ONLY movements
    ADD CONSTRAINT movements_stripe_id_key UNIQUE (stripe_id);
ALTER TABLE ONLY order_lines
    ADD CONSTRAINT order_lines_pkey PRIMARY KEY (id);
ALTER TABLE ONLY order_messages
    ADD CONSTRAINT order_messages_pkey PRIMARY KEY (id);
ALTER TABLE ONLY orders
    ADD CONSTRAINT orders_number_key UNIQUE (number);
ALTER TABLE ONLY orders
    ADD CONSTRAINT orders_pkey PRIMARY KEY (id);
ALTER TABLE ONLY page_changes
    ADD CONSTRAINT page_changes_pkey PRIMARY KEY (id);
ALTER TABLE ONLY payment_method_detachments
    ADD CONSTRAINT payment_method_detachments_idempotency_key_key UNIQUE (idempotency_key);
ALTER TABLE ONLY payment_method_detachments
    ADD CONSTRAINT payment_method_detachments_pkey PRIMARY KEY (id);
ALTER TABLE ONLY payment_method_detachments
    ADD CONSTRAINT payment_method_detachments_stripe_payment_method_id_key UNIQUE (stripe_payment_method_id);
ALTER TABLE ONLY payment_method_setups
    ADD CONSTRAINT payment_method_setups_idempotency_key_key UNIQUE (idempotency_key);
ALTER TABLE ONLY payment_method_setups
    ADD CONSTRAINT payment_method_setups_pkey PRIMARY KEY (id);
ALTER TABLE ONLY payment_method_setups
    ADD CONSTRAINT payment_method_setups_stripe_setup_intent_id_key UNIQUE (stripe_setup_intent_id);
ALTER TABLE ONLY payment_methods
    ADD CONSTRAINT payment_methods_pkey PRIMARY KEY (id);
ALTER TABLE ONLY payment_methods
    ADD CONSTRAINT payment_methods_stripe_payment_method_id_key UNIQUE (stripe_payment_method_id);
ALTER TABLE ONLY payments
    ADD CONSTRAINT payments_idempotency_key_key UNIQUE (idempotency_key);
ALTER TABLE ONLY payments
    ADD CONSTRAINT payments_pkey PRIMARY KEY (id);
ALTER TABLE ONLY payout_items
    ADD CONSTRAINT payout_items_pkey PRIMARY KEY (id);
ALTER TABLE ONLY payouts
    ADD CONSTRAINT payouts_idempotency_key_key UNIQUE (idempotency_key);
ALTER TABLE ONLY payouts
    ADD CONSTRAINT payouts_pkey PRIMARY KEY (id);
ALTER TABLE ONLY payouts
    ADD CONSTRAINT payouts_stripe_payout_id_key UNIQUE (stripe_payout_id);
ALTER TABLE ONLY picture_files
    ADD CONSTRAINT picture_files_pkey PRIMARY KEY (id);
ALTER TABLE ONLY pictures
    ADD CONSTRAINT pictures_name_key UNIQUE (name);
ALTER TABLE ONLY pictures
    ADD CONSTRAINT pictures_pkey PRIMARY KEY (id);
ALTER TABLE ONLY product_pictures
    ADD CONSTRAINT product_pictures_pkey PRIMARY KEY (id);
ALTER TABLE ONLY products
    ADD CONSTRAINT products_pkey PRIMARY KEY (id);
ALTER TABLE ONLY reconciliation_runs
    ADD CONSTRAINT reconciliation_runs_pkey PRIMARY KEY (id);
ALTER TABLE ONLY recovery_codes
    ADD CONSTRAINT recovery_codes_code_digest_key UNIQUE (code_digest);
ALTER TABLE ONLY recovery_codes
    ADD CONSTRAINT recovery_codes_pkey PRIMARY KEY (id);
ALTER TABLE ONLY redemptions
    ADD CONSTRAINT redemptions_pkey PRIMARY KEY (id);
ALTER TABLE ONLY refund_lines
    ADD CONSTRAINT refund_lines_pkey PRIMARY KEY (id);
ALTER TABLE ONLY refunds
    ADD CONSTRAINT refunds_idempotency_key_key UNIQUE (idempotency_key);
ALTER TABLE ONLY refunds
    ADD CONSTRAINT refunds_pkey PRIMARY KEY (id);
ALTER TABLE ONLY reserve_holds
    ADD CONSTRAINT reserve_holds_pkey PRIMARY KEY (id);
ALTER TABLE ONLY restorations
    ADD CONSTRAINT restorations_pkey PRIMARY KEY (id);
ALTER TABLE ONLY return_lines
    ADD CONSTRAINT return_lines_pkey PRIMARY KEY (id);
ALTER TABLE ONLY return_requests
    ADD CONSTRAINT return_requests_pkey PRIMARY KEY (id);
ALTER TABLE ONLY sales_documents
    ADD CONSTRAINT sales_documents_number_key UNIQUE (number);
ALTER TABLE ONLY sales_documents
    ADD CONSTRAINT sales_documents_pkey PRIMARY KEY (id);
ALTER TABLE ONLY second_factors
    ADD CONSTRAINT second_factors_credential_id_key UNIQUE (credential_id);
ALTER TABLE ONLY second_factors
    ADD CONSTRAINT second_factors_pkey PRIMARY KEY (id);
ALTER TABLE ONLY sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (id);
ALTER TABLE ONLY sessions
    ADD CONSTRAINT sessions_token_digest_key UNIQUE (token_digest);
ALTER TABLE ONLY shipping_settings
    ADD CONSTRAINT shipping_settings_pkey PRIMARY KEY (id);
ALTER TABLE ONLY shipping_settings
    ADD CONSTRAINT shipping_settings_vendor_id_key UNIQUE (vendor_id);
ALTER TABLE ONLY shop_places
    ADD CONSTRAINT shop_places_pkey PRIMARY KEY (id);
ALTER TABLE ONLY statements
    ADD CONSTRAINT statements_number_key UNIQUE (number);
ALTER TABLE ONLY statements
    ADD CONSTRAINT statements_pkey PRIMARY KEY (id);
ALTER TABLE ONLY stripe_balances
    ADD CONSTRAINT stripe_balances_pkey PRIMARY KEY (id);
ALTER TABLE ONLY stripe_balances
    ADD CONSTRAINT stripe_balances_vendor_id_key UNIQUE (vendor_id);
ALTER TABLE ONLY stripe_customers
    ADD CONSTRAINT stripe_customers_idempotency_key_key UNIQUE (idempotency_key);
ALTER TABLE ONLY stripe_customers
    ADD CONSTRAINT stripe_customers_pkey PRIMARY KEY (id);
ALTER TABLE ONLY stripe_customers
    ADD CONSTRAINT stripe_customers_stripe_customer_id_key UNIQUE (stripe_customer_id);
ALTER TABLE ONLY stripe_references
    ADD CONSTRAINT stripe_references_pkey PRIMARY KEY (id);
ALTER TABLE ONLY stripe_references
    ADD CONSTRAINT stripe_references_stripe_id_key UNIQUE (stripe_id);
ALTER TABLE ONLY stripe_writes
    ADD CONSTRAINT stripe_writes_key_key UNIQUE (key);
ALTER TABLE ONLY stripe_writes
    ADD CONSTRAINT stripe_writes_pkey PRIMARY KEY (id);
ALTER TABLE ONLY tokens
    ADD CONSTRAINT tokens_pkey PRIMARY KEY (id);
ALTER TABLE ONLY tokens
    ADD CONSTRAINT tokens_token_digest_key UNIQUE (token_digest);
ALTER TABLE ONLY tortoise_migrations
    ADD CONSTRAINT tortoise_migrations_pkey PRIMARY KEY (id);
ALTER TABLE ONLY basket_lines
    ADD CONSTRAINT uid_basket_line_basket__ca1239 UNIQUE (basket_id, product_id);
ALTER TABLE ONLY code_tries
    ADD CONSTRAINT uid_code_tries_network_00baa8 UNIQUE (network, hour);
ALTER TABLE ONLY day_sums
    ADD CONSTRAINT uid_day_sums_starts__e001f9 UNIQUE (starts_at, ends_at);
ALTER TABLE ONLY differences
    ADD CONSTRAINT uid_differences_run_id_92e40d UNIQUE (run_id, number);
ALTER TABLE ONLY discounts
    ADD CONSTRAINT uid_discounts_vendor__799d21 UNIQUE (vendor_id, code);
ALTER TABLE ONLY dispute_files
    ADD CONSTRAINT uid_dispute_fil_dispute_5c2ae6 UNIQUE (dispute_id, kind);
ALTER TABLE ONLY invoice_counters
    ADD CONSTRAINT uid_invoice_cou_vendor__5c36d3 UNIQUE (vendor_id, year);
ALTER TABLE ONLY ledger_sums
    ADD CONSTRAINT uid_ledger_sums_account_0cb928 UNIQUE (account, vendor_id, currency);
ALTER TABLE ONLY legal_texts
    ADD CONSTRAINT uid_legal_texts_kind_85ed3c UNIQUE (kind, version);
ALTER TABLE ONLY orders
    ADD CONSTRAINT uid_orders_checkou_06c1b3 UNIQUE (checkout_id, vendor_id);
ALTER TABLE ONLY payment_method_setups
    ADD CONSTRAINT uid_payment_met_custome_1e3e78 UNIQUE (customer_id, number);
ALTER TABLE ONLY payments
    ADD CONSTRAINT uid_payments_order_i_b67efd UNIQUE (order_id, attempt);
ALTER TABLE ONLY payout_items
    ADD CONSTRAINT uid_payout_item_payout__94f59a UNIQUE (payout_id, entry_id);
ALTER TABLE ONLY payouts
    ADD CONSTRAINT uid_payouts_vendor__200c26 UNIQUE (vendor_id, currency, period);
ALTER TABLE ONLY picture_files
    ADD CONSTRAINT uid_picture_fil_picture_9e24a2 UNIQUE (picture_id, width, format);
ALTER TABLE ONLY product_pictures
    ADD CONSTRAINT uid_product_pic_product_b6a1d4 UNIQUE (product_id, path);
ALTER TABLE ONLY products
    ADD CONSTRAINT uid_products_vendor__3065a9 UNIQUE (vendor_id, slug);
ALTER TABLE ONLY redemptions
    ADD CONSTRAINT uid_redemptions_discoun_b607f7 UNIQUE (discount_id, checkout_id);
ALTER TABLE ONLY refund_lines
    ADD CONSTRAINT uid_refund_line_refund__07f140 UNIQUE (refund_id, order_line_id);
ALTER TABLE ONLY refunds
    ADD CONSTRAINT uid_refunds_order_i_fb20c1 UNIQUE (order_id, number);
ALTER TABLE ONLY reserve_holds
    ADD CONSTRAINT uid_reserve_hol_order_i_1806e8 UNIQUE (order_id, vendor_id);
ALTER TABLE ONLY return_lines
    ADD CONSTRAINT uid_return_line_request_9602b0 UNIQUE (request_id, order_line_id);
ALTER TABLE ONLY sales_documents
    ADD CONSTRAINT uid_sales_docum_vendor__9a5854 UNIQUE (vendor_id, year, count);
ALTER TABLE ONLY statements
    ADD CONSTRAINT uid_statements_vendor__f139ee UNIQUE (vendor_id, month, currency);
ALTER TABLE ONLY stripe_customers
    ADD CONSTRAINT uid_stripe_cust_custome_07795b UNIQUE (customer_id, number);
ALTER TABLE ONLY tortoise_migrations
    ADD CONSTRAINT uid_tortoise_mi_app_3803a5 UNIQUE (app, name);
ALTER TABLE ONLY vat_rates
    ADD CONSTRAINT uid_vat_rates_base_d70a0e UNIQUE (base, quote, day);
ALTER TABLE ONLY vat_waits
    ADD CONSTRAINT uid_vat_waits_vendor__0b0197 UNIQUE (vendor_id, currency);
ALTER TABLE ONLY webhook_events
    ADD CONSTRAINT uid_webhook_eve_source_35b641 UNIQUE (source, stripe_event_id);
ALTER TABLE ONLY webhook_refusals
    ADD CONSTRAINT uid_webhook_ref_source_6c8ffa UNIQUE (source, hour);
ALTER TABLE ONLY webhook_secrets
    ADD CONSTRAINT uid_webhook_sec_source_d2bb93 UNIQUE (source, digest);
ALTER TABLE ONLY unmatched_withdrawals
    ADD CONSTRAINT unmatched_withdrawals_pkey PRIMARY KEY (id);
ALTER TABLE ONLY vat_rates
    ADD CONSTRAINT vat_rates_pkey PRIMARY KEY (id);
ALTER TABLE ONLY vat_registrations
    ADD CONSTRAINT vat_registrations_pkey PRIMARY KEY (id);
ALTER TABLE ONLY vat_waits
    ADD CONSTRAINT vat_waits_pkey PRIMARY KEY (id);
ALTER TABLE ONLY vendor_payment_configs
    ADD CONSTRAINT vendor_payment_configs_pkey PRIMARY KEY (id);
ALTER TABLE ONLY vendor_payment_configs
    ADD CONSTRAINT vendor_payment_configs_stripe_account_id_key UNIQUE (stripe_account_id);
ALTER TABLE ONLY vendor_payment_configs
    ADD CONSTRAINT vendor_payment_configs_vendor_id_key UNIQUE (vendor_id);
ALTER TABLE ONLY vendors
    ADD CONSTRAINT vendors_pkey PRIMARY KEY (id);
ALTER TABLE ONLY vendors
    ADD CONSTRAINT vendors_slug_key UNIQUE (slug);
ALTER TABLE ONLY webhook_bodies
    ADD CONSTRAINT webhook_bodies_event_id_key UNIQUE (event_id);
ALTER TABLE ONLY webhook_bodies
    ADD CONSTRAINT webhook_bodies_pkey PRIMARY KEY (id);
ALTER TABLE ONLY webhook_events
    ADD CONSTRAINT webhook_events_pkey PRIMARY KEY (id);
ALTER TABLE ONLY webhook_refusals
    ADD CONSTRAINT webhook_refusals_pkey PRIMARY KEY (id);
ALTER TABLE ONLY webhook_secrets
    ADD CONSTRAINT webhook_secrets_pkey PRIMARY KEY (id);
CREATE INDEX idx_ledger_post_subject_896b30 ON ledger_postings USING btree (subject);
CREATE INDEX idx_webhook_eve_stripe__9f330e ON webhook_events USING btree (stripe_object_id);
CREATE INDEX ix_activity_cause ON activity USING btree (cause, id) WHERE NOT cause = '';
CREATE INDEX ix_activity_order ON activity USING btree (order_id, id) WHERE order_id IS NOT NULL;
CREATE INDEX ix_activity_subject ON activity USING btree (subject, id);
CREATE INDEX ix_audit_actor ON audit_entries USING btree (actor, id) WHERE is_by_person = TRUE;
CREATE INDEX ix_audit_at ON audit_entries USING btree (created_at);
CREATE INDEX ix_audit_kind ON audit_entries USING btree (kind, id);
CREATE INDEX ix_audit_of_people ON audit_entries USING btree (id) WHERE is_by_person = TRUE;
CREATE INDEX ix_audit_subject ON audit_entries USING btree (subject, id);
CREATE INDEX ix_audit_vendor ON audit_entries USING btree (vendor_id, id) WHERE vendor_id IS NOT NULL;
CREATE INDEX ix_baskets_used ON baskets USING btree (updated_at);
CREATE INDEX ix_card_declines_at ON card_declines USING btree (declined_at);
CREATE INDEX ix_card_declines_basket ON card_declines USING btree (basket_id, declined_at);
CREATE INDEX ix_card_declines_card ON card_declines USING btree (fingerprint, declined_at);
CREATE INDEX ix_card_declines_checkout ON card_declines USING btree (checkout_id);
CREATE INDEX ix_card_declines_network ON card_declines USING btree (network, declined_at);
CREATE INDEX ix_categories_parent ON categories USING btree (parent_id);
CREATE INDEX ix_checkouts_basket ON checkouts USING btree (basket_id) WHERE basket_id IS NOT NULL;
CREATE INDEX ix_checkouts_email ON checkouts USING btree (email);
CREATE INDEX ix_checkouts_network ON checkouts USING btree (network) WHERE status = 'open';
CREATE INDEX ix_checkouts_old_link ON checkouts USING btree (old_link_digest) WHERE old_link_digest IS NOT NULL;
CREATE INDEX ix_claims_order ON claims USING btree (order_id);
CREATE INDEX ix_claims_receivable ON claims USING btree (receivable);
CREATE INDEX ix_claims_to_send ON claims USING btree (id) WHERE taken > amount - netted;
CREATE INDEX ix_claims_vendor ON claims USING btree (vendor_id, currency, id);
CREATE INDEX ix_code_tries_hour ON code_tries USING btree (hour);
CREATE INDEX ix_customer_addresses_customer ON customer_addresses USING btree (customer_id);
CREATE INDEX ix_customers_off ON customers USING btree (id) WHERE is_active = FALSE;
CREATE INDEX ix_customers_terms ON customers USING gin (terms_vector) WITH (fastupdate=off);
CREATE INDEX ix_differences_status ON differences USING btree (status);
CREATE INDEX ix_discounts_code ON discounts USING btree (code);
CREATE INDEX ix_disputes_opened ON disputes USING btree (opened_at, id);
CREATE INDEX ix_disputes_order ON disputes USING btree (order_id);
CREATE INDEX ix_disputes_status ON disputes USING btree (status, due_by);
CREATE INDEX ix_disputes_vendor ON disputes USING btree (vendor_id, id);
CREATE INDEX ix_door_counts_free ON door_counts USING btree (free_at);
CREATE INDEX ix_emails_of_people ON emails USING btree (created_at) WHERE order_id IS NULL;
CREATE INDEX ix_emails_order ON emails USING btree (order_id);
CREATE INDEX ix_emails_status ON emails USING btree (status, created_at);
CREATE INDEX ix_emails_to ON emails USING btree ("to", id);
CREATE INDEX ix_factor_resets_member ON factor_resets USING btree (member_id);
CREATE INDEX ix_fee_rules_order ON fee_rules USING btree ("position", id);
CREATE INDEX ix_former_categories_category ON former_categories USING btree (category_id);
CREATE INDEX ix_former_categories_name ON former_categories USING btree (name);
CREATE INDEX ix_jobs_due ON jobs USING btree (status, run_at);
CREATE INDEX ix_jobs_errors ON jobs USING btree (kind, id) WHERE error IS NOT NULL;
CREATE INDEX ix_kept_forms_session ON kept_forms USING btree (session_id);
CREATE INDEX ix_ledger_entries_at_stripe ON ledger_entries USING btree (account, created_at) WHERE account IN ('stripe_platform', 'stripe_vendor');
CREATE INDEX ix_ledger_entries_earned ON ledger_entries USING btree (account, created_at) WHERE account = 'commission' OR account = 'marketplace_discounts';
CREATE INDEX ix_ledger_entries_posting ON ledger_entries USING btree (posting_id);
CREATE INDEX ix_ledger_entries_stripe ON ledger_entries USING btree (stripe_id);
CREATE INDEX ix_ledger_entries_suspense ON ledger_entries USING btree (posting_id) WHERE account = 'suspense';
CREATE INDEX ix_ledger_entries_vendor_at ON ledger_entries USING btree (vendor_id, account, currency, created_at, id) WHERE vendor_id IS NOT NULL;
CREATE INDEX ix_ledger_postings_vendor_at ON ledger_postings USING btree (vendor_id, created_at) WHERE vendor_id is not null;
CREATE INDEX ix_ledger_sums_vendor ON ledger_sums USING btree (vendor_id);
CREATE INDEX ix_mail_links_customer ON mail_links USING btree (customer_id, purpose);
CREATE INDEX ix_mail_links_email ON mail_links USING btree (email, purpose);
CREATE INDEX ix_mail_links_member ON mail_links USING btree (member_id, purpose);
CREATE INDEX ix_members_role ON members USING btree (role, id);
CREATE INDEX ix_members_terms ON members USING gin (terms_vector) WITH (fastupdate=off);
CREATE INDEX ix_movements_claim ON movements USING btree (claim_id);
CREATE INDEX ix_movements_status ON movements USING btree (status);
CREATE INDEX ix_order_lines_order ON order_lines USING btree (order_id);
CREATE INDEX ix_order_messages_order ON order_messages USING btree (order_id, id);
CREATE INDEX ix_orders_customer ON orders USING btree (customer_id, id) WHERE customer_id IS NOT NULL;
CREATE INDEX ix_orders_disputed ON orders USING btree (vendor_id, id) WHERE disputed_amount > 0 OR lost_amount > 0;
CREATE INDEX ix_orders_held ON orders USING btree (held_at) WHERE held_at IS NOT NULL;
CREATE INDEX ix_orders_paid ON orders USING btree (paid_at) WHERE paid_at IS NOT NULL;
CREATE INDEX ix_orders_refunded ON orders USING btree (vendor_id, id) WHERE refunded_amount > 0;
CREATE INDEX ix_orders_shipped ON orders USING btree (status, shipped_at) WHERE shipped_at IS NOT NULL;
CREATE INDEX ix_orders_state ON orders USING btree (vendor_id, status, id);
CREATE INDEX ix_orders_to_answer ON orders USING btree (vendor_id, id) WHERE message_waits OR return_waits;
CREATE INDEX ix_orders_to_ship ON orders USING btree (vendor_id, id) WHERE status = 'processing' AND payment_status = 'paid' AND disputed_amount = 0 AND (refunded_amount < total_amount_cents - lost_amount OR total_amount_cents = 0);
CREATE INDEX ix_orders_unpaid ON orders USING btree (vendor_id, id) WHERE payment_status IN ('pending', 'processing', 'failed');
CREATE INDEX ix_orders_vendor ON orders USING btree (vendor_id, id);
CREATE INDEX ix_orders_vendor_paid ON orders USING btree (vendor_id, paid_at) WHERE paid_at IS NOT NULL;
CREATE INDEX ix_page_changes_transaction ON page_changes USING btree (transaction_id) WHERE transaction_id IS NOT NULL;
CREATE INDEX ix_payment_configs_bank_hold ON vendor_payment_configs USING btree (bank_hold_until) WHERE bank_hold_until is not null;
CREATE INDEX ix_payment_configs_current ON vendor_payment_configs USING btree (current_deadline) WHERE current_deadline is not null;
CREATE INDEX ix_payment_configs_future ON vendor_payment_configs USING btree (future_deadline) WHERE future_deadline is not null;
CREATE INDEX ix_payment_method_detachments_done ON payment_method_detachments USING btree (done_at);
CREATE INDEX ix_payment_method_setups_status ON payment_method_setups USING btree (status, updated_at);
CREATE INDEX ix_payment_methods_customer ON payment_methods USING btree (customer_id);
CREATE INDEX ix_payment_methods_expiry ON payment_methods USING btree (card_exp_year, card_exp_month);
CREATE INDEX ix_payments_bare ON payments USING btree (updated_at) WHERE stripe_charge_id IS NOT NULL AND stripe_balance_transaction_id IS NULL;
CREATE INDEX ix_payments_charge ON payments USING btree (stripe_charge_id) WHERE stripe_charge_id IS NOT NULL;
CREATE INDEX ix_payments_paid ON payments USING btree (paid_at) WHERE paid_at IS NOT NULL;
CREATE INDEX ix_payments_parked ON payments USING btree (id) WHERE status = 'parked';
CREATE INDEX ix_payments_shared ON payments USING btree (intent_key) WHERE intent_key IS NOT NULL;
CREATE INDEX ix_payments_untransferred ON payments USING btree (stripe_transfer_id, id) WHERE intent_key IS NOT NULL AND stripe_charge_id IS NOT NULL AND stripe_transfer_id IS NULL;
CREATE INDEX ix_payments_vendor ON payments USING btree (vendor_id, id);
CREATE INDEX ix_payments_vendor_paid ON payments USING btree (vendor_id, paid_at) WHERE paid_at IS NOT NULL;
CREATE INDEX ix_payout_items_entry ON payout_items USING btree (entry_id);
CREATE INDEX ix_payout_items_order ON payout_items USING btree (order_id);
CREATE INDEX ix_payouts_paid ON payouts USING btree (paid_at) WHERE paid_at IS NOT NULL;
CREATE INDEX ix_payouts_status ON payouts USING btree (status, updated_at);
CREATE INDEX ix_payouts_vendor ON payouts USING btree (vendor_id, id);
CREATE INDEX ix_products_by_name ON products USING btree (sort_name, id);
CREATE INDEX ix_products_by_price ON products USING btree (currency, price_amount, id);
CREATE INDEX ix_products_category ON products USING btree (category);
CREATE INDEX ix_products_off_sale ON products USING btree (id) WHERE taken_off_for > '';
CREATE INDEX ix_products_parent ON products USING btree (parent_id);
CREATE INDEX ix_products_shop ON products USING btree (vendor_id, is_published, id);
CREATE INDEX ix_products_terms ON products USING gin (terms_vector) WITH (fastupdate=off);
CREATE INDEX ix_recovery_codes_member ON recovery_codes USING btree (member_id);
CREATE INDEX ix_redemptions_checkout ON redemptions USING btree (checkout_id);
CREATE INDEX ix_redemptions_customer ON redemptions USING btree (discount_id, customer_id);
CREATE INDEX ix_redemptions_discount ON redemptions USING btree (discount_id, status);
CREATE INDEX ix_redemptions_shopper ON redemptions USING btree (discount_id, shopper_digest);
CREATE INDEX ix_refunds_status ON refunds USING btree (status, updated_at);
CREATE INDEX ix_refunds_succeeded ON refunds USING btree (succeeded_at) WHERE succeeded_at IS NOT NULL;
CREATE INDEX ix_refunds_vendor ON refunds USING btree (vendor_id, id);
CREATE INDEX ix_reserve_holds_due ON reserve_holds USING btree (released_at, release_at);
CREATE INDEX ix_reserve_holds_vendor ON reserve_holds USING btree (vendor_id, currency, released_at);
CREATE INDEX ix_return_requests_open ON return_requests USING btree (vendor_id, id) WHERE status = 'open';
CREATE INDEX ix_return_requests_order ON return_requests USING btree (order_id);
CREATE INDEX ix_sales_documents_order ON sales_documents USING btree (order_id, id);
CREATE INDEX ix_second_factors_member ON second_factors USING btree (member_id);
CREATE INDEX ix_sessions_customer ON sessions USING btree (customer_id);
CREATE INDEX ix_sessions_end ON sessions USING btree (expires_at);
CREATE INDEX ix_sessions_member ON sessions USING btree (member_id);
CREATE INDEX ix_shop_places_open ON shop_places USING btree (is_soon, sorted_by, id) WHERE is_open;
CREATE INDEX ix_stripe_references_order ON stripe_references USING btree (order_id) WHERE order_id IS NOT NULL;
CREATE INDEX ix_stripe_writes_state ON stripe_writes USING btree (state, updated_at) WHERE state = 'waiting' OR state = 'unexpected';
CREATE INDEX ix_stripe_writes_subject ON stripe_writes USING btree (subject, operation, id);
CREATE INDEX ix_tokens_end ON tokens USING btree (expires_at);
CREATE INDEX ix_tokens_vendor ON tokens USING btree (vendor_id);
CREATE INDEX ix_unmatched_withdrawals_open ON unmatched_withdrawals USING btree (id) WHERE answered_at IS NULL;
CREATE INDEX ix_vendors_closed_until ON vendors USING btree (closed_until) WHERE closed_until is not null;
CREATE INDEX ix_webhook_events_account ON webhook_events USING btree (stripe_account_id, id) WHERE stripe_account_id IS NOT NULL;
CREATE INDEX ix_webhook_events_due ON webhook_events USING btree (status, next_attempt_at);
CREATE INDEX ix_webhook_events_order ON webhook_events USING btree (order_id, id) WHERE order_id IS NOT NULL;
CREATE INDEX ix_webhook_events_seen ON webhook_events USING btree (source, created_at);
CREATE UNIQUE INDEX uq_customer_addresses_default ON customer_addresses USING btree (customer_id) WHERE is_default;
CREATE UNIQUE INDEX uq_discounts_marketplace ON discounts USING btree (code) WHERE vendor_id IS NULL;
CREATE UNIQUE INDEX uq_disputes_alone ON disputes USING btree (stripe_dispute_id) WHERE share_weight IS NULL;
CREATE UNIQUE INDEX uq_disputes_slice ON disputes USING btree (stripe_dispute_id, order_id);
CREATE UNIQUE INDEX uq_payment_method_setups_open ON payment_method_setups USING btree (customer_id) WHERE status IN ('opening', 'open');
CREATE UNIQUE INDEX uq_payment_methods_card ON payment_methods USING btree (customer_id, fingerprint) WHERE is_active;
CREATE UNIQUE INDEX uq_payment_methods_default ON payment_methods USING btree (customer_id) WHERE is_default AND is_active;
CREATE UNIQUE INDEX uq_payments_lead ON payments USING btree (stripe_payment_intent_id) WHERE stripe_payment_intent_id IS NOT NULL AND (intent_key IS NULL OR intent_key = idempotency_key);
CREATE UNIQUE INDEX uq_payments_open ON payments USING btree (order_id) WHERE status IN ('opening', 'pending', 'requires_action', 'processing', 'failed');
CREATE UNIQUE INDEX uq_payments_slice ON payments USING btree (stripe_payment_intent_id, order_id) WHERE stripe_payment_intent_id IS NOT NULL;
CREATE UNIQUE INDEX uq_products_variant ON products USING btree (parent_id, options) WHERE parent_id IS NOT NULL;
CREATE UNIQUE INDEX uq_reconciliation_runs_running ON reconciliation_runs USING btree (status) WHERE status = 'running';
CREATE UNIQUE INDEX uq_refunds_alone ON refunds USING btree (stripe_refund_id) WHERE stripe_amount IS NULL;
CREATE UNIQUE INDEX uq_refunds_part ON refunds USING btree (stripe_refund_id, order_id);
CREATE UNIQUE INDEX uq_return_requests_one_open ON return_requests USING btree (order_id) WHERE status = 'open';
CREATE UNIQUE INDEX uq_sales_documents_invoice ON sales_documents USING btree (order_id) WHERE refund_id IS NULL;
CREATE UNIQUE INDEX uq_sales_documents_refund ON sales_documents USING btree (refund_id, kind) WHERE refund_id IS NOT NULL;
CREATE UNIQUE INDEX uq_stripe_customers_live ON stripe_customers USING btree (customer_id) WHERE gone_at IS NULL;
CREATE UNIQUE INDEX uq_vat_registrations_current ON vat_registrations USING btree (vendor_id) WHERE replaced_at IS NULL;
CREATE UNIQUE INDEX uq_vat_registrations_shopper ON vat_registrations USING btree (customer_id) WHERE replaced_at IS NULL;
CREATE TRIGGER audit_entries_never_change BEFORE DELETE OR UPDATE ON audit_entries FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_entries_never_emptied BEFORE TRUNCATE ON audit_entries FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER categories_change_pages AFTER INSERT OR DELETE OR UPDATE ON categories FOR EACH ROW EXECUTE FUNCTION categories_change_pages();
CREATE TRIGGER fee_rules_change_pages AFTER INSERT OR DELETE ON fee_rules FOR EACH ROW EXECUTE FUNCTION fee_rules_change_pages();
CREATE TRIGGER fee_rules_change_pages_by_update AFTER UPDATE ON fee_rules FOR EACH ROW EXECUTE FUNCTION fee_rules_change_pages();
CREATE TRIGGER ledger_entries_never_change BEFORE DELETE OR UPDATE ON ledger_entries FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_entries_open BEFORE INSERT ON ledger_entries FOR EACH ROW EXECUTE FUNCTION ledger_open();
CREATE CONSTRAINT TRIGGER ledger_postings_add_up AFTER INSERT ON ledger_postings DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_add_up();
CREATE TRIGGER ledger_postings_begin_open BEFORE INSERT ON ledger_postings FOR EACH ROW WHEN (new.is_closed) EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_postings_close BEFORE UPDATE ON ledger_postings FOR EACH ROW EXECUTE FUNCTION ledger_close();
CREATE TRIGGER ledger_postings_never_go BEFORE DELETE ON ledger_postings FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_sums_guarded BEFORE INSERT OR DELETE OR UPDATE ON ledger_sums FOR EACH ROW WHEN ((pg_trigger_depth() = 0)) EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER legal_texts_change_pages AFTER INSERT OR DELETE ON legal_texts FOR EACH ROW EXECUTE FUNCTION legal_texts_change_pages();
CREATE TRIGGER legal_texts_change_pages_by_update AFTER UPDATE ON legal_texts FOR EACH ROW EXECUTE FUNCTION legal_texts_change_pages();
CREATE TRIGGER marketplace_policy_change_pages AFTER INSERT OR DELETE OR UPDATE ON marketplace_policy FOR EACH ROW EXECUTE FUNCTION marketplace_policy_change_pages();
CREATE TRIGGER marketplace_settings_change_pages AFTER INSERT OR DELETE ON marketplace_settings FOR EACH ROW EXECUTE FUNCTION marketplace_settings_change_pages();
CREATE TRIGGER marketplace_settings_change_pages_by_update AFTER UPDATE ON marketplace_settings FOR EACH ROW EXECUTE FUNCTION marketplace_settings_change_pages();
CREATE TRIGGER product_pictures_change_pages AFTER INSERT OR DELETE OR UPDATE ON product_pictures FOR EACH ROW EXECUTE FUNCTION product_pictures_change_pages();
CREATE TRIGGER products_change_pages AFTER INSERT OR DELETE ON products FOR EACH ROW EXECUTE FUNCTION products_change_pages();
CREATE TRIGGER products_change_pages_by_update AFTER UPDATE ON products FOR EACH ROW EXECUTE FUNCTION products_change_pages();
CREATE TRIGGER shipping_settings_change_pages AFTER INSERT OR DELETE ON shipping_settings FOR EACH ROW EXECUTE FUNCTION shipping_settings_change_pages();
CREATE TRIGGER shipping_settings_change_pages_by_update AFTER UPDATE ON shipping_settings FOR EACH ROW EXECUTE FUNCTION shipping_settings_change_pages();
CREATE TRIGGER shop_places_guarded BEFORE INSERT OR DELETE OR UPDATE ON shop_places FOR EACH ROW WHEN ((pg_trigger_depth() = 0)) EXECUTE FUNCTION shop_places_refuse();
CREATE TRIGGER vat_registrations_change_pages_by_delete AFTER DELETE ON vat_registrations FOR EACH ROW WHEN ((old.vendor_id IS NOT NULL)) EXECUTE FUNCTION vat_registrations_change_pages();
CREATE TRIGGER vat_registrations_change_pages_by_insert AFTER INSERT ON vat_registrations FOR EACH ROW WHEN ((new.vendor_id IS NOT NULL)) EXECUTE FUNCTION vat_registrations_change_pages();
CREATE TRIGGER vat_registrations_change_pages_by_update AFTER UPDATE ON vat_registrations FOR EACH ROW WHEN ((new.vendor_id IS NOT NULL)) EXECUTE FUNCTION vat_registrations_change_pages();
CREATE TRIGGER vendor_payment_configs_change_pages AFTER INSERT OR DELETE ON vendor_payment_configs FOR EACH ROW EXECUTE FUNCTION vendor_payment_configs_change_pages();
CREATE TRIGGER vendor_payment_configs_change_pages_by_update AFTER UPDATE ON vendor_payment_configs FOR EACH ROW WHEN (((old.accepts_payments IS DISTINCT FROM new.accepts_payments) OR ((old.currency)::text IS DISTINCT FROM (new.currency)::text) OR (old.platform_fee_percentage IS DISTINCT FROM new.platform_fee_percentage))) EXECUTE FUNCTION vendor_payment_configs_change_pages();
CREATE TRIGGER vendor_payment_configs_give_places AFTER INSERT OR DELETE ON vendor_payment_configs FOR EACH ROW EXECUTE FUNCTION vendor_payment_configs_move_places();
CREATE TRIGGER vendor_payment_configs_move_places AFTER UPDATE ON vendor_payment_configs FOR EACH ROW WHEN ((new.accepts_payments <> old.accepts_payments)) EXECUTE FUNCTION vendor_payment_configs_move_places();
CREATE TRIGGER vendors_change_pages AFTER INSERT OR DELETE ON vendors FOR EACH ROW EXECUTE FUNCTION vendors_change_pages();
CREATE TRIGGER vendors_change_pages_by_update AFTER UPDATE ON vendors FOR EACH ROW EXECUTE FUNCTION vendors_change_pages();
CREATE TRIGGER vendors_have_places AFTER INSERT OR DELETE ON vendors FOR EACH ROW EXECUTE FUNCTION vendors_move_places();
CREATE TRIGGER vendors_move_places AFTER UPDATE ON vendors FOR EACH ROW WHEN (((new.is_open <> old.is_open) OR (new.search <> old.search))) EXECUTE FUNCTION vendors_move_places();
ALTER TABLE ONLY audit_entries
    ADD CONSTRAINT audit_entries_vendor_id_fkey FOREIGN KEY (vendor_id) REFERENCES vendors(id) ON DELETE RESTRICT;
ALTER TABLE ONLY basket_lines
    ADD CONSTRAINT basket_lines_basket_id_fkey FOREIGN KEY (basket_id) REFERENCES baskets(id) ON DELETE RESTRICT;
ALTER TABLE ONLY basket_lines
    ADD CONSTRAINT basket_lines_product_id_fkey FOREIGN KEY (product_id) REFERENCES products(id) ON DELETE RESTRICT;
ALTER TABLE ONLY card_declines
    ADD CONSTRAINT card_declines_checkout_id_fkey FOREIGN KEY (checkout_id) REFERENCES checkouts(id) ON DELETE RESTRICT;
ALTER TABLE ONLY categories
    ADD CONSTRAINT categories_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES categories(id) ON DELETE RESTRICT;
ALTER TABLE ONLY checkouts
    ADD CONSTRAINT checkouts_basket_id_fkey FOREIGN KEY (basket_id) REFERENCES baskets(id) ON DELETE RESTRICT;
ALTER TABLE ONLY checkouts
    ADD CONSTRAINT checkouts_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers(id) ON DELETE RESTRICT;
ALTER TABLE ONLY claims
    ADD CONSTRAINT claims_order_id_fkey FOREIGN KEY (order_id) REFERENCES orders(id) ON DELETE RESTRICT;
ALTER TABLE ONLY claims
    ADD CONSTRAINT claims_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES payments(id) ON DELETE RESTRICT;
ALTER TABLE ONLY claims
    ADD CONSTRAINT claims_vendor_id_fkey FOREIGN KEY (vendor_id) REFERENCES vendors(id) ON DELETE RESTRICT;
ALTER TABLE ONLY customer_addresses
    ADD CONSTRAINT customer_addresses_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers(id) ON DELETE RESTRICT;
ALTER TABLE ONLY differences
    ADD CONSTRAINT differences_run_id_fkey FOREIGN KEY (run_id) REFERENCES reconciliation_runs(id) ON DELETE RESTRICT;
ALTER TABLE ONLY differences
    ADD CONSTRAINT differences_vendor_id_fkey FOREIGN KEY (vendor_id) REFERENCES vendors(id) ON DELETE RESTRICT;
ALTER TABLE ONLY discounts
    ADD CONSTRAINT discounts_vendor_id_fkey FOREIGN KEY (vendor_id) REFERENCES vendors(id) ON DELETE RESTRICT;
ALTER TABLE ONLY dispute_files
    ADD CONSTRAINT dispute_files_dispute_id_fkey FOREIGN KEY (dispute_id) REFERENCES disputes(id) ON DELETE RESTRICT;
ALTER TABLE ONLY disputes
    ADD CONSTRAINT disputes_order_id_fkey FOREIGN KEY (order_id) REFERENCES orders(id) ON DELETE RESTRICT;
ALTER TABLE ONLY disputes
    ADD CONSTRAINT disputes_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES payments(id) ON DELETE RESTRICT;
ALTER TABLE ONLY disputes
    ADD CONSTRAINT disputes_vendor_id_fkey FOREIGN KEY (vendor_id) REFERENCES vendors(id) ON DELETE RESTRICT;
ALTER TABLE ONLY emails
    ADD CONSTRAINT emails_order_id_fkey FOREIGN KEY (order_id) REFERENCES orders(id) ON DELETE RESTRICT;
ALTER TABLE ONLY factor_resets
    ADD CONSTRAINT factor_resets_member_id_fkey FOREIGN KEY (member_id) REFERENCES members(id) ON DELETE RESTRICT;
ALTER TABLE ONLY fee_rules
    ADD CONSTRAINT fee_rules_product_id_fkey FOREIGN KEY (product_id) REFERENCES products(id) ON DELETE RESTRICT;
ALTER TABLE ONLY fee_rules
    ADD CONSTRAINT fee_rules_vendor_id_fkey FOREIGN KEY (vendor_id) REFERENCES vendors(id) ON DELETE RESTRICT;
ALTER TABLE ONLY former_categories
    ADD CONSTRAINT former_categories_category_id_fkey FOREIGN KEY (category_id) REFERENCES categories(id) ON DELETE SET NULL;
ALTER TABLE ONLY invoice_counters
    ADD CONSTRAINT invoice_counters_vendor_id_fkey FOREIGN KEY (vendor_id) REFERENCES vendors(id) ON DELETE RESTRICT;
ALTER TABLE ONLY kept_forms
    ADD CONSTRAINT kept_forms_session_id_fkey FOREIGN KEY (session_id) REFERENCES sessions(id) ON DELETE CASCADE;
ALTER TABLE ONLY ledger_entries
    ADD CONSTRAINT ledger_entries_posting_id_fkey FOREIGN KEY (posting_id) REFERENCES ledger_postings(id) ON DELETE RESTRICT;
ALTER TABLE ONLY ledger_entries
    ADD CONSTRAINT ledger_entries_vendor_id_fkey FOREIGN KEY (vendor_id) REFERENCES vendors(id) ON DELETE RESTRICT;
ALTER TABLE ONLY ledger_postings
    ADD CONSTRAINT ledger_postings_vendor_id_fkey FOREIGN KEY (vendor_id) REFERENCES vendors(id) ON DELETE RESTRICT;
ALTER TABLE ONLY mail_links
    ADD CONSTRAINT mail_links_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers(id) ON DELETE RESTRICT;
ALTER TABLE ONLY mail_links
    ADD CONSTRAINT mail_links_member_id_fkey FOREIGN KEY (member_id) REFERENCES members(id) ON DELETE RESTRICT;
ALTER TABLE ONLY members
    ADD CONSTRAINT members_vendor_id_fkey FOREIGN KEY (vendor_id) REFERENCES vendors(id) ON DELETE RESTRICT;
ALTER TABLE ONLY movements
    ADD CONSTRAINT movements_claim_id_fkey FOREIGN KEY (claim_id) REFERENCES claims(id) ON DELETE RESTRICT;
ALTER TABLE ONLY order_lines
    ADD CONSTRAINT order_lines_order_id_fkey FOREIGN KEY (order_id) REFERENCES orders(id) ON DELETE RESTRICT;
ALTER TABLE ONLY order_lines
    ADD CONSTRAINT order_lines_product_id_fkey FOREIGN KEY (product_id) REFERENCES products(id) ON DELETE RESTRICT;
ALTER TABLE ONLY order_messages
    ADD CONSTRAINT order_messages_order_id_fkey FOREIGN KEY (order_id) REFERENCES orders(id) ON DELETE RESTRICT;
ALTER TABLE ONLY order_messages
    ADD CONSTRAINT order_messages_vendor_id_fkey FOREIGN KEY (vendor_id) REFERENCES vendors(id) ON DELETE RESTRICT;
ALTER TABLE ONLY orders
    ADD CONSTRAINT orders_checkout_id_fkey FOREIGN KEY (checkout_id) REFERENCES checkouts(id) ON DELETE RESTRICT;
ALTER TABLE ONLY orders
    ADD CONSTRAINT orders_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers(id) ON DELETE RESTRICT;
ALTER TABLE ONLY orders
    ADD CONSTRAINT orders_vendor_id_fkey FOREIGN KEY (vendor_id) REFERENCES vendors(id) ON DELETE RESTRICT;
ALTER TABLE ONLY payment_method_detachments
    ADD CONSTRAINT payment_method_detachments_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers(id) ON DELETE RESTRICT;
ALTER TABLE ONLY payment_method_setups
    ADD CONSTRAINT payment_method_setups_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers(id) ON DELETE RESTRICT;
ALTER TABLE ONLY payment_methods
    ADD CONSTRAINT payment_methods_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers(id) ON DELETE RESTRICT;
ALTER TABLE ONLY payment_methods
    ADD CONSTRAINT payment_methods_vendor_id_fkey FOREIGN KEY (vendor_id) REFERENCES vendors(id) ON DELETE RESTRICT;
ALTER TABLE ONLY payments
    ADD CONSTRAINT payments_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers(id) ON DELETE RESTRICT;
ALTER TABLE ONLY payments
    ADD CONSTRAINT payments_order_id_fkey FOREIGN KEY (order_id) REFERENCES orders(id) ON DELETE RESTRICT;
ALTER TABLE ONLY payments
    ADD CONSTRAINT payments_vendor_id_fkey FOREIGN KEY (vendor_id) REFERENCES vendors(id) ON DELETE RESTRICT;
ALTER TABLE ONLY payout_items
    ADD CONSTRAINT payout_items_entry_id_fkey FOREIGN KEY (entry_id) REFERENCES ledger_entries(id) ON DELETE RESTRICT;
ALTER TABLE ONLY payout_items
    ADD CONSTRAINT payout_items_order_id_fkey FOREIGN KEY (order_id) REFERENCES orders(id) ON DELETE RESTRICT;
ALTER TABLE ONLY payout_items
    ADD CONSTRAINT payout_items_payout_id_fkey FOREIGN KEY (payout_id) REFERENCES payouts(id) ON DELETE RESTRICT;
ALTER TABLE ONLY payouts
    ADD CONSTRAINT payouts_vendor_id_fkey FOREIGN KEY (vendor_id) REFERENCES vendors(id) ON DELETE RESTRICT;
ALTER TABLE ONLY picture_files
    ADD CONSTRAINT picture_files_picture_id_fkey FOREIGN KEY (picture_id) REFERENCES pictures(id) ON DELETE RESTRICT;
ALTER TABLE ONLY pictures
    ADD CONSTRAINT pictures_vendor_id_fkey FOREIGN KEY (vendor_id) REFERENCES vendors(id) ON DELETE RESTRICT;
ALTER TABLE ONLY product_pictures
    ADD CONSTRAINT product_pictures_product_id_fkey FOREIGN KEY (product_id) REFERENCES products(id) ON DELETE RESTRICT;
ALTER TABLE ONLY products
    ADD CONSTRAINT products_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES products(id) ON DELETE RESTRICT;
ALTER TABLE ONLY products
    ADD CONSTRAINT products_vendor_id_fkey FOREIGN KEY (vendor_id) REFERENCES vendors(id) ON DELETE RESTRICT;
ALTER TABLE ONLY recovery_codes
    ADD CONSTRAINT recovery_codes_member_id_fkey FOREIGN KEY (member_id) REFERENCES members(id) ON DELETE RESTRICT;
ALTER TABLE ONLY redemptions
    ADD CONSTRAINT redemptions_checkout_id_fkey FOREIGN KEY (checkout_id) REFERENCES checkouts(id) ON DELETE RESTRICT;
ALTER TABLE ONLY redemptions
    ADD CONSTRAINT redemptions_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers(id) ON DELETE RESTRICT;
ALTER TABLE ONLY redemptions
    ADD CONSTRAINT redemptions_discount_id_fkey FOREIGN KEY (discount_id) REFERENCES discounts(id) ON DELETE RESTRICT;
ALTER TABLE ONLY refund_lines
    ADD CONSTRAINT refund_lines_order_line_id_fkey FOREIGN KEY (order_line_id) REFERENCES order_lines(id) ON DELETE RESTRICT;
ALTER TABLE ONLY refund_lines
    ADD CONSTRAINT refund_lines_refund_id_fkey FOREIGN KEY (refund_id) REFERENCES refunds(id) ON DELETE RESTRICT;
ALTER TABLE ONLY refunds
    ADD CONSTRAINT refunds_order_id_fkey FOREIGN KEY (order_id) REFERENCES orders(id) ON DELETE RESTRICT;
ALTER TABLE ONLY refunds
    ADD CONSTRAINT refunds_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES payments(id) ON DELETE RESTRICT;
ALTER TABLE ONLY refunds
    ADD CONSTRAINT refunds_vendor_id_fkey FOREIGN KEY (vendor_id) REFERENCES vendors(id) ON DELETE RESTRICT;
ALTER TABLE ONLY reserve_holds
    ADD CONSTRAINT reserve_holds_order_id_fkey FOREIGN KEY (order_id) REFERENCES orders(id) ON DELETE RESTRICT;
ALTER TABLE ONLY reserve_holds
    ADD CONSTRAINT reserve_holds_vendor_id_fkey FOREIGN KEY (vendor_id) REFERENCES vendors(id) ON DELETE RESTRICT;
ALTER TABLE ONLY return_lines
    ADD CONSTRAINT return_lines_order_line_id_fkey FOREIGN KEY (order_line_id) REFERENCES order_lines(id) ON DELETE RESTRICT;
ALTER TABLE ONLY return_lines
    ADD CONSTRAINT return_lines_request_id_fkey FOREIGN KEY (request_id) REFERENCES return_requests(id) ON DELETE RESTRICT;
ALTER TABLE ONLY return_requests
    ADD CONSTRAINT return_requests_order_id_fkey FOREIGN KEY (order_id) REFERENCES orders(id) ON DELETE RESTRICT;
ALTER TABLE ONLY return_requests
    ADD CONSTRAINT return_requests_vendor_id_fkey FOREIGN KEY (vendor_id) REFERENCES vendors(id) ON DELETE RESTRICT;
ALTER TABLE ONLY sales_documents
    ADD CONSTRAINT sales_documents_order_id_fkey FOREIGN KEY (order_id) REFERENCES orders(id) ON DELETE RESTRICT;
ALTER TABLE ONLY sales_documents
    ADD CONSTRAINT sales_documents_refund_id_fkey FOREIGN KEY (refund_id) REFERENCES refunds(id) ON DELETE RESTRICT;
ALTER TABLE ONLY sales_documents
    ADD CONSTRAINT sales_documents_vendor_id_fkey FOREIGN KEY (vendor_id) REFERENCES vendors(id) ON DELETE RESTRICT;
ALTER TABLE ONLY second_factors
    ADD CONSTRAINT second_factors_member_id_fkey FOREIGN KEY (member_id) REFERENCES members(id) ON DELETE RESTRICT;
ALTER TABLE ONLY sessions
    ADD CONSTRAINT sessions_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers(id) ON DELETE RESTRICT;
ALTER TABLE ONLY sessions
    ADD CONSTRAINT sessions_member_id_fkey FOREIGN KEY (member_id) REFERENCES members(id) ON DELETE RESTRICT;
ALTER TABLE ONLY shipping_settings
    ADD CONSTRAINT shipping_settings_vendor_id_fkey FOREIGN KEY (vendor_id) REFERENCES vendors(id) ON DELETE RESTRICT;
ALTER TABLE ONLY statements
    ADD CONSTRAINT statements_vendor_id_fkey FOREIGN KEY (vendor_id) REFERENCES vendors(id) ON DELETE RESTRICT;
ALTER TABLE ONLY stripe_balances
    ADD CONSTRAINT stripe_balances_vendor_id_fkey FOREIGN KEY (vendor_id) REFERENCES vendors(id) ON DELETE RESTRICT;
ALTER TABLE ONLY stripe_customers
    ADD CONSTRAINT stripe_customers_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers(id) ON DELETE RESTRICT;
ALTER TABLE ONLY stripe_references
    ADD CONSTRAINT stripe_references_order_id_fkey FOREIGN KEY (order_id) REFERENCES orders(id) ON DELETE RESTRICT;
ALTER TABLE ONLY stripe_references
    ADD CONSTRAINT stripe_references_vendor_id_fkey FOREIGN KEY (vendor_id) REFERENCES vendors(id) ON DELETE RESTRICT;
ALTER TABLE ONLY tokens
    ADD CONSTRAINT tokens_member_id_fkey FOREIGN KEY (member_id) REFERENCES members(id) ON DELETE RESTRICT;
ALTER TABLE ONLY tokens
    ADD CONSTRAINT tokens_vendor_id_fkey FOREIGN KEY (vendor_id) REFERENCES vendors(id) ON DELETE RESTRICT;
ALTER TABLE ONLY vat_registrations
    ADD CONSTRAINT vat_registrations_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers(id) ON DELETE RESTRICT;
ALTER TABLE ONLY vat_registrations
    ADD CONSTRAINT vat_registrations_vendor_id_fkey FOREIGN KEY (vendor_id) REFERENCES vendors(id) ON DELETE RESTRICT;
ALTER TABLE ONLY vat_waits
    ADD CONSTRAINT vat_waits_vendor_id_fkey FOREIGN KEY (vendor_id) REFERENCES vendors(id) ON DELETE RESTRICT;
ALTER TABLE ONLY vendor_payment_configs
    ADD CONSTRAINT vendor_payment_configs_vendor_id_fkey FOREIGN KEY (vendor_id) REFERENCES vendors(id) ON DELETE RESTRICT;
ALTER TABLE ONLY webhook_bodies
    ADD CONSTRAINT webhook_bodies_event_id_fkey FOREIGN KEY (event_id) REFERENCES webhook_events(id) ON DELETE RESTRICT;
ALTER TABLE ONLY webhook_events
    ADD CONSTRAINT webhook_events_order_id_fkey FOREIGN KEY (order_id) REFERENCES orders(id) ON DELETE RESTRICT;
