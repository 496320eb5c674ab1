"""The crowd: how much each network may have of the panel, so that nobody is kept out by others."""

import ipaddress
from collections import Counter
from collections.abc import Iterable

from ..cli.settings import is_loopback

MOST, MOST_OF_ONE = 100, 40
"""How many connections there may be, and how many pages: in all, and of one network. A browser has
one for each page that is open and up to six while it loads. A connection can hold a file besides,
and some systems let a process have no more than 256 of both."""


def network_of(address: str) -> str:
    """Whom an address belongs to, as far as it tells: an IPv6 network has as many as it likes."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if found.version == 6 and found.ipv4_mapped is None and not found.is_loopback:
        return str(ipaddress.ip_network((found, 64), strict=False))
    return address


def who_gives_way(addresses: Iterable[str], proxy: str) -> str | None:
    """The network that has too much where each of these addresses has one; None while all fit.

    Behind this machine's own addresses, and behind the `proxy`, there can be any number of people:
    these are bounded only together with all others. Where all have too much, who has most gives.
    """
    having = Counter(map(network_of, addresses))
    full = having.total() > MOST
    for network, count in having.most_common():
        can_be_many = is_loopback(network) or network == network_of(proxy)
        if full or (count > MOST_OF_ONE and not can_be_many):
            return network
    return None
