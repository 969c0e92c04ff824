"""What limits count a network address as."""

from __future__ import annotations

import pytest

from shared.core.networks import network_of


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("192.0.2.1:50312", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::9", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:0:0:0:1", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::9]:50312", "2001:db8:1:2::/64"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8:0:0::2", "2001:db8::/64"),
        ("2001:db8:0:1::2", "2001:db8:0:1::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::/64"),
        (" 192.0.2.7 ", "192.0.2.7"),
        ("<local>", "local"),
        ("", "local"),
        (None, "local"),
        ("not an address", "local"),
    ],
)
def test_a_line_is_one_network_however_its_addresses_are_written(
    address: str | None, network: str
) -> None:
    """An IPv6 line has 2^64 addresses to choose from; written short or long they are the same
    ones.
    """
    assert network_of(address) == network
