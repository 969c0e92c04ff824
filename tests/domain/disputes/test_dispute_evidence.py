"""The answer to a bank: what is drafted from an order, which fields count for which reason, and
limits as sentences.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.errors import Invalid
from shared.core.money import Money
from shared.core.words import codes
from shared.finance.disputes import evidence
from shared.finance.disputes.files import KINDS
from shared.finance.disputes.response_draft import (
    Facts,
    GivenBack,
    Line,
    Message,
    OtherOrder,
    draft,
)
from shared.sandbox.expansion import EVIDENCE_FILES
from shared.sandbox.resources.dispute_terms import EVIDENCE

AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
FACTS = Facts(
    vendor_name="Atelier Luxe",
    number="MH-AAAA-BBBB",
    charge_id="ch_1",
    total=Money(9980, "EUR"),
    lines=(Line("A cup", 2, Money(9980, "EUR"), "Holds tea."),),
    full_name="Ada Lovelace",
    email="ada@example.test",
    address=("Ada Lovelace", "12 rue du Marché", "1728 Luxembourg", "LU"),
    placed_at=AT,
    paid_at=AT,
    shipped_at=datetime(2026, 11, 21, 8, 0, tzinfo=UTC),
    delivered_at=None,
    carrier="DHL",
    tracking="JD014",
    ip="192.0.2.7",
    terms_version="2026-11-27",
    terms_accepted_at=AT,
    terms_link="https://market.test/legal/terms",
    terms_on_returns="Return most things within 14 days.",
    messages=(Message(AT, "Your order", "thank you"),),
)


class TestDraft:
    def test_it_says_what_we_know_of_order_parcel_shopper_messages_and_terms(
        self,
    ) -> None:
        """Each in its own field."""
        texts = draft(FACTS, "product_not_received")
        assert "2 x A cup, €99.80" in texts["product_description"]
        assert "Holds tea." in texts["product_description"]
        assert texts["shipping_carrier"] == "DHL"
        assert texts["shipping_tracking_number"] == "JD014"
        assert texts["shipping_date"] == "21 November 2026"
        assert (
            draft(replace(FACTS, zone=ZoneInfo("Pacific/Honolulu")), "")[
                "shipping_date"
            ]
            == "20 November 2026"
        )
        assert texts["shipping_address"].splitlines()[1] == "12 rue du Marché"
        assert texts["customer_purchase_ip"] == "192.0.2.7"
        assert "version of 2026-11-27" in texts["refund_policy_disclosure"]
        assert "from the network address 192.0.2.7" in texts["refund_policy_disclosure"]
        assert "Return most things within 14 days." in texts["refund_policy_disclosure"]
        assert "“Your order”:\nthank you" in texts["uncategorized_text"]

    def test_it_claims_nothing_that_is_not_so(self) -> None:
        """Not sent: no address, no date; terms never recorded: no word of them; no refund: no word
        of one.
        """
        bare = replace(
            FACTS,
            shipped_at=None,
            carrier="",
            tracking="",
            ip="",
            terms_accepted_at=None,
            messages=(),
        )
        texts = draft(bare, "credit_not_processed")
        assert not set(texts) & {
            "shipping_address",
            "shipping_date",
            "shipping_carrier",
            "shipping_tracking_number",
            "customer_purchase_ip",
            "refund_policy_disclosure",
            "refund_refusal_explanation",
        }
        assert "sent" not in texts["uncategorized_text"]

    def test_a_refund_is_told_where_the_shopper_says_that_none_came(self) -> None:
        """With its day and amount."""
        refunded = replace(FACTS, refunds=(GivenBack(AT, Money(4990, "EUR")),))
        assert (
            "€49.90 was refunded"
            in draft(refunded, "credit_not_processed")["refund_refusal_explanation"]
        )

    def test_two_payments_are_told_apart(self) -> None:
        """By the shopper's other order."""
        other = OtherOrder("MH-CCCC-DDDD", AT, Money(500, "EUR"), "ch_2", "1 x A plate")
        texts = draft(replace(FACTS, others=(other,)), "duplicate")
        assert texts["duplicate_charge_id"] == "ch_2"
        assert "MH-CCCC-DDDD" in texts["duplicate_charge_explanation"]
        assert "1 x A plate" in texts["duplicate_charge_explanation"]
        assert "duplicate_charge_id" not in draft(
            replace(FACTS, others=(other,)), "fraudulent"
        )

    @given(
        st.text(max_size=300),
        st.integers(0, 60),
        st.sampled_from(sorted(codes("disputes.reasons"))),
    )
    def test_whatever_the_order_it_can_be_handed_in(
        self, text: str, many: int, reason: str
    ) -> None:
        """Within every limit, and tidy."""
        facts = replace(
            FACTS,
            lines=tuple(Line(text, 1, FACTS.total, text) for _ in range(many)),
            messages=tuple(Message(AT, text, text * 20) for _ in range(many)),
        )
        evidence.check(evidence.tidy(draft(facts, reason)))


class TestFields:
    def test_they_are_stripes_own_texts_and_no_files(self) -> None:
        """Files cannot be typed."""
        assert set(evidence.FIELDS) <= set(EVIDENCE) - set(EVIDENCE_FILES)

    @pytest.mark.parametrize(
        "reason", [*sorted(codes("disputes.reasons")), "something_new"]
    )
    def test_each_reason_has_fields_that_count_and_advice(self, reason: str) -> None:
        """Those first, the others after them, none twice and none lost."""
        first, rest = evidence.weighty(reason), evidence.others(reason)
        assert first
        assert sorted(f.name for f in (*first, *rest)) == sorted(evidence.FIELDS)
        assert evidence.advice(reason).endswith(".")

    def test_every_field_has_a_label_and_a_hint_in_words(self) -> None:
        """No name of Stripe's."""
        assert codes("disputes.fields") == set(evidence.FIELDS)
        assert codes("disputes.documents") == set(KINDS)
        for field in evidence.FIELDS.values():
            assert "_" not in field.label + field.hint.replace("ch_", "")
            assert field.hint.endswith(".")
        for kind in KINDS.values():
            assert "_" not in kind.label + kind.hint
            assert kind.hint.endswith(".")

    @pytest.mark.parametrize(
        ("reason", "name"),
        [
            ("product_not_received", "shipping_tracking_number"),
            ("fraudulent", "customer_purchase_ip"),
            ("duplicate", "duplicate_charge_explanation"),
            ("product_unacceptable", "refund_policy_disclosure"),
            ("credit_not_processed", "refund_refusal_explanation"),
        ],
    )
    def test_what_decides_a_reason_stands_in_front(
        self, reason: str, name: str
    ) -> None:
        """Not under “more”."""
        assert name in {field.name for field in evidence.weighty(reason)}


class TestLimits:
    def test_a_long_text_that_is_too_long_is_a_sentence_at_its_field(self) -> None:
        """With both numbers."""
        with pytest.raises(
            Invalid, match="at most 20,000 characters here; these are 20,001"
        ) as problem:
            evidence.check({"uncategorized_text": "x" * 20_001})
        assert problem.value.param == "uncategorized_text"

    def test_all_together_are_too_long_at_the_longest(self) -> None:
        """Stripe counts 150,000."""
        long = [name for name, field in evidence.FIELDS.items() if field.is_long]
        texts = dict.fromkeys(long[:7], "x" * 20000) | {long[7]: "x" * 19_000}
        evidence.check({**texts, long[7]: "x" * 10_000})
        with pytest.raises(
            Invalid, match="together may have 150,000 characters; these are 159,000"
        ) as problem:
            evidence.check(texts)
        assert problem.value.param in long[:7]

    def test_a_line_is_a_line(self) -> None:
        """500 characters."""
        with pytest.raises(Invalid):
            evidence.check({"customer_name": "x" * 501})

    def test_what_was_typed_is_kept_tidy(self) -> None:
        """Plain line ends, nothing empty, nothing unknown; what was taken away is sent as empty."""
        tidy = evidence.tidy(
            {
                "customer_name": " Ada ",
                "uncategorized_text": "a\r\nb\rc",
                "shipping_date": "  ",
                "x": "y",
            }
        )
        assert tidy == {"customer_name": "Ada", "uncategorized_text": "a\nb\nc"}
        assert evidence.as_sent(tidy)["shipping_date"] == ""
