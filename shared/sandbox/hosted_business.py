"""The questions of hosted onboarding about the business."""

from __future__ import annotations

import re

from shared.sandbox import hosted_answers
from shared.sandbox.resources import onboarding
from shared.sandbox.store import Document
from shared.sandbox.world import Act

KINDS = {
    "company": "Company",
    "individual": "One person, without a company",
    "non_profit": "Non-profit organisation",
}
GOODS = {
    "5399": "Goods of many kinds",
    "5411": "Food",
    "5651": "Clothes",
    "5734": "Software and computers",
    "5942": "Books",
    "5945": "Toys and crafts",
    "7299": "Services",
}


def values(act: Act, doc: Document) -> hosted_answers.Typed:
    profile = doc.body["business_profile"]
    company = doc.hidden.get("company", {})
    return {
        "business_type": doc.body["business_type"] or "company",
        "name": company.get("name") or profile["name"] or onboarding.NAME,
        "url": profile["url"] or onboarding.BUSINESS["url"],
        "mcc": profile["mcc"] or onboarding.BUSINESS["mcc"],
        "product_description": profile["product_description"] or "",
        "tax_id": company.get("tax_id") or onboarding.NUMBER,
    }


def check(
    doc: Document,
    typed: hosted_answers.Typed,
    strict: bool,
) -> hosted_answers.Typed:
    wrong: hosted_answers.Typed = {}
    if typed.get("business_type", "company") not in KINDS:
        wrong["business_type"] = "Choose what kind of business it is."
    if strict and not typed.get("name"):
        wrong["name"] = "Enter the name of the business."
    if strict and not typed.get("url"):
        wrong["url"] = "Enter the address of the website."
    elif typed.get("url") and not re.fullmatch(
        r"https?://[^\s/.]+\.[^\s]+", typed["url"]
    ):
        wrong["url"] = "Enter the whole address, such as https://shop.example."
    if typed.get("mcc", "5734") not in {
        *GOODS,
        doc.body["business_profile"]["mcc"],
    }:
        wrong["mcc"] = "Choose what is sold."
    if (
        strict
        and typed.get("business_type") != "individual"
        and not typed.get("tax_id")
    ):
        wrong["tax_id"] = "Enter the business ID number; 000000000 passes."
    elif typed.get("tax_id") and not re.fullmatch(
        r"[A-Za-z0-9 .\-]{4,20}", typed["tax_id"]
    ):
        wrong["tax_id"] = "A business ID number has 4 to 20 letters and digits."
    return wrong


def write(act: Act, doc: Document, typed: hosted_answers.Typed) -> None:
    profile = hosted_answers.given(typed, "name", "url", "mcc", "product_description")
    company = hosted_answers.given(typed, "name", "tax_id")
    kind = typed.get("business_type") or doc.body["business_type"] or "company"
    onboarding.business(act, doc, kind, profile, company)
