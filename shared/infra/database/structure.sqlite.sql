-- What all migrations make, up to 0102_off_sale_found. Made by `python -m tests.support.structure`, not by hand.

CREATE TABLE "tortoise_migrations" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "app" VARCHAR(255) NOT NULL,
    "name" VARCHAR(255) NOT NULL,
    "applied_at" TIMESTAMP NOT NULL,
    CONSTRAINT "uid_tortoise_mi_app_3803a5" UNIQUE ("app", "name")
);
CREATE TABLE "baskets" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "token_digest" VARCHAR(64) NOT NULL UNIQUE
, "discount_code" VARCHAR(40) NOT NULL  /* discounts\/rules.py::typed_code; empty: none */ DEFAULT '');
CREATE TABLE "customers" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "email" VARCHAR(254) NOT NULL UNIQUE /* lower case */,
    "password_hash" VARCHAR(255) NOT NULL,
    "full_name" VARCHAR(120) NOT NULL,
    "is_active" INT NOT NULL
, "email_confirmed_at" TIMESTAMP   /* when a mail to this address was answered */, "language" VARCHAR(8) NOT NULL  /* chosen, or spoken at the sign-up; empty: not known */ DEFAULT '', "terms" TEXT NOT NULL  /* what staff find them by */ DEFAULT '');
CREATE TABLE "audit_entries" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "actor" VARCHAR(60) NOT NULL,
    "action" VARCHAR(80) NOT NULL  /* dotted, e.g. payment.succeeded */,
    "subject" VARCHAR(80) NOT NULL  /* order:12, payment:9 */,
    "details" JSON NOT NULL,
    "vendor_id" BIGINT REFERENCES "vendors" ("id") ON DELETE RESTRICT
, "address" VARCHAR(45) NOT NULL  /* network address of a person */ DEFAULT '', "request_id" VARCHAR(40) NOT NULL  /* as in the log */ DEFAULT '', "is_by_person" INT NOT NULL  /* of the actor */ DEFAULT 0, "kind" VARCHAR(20) NOT NULL  /* of the action */ DEFAULT '');
CREATE INDEX "ix_audit_subject" ON "audit_entries" ("subject", "id");
CREATE TABLE "tokens" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "name" VARCHAR(80) NOT NULL,
    "hint" VARCHAR(16) NOT NULL  /* its first characters, to recognise it by */,
    "token_digest" VARCHAR(64) NOT NULL UNIQUE,
    "last_used_at" TIMESTAMP,
    "revoked_at" TIMESTAMP,
    "member_id" BIGINT NOT NULL REFERENCES "members" ("id") ON DELETE RESTRICT,
    "vendor_id" BIGINT NOT NULL REFERENCES "vendors" ("id") ON DELETE RESTRICT
, "scopes" VARCHAR(200) NOT NULL  /* words of people\/scopes.py */ DEFAULT 'payments:read', "expires_at" TIMESTAMP   /* null: until it is revoked */, "told_of_end_at" TIMESTAMP   /* when its owners were written to */);
CREATE INDEX "ix_tokens_vendor" ON "tokens" ("vendor_id");
CREATE TABLE "members" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "email" VARCHAR(254) NOT NULL UNIQUE /* lower case */,
    "password_hash" VARCHAR(255) NOT NULL,
    "full_name" VARCHAR(120) NOT NULL,
    "role" VARCHAR(20) NOT NULL  /* owner | operator */,
    "is_active" INT NOT NULL,
    "vendor_id" BIGINT REFERENCES "vendors" ("id") ON DELETE RESTRICT

, "email_confirmed_at" TIMESTAMP   /* when a mail to this address was answered */, "second_factor_at" TIMESTAMP   /* since when a second factor is asked for */, "terms" TEXT NOT NULL  /* what staff find them by */ DEFAULT '', CONSTRAINT "ck_members_role" CHECK (role in ('owner', 'operator'))
, CONSTRAINT "ck_members_vendor" CHECK ((role = 'operator') = (vendor_id is null)));
CREATE TABLE "sessions" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "token_digest" VARCHAR(64) NOT NULL UNIQUE,
    "user_agent" VARCHAR(255) NOT NULL,
    "last_seen_at" TIMESTAMP NOT NULL,
    "expires_at" TIMESTAMP NOT NULL,
    "revoked_at" TIMESTAMP,
    "customer_id" BIGINT REFERENCES "customers" ("id") ON DELETE RESTRICT,
    "member_id" BIGINT REFERENCES "members" ("id") ON DELETE RESTRICT

, "authenticated_at" TIMESTAMP   /* when a password or factor was last given in it */, "wrong_answers" SMALLINT NOT NULL  /* in a row; too many of them end it */ DEFAULT 0, "awaits_factor" INT NOT NULL  /* the password alone was given */ DEFAULT 0, "challenge" VARCHAR(128)   /* to which the next passkey must answer */, CONSTRAINT "ck_sessions_one_person" CHECK ((member_id is null) <> (customer_id is null)));
CREATE TABLE "vendors" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "slug" VARCHAR(60) NOT NULL UNIQUE,
    "name" VARCHAR(120) NOT NULL,
    "tagline" VARCHAR(160) NOT NULL,
    "description" TEXT NOT NULL,
    "business_email" VARCHAR(254) NOT NULL,
    "business_phone" VARCHAR(40) NOT NULL,
    "country" VARCHAR(2) NOT NULL  /* ISO 3166-1 alpha-2 */,
    "city" VARCHAR(80) NOT NULL,
    "brand_color" VARCHAR(7) NOT NULL,
    "logo" VARCHAR(200) NOT NULL  /* path below static\/ */,
    "cover" VARCHAR(200) NOT NULL  /* path below static\/ */,
    "ships_in_days" SMALLINT NOT NULL,
    "is_open" INT NOT NULL  /* false: hidden from shoppers */

, "search" TEXT NOT NULL  /* folded; what shoppers may find it by */ DEFAULT '', "search_contact" TEXT NOT NULL  /* folded; what only staff find it by */ DEFAULT '', "closed_until" DATE   /* the day on which a closed shop opens by itself */, "vat_scheme" VARCHAR(10) NOT NULL  /* small | local | oss; empty: it has not said */ DEFAULT '', "postal_code" VARCHAR(12) NOT NULL  /* where it sells from, for VAT; empty: it has not said */ DEFAULT '', "legal_name" VARCHAR(120) NOT NULL  /* of the business behind the shop; empty: it has not said */ DEFAULT '', "seller_address" VARCHAR(300) NOT NULL  /* of that business, a line each, without its country */ DEFAULT '', "register_entry" VARCHAR(120) NOT NULL  /* which register the business is in, and its number there */ DEFAULT '', CONSTRAINT "ck_vendors_country" CHECK (length(country) = 2));
CREATE TABLE "vendor_payment_configs" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "stripe_account_id" VARCHAR(255)  UNIQUE,
    "stripe_account_key" VARCHAR(255)   /* idempotency key of the account's creation */,
    "stripe_account_status" VARCHAR(50) NOT NULL,
    "account_request" JSON NOT NULL  /* country, business type and details sent with that key */,
    "charges_enabled" INT NOT NULL,
    "payouts_enabled" INT NOT NULL,
    "details_submitted" INT NOT NULL,
    "transfers_active" INT NOT NULL,
    "disabled_reason" VARCHAR(80),
    "requirements" JSON NOT NULL  /* currently_due, past_due, pending_verification */,
    "accepts_payments" INT NOT NULL  /* derived from the account, see vendors\/rules.py */,
    "currency" VARCHAR(3) NOT NULL,
    "platform_fee_percentage" VARCHAR(40) NOT NULL,
    "payout_schedule" VARCHAR(20) NOT NULL,
    "minimum_payout" BIGINT NOT NULL  /* minor units of currency */,
    "synced_at" TIMESTAMP   /* when the account was last read from Stripe */,
    "deauthorized_at" TIMESTAMP,
    "vendor_id" BIGINT NOT NULL UNIQUE REFERENCES "vendors" ("id") ON DELETE RESTRICT

, "payout_anchor" VARCHAR(10) NOT NULL  /* monday, or 1 to 31 */ DEFAULT '', "payouts_held_at" TIMESTAMP   /* the operator holds payouts back */, "payouts_held_reason" VARCHAR(300) NOT NULL DEFAULT '', "reserve_days" SMALLINT NOT NULL  /* how long the reserve is held */ DEFAULT 0, "reserve_percentage" VARCHAR(40) NOT NULL  /* of each sale */ DEFAULT 0, "external_account_errored" INT NOT NULL  /* payouts have nowhere to go */ DEFAULT 0, "current_deadline" TIMESTAMP   /* of what is due now; to find it by */, "future_deadline" TIMESTAMP   /* of what is announced; to find it by */, "connected_again_at" TIMESTAMP   /* after it was disconnected; older news is ignored */, "payout_banks" JSON   /* currency -> id of the bank that payouts went to last */, "bank_changed_at" TIMESTAMP, "bank_hold_until" TIMESTAMP   /* payouts wait, after another bank was given */, CONSTRAINT "ck_payment_configs_status" CHECK (stripe_account_status in ('not_configured', 'pending', 'under_review', 'restricted_soon', 'active', 'restricted', 'inactive'))
, CONSTRAINT "ck_payment_configs_schedule" CHECK (payout_schedule in ('daily', 'weekly', 'monthly'))
, CONSTRAINT "ck_payment_configs_fee" CHECK (cast(platform_fee_percentage as numeric) >= 0 and cast(platform_fee_percentage as numeric) < 100)
, CONSTRAINT "ck_payment_configs_minimum" CHECK (minimum_payout >= 0)
, CONSTRAINT "ck_payment_configs_currency" CHECK (currency = upper(currency) and length(currency) = 3));
CREATE TABLE "basket_lines" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "quantity" INT NOT NULL,
    "seen_amount" BIGINT NOT NULL  /* minor units */,
    "basket_id" BIGINT NOT NULL REFERENCES "baskets" ("id") ON DELETE RESTRICT,
    "product_id" BIGINT NOT NULL REFERENCES "products" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_basket_line_basket__ca1239" UNIQUE ("basket_id", "product_id")

, CONSTRAINT "ck_basket_lines_quantity" CHECK (quantity between 1 and 99));
CREATE TABLE "webhook_events" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "source" VARCHAR(20) NOT NULL  /* platform | connect */,
    "stripe_event_id" VARCHAR(255) NOT NULL,
    "type" VARCHAR(120) NOT NULL,
    "stripe_account_id" VARCHAR(255),
    "stripe_object_id" VARCHAR(255),
    "livemode" INT NOT NULL,
    "api_version" VARCHAR(40),
    "stripe_created_at" TIMESTAMP NOT NULL,
    "status" VARCHAR(20) NOT NULL,
    "outcome" VARCHAR(200) NOT NULL  /* what was decided, in words */,
    "attempts" SMALLINT NOT NULL,
    "error" TEXT,
    "next_attempt_at" TIMESTAMP,
    "handled_at" TIMESTAMP, "decision" VARCHAR(20) NOT NULL  /* applied | older | ignored | failed, for the timeline */ DEFAULT '', "duplicates" INT NOT NULL  /* how often it was delivered again */ DEFAULT 0, "order_id" BIGINT REFERENCES "orders" ("id") ON DELETE RESTRICT, "last_duplicate_at" TIMESTAMP   /* when it was delivered again last */, "fetched" INT NOT NULL  /* we asked for it, since no delivery brought it */ DEFAULT 0,
    CONSTRAINT "uid_webhook_eve_source_35b641" UNIQUE ("source", "stripe_event_id")

, CONSTRAINT "ck_webhook_events_source" CHECK (source in ('platform', 'connect'))
, CONSTRAINT "ck_webhook_events_status" CHECK (status in ('received', 'handled', 'ignored', 'failed', 'parked')));
CREATE INDEX "idx_webhook_eve_stripe__9f330e" ON "webhook_events" ("stripe_object_id");
CREATE INDEX "ix_webhook_events_due" ON "webhook_events" ("status", "next_attempt_at");
CREATE TABLE "jobs" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "kind" VARCHAR(80) NOT NULL,
    "args" JSON NOT NULL,
    "unique_key" VARCHAR(200)  UNIQUE,
    "status" VARCHAR(20) NOT NULL  /* waiting | running | done | failed */,
    "run_at" TIMESTAMP NOT NULL,
    "attempts" SMALLINT NOT NULL,
    "claimed_until" TIMESTAMP   /* a running job whose time is over is taken again */,
    "error" TEXT,
    "finished_at" TIMESTAMP

, CONSTRAINT "ck_jobs_status" CHECK (status in ('waiting', 'running', 'done', 'failed')));
CREATE INDEX "ix_jobs_due" ON "jobs" ("status", "run_at");
CREATE TABLE "emails" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "unique_key" VARCHAR(200) NOT NULL UNIQUE,
    "kind" VARCHAR(60) NOT NULL  /* which mail, e.g. order_confirmed */,
    "to" VARCHAR(254) NOT NULL,
    "subject" VARCHAR(200) NOT NULL,
    "text" TEXT NOT NULL,
    "html" TEXT NOT NULL,
    "status" VARCHAR(20) NOT NULL  /* waiting | sent | failed */,
    "sent_at" TIMESTAMP,
    "error" TEXT

, "order_id" BIGINT REFERENCES "orders" ("id") ON DELETE RESTRICT, "language" VARCHAR(8) NOT NULL  /* that its text is written in */ DEFAULT 'en', CONSTRAINT "ck_emails_status" CHECK (status in ('waiting', 'sent', 'failed')));
CREATE TABLE "ledger_postings" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "kind" VARCHAR(40) NOT NULL,
    "key" VARCHAR(120) NOT NULL UNIQUE /* names the fact, so that it is posted once */,
    "subject" VARCHAR(80) NOT NULL  /* order:12 */,
    "is_closed" INT NOT NULL
, "vendor_id" BIGINT REFERENCES "vendors" ("id") ON DELETE RESTRICT /* whose sale it is about, where no entry says so */);
CREATE INDEX "idx_ledger_post_subject_896b30" ON "ledger_postings" ("subject");
CREATE TRIGGER ledger_postings_never_go BEFORE DELETE ON ledger_postings
BEGIN SELECT RAISE(ABORT, 'postings are never deleted'); END;
CREATE TRIGGER ledger_postings_begin_open BEFORE INSERT ON ledger_postings WHEN NEW.is_closed
BEGIN SELECT RAISE(ABORT, 'a posting is closed once its entries are there'); END;
CREATE TABLE "job_schedules" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "kind" VARCHAR(80) NOT NULL UNIQUE,
    "next_at" TIMESTAMP NOT NULL,
    "last_at" TIMESTAMP,
    "state" JSON NOT NULL  /* what the job remembers between runs */
);
CREATE TABLE "payout_items" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "amount" BIGINT NOT NULL  /* minor units of the payout's currency; negative for what went back */,
    "entry_id" BIGINT NOT NULL REFERENCES "ledger_entries" ("id") ON DELETE RESTRICT,
    "order_id" BIGINT REFERENCES "orders" ("id") ON DELETE RESTRICT,
    "payout_id" BIGINT NOT NULL REFERENCES "payouts" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_payout_item_payout__94f59a" UNIQUE ("payout_id", "entry_id")
);
CREATE INDEX "ix_payout_items_entry" ON "payout_items" ("entry_id");
CREATE INDEX "ix_payout_items_order" ON "payout_items" ("order_id");
CREATE TABLE "stripe_references" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "stripe_id" VARCHAR(255) NOT NULL UNIQUE,
    "subject" VARCHAR(80) NOT NULL,
    "order_id" BIGINT REFERENCES "orders" ("id") ON DELETE RESTRICT,
    "vendor_id" BIGINT REFERENCES "vendors" ("id") ON DELETE RESTRICT
);
CREATE TABLE "movements" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "kind" VARCHAR(20) NOT NULL,
    "status" VARCHAR(20) NOT NULL,
    "amount" BIGINT NOT NULL  /* minor units of the claim's currency */,
    "stripe_source_id" VARCHAR(255) NOT NULL  /* the transfer that is reversed, the fee that is given back, or the charge that is sent out of */,
    "stripe_id" VARCHAR(255)  UNIQUE,
    "idempotency_key" VARCHAR(255) NOT NULL UNIQUE,
    "refusal" VARCHAR(200) NOT NULL,
    "claim_id" BIGINT NOT NULL REFERENCES "claims" ("id") ON DELETE RESTRICT

, CONSTRAINT "ck_movements_kind" CHECK (kind in ('reversal', 'transfer', 'fee_refund'))
, CONSTRAINT "ck_movements_status" CHECK (status in ('opening', 'done', 'refused'))
, CONSTRAINT "ck_movements_amount" CHECK (amount > 0));
CREATE INDEX "ix_movements_claim" ON "movements" ("claim_id");
CREATE INDEX "ix_movements_status" ON "movements" ("status");
CREATE TABLE "payouts" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "period" VARCHAR(40)   /* 2026-11-30; null for automatic and instant ones */,
    "status" VARCHAR(20) NOT NULL,
    "amount" BIGINT NOT NULL  /* minor units of currency */,
    "fee" BIGINT NOT NULL  /* minor units, of an instant payout */,
    "currency" VARCHAR(3) NOT NULL,
    "method" VARCHAR(20) NOT NULL  /* standard | instant */,
    "is_automatic" INT NOT NULL  /* made by Stripe's own schedule */,
    "stripe_account_id" VARCHAR(255),
    "stripe_payout_id" VARCHAR(255)  UNIQUE,
    "stripe_destination_id" VARCHAR(255),
    "destination_words" VARCHAR(120) NOT NULL  /* STRIPE TEST BANK ••42 */,
    "idempotency_key" VARCHAR(255)  UNIQUE,
    "requested_by" VARCHAR(60) NOT NULL,
    "arrives_on" TIMESTAMP,
    "paid_at" TIMESTAMP,
    "failed_at" TIMESTAMP,
    "failure_code" VARCHAR(80),
    "trace_id" VARCHAR(120),
    "refusal" VARCHAR(300) NOT NULL  /* a sentence: why Stripe refused it */,
    "vendor_id" BIGINT REFERENCES "vendors" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_payouts_vendor__200c26" UNIQUE ("vendor_id", "currency", "period")

, CONSTRAINT "ck_payouts_status" CHECK (status in ('opening', 'refused', 'pending', 'in_transit', 'paid', 'failed', 'canceled'))
, CONSTRAINT "ck_payouts_method" CHECK (method in ('standard', 'instant'))
, CONSTRAINT "ck_payouts_fee" CHECK (fee >= 0));
CREATE INDEX "ix_payouts_vendor" ON "payouts" ("vendor_id", "id");
CREATE INDEX "ix_payouts_status" ON "payouts" ("status", "updated_at");
CREATE TABLE "reconciliation_runs" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "status" VARCHAR(20) NOT NULL  /* running | clean | differences | failed */,
    "started_by" VARCHAR(60) NOT NULL,
    "finished_at" TIMESTAMP,
    "compared" JSON NOT NULL  /* what was looked at -> how many */,
    "error" TEXT

, CONSTRAINT "ck_reconciliation_runs_status" CHECK (status in ('running', 'clean', 'differences', 'failed')));
CREATE TABLE "differences" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "number" INT NOT NULL,
    "kind" VARCHAR(60) NOT NULL,
    "subject" VARCHAR(80) NOT NULL  /* payment:12, po_1 */,
    "stripe_id" VARCHAR(255),
    "text" TEXT NOT NULL  /* a sentence: what differs */,
    "our_side" VARCHAR(255) NOT NULL,
    "stripe_side" VARCHAR(255) NOT NULL,
    "repair" VARCHAR(60) NOT NULL  /* the named repair; empty: a person must look */,
    "arguments" JSON NOT NULL,
    "status" VARCHAR(20) NOT NULL  /* open | repaired | failed */,
    "outcome" VARCHAR(300) NOT NULL,
    "repaired_at" TIMESTAMP,
    "repaired_by" VARCHAR(60) NOT NULL,
    "run_id" BIGINT NOT NULL REFERENCES "reconciliation_runs" ("id") ON DELETE RESTRICT,
    "vendor_id" BIGINT REFERENCES "vendors" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_differences_run_id_92e40d" UNIQUE ("run_id", "number")

, CONSTRAINT "ck_differences_status" CHECK (status in ('open', 'repaired', 'failed')));
CREATE INDEX "ix_differences_status" ON "differences" ("status");
CREATE TABLE "refund_lines" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "quantity" INT NOT NULL,
    "amount" BIGINT NOT NULL  /* minor units of the refund's currency */,
    "restock" INT NOT NULL,
    "restocked_at" TIMESTAMP,
    "order_line_id" BIGINT NOT NULL REFERENCES "order_lines" ("id") ON DELETE RESTRICT,
    "refund_id" BIGINT NOT NULL REFERENCES "refunds" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_refund_line_refund__07f140" UNIQUE ("refund_id", "order_line_id")

, CONSTRAINT "ck_refund_lines_positive" CHECK (quantity > 0 and amount >= 0));
CREATE TABLE "reserve_holds" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "currency" VARCHAR(3) NOT NULL,
    "amount" BIGINT NOT NULL  /* minor units of currency */,
    "release_at" TIMESTAMP NOT NULL,
    "released_at" TIMESTAMP,
    "order_id" BIGINT NOT NULL REFERENCES "orders" ("id") ON DELETE RESTRICT,
    "vendor_id" BIGINT NOT NULL REFERENCES "vendors" ("id") ON DELETE RESTRICT, "let_go" BIGINT NOT NULL  /* of that, released early because of refunds */ DEFAULT 0, "changes" SMALLINT NOT NULL  /* how often a part was released early */ DEFAULT 0,
    CONSTRAINT "uid_reserve_hol_order_i_1806e8" UNIQUE ("order_id", "vendor_id")

, CONSTRAINT "ck_reserve_holds_amount" CHECK (amount > 0));
CREATE INDEX "ix_reserve_holds_vendor" ON "reserve_holds" ("vendor_id", "currency", "released_at");
CREATE INDEX "ix_reserve_holds_due" ON "reserve_holds" ("released_at", "release_at");
CREATE TABLE "fee_rules" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "position" INT NOT NULL  /* 1 is asked first */,
    "category" VARCHAR(60) NOT NULL  /* as products have it; empty: any */,
    "percentage" VARCHAR(40) NOT NULL,
    "fixed_amount" BIGINT NOT NULL  /* minor units of currency, per line of an order */,
    "minimum_amount" BIGINT   /* minor units of currency */,
    "maximum_amount" BIGINT   /* minor units of currency */,
    "currency" VARCHAR(3)   /* null: any, and then a percentage only */,
    "is_active" INT NOT NULL,
    "product_id" BIGINT REFERENCES "products" ("id") ON DELETE RESTRICT,
    "vendor_id" BIGINT REFERENCES "vendors" ("id") ON DELETE RESTRICT

, CONSTRAINT "ck_fee_rules_position" CHECK (position > 0)
, CONSTRAINT "ck_fee_rules_percentage" CHECK (cast(percentage as numeric) >= 0 and cast(percentage as numeric) < 100)
, CONSTRAINT "ck_fee_rules_amounts" CHECK (fixed_amount >= 0 and (minimum_amount is null or minimum_amount >= 0) and (maximum_amount is null or (maximum_amount >= fixed_amount and (minimum_amount is null or maximum_amount >= minimum_amount))))
, CONSTRAINT "ck_fee_rules_currency" CHECK ((currency is null and fixed_amount = 0 and minimum_amount is null and maximum_amount is null) or (currency is not null and currency = upper(currency) and length(currency) = 3))
, CONSTRAINT "ck_fee_rules_product" CHECK (product_id is null or vendor_id is not null));
CREATE INDEX "ix_fee_rules_order" ON "fee_rules" ("position", "id");
CREATE UNIQUE INDEX uq_reconciliation_runs_running ON reconciliation_runs (status) WHERE status = 'running';
CREATE TABLE "marketplace_identity" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "legal_name" VARCHAR(120) NOT NULL,
    "address" VARCHAR(300) NOT NULL  /* lines as they stand on an envelope */,
    "country" VARCHAR(2) NOT NULL,
    "vat_number" VARCHAR(20) NOT NULL,
    "vat_percentage" VARCHAR(40) NOT NULL,
    "invoice_prefix" VARCHAR(12) NOT NULL,
    "series_year" INT NOT NULL  /* the year of the last invoice */,
    "series_last" INT NOT NULL  /* its number; starts again at 1 each year */

, CONSTRAINT "ck_marketplace_identity_one" CHECK (id = 1)
, CONSTRAINT "ck_marketplace_identity_vat" CHECK (cast(vat_percentage as numeric) >= 0 and cast(vat_percentage as numeric) < 100)
, CONSTRAINT "ck_marketplace_identity_series" CHECK (series_last >= 0));
CREATE INDEX "ix_emails_order" ON "emails" ("order_id");
CREATE TABLE "dispute_files" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "kind" VARCHAR(40) NOT NULL  /* Stripe's name of this piece of evidence */,
    "name" VARCHAR(120) NOT NULL,
    "content_type" VARCHAR(40) NOT NULL,
    "size" INT NOT NULL  /* bytes */,
    "digest" VARCHAR(64) NOT NULL  /* SHA-256 */,
    "content" BLOB NOT NULL,
    "made_here" INT NOT NULL  /* our own receipt, not the vendor's document */,
    "upload_key" VARCHAR(255) NOT NULL  /* idempotency key of its upload */,
    "stripe_file_id" VARCHAR(255),
    "refusal" VARCHAR(200) NOT NULL  /* why Stripe did not take it, for the vendor */,
    "dispute_id" BIGINT NOT NULL REFERENCES "disputes" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_dispute_fil_dispute_5c2ae6" UNIQUE ("dispute_id", "kind")

, CONSTRAINT "ck_dispute_files_kind" CHECK (kind in ('receipt', 'shipping_documentation', 'customer_communication', 'uncategorized_file'))
, CONSTRAINT "ck_dispute_files_size" CHECK (size > 0));
CREATE TABLE "vat_waits" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "month" VARCHAR(7) NOT NULL  /* 2026-11 */,
    "currency" VARCHAR(3) NOT NULL  /* of the statement */,
    "into" VARCHAR(3) NOT NULL  /* of the state that the VAT goes to */,
    "day" DATE NOT NULL  /* the month's last; the rate is of then, or of the last working day before */,
    "vendor_id" BIGINT NOT NULL REFERENCES "vendors" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_vat_waits_vendor__0b0197" UNIQUE ("vendor_id", "currency")
);
CREATE TABLE "vat_rates" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "base" VARCHAR(3) NOT NULL,
    "quote" VARCHAR(3) NOT NULL,
    "rate" VARCHAR(40) NOT NULL,
    "source" VARCHAR(60) NOT NULL,
    "day" DATE NOT NULL,
    "entered_by" VARCHAR(120) NOT NULL,
    CONSTRAINT "uid_vat_rates_base_d70a0e" UNIQUE ("base", "quote", "day")

, CONSTRAINT "ck_vat_rates_rate" CHECK (cast(rate as numeric) > 0 and base <> quote));
CREATE TABLE "statements" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "month" VARCHAR(7) NOT NULL  /* 2026-11 */,
    "currency" VARCHAR(3) NOT NULL,
    "number" VARCHAR(40) NOT NULL UNIQUE /* of the commission invoice, without gaps */,
    "opening" BIGINT NOT NULL  /* minor units */,
    "closing" BIGINT NOT NULL  /* minor units */,
    "commission" BIGINT NOT NULL  /* minor units, VAT included, net of what was given back */,
    "vat_percentage" VARCHAR(40) NOT NULL,
    "vat" BIGINT NOT NULL  /* minor units contained in the commission */,
    "last_entry_id" BIGINT NOT NULL  /* the newest ledger entry that is in it */,
    "vendor_id" BIGINT NOT NULL REFERENCES "vendors" ("id") ON DELETE RESTRICT, "parties" JSON   /* who invoices whom, and whether the VAT is the recipient's: as it was when it was closed */, "ends_at" TIMESTAMP NOT NULL  /* the first moment after it */ DEFAULT '1970-01-01T00:00:00+00:00', "starts_at" TIMESTAMP NOT NULL  /* its first moment, as it was closed */ DEFAULT '1970-01-01T00:00:00+00:00', "state_vat" JSON   /* the VAT in the currency of the state it goes to, and by which rate; null where it is the same */, "time_zone" VARCHAR(64) NOT NULL  /* that it is a month of */ DEFAULT 'UTC', "reserved" BIGINT   /* minor units of the closing that are held back */, "owed" BIGINT   /* minor units that the vendor owed then */,
    CONSTRAINT "uid_statements_vendor__f139ee" UNIQUE ("vendor_id", "month", "currency")

, CONSTRAINT "ck_statements_month" CHECK (length(month) = 7 and substr(month, 5, 1) = '-')
, CONSTRAINT "ck_statements_span" CHECK (ends_at > starts_at));
CREATE TABLE "stripe_customers" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "number" SMALLINT NOT NULL  /* 1 for the shopper's first */,
    "idempotency_key" VARCHAR(255) NOT NULL UNIQUE,
    "request" JSON NOT NULL  /* email and name sent with that key */,
    "asked_at" TIMESTAMP   /* when Stripe was first asked under that key */,
    "stripe_customer_id" VARCHAR(255)  UNIQUE,
    "read_at" TIMESTAMP   /* when the reading began that its methods are from */,
    "gone_at" TIMESTAMP   /* when we learnt that it was deleted at Stripe */,
    "customer_id" BIGINT NOT NULL REFERENCES "customers" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_stripe_cust_custome_07795b" UNIQUE ("customer_id", "number")
);
CREATE TABLE "payment_methods" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "stripe_customer_id" VARCHAR(255) NOT NULL,
    "stripe_payment_method_id" VARCHAR(255) NOT NULL UNIQUE,
    "payment_method_type" VARCHAR(50) NOT NULL,
    "card_brand" VARCHAR(50),
    "card_last4" VARCHAR(4),
    "card_exp_month" SMALLINT,
    "card_exp_year" SMALLINT,
    "is_default" INT NOT NULL,
    "is_active" INT NOT NULL,
    "consented_at" TIMESTAMP NOT NULL  /* when the shopper agreed to its being kept */,
    "customer_id" BIGINT NOT NULL REFERENCES "customers" ("id") ON DELETE RESTRICT,
    "vendor_id" BIGINT REFERENCES "vendors" ("id") ON DELETE RESTRICT
, "consented_in" VARCHAR(20) NOT NULL  /* where */ DEFAULT 'checkout', "fingerprint" VARCHAR(80)   /* Stripe's: the same for the same card */, "removed_at" TIMESTAMP, "removed_because" VARCHAR(20)
, CONSTRAINT "ck_payment_methods_vendor" CHECK (vendor_id is null)
, CONSTRAINT "ck_payment_methods_consent" CHECK (consented_in in ('checkout', 'account'))
, CONSTRAINT "ck_payment_methods_removal" CHECK (removed_because in ('shopper', 'replaced', 'unasked', 'at_stripe', 'customer_gone')));
CREATE INDEX "ix_payment_methods_customer" ON "payment_methods" ("customer_id");
CREATE UNIQUE INDEX uq_payment_methods_default ON payment_methods (customer_id) WHERE is_default AND is_active;
CREATE TABLE "payment_method_setups" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "number" SMALLINT NOT NULL  /* 1 for the shopper's first */,
    "idempotency_key" VARCHAR(255) NOT NULL UNIQUE,
    "stripe_customer_id" VARCHAR(255) NOT NULL,
    "stripe_setup_intent_id" VARCHAR(255)  UNIQUE,
    "stripe_payment_method_id" VARCHAR(255)   /* what it set up */,
    "status" VARCHAR(20) NOT NULL,
    "customer_id" BIGINT NOT NULL REFERENCES "customers" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_payment_met_custome_1e3e78" UNIQUE ("customer_id", "number")

, CONSTRAINT "ck_payment_method_setups_status" CHECK (status in ('opening', 'open', 'succeeded', 'canceled')));
CREATE INDEX "ix_payment_method_setups_status" ON "payment_method_setups" ("status", "updated_at");
CREATE TABLE "payment_method_detachments" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "stripe_payment_method_id" VARCHAR(255) NOT NULL UNIQUE,
    "idempotency_key" VARCHAR(255) NOT NULL UNIQUE,
    "because" VARCHAR(20) NOT NULL,
    "done_at" TIMESTAMP   /* when Stripe no longer held it */,
    "customer_id" BIGINT NOT NULL REFERENCES "customers" ("id") ON DELETE RESTRICT

, CONSTRAINT "ck_payment_method_detachments_because" CHECK (because in ('shopper', 'replaced', 'unasked')));
CREATE INDEX "ix_payment_method_detachments_done" ON "payment_method_detachments" ("done_at");
CREATE UNIQUE INDEX uq_payment_methods_card ON payment_methods (customer_id, fingerprint) WHERE is_active;
CREATE UNIQUE INDEX uq_stripe_customers_live ON stripe_customers (customer_id) WHERE gone_at IS NULL;
CREATE UNIQUE INDEX uq_payment_method_setups_open ON payment_method_setups (customer_id) WHERE status IN ('opening', 'open');
CREATE TABLE "webhook_refusals" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "source" VARCHAR(20) NOT NULL  /* platform | connect */,
    "hour" TIMESTAMP NOT NULL  /* its beginning */,
    "count" INT NOT NULL,
    "why" VARCHAR(60) NOT NULL  /* of the last one */,
    "last_at" TIMESTAMP NOT NULL,
    CONSTRAINT "uid_webhook_ref_source_6c8ffa" UNIQUE ("source", "hour")

, CONSTRAINT "ck_webhook_refusals_source" CHECK (source in ('platform', 'connect'))
, CONSTRAINT "ck_webhook_refusals_count" CHECK (count > 0));
CREATE TABLE "webhook_secrets" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "source" VARCHAR(20) NOT NULL  /* platform | connect */,
    "digest" VARCHAR(64) NOT NULL,
    CONSTRAINT "uid_webhook_sec_source_d2bb93" UNIQUE ("source", "digest")

, CONSTRAINT "ck_webhook_secrets_source" CHECK (source in ('platform', 'connect')));
CREATE INDEX "ix_webhook_events_seen" ON "webhook_events" ("source", "created_at");
CREATE INDEX "ix_audit_at" ON "audit_entries" ("created_at");
CREATE TRIGGER audit_entries_never_go BEFORE DELETE ON audit_entries
BEGIN SELECT RAISE(ABORT, 'audit entries are never deleted'); END;
CREATE TRIGGER audit_entries_never_replaced BEFORE INSERT ON audit_entries
WHEN EXISTS (SELECT 1 FROM audit_entries WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'audit entries are never replaced'); END;
CREATE TABLE "kept_forms" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "method" VARCHAR(4) NOT NULL  /* GET for a link, POST for a form */,
    "action" VARCHAR(1000) NOT NULL  /* path and query that it was sent to */,
    "back" VARCHAR(1000) NOT NULL  /* the page that it was sent from */,
    "doing" VARCHAR(120) NOT NULL  /* what it does, as words after `to` */,
    "fields_sent" JSON NOT NULL  /* pairs of name and value; never secrets */,
    "expires_at" TIMESTAMP NOT NULL,
    "session_id" BIGINT NOT NULL REFERENCES "sessions" ("id") ON DELETE CASCADE

, CONSTRAINT "ck_kept_forms_method" CHECK (method in ('GET', 'POST')));
CREATE INDEX "ix_kept_forms_session" ON "kept_forms" ("session_id");
CREATE INDEX "ix_sessions_member" ON "sessions" ("member_id");
CREATE INDEX "ix_sessions_customer" ON "sessions" ("customer_id");
CREATE TABLE "mail_links" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "purpose" VARCHAR(20) NOT NULL  /* reset | confirm | change | undo */,
    "email" VARCHAR(254) NOT NULL  /* where it was sent: for a change the new address */,
    "nonce" VARCHAR(32) NOT NULL UNIQUE,
    "expires_at" TIMESTAMP NOT NULL,
    "used_at" TIMESTAMP,
    "ended_at" TIMESTAMP   /* when it lost its meaning before anybody used it */,
    "customer_id" BIGINT REFERENCES "customers" ("id") ON DELETE RESTRICT,
    "member_id" BIGINT REFERENCES "members" ("id") ON DELETE RESTRICT

, CONSTRAINT "ck_mail_links_one_person" CHECK ((member_id is null) <> (customer_id is null))
, CONSTRAINT "ck_mail_links_purpose" CHECK (purpose in ('reset', 'confirm', 'change', 'undo')));
CREATE INDEX "ix_mail_links_member" ON "mail_links" ("member_id", "purpose");
CREATE INDEX "ix_mail_links_customer" ON "mail_links" ("customer_id", "purpose");
CREATE INDEX "ix_mail_links_email" ON "mail_links" ("email", "purpose");
CREATE TABLE "door_counts" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "key" VARCHAR(200) NOT NULL UNIQUE,
    "free_at" BIGINT NOT NULL  /* when all tries are forgotten: milliseconds since 1970 */
);
CREATE INDEX "ix_door_counts_free" ON "door_counts" ("free_at");
CREATE INDEX "ix_tokens_end" ON "tokens" ("expires_at");
CREATE TABLE "marketplace_settings" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "time_zone" VARCHAR(64) NOT NULL  /* IANA name; months of account are months of this zone */,
    "show_fee_breakdown" INT NOT NULL  /* whether shoppers see what the marketplace earns */,
    "delivered_after_days" INT NOT NULL  /* days after shipping until an order counts as delivered */

, "statement_prefix" VARCHAR(22) NOT NULL  /* what card statements begin with, as Stripe says; set in its dashboard */ DEFAULT '', "statement_prefix_read_at" TIMESTAMP, "bank_hold_hours" INT NOT NULL  /* hours that payouts wait when a vendor gives another bank */ DEFAULT 72, "contact_email" VARCHAR(254) NOT NULL DEFAULT '', "logo_digest" VARCHAR(64) NOT NULL  /* of the logo in use; or none */ DEFAULT '', "name" VARCHAR(60) NOT NULL  /* in titles, mails, the API */ DEFAULT 'Markethall', "phone" VARCHAR(40) NOT NULL DEFAULT '', "postal_address" VARCHAR(400) NOT NULL  /* lines, as on a letter */ DEFAULT '', "sender" VARCHAR(254) NOT NULL  /* the address that mails come from */ DEFAULT '', CONSTRAINT "ck_marketplace_settings_one" CHECK (id = 1)
, CONSTRAINT "ck_marketplace_settings_days" CHECK (delivered_after_days >= 1 and delivered_after_days <= 90)
, CONSTRAINT "ck_marketplace_settings_bank" CHECK (bank_hold_hours >= 0 and bank_hold_hours <= 720));
CREATE TABLE "heartbeats" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL
);
CREATE TABLE "recovery_codes" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "code_digest" VARCHAR(64) NOT NULL UNIQUE,
    "used_at" TIMESTAMP,
    "member_id" BIGINT NOT NULL REFERENCES "members" ("id") ON DELETE RESTRICT
);
CREATE INDEX "ix_recovery_codes_member" ON "recovery_codes" ("member_id");
CREATE TABLE "second_factors" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "kind" VARCHAR(10) NOT NULL  /* totp | passkey */,
    "name" VARCHAR(60) NOT NULL  /* by which its owner knows it */,
    "sealed_secret" TEXT NOT NULL  /* of an app: what its codes are made of */,
    "counter" BIGINT NOT NULL  /* of an app: the step last taken; of a passkey: its own counter */,
    "credential_id" VARCHAR(1400)  UNIQUE /* of a passkey, base64url */,
    "public_key" TEXT NOT NULL  /* of a passkey: COSE, base64url */,
    "last_used_at" TIMESTAMP,
    "member_id" BIGINT NOT NULL REFERENCES "members" ("id") ON DELETE RESTRICT

, CONSTRAINT "ck_second_factors_kind" CHECK (kind in ('totp', 'passkey'))
, CONSTRAINT "ck_second_factors_passkey" CHECK ((kind = 'passkey') = (credential_id is not null))
, CONSTRAINT "ck_second_factors_app" CHECK ((kind = 'totp') = (sealed_secret <> '')));
CREATE INDEX "ix_second_factors_member" ON "second_factors" ("member_id");
CREATE TABLE "factor_resets" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "asked_by" VARCHAR(60) NOT NULL  /* as the audit trail names people */,
    "effective_at" TIMESTAMP NOT NULL,
    "stop_digest" VARCHAR(64) NOT NULL UNIQUE /* of the token in the mailed link */,
    "stopped_at" TIMESTAMP,
    "done_at" TIMESTAMP,
    "member_id" BIGINT NOT NULL REFERENCES "members" ("id") ON DELETE RESTRICT

, CONSTRAINT "ck_factor_resets_one_end" CHECK (stopped_at is null or done_at is null));
CREATE INDEX "ix_factor_resets_member" ON "factor_resets" ("member_id");
CREATE TABLE "marketplace_logos" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "digest" VARCHAR(64) NOT NULL UNIQUE,
    "media_type" VARCHAR(40) NOT NULL  /* by its first bytes */,
    "content" BLOB NOT NULL
);
CREATE TABLE "legal_texts" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "kind" VARCHAR(20) NOT NULL  /* terms | privacy | imprint */,
    "version" VARCHAR(20) NOT NULL  /* the day, and its number where it is not the first of that day */,
    "text" TEXT NOT NULL  /* the markup of marketplace\/legal.py */,
    "returns" TEXT NOT NULL  /* what terms say about returns, for banks */,
    "published_by" VARCHAR(60) NOT NULL,
    CONSTRAINT "uid_legal_texts_kind_85ed3c" UNIQUE ("kind", "version")

, CONSTRAINT "ck_legal_texts_kind" CHECK (kind in ('terms', 'privacy', 'imprint')));
CREATE TABLE "restorations" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "backup_made_at" TIMESTAMP NOT NULL,
    "source" VARCHAR(255) NOT NULL  /* the name of the backup file */,
    "backfilled_at" TIMESTAMP   /* Stripe's events since the backup were fetched */,
    "compared_at" TIMESTAMP   /* a full comparison ended that began after that */,
    "compared_run" BIGINT,
    "acknowledged_at" TIMESTAMP,
    "acknowledged_by" VARCHAR(255) NOT NULL DEFAULT ''
);
CREATE TABLE "activity" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "kind" VARCHAR(80) NOT NULL  /* dotted, e.g. refund.succeeded */,
    "subject" VARCHAR(140) NOT NULL  /* refund:12 */,
    "order_id" BIGINT,
    "vendor_id" BIGINT,
    "actor" VARCHAR(60) NOT NULL DEFAULT '',
    "amount" BIGINT   /* minor units of currency */,
    "currency" VARCHAR(3),
    "before" JSON,
    "after" JSON,
    "details" JSON   /* what else an act tells */,
    "cause" VARCHAR(120) NOT NULL DEFAULT ''
);
CREATE INDEX "ix_activity_subject" ON "activity" ("subject", "id");
CREATE TABLE "stripe_writes" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "operation" VARCHAR(60) NOT NULL  /* payouts.create */,
    "subject" VARCHAR(120) NOT NULL  /* payout:12 */,
    "key" VARCHAR(255) NOT NULL UNIQUE,
    "params" JSON NOT NULL,
    "attempt" INT NOT NULL,
    "state" VARCHAR(20) NOT NULL,
    "asked_at" TIMESTAMP   /* when Stripe was first asked under this key */,
    "stripe_id" VARCHAR(255)   /* of what it made or changed */,
    "error" TEXT NOT NULL  /* why it was refused, or is not answered yet */ DEFAULT ''

, CONSTRAINT "ck_stripe_writes_state" CHECK (state in ('waiting', 'answered', 'refused', 'superseded', 'unexpected')));
CREATE INDEX "ix_stripe_writes_subject" ON "stripe_writes" ("subject", "operation", "id");
CREATE TABLE "page_changes" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "vendor_id" BIGINT   /* none: every page may change */,
    "transaction_id" BIGINT   /* PostgreSQL's number of the transaction */
);
CREATE TRIGGER vendors_change_pages_by_insert AFTER INSERT ON vendors
BEGIN INSERT INTO page_changes (vendor_id, created_at, updated_at) VALUES (NEW.id, strftime('%Y-%m-%d %H:%M:%f+00:00', 'now'), strftime('%Y-%m-%d %H:%M:%f+00:00', 'now')); END;
CREATE TRIGGER vendors_change_pages_by_update AFTER UPDATE ON vendors
BEGIN INSERT INTO page_changes (vendor_id, created_at, updated_at) VALUES (NEW.id, strftime('%Y-%m-%d %H:%M:%f+00:00', 'now'), strftime('%Y-%m-%d %H:%M:%f+00:00', 'now')); END;
CREATE TRIGGER vendors_change_pages_by_delete AFTER DELETE ON vendors
BEGIN INSERT INTO page_changes (vendor_id, created_at, updated_at) VALUES (OLD.id, strftime('%Y-%m-%d %H:%M:%f+00:00', 'now'), strftime('%Y-%m-%d %H:%M:%f+00:00', 'now')); END;
CREATE TRIGGER vendor_payment_configs_change_pages_by_insert AFTER INSERT ON vendor_payment_configs
BEGIN INSERT INTO page_changes (vendor_id, created_at, updated_at) VALUES (NEW.vendor_id, strftime('%Y-%m-%d %H:%M:%f+00:00', 'now'), strftime('%Y-%m-%d %H:%M:%f+00:00', 'now')); END;
CREATE TRIGGER vendor_payment_configs_change_pages_by_delete AFTER DELETE ON vendor_payment_configs
BEGIN INSERT INTO page_changes (vendor_id, created_at, updated_at) VALUES (OLD.vendor_id, strftime('%Y-%m-%d %H:%M:%f+00:00', 'now'), strftime('%Y-%m-%d %H:%M:%f+00:00', 'now')); END;
CREATE TRIGGER fee_rules_change_pages_by_insert AFTER INSERT ON fee_rules
BEGIN INSERT INTO page_changes (vendor_id, created_at, updated_at) VALUES (NULL, strftime('%Y-%m-%d %H:%M:%f+00:00', 'now'), strftime('%Y-%m-%d %H:%M:%f+00:00', 'now')); END;
CREATE TRIGGER fee_rules_change_pages_by_update AFTER UPDATE ON fee_rules
BEGIN INSERT INTO page_changes (vendor_id, created_at, updated_at) VALUES (NULL, strftime('%Y-%m-%d %H:%M:%f+00:00', 'now'), strftime('%Y-%m-%d %H:%M:%f+00:00', 'now')); END;
CREATE TRIGGER fee_rules_change_pages_by_delete AFTER DELETE ON fee_rules
BEGIN INSERT INTO page_changes (vendor_id, created_at, updated_at) VALUES (NULL, strftime('%Y-%m-%d %H:%M:%f+00:00', 'now'), strftime('%Y-%m-%d %H:%M:%f+00:00', 'now')); END;
CREATE TRIGGER marketplace_settings_change_pages_by_insert AFTER INSERT ON marketplace_settings
BEGIN INSERT INTO page_changes (vendor_id, created_at, updated_at) VALUES (NULL, strftime('%Y-%m-%d %H:%M:%f+00:00', 'now'), strftime('%Y-%m-%d %H:%M:%f+00:00', 'now')); END;
CREATE TRIGGER marketplace_settings_change_pages_by_update AFTER UPDATE ON marketplace_settings
BEGIN INSERT INTO page_changes (vendor_id, created_at, updated_at) VALUES (NULL, strftime('%Y-%m-%d %H:%M:%f+00:00', 'now'), strftime('%Y-%m-%d %H:%M:%f+00:00', 'now')); END;
CREATE TRIGGER marketplace_settings_change_pages_by_delete AFTER DELETE ON marketplace_settings
BEGIN INSERT INTO page_changes (vendor_id, created_at, updated_at) VALUES (NULL, strftime('%Y-%m-%d %H:%M:%f+00:00', 'now'), strftime('%Y-%m-%d %H:%M:%f+00:00', 'now')); END;
CREATE TRIGGER legal_texts_change_pages_by_insert AFTER INSERT ON legal_texts
BEGIN INSERT INTO page_changes (vendor_id, created_at, updated_at) VALUES (NULL, strftime('%Y-%m-%d %H:%M:%f+00:00', 'now'), strftime('%Y-%m-%d %H:%M:%f+00:00', 'now')); END;
CREATE TRIGGER legal_texts_change_pages_by_update AFTER UPDATE ON legal_texts
BEGIN INSERT INTO page_changes (vendor_id, created_at, updated_at) VALUES (NULL, strftime('%Y-%m-%d %H:%M:%f+00:00', 'now'), strftime('%Y-%m-%d %H:%M:%f+00:00', 'now')); END;
CREATE TRIGGER legal_texts_change_pages_by_delete AFTER DELETE ON legal_texts
BEGIN INSERT INTO page_changes (vendor_id, created_at, updated_at) VALUES (NULL, strftime('%Y-%m-%d %H:%M:%f+00:00', 'now'), strftime('%Y-%m-%d %H:%M:%f+00:00', 'now')); END;
CREATE TABLE "ledger_sums" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "account" VARCHAR(40) NOT NULL,
    "vendor_id" BIGINT NOT NULL  /* 0: the platform's own account */,
    "currency" VARCHAR(3) NOT NULL,
    "amount" BIGINT NOT NULL  /* minor units of currency; debits positive, credits negative */,
    "entries" BIGINT NOT NULL  /* how many there are in it */,
    "last_posting_id" BIGINT NOT NULL  /* the last one that changed it */,
    CONSTRAINT "uid_ledger_sums_account_0cb928" UNIQUE ("account", "vendor_id", "currency")
);
CREATE INDEX "ix_ledger_sums_vendor" ON "ledger_sums" ("vendor_id");
CREATE TRIGGER ledger_sums_never_go BEFORE DELETE ON ledger_sums
BEGIN SELECT RAISE(ABORT, 'a sum is what the entries say'); END;
CREATE INDEX "ix_payouts_paid" ON "payouts" ("paid_at") WHERE paid_at IS NOT NULL;
CREATE TABLE "webhook_bodies" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "body" TEXT NOT NULL  /* raw, as signed, without client secrets */,
    "event_id" BIGINT NOT NULL UNIQUE REFERENCES "webhook_events" ("id") ON DELETE RESTRICT
);
CREATE INDEX "ix_baskets_used" ON "baskets" ("updated_at");
CREATE INDEX "ix_sessions_end" ON "sessions" ("expires_at");
CREATE INDEX "ix_emails_of_people" ON "emails" ("created_at") WHERE order_id IS NULL;
CREATE INDEX "ix_emails_status" ON "emails" ("status", "created_at");
CREATE TABLE "stripe_balances" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "stripe_account_id" VARCHAR(255) NOT NULL,
    "lines" JSON NOT NULL  /* a balance for each currency */,
    "read_at" TIMESTAMP NOT NULL  /* when Stripe was asked */,
    "vendor_id" BIGINT NOT NULL UNIQUE REFERENCES "vendors" ("id") ON DELETE RESTRICT
);
CREATE TRIGGER audit_entries_never_change BEFORE UPDATE ON audit_entries
BEGIN SELECT RAISE(ABORT, 'audit entries are never changed'); END;
CREATE INDEX "ix_audit_kind" ON "audit_entries" ("kind", "id");
CREATE TABLE "return_requests" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "kind" VARCHAR(20) NOT NULL,
    "status" VARCHAR(20) NOT NULL,
    "reason" VARCHAR(20) NOT NULL  /* empty for a withdrawal */,
    "note" TEXT NOT NULL  /* of the shopper */,
    "answer" VARCHAR(500) NOT NULL  /* why it was declined */,
    "answered_by" VARCHAR(60) NOT NULL  /* member:7 */,
    "answered_at" TIMESTAMP,
    "order_id" BIGINT NOT NULL REFERENCES "orders" ("id") ON DELETE RESTRICT,
    "vendor_id" BIGINT NOT NULL REFERENCES "vendors" ("id") ON DELETE RESTRICT

, CONSTRAINT "ck_return_requests_status" CHECK (status in ('open', 'accepted', 'declined', 'taken_back'))
, CONSTRAINT "ck_return_requests_kind" CHECK (kind in ('withdrawal', 'refund'))
, CONSTRAINT "ck_return_requests_reason" CHECK (reason in ('', 'not_arrived', 'damaged', 'wrong', 'different', 'incomplete', 'other')));
CREATE INDEX "ix_return_requests_order" ON "return_requests" ("order_id");
CREATE INDEX "ix_return_requests_open" ON "return_requests" ("vendor_id", "id") WHERE status = 'open';
CREATE TABLE "return_lines" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "quantity" INT NOT NULL,
    "order_line_id" BIGINT NOT NULL REFERENCES "order_lines" ("id") ON DELETE RESTRICT,
    "request_id" BIGINT NOT NULL REFERENCES "return_requests" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_return_line_request_9602b0" UNIQUE ("request_id", "order_line_id")

, CONSTRAINT "ck_return_lines_quantity" CHECK (quantity > 0));
CREATE UNIQUE INDEX uq_return_requests_one_open ON return_requests (order_id) WHERE status = 'open';
CREATE VIRTUAL TABLE products_found USING fts5(terms, content='products', content_rowid='id',
    tokenize='ascii', prefix='1 2 3', detail=none);
CREATE TABLE "shipping_settings" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "currency" VARCHAR(3) NOT NULL  /* of all amounts in zones */,
    "handling_days" SMALLINT NOT NULL  /* until an order is handed over to be sent */,
    "zones" JSON NOT NULL  /* shared\/trade\/shipping\/rules.py::written */,
    "vendor_id" BIGINT NOT NULL UNIQUE REFERENCES "vendors" ("id") ON DELETE RESTRICT

, "asks_phone" INT NOT NULL  /* whether shoppers are asked for a number that the carrier can call */ DEFAULT 0, CONSTRAINT "ck_shipping_settings_handling" CHECK (handling_days >= 0 and handling_days <= 90));
CREATE TABLE "products" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "slug" VARCHAR(80) NOT NULL,
    "name" VARCHAR(120) NOT NULL,
    "category" VARCHAR(60) NOT NULL,
    "description" TEXT NOT NULL,
    "price_amount" BIGINT NOT NULL  /* minor units of currency */,
    "currency" VARCHAR(3) NOT NULL,
    "stock" INT NOT NULL,
    "reserved" INT NOT NULL  /* held by open orders; never more than stock */,
    "picture" VARCHAR(200) NOT NULL  /* path below static\/ */,
    "is_published" INT NOT NULL,
    "vendor_id" BIGINT NOT NULL REFERENCES "vendors" ("id") ON DELETE RESTRICT, "search" TEXT NOT NULL  /* folded words that it is found by */ DEFAULT '', "parent_id" BIGINT REFERENCES "products" ("id") ON DELETE RESTRICT, "options" VARCHAR(4000) NOT NULL  /* JSON: its options with their values; of a variant: its values */ DEFAULT '', "position" INT NOT NULL  /* of a variant among its product's */ DEFAULT 0, "sku" VARCHAR(60) NOT NULL  /* the vendor's own number */ DEFAULT '', "is_offered" INT NOT NULL  /* of a variant: the vendor's tick */ DEFAULT 1, "removed_at" TIMESTAMP   /* of a variant that its product has no more */, "top_price_amount" BIGINT   /* minor units; of a product with options: the dearest */, "sort_name" TEXT NOT NULL  /* folded; what lists by name go by */ DEFAULT '', "terms" TEXT NOT NULL  /* what shoppers' searches go by */ DEFAULT '', "weight_grams" INT NOT NULL  /* of one piece; 0: nobody has said */ DEFAULT 0, "vat_class" VARCHAR(20) NOT NULL  /* what it is to the states' VAT rates; of a variant its product's */ DEFAULT 'standard', "maker" VARCHAR(1000) NOT NULL  /* who answers for its safety: name, addresses; empty: its vendor made it */ DEFAULT '', "warnings" VARCHAR(1000) NOT NULL  /* and on its safe use; empty: none */ DEFAULT '', "taken_off_for" VARCHAR(500) NOT NULL  /* why the staff took it off sale; empty: it did not */ DEFAULT '',
    CONSTRAINT "uid_products_vendor__3065a9" UNIQUE ("vendor_id", "slug")

, CONSTRAINT "ck_products_price" CHECK (price_amount > 0 and price_amount <= 99999999)
, CONSTRAINT "ck_products_stock" CHECK (stock >= 0 and reserved >= 0 and reserved <= stock)
, CONSTRAINT "ck_products_variant" CHECK (parent_id is null or options <> '')
, CONSTRAINT "ck_products_weight" CHECK (weight_grams >= 0 and weight_grams <= 1000000));
CREATE INDEX "ix_products_shop" ON "products" ("vendor_id", "is_published", "id");
CREATE TRIGGER products_change_pages_by_insert AFTER INSERT ON products
BEGIN INSERT INTO page_changes (vendor_id, created_at, updated_at) VALUES (NEW.vendor_id, strftime('%Y-%m-%d %H:%M:%f+00:00', 'now'), strftime('%Y-%m-%d %H:%M:%f+00:00', 'now')); END;
CREATE TRIGGER products_change_pages_by_update AFTER UPDATE ON products
BEGIN INSERT INTO page_changes (vendor_id, created_at, updated_at) VALUES (NEW.vendor_id, strftime('%Y-%m-%d %H:%M:%f+00:00', 'now'), strftime('%Y-%m-%d %H:%M:%f+00:00', 'now')); END;
CREATE TRIGGER products_change_pages_by_delete AFTER DELETE ON products
BEGIN INSERT INTO page_changes (vendor_id, created_at, updated_at) VALUES (OLD.vendor_id, strftime('%Y-%m-%d %H:%M:%f+00:00', 'now'), strftime('%Y-%m-%d %H:%M:%f+00:00', 'now')); END;
CREATE INDEX "ix_products_category" ON "products" ("category");
CREATE INDEX "ix_products_parent" ON "products" ("parent_id");
CREATE UNIQUE INDEX uq_products_variant ON products (parent_id, options) WHERE parent_id IS NOT NULL;
CREATE INDEX "ix_products_by_name" ON "products" ("sort_name", "id");
CREATE INDEX "ix_products_by_price" ON "products" ("currency", "price_amount", "id");
CREATE TRIGGER products_found_by_insert AFTER INSERT ON products
BEGIN INSERT INTO products_found(rowid, terms) VALUES (NEW.id, NEW.terms); END;
CREATE TRIGGER products_found_by_update AFTER UPDATE OF terms ON products WHEN OLD.terms IS NOT NEW.terms
BEGIN
INSERT INTO products_found(products_found, rowid, terms) VALUES ('delete', OLD.id, OLD.terms);
INSERT INTO products_found(rowid, terms) VALUES (NEW.id, NEW.terms);
END;
CREATE TRIGGER products_found_by_delete AFTER DELETE ON products
BEGIN INSERT INTO products_found(products_found, rowid, terms) VALUES ('delete', OLD.id, OLD.terms); END;
CREATE TRIGGER shipping_settings_change_pages_by_insert AFTER INSERT ON shipping_settings
BEGIN INSERT INTO page_changes (vendor_id, created_at, updated_at) VALUES (NEW.vendor_id, strftime('%Y-%m-%d %H:%M:%f+00:00', 'now'), strftime('%Y-%m-%d %H:%M:%f+00:00', 'now')); END;
CREATE TRIGGER shipping_settings_change_pages_by_update AFTER UPDATE ON shipping_settings
BEGIN INSERT INTO page_changes (vendor_id, created_at, updated_at) VALUES (NEW.vendor_id, strftime('%Y-%m-%d %H:%M:%f+00:00', 'now'), strftime('%Y-%m-%d %H:%M:%f+00:00', 'now')); END;
CREATE TRIGGER shipping_settings_change_pages_by_delete AFTER DELETE ON shipping_settings
BEGIN INSERT INTO page_changes (vendor_id, created_at, updated_at) VALUES (OLD.vendor_id, strftime('%Y-%m-%d %H:%M:%f+00:00', 'now'), strftime('%Y-%m-%d %H:%M:%f+00:00', 'now')); END;
CREATE TABLE "customer_addresses" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "full_name" VARCHAR(120) NOT NULL,
    "address" VARCHAR(200) NOT NULL,
    "address_extra" VARCHAR(200) NOT NULL,
    "city" VARCHAR(80) NOT NULL,
    "postal_code" VARCHAR(20) NOT NULL,
    "state" VARCHAR(60) NOT NULL  /* as on a label; empty where none */,
    "country" VARCHAR(2) NOT NULL,
    "is_default" INT NOT NULL,
    "customer_id" BIGINT NOT NULL REFERENCES "customers" ("id") ON DELETE RESTRICT
);
CREATE INDEX "ix_customer_addresses_customer" ON "customer_addresses" ("customer_id");
CREATE TABLE "order_messages" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "is_from_shopper" INT NOT NULL,
    "author" VARCHAR(60) NOT NULL  /* member:7 */,
    "text" TEXT NOT NULL,
    "order_id" BIGINT NOT NULL REFERENCES "orders" ("id") ON DELETE RESTRICT,
    "vendor_id" BIGINT NOT NULL REFERENCES "vendors" ("id") ON DELETE RESTRICT
);
CREATE INDEX "ix_order_messages_order" ON "order_messages" ("order_id", "id");
CREATE UNIQUE INDEX uq_customer_addresses_default ON customer_addresses (customer_id) WHERE is_default;
CREATE TABLE "invoice_counters" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "year" SMALLINT NOT NULL,
    "issued" INT NOT NULL  /* the last number given */,
    "vendor_id" BIGINT NOT NULL REFERENCES "vendors" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_invoice_cou_vendor__5c36d3" UNIQUE ("vendor_id", "year")
);
CREATE TABLE "sales_documents" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "kind" VARCHAR(20) NOT NULL,
    "number" VARCHAR(90) NOT NULL UNIQUE,
    "year" SMALLINT NOT NULL,
    "count" INT NOT NULL  /* within the vendor's year, without gaps */,
    "language" VARCHAR(8) NOT NULL,
    "content" JSON NOT NULL,
    "order_id" BIGINT NOT NULL REFERENCES "orders" ("id") ON DELETE RESTRICT,
    "refund_id" BIGINT REFERENCES "refunds" ("id") ON DELETE RESTRICT,
    "vendor_id" BIGINT NOT NULL REFERENCES "vendors" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_sales_docum_vendor__9a5854" UNIQUE ("vendor_id", "year", "count")

, CONSTRAINT "ck_sales_documents_kind" CHECK (kind in ('invoice', 'credit_note', 'reversal')));
CREATE INDEX "ix_sales_documents_order" ON "sales_documents" ("order_id", "id");
CREATE UNIQUE INDEX uq_sales_documents_invoice ON sales_documents (order_id) WHERE refund_id IS NULL;
CREATE UNIQUE INDEX uq_sales_documents_refund ON sales_documents (refund_id, kind) WHERE refund_id IS NOT NULL;
CREATE TABLE "pictures" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "name" VARCHAR(80) NOT NULL UNIQUE,
    "width" INT NOT NULL,
    "height" INT NOT NULL,
    "vendor_id" BIGINT NOT NULL REFERENCES "vendors" ("id") ON DELETE RESTRICT

, CONSTRAINT "ck_pictures_size" CHECK (width > 0 and height > 0));
CREATE TABLE "picture_files" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "width" INT NOT NULL,
    "format" VARCHAR(4) NOT NULL  /* webp | jpg */,
    "content" BLOB NOT NULL,
    "picture_id" BIGINT NOT NULL REFERENCES "pictures" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_picture_fil_picture_9e24a2" UNIQUE ("picture_id", "width", "format")
);
CREATE TABLE "product_pictures" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "vendor_id" BIGINT NOT NULL,
    "path" VARCHAR(200) NOT NULL  /* as in products.picture */,
    "text" VARCHAR(200) NOT NULL  /* what it shows; empty: not told */,
    "position" INT NOT NULL,
    "product_id" BIGINT NOT NULL REFERENCES "products" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_product_pic_product_b6a1d4" UNIQUE ("product_id", "path")
);
CREATE TRIGGER product_pictures_change_pages_by_insert AFTER INSERT ON product_pictures
BEGIN INSERT INTO page_changes (vendor_id, created_at, updated_at) VALUES (NEW.vendor_id, strftime('%Y-%m-%d %H:%M:%f+00:00', 'now'), strftime('%Y-%m-%d %H:%M:%f+00:00', 'now')); END;
CREATE TRIGGER product_pictures_change_pages_by_update AFTER UPDATE ON product_pictures
BEGIN INSERT INTO page_changes (vendor_id, created_at, updated_at) VALUES (NEW.vendor_id, strftime('%Y-%m-%d %H:%M:%f+00:00', 'now'), strftime('%Y-%m-%d %H:%M:%f+00:00', 'now')); END;
CREATE TRIGGER product_pictures_change_pages_by_delete AFTER DELETE ON product_pictures
BEGIN INSERT INTO page_changes (vendor_id, created_at, updated_at) VALUES (OLD.vendor_id, strftime('%Y-%m-%d %H:%M:%f+00:00', 'now'), strftime('%Y-%m-%d %H:%M:%f+00:00', 'now')); END;
CREATE TABLE "categories" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "slug" VARCHAR(80) NOT NULL UNIQUE,
    "name" VARCHAR(60) NOT NULL UNIQUE /* as products have it */,
    "name_de" VARCHAR(60) NOT NULL,
    "name_fr" VARCHAR(60) NOT NULL,
    "position" INT NOT NULL,
    "parent_id" BIGINT REFERENCES "categories" ("id") ON DELETE RESTRICT
, "vat_class" VARCHAR(20) NOT NULL  /* what a new product is to VAT whose vendor does not say; empty: as above it */ DEFAULT '');
CREATE INDEX "ix_categories_parent" ON "categories" ("parent_id");
CREATE TRIGGER categories_change_pages_by_insert AFTER INSERT ON categories
BEGIN INSERT INTO page_changes (vendor_id, created_at, updated_at) VALUES (NULL, strftime('%Y-%m-%d %H:%M:%f+00:00', 'now'), strftime('%Y-%m-%d %H:%M:%f+00:00', 'now')); END;
CREATE TRIGGER categories_change_pages_by_update AFTER UPDATE ON categories
BEGIN INSERT INTO page_changes (vendor_id, created_at, updated_at) VALUES (NULL, strftime('%Y-%m-%d %H:%M:%f+00:00', 'now'), strftime('%Y-%m-%d %H:%M:%f+00:00', 'now')); END;
CREATE TRIGGER categories_change_pages_by_delete AFTER DELETE ON categories
BEGIN INSERT INTO page_changes (vendor_id, created_at, updated_at) VALUES (NULL, strftime('%Y-%m-%d %H:%M:%f+00:00', 'now'), strftime('%Y-%m-%d %H:%M:%f+00:00', 'now')); END;
CREATE TABLE "checkouts" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "token" VARCHAR(80) NOT NULL UNIQUE /* unguessable; part of the shopper's order link */,
    "status" VARCHAR(20) NOT NULL,
    "email" VARCHAR(254) NOT NULL,
    "full_name" VARCHAR(120) NOT NULL,
    "address" VARCHAR(200) NOT NULL,
    "address_extra" VARCHAR(200) NOT NULL,
    "city" VARCHAR(80) NOT NULL,
    "postal_code" VARCHAR(20) NOT NULL,
    "country" VARCHAR(2) NOT NULL,
    "currency" VARCHAR(3) NOT NULL,
    "total_amount" BIGINT NOT NULL  /* minor units of currency */,
    "reserved_until" TIMESTAMP NOT NULL  /* when the stock is given back if nothing was paid */,
    "basket_id" BIGINT REFERENCES "baskets" ("id") ON DELETE RESTRICT,
    "customer_id" BIGINT REFERENCES "customers" ("id") ON DELETE RESTRICT

, "purchase_ip" VARCHAR(45) NOT NULL  /* where the order came from */ DEFAULT '', "terms_accepted_at" TIMESTAMP, "terms_version" VARCHAR(20) NOT NULL  /* which terms were accepted */ DEFAULT '', "search" TEXT NOT NULL  /* folded words that its orders are found by */ DEFAULT '', "state" VARCHAR(60) NOT NULL  /* as on a label; empty where a country has none */ DEFAULT '', "network" VARCHAR(45) NOT NULL  /* whose address it was (networks.network_of); its holds are counted */ DEFAULT '', "old_link_digest" VARCHAR(64)   /* of the link that it had before links were signed */, "language" VARCHAR(8) NOT NULL  /* spoken when it was placed; mails about it are in it */ DEFAULT 'en', "billing" JSON   /* orders\/billing.py; null: where the parcel goes */, "phone" VARCHAR(40) NOT NULL  /* for the carrier, where a shop wants it */ DEFAULT '', CONSTRAINT "ck_checkouts_status" CHECK (status in ('open', 'completed', 'expired', 'cancelled'))
, CONSTRAINT "ck_checkouts_total" CHECK (total_amount >= 0));
CREATE INDEX "ix_checkouts_email" ON "checkouts" ("email");
CREATE TABLE "code_tries" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "network" VARCHAR(45) NOT NULL,
    "hour" TIMESTAMP NOT NULL  /* when it began */,
    "unknown" INT NOT NULL  /* codes that nobody has */,
    "stopped" INT NOT NULL  /* tries that were refused unseen */,
    CONSTRAINT "uid_code_tries_network_00baa8" UNIQUE ("network", "hour")

, CONSTRAINT "ck_code_tries_counts" CHECK (unknown >= 0 and stopped >= 0));
CREATE INDEX "ix_code_tries_hour" ON "code_tries" ("hour");
CREATE TABLE "discounts" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "code" VARCHAR(40) NOT NULL  /* rules.typed_code of what was typed */,
    "kind" VARCHAR(20) NOT NULL,
    "percentage" VARCHAR(40),
    "amount" BIGINT NOT NULL  /* of currency, that it takes off */ DEFAULT 0,
    "currency" VARCHAR(3) NOT NULL  /* of its amounts; empty: it has none */,
    "least_amount" BIGINT NOT NULL  /* of currency, that the goods it is for cost at least */ DEFAULT 0,
    "starts_at" TIMESTAMP,
    "ends_at" TIMESTAMP   /* from this moment on it is over */,
    "most_uses" INT   /* null: any number */,
    "most_per_shopper" INT   /* null: any number */,
    "vendor_ids" JSON NOT NULL  /* whose goods the marketplace's is for; empty: all */,
    "categories" JSON NOT NULL  /* names of those it is for; empty: all */,
    "is_active" INT NOT NULL,
    "uses" INT NOT NULL  /* redemptions that are reserved or used */,
    "vendor_id" BIGINT REFERENCES "vendors" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_discounts_vendor__799d21" UNIQUE ("vendor_id", "code")

, CONSTRAINT "ck_discounts_kind" CHECK (kind in ('percent', 'amount', 'shipping'))
, CONSTRAINT "ck_discounts_percentage" CHECK ((kind = 'percent') = (percentage is not null) and (percentage is null or (cast(percentage as numeric) > 0 and cast(percentage as numeric) <= 100)))
, CONSTRAINT "ck_discounts_amounts" CHECK (amount >= 0 and least_amount >= 0 and (kind = 'amount') = (amount > 0) and (currency <> '' or (amount = 0 and least_amount = 0)))
, CONSTRAINT "ck_discounts_times" CHECK (starts_at is null or ends_at is null or starts_at < ends_at)
, CONSTRAINT "ck_discounts_limits" CHECK (uses >= 0 and (most_uses is null or most_uses > 0) and (most_per_shopper is null or most_per_shopper > 0)));
CREATE INDEX "ix_discounts_code" ON "discounts" ("code");
CREATE UNIQUE INDEX uq_discounts_marketplace ON discounts (code) WHERE vendor_id IS NULL;
CREATE TABLE "redemptions" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "status" VARCHAR(20) NOT NULL,
    "shopper_digest" VARCHAR(64) NOT NULL  /* of rules.shopper_key, the address of the purchase */,
    "amount" BIGINT NOT NULL  /* of currency, that it takes off goods and sending */ DEFAULT 0,
    "currency" VARCHAR(3) NOT NULL,
    "checkout_id" BIGINT NOT NULL REFERENCES "checkouts" ("id") ON DELETE RESTRICT,
    "customer_id" BIGINT REFERENCES "customers" ("id") ON DELETE RESTRICT,
    "discount_id" BIGINT NOT NULL REFERENCES "discounts" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_redemptions_discoun_b607f7" UNIQUE ("discount_id", "checkout_id")

, CONSTRAINT "ck_redemptions_status" CHECK (status in ('reserved', 'used', 'released'))
, CONSTRAINT "ck_redemptions_amount" CHECK (amount >= 0));
CREATE INDEX "ix_redemptions_checkout" ON "redemptions" ("checkout_id");
CREATE INDEX "ix_redemptions_discount" ON "redemptions" ("discount_id", "status");
CREATE INDEX "ix_redemptions_shopper" ON "redemptions" ("discount_id", "shopper_digest");
CREATE INDEX "ix_redemptions_customer" ON "redemptions" ("discount_id", "customer_id");
CREATE TABLE "unmatched_withdrawals" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "full_name" VARCHAR(120) NOT NULL,
    "number" VARCHAR(40) NOT NULL  /* as it was typed */,
    "email" VARCHAR(254) NOT NULL,
    "language" VARCHAR(8) NOT NULL,
    "answered_at" TIMESTAMP,
    "answered_by" VARCHAR(60) NOT NULL  /* member:7 */
);
CREATE INDEX "ix_unmatched_withdrawals_open" ON "unmatched_withdrawals" ("id") WHERE answered_at IS NULL;
CREATE TABLE "ledger_entries" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "account" VARCHAR(40) NOT NULL,
    "amount" BIGINT NOT NULL  /* minor units of currency; debits positive, credits negative */,
    "currency" VARCHAR(3) NOT NULL,
    "stripe_id" VARCHAR(255) NOT NULL  /* the Stripe object that it came from */,
    "posting_id" BIGINT NOT NULL REFERENCES "ledger_postings" ("id") ON DELETE RESTRICT,
    "vendor_id" BIGINT REFERENCES "vendors" ("id") ON DELETE RESTRICT

, CONSTRAINT "ck_ledger_entries_account" CHECK (account in ('vendor_payable', 'vendor_reserved', 'vendor_receivable', 'stripe_vendor', 'stripe_held_vendor', 'bank_vendor', 'stripe_platform', 'stripe_held_platform', 'bank_platform', 'shoppers_due', 'suspense', 'commission', 'marketplace_discounts', 'stripe_fees', 'dispute_losses'))
, CONSTRAINT "ck_ledger_entries_vendor" CHECK ((account in ('bank_vendor', 'stripe_held_vendor', 'stripe_vendor', 'vendor_payable', 'vendor_receivable', 'vendor_reserved')) = (vendor_id is not null))
, CONSTRAINT "ck_ledger_entries_amount" CHECK (amount <> 0)
, CONSTRAINT "ck_ledger_entries_currency" CHECK (currency = upper(currency) and length(currency) = 3));
CREATE INDEX "ix_ledger_entries_posting" ON "ledger_entries" ("posting_id");
CREATE INDEX "ix_ledger_entries_stripe" ON "ledger_entries" ("stripe_id");
CREATE TRIGGER ledger_entries_never_change BEFORE UPDATE ON ledger_entries
BEGIN SELECT RAISE(ABORT, 'ledger entries are never changed'); END;
CREATE TRIGGER ledger_entries_never_go BEFORE DELETE ON ledger_entries
BEGIN SELECT RAISE(ABORT, 'ledger entries are never deleted'); END;
CREATE TRIGGER ledger_entries_open BEFORE INSERT ON ledger_entries
WHEN (SELECT is_closed FROM ledger_postings WHERE id = NEW.posting_id)
BEGIN SELECT RAISE(ABORT, 'a closed posting takes no further entry'); END;
CREATE TRIGGER ledger_sums_begin BEFORE INSERT ON ledger_sums
WHEN NEW.amount IS NOT (SELECT sum(amount) FROM ledger_entries WHERE posting_id = NEW.last_posting_id
    AND account = NEW.account AND coalesce(vendor_id, 0) = NEW.vendor_id AND currency = NEW.currency)
BEGIN SELECT RAISE(ABORT, 'a sum is what the entries say'); END;
CREATE TRIGGER ledger_sums_grow BEFORE UPDATE ON ledger_sums
WHEN NEW.amount - OLD.amount IS NOT (SELECT sum(amount) FROM ledger_entries WHERE posting_id = NEW.last_posting_id
    AND account = NEW.account AND coalesce(vendor_id, 0) = NEW.vendor_id AND currency = NEW.currency) OR NEW.last_posting_id = OLD.last_posting_id OR NEW.entries <= OLD.entries
    OR NEW.id <> OLD.id OR NEW.account <> OLD.account OR NEW.vendor_id <> OLD.vendor_id OR NEW.currency <> OLD.currency
BEGIN SELECT RAISE(ABORT, 'a sum is what the entries say'); END;
CREATE TABLE "disputes" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "stripe_dispute_id" VARCHAR(255) NOT NULL,
    "status" VARCHAR(40) NOT NULL,
    "reason" VARCHAR(60) NOT NULL,
    "amount" BIGINT NOT NULL  /* minor units of currency */,
    "currency" VARCHAR(3) NOT NULL,
    "is_inquiry" INT NOT NULL,
    "is_charge_refundable" INT NOT NULL,
    "due_by" TIMESTAMP,
    "opened_at" TIMESTAMP NOT NULL  /* when Stripe made it */,
    "closed_at" TIMESTAMP,
    "fee" BIGINT NOT NULL  /* minor units that Stripe took for it */,
    "vendor_part" BIGINT NOT NULL  /* minor units that the vendor bears while the money is gone */,
    "commission_part" BIGINT NOT NULL  /* minor units of commission given back */,
    "loss_part" BIGINT NOT NULL  /* minor units that neither vendor nor commission can bear */,
    "withdrawn_at" TIMESTAMP,
    "reinstated_at" TIMESTAMP,
    "evidence" JSON NOT NULL  /* the vendor's draft, field -> text */,
    "staged_evidence" JSON NOT NULL  /* what Stripe holds, field -> text */,
    "evidence_version" INT NOT NULL,
    "submitted_at" TIMESTAMP,
    "submitted_by" VARCHAR(60) NOT NULL,
    "accepted_at" TIMESTAMP,
    "accepted_by" VARCHAR(60) NOT NULL,
    "network_reason_code" VARCHAR(40),
    "order_id" BIGINT NOT NULL REFERENCES "orders" ("id") ON DELETE RESTRICT,
    "payment_id" BIGINT NOT NULL REFERENCES "payments" ("id") ON DELETE RESTRICT,
    "vendor_id" BIGINT NOT NULL REFERENCES "vendors" ("id") ON DELETE RESTRICT

, "commission_back" BIGINT NOT NULL  /* minor units of commission that are back */ DEFAULT 0, "delivered_at" TIMESTAMP   /* when Stripe had taken the answer, or the acceptance */, "fee_back" BIGINT NOT NULL  /* minor units of the fee that came back */ DEFAULT 0, "loss_back" BIGINT NOT NULL  /* minor units that the marketplace has back */ DEFAULT 0, "transaction_count" SMALLINT NOT NULL  /* balance transactions seen so far */ DEFAULT 0, "vendor_back" BIGINT NOT NULL  /* minor units that the vendor has back */ DEFAULT 0, "share_weight" BIGINT   /* what was left of the order when a shared dispute came; null: it has it alone */, "part_closed_at" TIMESTAMP   /* when a vendor's part of a shared answer was handed in, or its time was over */, "discount_part" BIGINT NOT NULL  /* minor units that the marketplace has back of what it paid of the price */ DEFAULT 0, "discount_back" BIGINT NOT NULL  /* minor units of them that it pays again */ DEFAULT 0, CONSTRAINT "ck_disputes_status" CHECK (status in ('warning_needs_response', 'warning_under_review', 'warning_closed', 'needs_response', 'under_review', 'won', 'lost', 'prevented', 'appeal_needs_response', 'appeal_under_review'))
, CONSTRAINT "ck_disputes_amounts" CHECK (amount > 0 and vendor_part >= 0 and commission_part >= 0 and loss_part >= 0 and fee >= 0 and discount_part >= 0)
, CONSTRAINT "ck_disputes_back" CHECK (vendor_back >= 0 and vendor_back <= vendor_part and commission_back >= 0 and commission_back <= commission_part and loss_back >= 0 and discount_back >= 0 and discount_back <= discount_part)
, CONSTRAINT "ck_disputes_one_answer" CHECK (submitted_at is null or accepted_at is null));
CREATE INDEX "ix_disputes_vendor" ON "disputes" ("vendor_id", "id");
CREATE INDEX "ix_disputes_order" ON "disputes" ("order_id");
CREATE INDEX "ix_disputes_status" ON "disputes" ("status", "due_by");
CREATE INDEX "ix_disputes_opened" ON "disputes" ("opened_at", "id");
CREATE UNIQUE INDEX uq_disputes_slice ON disputes (stripe_dispute_id, order_id);
CREATE UNIQUE INDEX uq_disputes_alone ON disputes (stripe_dispute_id) WHERE share_weight IS NULL;
CREATE TABLE "payments" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "attempt" SMALLINT NOT NULL  /* 1 for the order's first intent */,
    "idempotency_key" VARCHAR(255) NOT NULL UNIQUE,
    "stripe_payment_intent_id" VARCHAR(255) ,
    "stripe_account_id" VARCHAR(255) NOT NULL  /* the destination */,
    "stripe_charge_id" VARCHAR(255),
    "stripe_transfer_id" VARCHAR(255),
    "stripe_application_fee_id" VARCHAR(255),
    "stripe_balance_transaction_id" VARCHAR(255),
    "amount_total" BIGINT NOT NULL  /* minor units of currency */,
    "amount_vendor" BIGINT NOT NULL  /* minor units of currency */,
    "amount_platform_fee" BIGINT NOT NULL  /* minor units of currency */,
    "amount_stripe_fee" BIGINT   /* minor units, as Stripe's balance transaction says */,
    "currency" VARCHAR(3) NOT NULL,
    "status" VARCHAR(50) NOT NULL,
    "payment_method" VARCHAR(50)   /* card, sepa_debit, ... */,
    "stripe_metadata" JSON NOT NULL,
    "failure_code" VARCHAR(80),
    "failure_reason" TEXT   /* a sentence fit for the shopper */,
    "refund_reason" TEXT,
    "paid_at" TIMESTAMP,
    "refunded_at" TIMESTAMP,
    "parked_reason" TEXT   /* why a success did not match the order */,
    "customer_id" BIGINT REFERENCES "customers" ("id") ON DELETE RESTRICT,
    "order_id" BIGINT NOT NULL REFERENCES "orders" ("id") ON DELETE RESTRICT,
    "vendor_id" BIGINT NOT NULL REFERENCES "vendors" ("id") ON DELETE RESTRICT, "available_on" TIMESTAMP   /* when the vendor's share can be paid out, Stripe's word */, "statement_suffix" VARCHAR(22) NOT NULL  /* sent with the intent, the same under its key whatever the shop is called by then */ DEFAULT '', "statement_descriptor" VARCHAR(22) NOT NULL  /* what the card statement shows: Stripe's prefix and ours; empty: unknown */ DEFAULT '', "stripe_customer_id" VARCHAR(255)   /* whose saved methods may pay; frozen before Stripe is asked */, "intent_key" VARCHAR(255)   /* of the intent that the orders of a purchase share; null: its own */,
    CONSTRAINT "uid_payments_order_i_b67efd" UNIQUE ("order_id", "attempt")

, CONSTRAINT "ck_payments_status" CHECK (status in ('opening', 'pending', 'requires_action', 'processing', 'succeeded', 'failed', 'canceled', 'parked', 'refunded'))
, CONSTRAINT "ck_payments_amounts" CHECK (amount_total >= 0 and amount_platform_fee >= 0 and (amount_platform_fee = 0 or amount_platform_fee < amount_total) and amount_vendor = amount_total - amount_platform_fee));
CREATE UNIQUE INDEX uq_payments_open ON payments (order_id) WHERE status IN ('opening', 'pending', 'requires_action', 'processing', 'failed');
CREATE INDEX "ix_payments_vendor" ON "payments" ("vendor_id", "id");
CREATE INDEX "ix_payments_vendor_paid" ON "payments" ("vendor_id", "paid_at") WHERE paid_at IS NOT NULL;
CREATE INDEX "ix_payments_paid" ON "payments" ("paid_at") WHERE paid_at IS NOT NULL;
CREATE INDEX "ix_payments_bare" ON "payments" ("updated_at") WHERE stripe_charge_id IS NOT NULL AND stripe_balance_transaction_id IS NULL;
CREATE INDEX "ix_payments_shared" ON "payments" ("intent_key") WHERE intent_key IS NOT NULL;
CREATE TRIGGER vendor_payment_configs_change_pages_by_update AFTER UPDATE ON vendor_payment_configs WHEN OLD.accepts_payments IS NOT NEW.accepts_payments OR OLD.currency IS NOT NEW.currency OR OLD.platform_fee_percentage IS NOT NEW.platform_fee_percentage
BEGIN INSERT INTO page_changes (vendor_id, created_at, updated_at) VALUES (NEW.vendor_id, strftime('%Y-%m-%d %H:%M:%f+00:00', 'now'), strftime('%Y-%m-%d %H:%M:%f+00:00', 'now')); END;
CREATE TABLE "claims" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "subject" VARCHAR(80) NOT NULL UNIQUE /* refund:12 or dispute:3 */,
    "currency" VARCHAR(3) NOT NULL,
    "amount" BIGINT NOT NULL  /* minor units that the vendor bears */,
    "taken" BIGINT NOT NULL  /* minor units that came back from the vendor's balance, net */,
    "receivable" BIGINT NOT NULL  /* minor units that the platform advanced and the vendor owes */,
    "written_off" BIGINT NOT NULL  /* minor units that the platform gave up on */,
    "owed_since" TIMESTAMP   /* when the receivable arose */,
    "postings" INT NOT NULL  /* how often the receivable changed in the ledger */,
    "order_id" BIGINT NOT NULL REFERENCES "orders" ("id") ON DELETE RESTRICT,
    "payment_id" BIGINT NOT NULL REFERENCES "payments" ("id") ON DELETE RESTRICT,
    "vendor_id" BIGINT NOT NULL REFERENCES "vendors" ("id") ON DELETE RESTRICT

, "netted" BIGINT NOT NULL  /* minor units set off against what we owed the vendor; negative: by what we owed */ DEFAULT 0, CONSTRAINT "ck_claims_amounts" CHECK ((amount >= 0 or subject like 'contribution:%') and receivable >= 0 and written_off >= 0));
CREATE INDEX "ix_claims_vendor" ON "claims" ("vendor_id", "currency", "id");
CREATE INDEX "ix_claims_order" ON "claims" ("order_id");
CREATE INDEX "ix_claims_receivable" ON "claims" ("receivable");
CREATE TABLE "former_categories" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "slug" VARCHAR(80) NOT NULL UNIQUE,
    "name" VARCHAR(60) NOT NULL  /* as products had it */,
    "category_id" BIGINT REFERENCES "categories" ("id") ON DELETE SET NULL /* that has its things now; null: none */
);
CREATE INDEX "ix_former_categories_name" ON "former_categories" ("name");
CREATE INDEX "ix_former_categories_category" ON "former_categories" ("category_id");
CREATE TABLE "day_sums" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "starts_at" TIMESTAMP NOT NULL,
    "ends_at" TIMESTAMP NOT NULL,
    "sums" JSON NOT NULL  /* source -> currency -> [minor units, how many] */,
    CONSTRAINT "uid_day_sums_starts__e001f9" UNIQUE ("starts_at", "ends_at")
);
CREATE INDEX "ix_jobs_errors" ON "jobs" ("kind", "id") WHERE error IS NOT NULL;
CREATE TABLE "vat_registrations" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "country" VARCHAR(2) NOT NULL  /* the vendor's, ISO 3166-1; the number's state is in its prefix */,
    "number" VARCHAR(20) NOT NULL  /* in its normal form; may be empty */,
    "stated_by" VARCHAR(120) NOT NULL,
    "confirmed_at" TIMESTAMP,
    "confirmed_by" VARCHAR(120) NOT NULL,
    "proof" VARCHAR(300) NOT NULL  /* what the staff looked at */,
    "refused_at" TIMESTAMP,
    "refused_by" VARCHAR(120) NOT NULL,
    "refusal" VARCHAR(300) NOT NULL  /* why, in words for the vendor */,
    "replaced_at" TIMESTAMP   /* null: in force; one a vendor, by an index of its own */,
    "vendor_id" BIGINT REFERENCES "vendors" ("id") ON DELETE RESTRICT

, "customer_id" BIGINT REFERENCES "customers" ("id") ON DELETE RESTRICT, "name" VARCHAR(120) NOT NULL  /* of a shopper's business, as it was stated; a vendor has its own */ DEFAULT '', CONSTRAINT "ck_vat_registrations_one_decision" CHECK (confirmed_at is null or refused_at is null)
, CONSTRAINT "ck_vat_registrations_proof" CHECK (confirmed_at is null or (confirmed_by <> '' and proof <> ''))
, CONSTRAINT "ck_vat_registrations_holder" CHECK ((vendor_id is null) <> (customer_id is null)));
CREATE UNIQUE INDEX uq_vat_registrations_current ON vat_registrations (vendor_id) WHERE replaced_at IS NULL;
CREATE UNIQUE INDEX uq_vat_registrations_shopper ON vat_registrations (customer_id) WHERE replaced_at IS NULL;
CREATE TABLE "order_lines" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "name" VARCHAR(120) NOT NULL,
    "picture" VARCHAR(200) NOT NULL,
    "unit_amount" BIGINT NOT NULL  /* minor units of the order's currency */,
    "quantity" INT NOT NULL,
    "order_id" BIGINT NOT NULL REFERENCES "orders" ("id") ON DELETE RESTRICT,
    "product_id" BIGINT NOT NULL REFERENCES "products" ("id") ON DELETE RESTRICT

, "commission_amount" BIGINT NOT NULL  /* minor units of the order's currency; frozen at sale */ DEFAULT 0, "commission_rule" VARCHAR(255) NOT NULL  /* fees.rules.snapshot; empty: the order's fee, spread */ DEFAULT '', "refunded_quantity" INT NOT NULL  /* pieces that were given back or are spoken for by refunds */ DEFAULT 0, "restocked_quantity" INT NOT NULL  /* pieces that stand on the shelf again (or were sold from there) */ DEFAULT 0, "choice" VARCHAR(120) NOT NULL  /* the variant's values in words: Blue, M */ DEFAULT '', "sku" VARCHAR(60) NOT NULL DEFAULT '', "discount_amount" BIGINT NOT NULL  /* minor units of its order's discount_amount; frozen at sale */ DEFAULT 0, "vat_rate" INT   /* hundredths of a percent, frozen at sale; null: not known */, "vat_amount" BIGINT   /* minor units of VAT inside what is paid for it */, "vat_taken_off" BIGINT NOT NULL  /* minor units of VAT that a consumer would pay inside its pieces */ DEFAULT 0, CONSTRAINT "ck_order_lines_positive" CHECK (quantity > 0 and unit_amount > 0)
, CONSTRAINT "ck_order_lines_commission" CHECK (commission_amount >= 0 and commission_amount <= unit_amount * quantity)
, CONSTRAINT "ck_order_lines_pieces" CHECK (refunded_quantity >= 0 and refunded_quantity <= quantity and restocked_quantity >= 0 and restocked_quantity <= quantity)
, CONSTRAINT "ck_order_lines_discount" CHECK (discount_amount >= 0 and discount_amount <= unit_amount * quantity)
, CONSTRAINT "ck_order_lines_vat_taken_off" CHECK (vat_taken_off >= 0));
CREATE INDEX "ix_order_lines_order" ON "order_lines" ("order_id");
CREATE INDEX "ix_claims_to_send" ON "claims" ("id") WHERE taken > amount - netted;
CREATE INDEX "ix_payment_methods_expiry" ON "payment_methods" ("card_exp_year", "card_exp_month");
CREATE TABLE "card_declines" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "stripe_charge_id" VARCHAR(255) NOT NULL UNIQUE,
    "network" VARCHAR(45) NOT NULL  /* the purchase's; empty: not known */,
    "basket_id" BIGINT   /* the purchase's, which stands for a browser */,
    "fingerprint" VARCHAR(64) NOT NULL  /* Stripe's of the card; empty: it has none */,
    "code" VARCHAR(100) NOT NULL  /* why, in Stripe's word */,
    "declined_at" TIMESTAMP NOT NULL,
    "checkout_id" BIGINT NOT NULL REFERENCES "checkouts" ("id") ON DELETE RESTRICT
);
CREATE INDEX "ix_card_declines_network" ON "card_declines" ("network", "declined_at");
CREATE INDEX "ix_card_declines_basket" ON "card_declines" ("basket_id", "declined_at");
CREATE INDEX "ix_card_declines_card" ON "card_declines" ("fingerprint", "declined_at");
CREATE INDEX "ix_card_declines_checkout" ON "card_declines" ("checkout_id");
CREATE INDEX "ix_card_declines_at" ON "card_declines" ("declined_at");
CREATE TRIGGER ledger_postings_close BEFORE UPDATE ON ledger_postings
BEGIN
    SELECT RAISE(ABORT, 'a posting is never changed, only closed') WHERE OLD.is_closed OR NOT NEW.is_closed
        OR NEW.id <> OLD.id OR NEW.kind <> OLD.kind OR NEW.key <> OLD.key OR NEW.subject <> OLD.subject OR NEW.vendor_id IS NOT OLD.vendor_id;
    SELECT RAISE(ABORT, 'a posting needs entries') WHERE NOT EXISTS (SELECT 1 FROM ledger_entries WHERE posting_id = OLD.id);
    SELECT RAISE(ABORT, 'a posting comes to nought in each currency') WHERE EXISTS (
        SELECT 1 FROM ledger_entries WHERE posting_id = OLD.id GROUP BY currency HAVING sum(amount) <> 0);
END;
CREATE TRIGGER ledger_postings_add_up AFTER UPDATE ON ledger_postings WHEN NEW.is_closed
BEGIN
    INSERT INTO ledger_sums (created_at, updated_at, account, vendor_id, currency, amount, entries, last_posting_id)
    SELECT strftime('%Y-%m-%d %H:%M:%f+00:00', 'now'), strftime('%Y-%m-%d %H:%M:%f+00:00', 'now'), account, coalesce(vendor_id, 0), currency, sum(amount), count(*), NEW.id FROM ledger_entries WHERE posting_id = NEW.id GROUP BY account, coalesce(vendor_id, 0), currency
    ON CONFLICT (account, vendor_id, currency) DO UPDATE SET updated_at = excluded.updated_at, amount = amount + excluded.amount,
        entries = entries + excluded.entries, last_posting_id = excluded.last_posting_id;
END;
CREATE INDEX "ix_ledger_postings_vendor_at" ON "ledger_postings" ("vendor_id", "created_at") WHERE vendor_id is not null;
CREATE TABLE "marketplace_policy" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "refund_policy" VARCHAR(20) NOT NULL,
    "refund_approval_limits" JSON NOT NULL  /* currency -> minor units; a refund above it needs the operator */

, "commission_basis" VARCHAR(20) NOT NULL  /* what of an order the commission is taken of, from the next order on */ DEFAULT 'goods', CONSTRAINT "ck_marketplace_policy_one" CHECK (id = 1)
, CONSTRAINT "ck_marketplace_policy_refunds" CHECK (refund_policy in ('proportional', 'return', 'keep'))
, CONSTRAINT "ck_marketplace_policy_basis" CHECK (commission_basis in ('goods', 'goods_and_shipping')));
CREATE TABLE "orders" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "number" VARCHAR(20) NOT NULL UNIQUE,
    "status" VARCHAR(20) NOT NULL,
    "payment_status" VARCHAR(50) NOT NULL,
    "payment_intent_id" VARCHAR(255),
    "total_amount_cents" BIGINT NOT NULL  /* minor units of currency */,
    "platform_fee_amount" BIGINT NOT NULL  /* minor units of currency; frozen at sale */,
    "platform_fee_percentage" VARCHAR(40) NOT NULL,
    "currency" VARCHAR(3) NOT NULL,
    "stock_state" VARCHAR(20) NOT NULL,
    "paid_at" TIMESTAMP,
    "shipped_at" TIMESTAMP,
    "tracking_carrier" VARCHAR(60) NOT NULL,
    "tracking_number" VARCHAR(80) NOT NULL,
    "checkout_id" BIGINT NOT NULL REFERENCES "checkouts" ("id") ON DELETE RESTRICT,
    "customer_id" BIGINT REFERENCES "customers" ("id") ON DELETE RESTRICT,
    "vendor_id" BIGINT NOT NULL REFERENCES "vendors" ("id") ON DELETE RESTRICT, "refunded_amount" BIGINT NOT NULL  /* minor units that went back or are spoken for; never more than the total */ DEFAULT 0, "delivered_at" TIMESTAMP, "delivered_by" VARCHAR(80) NOT NULL  /* who said so; system: taken for granted after some days */ DEFAULT '', "returned_amount" BIGINT NOT NULL  /* minor units of refunded_amount that have arrived at the shopper */ DEFAULT 0, "disputed_amount" BIGINT NOT NULL  /* minor units that open disputes are about; may be more than the total */ DEFAULT 0, "lost_amount" BIGINT NOT NULL  /* minor units that banks took for good; may be more than the total */ DEFAULT 0, "held_at" TIMESTAMP   /* when Pay last set its pieces aside; null: it never did */, "held_until" TIMESTAMP   /* when what Pay set aside is let go, unless it is paid */, "wasted_holds" INT NOT NULL  /* how often what Pay set aside was let go without a try to pay */ DEFAULT 0, "promised_from_days" SMALLINT   /* days after the order, as it was promised */, "promised_to_days" SMALLINT, "shipping_amount" BIGINT NOT NULL  /* minor units of the total that are for sending; frozen at sale */ DEFAULT 0, "shipping_kind" VARCHAR(20) NOT NULL  /* flat | weight | pickup */ DEFAULT '', "shipping_method" VARCHAR(80) NOT NULL  /* as it was called; empty: the prices include sending */ DEFAULT '', "shipping_refunded" BIGINT NOT NULL  /* minor units of shipping_amount that refunds speak for */ DEFAULT 0, "note" VARCHAR(500) NOT NULL  /* of the shopper, to the shop */ DEFAULT '', "discount_amount" BIGINT NOT NULL  /* minor units that a code takes off the goods; frozen at sale */ DEFAULT 0, "discount_code" VARCHAR(40) NOT NULL  /* as it was given; empty: none */ DEFAULT '', "marketplace_discount" BIGINT NOT NULL  /* minor units of both discounts that the marketplace bears */ DEFAULT 0, "shipping_discount" BIGINT NOT NULL  /* minor units that a code takes off sending; not in shipping_amount */ DEFAULT 0, "pickup_place" VARCHAR(200) NOT NULL  /* where it is picked up, as it was said at the sale */ DEFAULT '', "vat_treatment" VARCHAR(20) NOT NULL  /* vat\/sales\/rules.py::SaleTreatment, frozen at sale; empty: not known */ DEFAULT '', "vat_state" VARCHAR(2) NOT NULL  /* whose VAT is inside; empty: nobody's */ DEFAULT '', "vat_parts" JSON   /* rate, gross and VAT inside, by rate; null: not known */, "message_waits" INT NOT NULL  /* whether its shopper wrote and the vendor has not answered */ DEFAULT 0, "return_waits" INT NOT NULL  /* whether its shopper asks for money back and nobody has decided */ DEFAULT 0, "vat_taken_off" BIGINT NOT NULL  /* minor units of VAT that a consumer would pay inside and this buyer does not */ DEFAULT 0, "buyer_vat_number" VARCHAR(20) NOT NULL  /* of a business that buys without VAT, confirmed then; empty: none */ DEFAULT '', "buyer_vat_name" VARCHAR(120) NOT NULL  /* the business of that number */ DEFAULT '', "buyer_vat_confirmed_at" TIMESTAMP   /* when that number was confirmed */, "seller_vat_number" VARCHAR(20) NOT NULL  /* of its vendor, where it sold to a business without VAT */ DEFAULT '', "shipping_commission" BIGINT NOT NULL  /* minor units of platform_fee_amount that are of sending; frozen at sale */ DEFAULT 0, "vat_region" VARCHAR(40) NOT NULL  /* the part of that state whose own rates hold (territories.toml); empty: none */ DEFAULT '',
    CONSTRAINT "uid_orders_checkou_06c1b3" UNIQUE ("checkout_id", "vendor_id")

, CONSTRAINT "ck_orders_status" CHECK (status in ('pending', 'processing', 'shipped', 'delivered', 'cancelled'))
, CONSTRAINT "ck_orders_payment_status" CHECK (payment_status in ('pending', 'processing', 'paid', 'failed', 'cancelled', 'refunded'))
, CONSTRAINT "ck_orders_stock_state" CHECK (stock_state in ('at_payment', 'reserved', 'taken', 'released'))
, CONSTRAINT "ck_orders_fee" CHECK (platform_fee_amount >= 0 and (platform_fee_amount = 0 or platform_fee_amount < total_amount_cents + marketplace_discount))
, CONSTRAINT "ck_orders_refunded" CHECK (refunded_amount >= 0 and refunded_amount <= total_amount_cents)
, CONSTRAINT "ck_orders_returned" CHECK (returned_amount >= 0 and returned_amount <= refunded_amount)
, CONSTRAINT "ck_orders_disputed" CHECK (disputed_amount >= 0 and lost_amount >= 0)
, CONSTRAINT "ck_orders_shipping" CHECK (shipping_amount >= 0)
, CONSTRAINT "ck_orders_shipping_refunded" CHECK (shipping_refunded >= 0 and shipping_refunded <= shipping_amount)
, CONSTRAINT "ck_orders_total" CHECK (total_amount_cents >= 0 and shipping_amount <= total_amount_cents)
, CONSTRAINT "ck_orders_discounts" CHECK (discount_amount >= 0 and shipping_discount >= 0 and marketplace_discount >= 0 and marketplace_discount <= discount_amount + shipping_discount)
, CONSTRAINT "ck_orders_reverse_charge" CHECK (vat_taken_off >= 0 and (vat_treatment = 'reverse_charge') = (buyer_vat_number <> '' and seller_vat_number <> '' and buyer_vat_confirmed_at is not null) and (vat_taken_off = 0 or vat_treatment = 'reverse_charge'))
, CONSTRAINT "ck_orders_shipping_commission" CHECK (shipping_commission >= 0 and shipping_commission <= platform_fee_amount));
CREATE INDEX "ix_orders_vendor" ON "orders" ("vendor_id", "id");
CREATE INDEX "ix_orders_unpaid" ON "orders" ("vendor_id", "id") WHERE payment_status IN ('pending', 'processing', 'failed');
CREATE INDEX "ix_orders_refunded" ON "orders" ("vendor_id", "id") WHERE refunded_amount > 0;
CREATE INDEX "ix_orders_disputed" ON "orders" ("vendor_id", "id") WHERE disputed_amount > 0 OR lost_amount > 0;
CREATE INDEX "ix_orders_state" ON "orders" ("vendor_id", "status", "id");
CREATE INDEX "ix_orders_vendor_paid" ON "orders" ("vendor_id", "paid_at") WHERE paid_at IS NOT NULL;
CREATE INDEX "ix_orders_paid" ON "orders" ("paid_at") WHERE paid_at IS NOT NULL;
CREATE INDEX "ix_orders_to_ship" ON "orders" ("vendor_id", "id") WHERE status = 'processing' AND payment_status = 'paid' AND disputed_amount = 0 AND (refunded_amount < total_amount_cents - lost_amount OR total_amount_cents = 0);
CREATE INDEX "ix_orders_to_answer" ON "orders" ("vendor_id", "id") WHERE message_waits OR return_waits;
CREATE TRIGGER marketplace_policy_change_pages_by_insert AFTER INSERT ON marketplace_policy
BEGIN INSERT INTO page_changes (vendor_id, created_at, updated_at) VALUES (NULL, strftime('%Y-%m-%d %H:%M:%f+00:00', 'now'), strftime('%Y-%m-%d %H:%M:%f+00:00', 'now')); END;
CREATE TRIGGER marketplace_policy_change_pages_by_update AFTER UPDATE ON marketplace_policy
BEGIN INSERT INTO page_changes (vendor_id, created_at, updated_at) VALUES (NULL, strftime('%Y-%m-%d %H:%M:%f+00:00', 'now'), strftime('%Y-%m-%d %H:%M:%f+00:00', 'now')); END;
CREATE TRIGGER marketplace_policy_change_pages_by_delete AFTER DELETE ON marketplace_policy
BEGIN INSERT INTO page_changes (vendor_id, created_at, updated_at) VALUES (NULL, strftime('%Y-%m-%d %H:%M:%f+00:00', 'now'), strftime('%Y-%m-%d %H:%M:%f+00:00', 'now')); END;
CREATE INDEX "ix_members_role" ON "members" ("role", "id");
CREATE INDEX "ix_customers_off" ON "customers" ("id") WHERE is_active = FALSE;
CREATE VIRTUAL TABLE members_found USING fts5(terms, content='members', content_rowid='id',
    tokenize='ascii', prefix='1 2 3', detail=none);
CREATE TRIGGER members_found_by_insert AFTER INSERT ON members
BEGIN INSERT INTO members_found(rowid, terms) VALUES (NEW.id, NEW.terms); END;
CREATE TRIGGER members_found_by_update AFTER UPDATE OF terms ON members WHEN OLD.terms IS NOT NEW.terms
BEGIN
INSERT INTO members_found(members_found, rowid, terms) VALUES ('delete', OLD.id, OLD.terms);
INSERT INTO members_found(rowid, terms) VALUES (NEW.id, NEW.terms);
END;
CREATE TRIGGER members_found_by_delete AFTER DELETE ON members
BEGIN INSERT INTO members_found(members_found, rowid, terms) VALUES ('delete', OLD.id, OLD.terms); END;
CREATE VIRTUAL TABLE customers_found USING fts5(terms, content='customers', content_rowid='id',
    tokenize='ascii', prefix='1 2 3', detail=none);
CREATE TRIGGER customers_found_by_insert AFTER INSERT ON customers
BEGIN INSERT INTO customers_found(rowid, terms) VALUES (NEW.id, NEW.terms); END;
CREATE TRIGGER customers_found_by_update AFTER UPDATE OF terms ON customers WHEN OLD.terms IS NOT NEW.terms
BEGIN
INSERT INTO customers_found(customers_found, rowid, terms) VALUES ('delete', OLD.id, OLD.terms);
INSERT INTO customers_found(rowid, terms) VALUES (NEW.id, NEW.terms);
END;
CREATE TRIGGER customers_found_by_delete AFTER DELETE ON customers
BEGIN INSERT INTO customers_found(customers_found, rowid, terms) VALUES ('delete', OLD.id, OLD.terms); END;
CREATE TABLE "refunds" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "number" SMALLINT NOT NULL  /* 1 for the order's first */,
    "status" VARCHAR(20) NOT NULL,
    "amount" BIGINT NOT NULL  /* minor units of currency */,
    "vendor_part" BIGINT NOT NULL  /* minor units that the vendor bears */,
    "commission_part" BIGINT NOT NULL  /* minor units of commission that are given back */,
    "currency" VARCHAR(3) NOT NULL,
    "policy" VARCHAR(20) NOT NULL  /* keep | return | proportional, as it was then */,
    "reverse_transfer" INT   /* how Stripe was asked; null: not yet decided */,
    "refund_application_fee" INT NOT NULL,
    "reason" VARCHAR(40) NOT NULL,
    "note" VARCHAR(500) NOT NULL  /* to the shopper */,
    "idempotency_key" VARCHAR(255) NOT NULL UNIQUE,
    "stripe_refund_id" VARCHAR(255) ,
    "stripe_balance_transaction_id" VARCHAR(255),
    "stripe_failure_transaction_id" VARCHAR(255),
    "stripe_reversal_id" VARCHAR(255),
    "pending_reason" VARCHAR(60),
    "failure_reason" VARCHAR(80),
    "refusal" VARCHAR(300) NOT NULL  /* a sentence: why it was refused or declined */,
    "requested_by" VARCHAR(60) NOT NULL  /* member:7 */,
    "decided_by" VARCHAR(60) NOT NULL,
    "succeeded_at" TIMESTAMP,
    "order_id" BIGINT NOT NULL REFERENCES "orders" ("id") ON DELETE RESTRICT,
    "payment_id" BIGINT NOT NULL REFERENCES "payments" ("id") ON DELETE RESTRICT,
    "vendor_id" BIGINT NOT NULL REFERENCES "vendors" ("id") ON DELETE RESTRICT, "shipping_amount" BIGINT NOT NULL  /* minor units of amount that are for the order's sending */ DEFAULT 0, "discount_part" BIGINT NOT NULL  /* minor units that the marketplace has back of what it paid of the price */ DEFAULT 0, "stripe_amount" BIGINT   /* minor units of Stripe's one refund that several orders share; null: it is of this one */,
    CONSTRAINT "uid_refunds_order_i_fb20c1" UNIQUE ("order_id", "number")

, CONSTRAINT "ck_refunds_status" CHECK (status in ('awaiting_approval', 'declined', 'opening', 'refused', 'pending', 'requires_action', 'succeeded', 'failed', 'canceled'))
, CONSTRAINT "ck_refunds_amounts" CHECK (amount >= 0 and vendor_part >= 0 and commission_part >= 0 and discount_part >= 0 and amount = vendor_part + commission_part - discount_part)
, CONSTRAINT "ck_refunds_shipping" CHECK (shipping_amount >= 0 and shipping_amount <= amount));
CREATE INDEX "ix_refunds_status" ON "refunds" ("status", "updated_at");
CREATE INDEX "ix_refunds_vendor" ON "refunds" ("vendor_id", "id");
CREATE INDEX "ix_refunds_succeeded" ON "refunds" ("succeeded_at") WHERE succeeded_at IS NOT NULL;
CREATE UNIQUE INDEX uq_refunds_part ON refunds (stripe_refund_id, order_id);
CREATE UNIQUE INDEX uq_refunds_alone ON refunds (stripe_refund_id) WHERE stripe_amount IS NULL;
CREATE TABLE "shop_places" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "is_open" INT NOT NULL,
    "is_soon" INT NOT NULL  /* nothing can be bought there, not yet or no longer */,
    "sorted_by" VARCHAR(200) NOT NULL  /* its name and more, folded */
);
CREATE INDEX "ix_shop_places_open" ON "shop_places" ("is_soon", "sorted_by", "id") WHERE is_open;
CREATE TRIGGER shop_places_begin BEFORE INSERT ON shop_places WHEN (SELECT v.is_open = NEW.is_open AND substr(v.search, 1, 200) = NEW.sorted_by
    AND NEW.is_soon = NOT coalesce((SELECT c.accepts_payments FROM vendor_payment_configs c WHERE c.vendor_id = NEW.id), FALSE)
    FROM vendors v WHERE v.id = NEW.id) IS NOT 1
BEGIN SELECT RAISE(ABORT, 'a shop stands where its vendor and its payments put it'); END;
CREATE TRIGGER shop_places_change BEFORE UPDATE ON shop_places WHEN NEW.id <> OLD.id OR (SELECT v.is_open = NEW.is_open AND substr(v.search, 1, 200) = NEW.sorted_by
    AND NEW.is_soon = NOT coalesce((SELECT c.accepts_payments FROM vendor_payment_configs c WHERE c.vendor_id = NEW.id), FALSE)
    FROM vendors v WHERE v.id = NEW.id) IS NOT 1
BEGIN SELECT RAISE(ABORT, 'a shop stands where its vendor and its payments put it'); END;
CREATE TRIGGER shop_places_never_go BEFORE DELETE ON shop_places WHEN EXISTS (SELECT 1 FROM vendors v WHERE v.id = OLD.id)
BEGIN SELECT RAISE(ABORT, 'a shop stands where its vendor and its payments put it'); END;
CREATE TRIGGER vendors_have_places AFTER INSERT ON vendors
BEGIN INSERT INTO shop_places (id, created_at, updated_at, is_open, is_soon, sorted_by) VALUES (NEW.id, strftime('%Y-%m-%d %H:%M:%f+00:00', 'now'), strftime('%Y-%m-%d %H:%M:%f+00:00', 'now'), NEW.is_open, TRUE, substr(NEW.search, 1, 200)); END;
CREATE TRIGGER vendors_move_places AFTER UPDATE ON vendors WHEN NEW.is_open <> OLD.is_open OR NEW.search <> OLD.search
BEGIN UPDATE shop_places SET updated_at = strftime('%Y-%m-%d %H:%M:%f+00:00', 'now'), is_open = NEW.is_open, sorted_by = substr(NEW.search, 1, 200) WHERE id = NEW.id; END;
CREATE TRIGGER vendors_leave_places AFTER DELETE ON vendors
BEGIN DELETE FROM shop_places WHERE id = OLD.id; END;
CREATE TRIGGER vendor_payment_configs_give_places AFTER INSERT ON vendor_payment_configs
BEGIN UPDATE shop_places SET updated_at = strftime('%Y-%m-%d %H:%M:%f+00:00', 'now'), is_soon = NOT NEW.accepts_payments WHERE id = NEW.vendor_id; END;
CREATE TRIGGER vendor_payment_configs_move_places AFTER UPDATE ON vendor_payment_configs WHEN NEW.accepts_payments <> OLD.accepts_payments
BEGIN UPDATE shop_places SET updated_at = strftime('%Y-%m-%d %H:%M:%f+00:00', 'now'), is_soon = NOT NEW.accepts_payments WHERE id = NEW.vendor_id; END;
CREATE TRIGGER vendor_payment_configs_take_places AFTER DELETE ON vendor_payment_configs
BEGIN UPDATE shop_places SET updated_at = strftime('%Y-%m-%d %H:%M:%f+00:00', 'now'), is_soon = TRUE WHERE id = OLD.vendor_id; END;
CREATE INDEX "ix_vendors_closed_until" ON "vendors" ("closed_until") WHERE closed_until is not null;
CREATE INDEX "ix_payment_configs_bank_hold" ON "vendor_payment_configs" ("bank_hold_until") WHERE bank_hold_until is not null;
CREATE INDEX "ix_payment_configs_current" ON "vendor_payment_configs" ("current_deadline") WHERE current_deadline is not null;
CREATE INDEX "ix_payment_configs_future" ON "vendor_payment_configs" ("future_deadline") WHERE future_deadline is not null;
CREATE INDEX "ix_webhook_events_order" ON "webhook_events" ("order_id", "id") WHERE order_id IS NOT NULL;
CREATE INDEX "ix_webhook_events_account" ON "webhook_events" ("stripe_account_id", "id") WHERE stripe_account_id IS NOT NULL;
CREATE INDEX "ix_page_changes_transaction" ON "page_changes" ("transaction_id") WHERE transaction_id IS NOT NULL;
CREATE INDEX "ix_orders_customer" ON "orders" ("customer_id", "id") WHERE customer_id IS NOT NULL;
CREATE INDEX "ix_orders_shipped" ON "orders" ("status", "shipped_at") WHERE shipped_at IS NOT NULL;
CREATE INDEX "ix_orders_held" ON "orders" ("held_at") WHERE held_at IS NOT NULL;
CREATE INDEX "ix_checkouts_basket" ON "checkouts" ("basket_id") WHERE basket_id IS NOT NULL;
CREATE INDEX "ix_checkouts_network" ON "checkouts" ("network") WHERE status = 'open';
CREATE INDEX "ix_checkouts_old_link" ON "checkouts" ("old_link_digest") WHERE old_link_digest IS NOT NULL;
CREATE INDEX "ix_payments_charge" ON "payments" ("stripe_charge_id") WHERE stripe_charge_id IS NOT NULL;
CREATE INDEX "ix_payments_untransferred" ON "payments" ("stripe_transfer_id", "id") WHERE intent_key IS NOT NULL AND stripe_charge_id IS NOT NULL AND stripe_transfer_id IS NULL;
CREATE INDEX "ix_payments_parked" ON "payments" ("id") WHERE status = 'parked';
CREATE UNIQUE INDEX uq_payments_slice ON payments (stripe_payment_intent_id, order_id) WHERE stripe_payment_intent_id IS NOT NULL;
CREATE UNIQUE INDEX uq_payments_lead ON payments (stripe_payment_intent_id) WHERE stripe_payment_intent_id IS NOT NULL AND (intent_key IS NULL OR intent_key = idempotency_key);
CREATE INDEX "ix_activity_order" ON "activity" ("order_id", "id") WHERE order_id IS NOT NULL;
CREATE INDEX "ix_activity_cause" ON "activity" ("cause", "id") WHERE NOT cause = '';
CREATE INDEX "ix_audit_vendor" ON "audit_entries" ("vendor_id", "id") WHERE vendor_id IS NOT NULL;
CREATE INDEX "ix_audit_actor" ON "audit_entries" ("actor", "id") WHERE is_by_person = TRUE;
CREATE INDEX "ix_audit_of_people" ON "audit_entries" ("id") WHERE is_by_person = TRUE;
CREATE INDEX "ix_ledger_entries_vendor_at" ON "ledger_entries" ("vendor_id", "account", "currency", "created_at", "id") WHERE vendor_id IS NOT NULL;
CREATE INDEX "ix_ledger_entries_at_stripe" ON "ledger_entries" ("account", "created_at") WHERE account IN ('stripe_platform', 'stripe_vendor');
CREATE INDEX "ix_ledger_entries_earned" ON "ledger_entries" ("account", "created_at") WHERE account = 'commission' OR account = 'marketplace_discounts';
CREATE INDEX "ix_ledger_entries_suspense" ON "ledger_entries" ("posting_id") WHERE account = 'suspense';
CREATE INDEX "ix_stripe_writes_state" ON "stripe_writes" ("state", "updated_at") WHERE state = 'waiting' OR state = 'unexpected';
CREATE INDEX "ix_stripe_references_order" ON "stripe_references" ("order_id") WHERE order_id IS NOT NULL;
CREATE INDEX "ix_emails_to" ON "emails" ("to", "id");
CREATE TRIGGER vat_registrations_change_pages_by_insert AFTER INSERT ON vat_registrations WHEN NEW.vendor_id IS NOT NULL
BEGIN INSERT INTO page_changes (vendor_id, created_at, updated_at) VALUES (NEW.vendor_id, strftime('%Y-%m-%d %H:%M:%f+00:00', 'now'), strftime('%Y-%m-%d %H:%M:%f+00:00', 'now')); END;
CREATE TRIGGER vat_registrations_change_pages_by_update AFTER UPDATE ON vat_registrations WHEN NEW.vendor_id IS NOT NULL
BEGIN INSERT INTO page_changes (vendor_id, created_at, updated_at) VALUES (NEW.vendor_id, strftime('%Y-%m-%d %H:%M:%f+00:00', 'now'), strftime('%Y-%m-%d %H:%M:%f+00:00', 'now')); END;
CREATE TRIGGER vat_registrations_change_pages_by_delete AFTER DELETE ON vat_registrations WHEN OLD.vendor_id IS NOT NULL
BEGIN INSERT INTO page_changes (vendor_id, created_at, updated_at) VALUES (OLD.vendor_id, strftime('%Y-%m-%d %H:%M:%f+00:00', 'now'), strftime('%Y-%m-%d %H:%M:%f+00:00', 'now')); END;
CREATE INDEX "ix_products_off_sale" ON "products" ("id") WHERE taken_off_for > '';
