"""With real keys pages load Stripe's own script and nothing of the stand-in; with live keys no page
says test mode.
"""

from __future__ import annotations

from pathlib import Path

from shared.core.settings import load
from shared.entrypoints.web.security import policy

KEYS = {
    "STRIPE_SECRET_KEY": "sk_test_x",
    "STRIPE_PUBLISHABLE_KEY": "pk_test_x",
    "STRIPE_WEBHOOK_SECRET": "whsec_a",
    "STRIPE_CONNECT_WEBHOOK_SECRET": "whsec_b",
}


def test_the_payment_page_gets_stripes_own_script_and_frames(tmp_path: Path) -> None:
    """The pinned Stripe.js, and a policy that lets it and its frames in, and nobody else."""
    settings = load(KEYS, data_dir=tmp_path, dotenv=tmp_path / "no.env")
    allowed = policy(settings, stripe=True).to_header()
    assert settings.stripe.js_url == "https://js.stripe.com/endive/stripe.js"
    assert settings.stripe.api_base == "https://api.stripe.com"
    assert settings.stripe.files_base == "https://files.stripe.com"
    assert "script-src 'self' https://js.stripe.com https://*.js.stripe.com;" in allowed
    assert (
        "frame-src https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com;"
        in allowed
    )
    assert "connect-src 'self' https://api.stripe.com;" in allowed
    assert "form-action 'self' https://connect.stripe.com" in allowed
    assert "127.0.0.1" not in allowed


def test_other_pages_do_not_let_stripe_in(tmp_path: Path) -> None:
    """Cards are entered on one page only."""
    settings = load(KEYS, data_dir=tmp_path, dotenv=tmp_path / "no.env")
    assert "js.stripe.com" not in policy(settings, stripe=False).to_header()


def test_test_mode_is_said_until_the_key_is_live(tmp_path: Path) -> None:
    """Test keys move no real money; live keys do."""
    test = load(KEYS, data_dir=tmp_path, dotenv=tmp_path / "no.env")
    live = load(
        {**KEYS, "STRIPE_SECRET_KEY": "sk_live_x"},
        data_dir=tmp_path,
        dotenv=tmp_path / "no.env",
    )
    assert (test.test_mode, live.test_mode) == (True, False)
