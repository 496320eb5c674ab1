"""Links: where an alert can be answered from a phone, signed for this one episode."""

import hmac
import json
from dataclasses import replace
from hashlib import scrypt
from urllib.parse import urlencode

from ..cli.settings import missing
from ..core.alert import Alert
from ..core.answers import GOING_ON


class Links:
    """Signed addresses of the panel at `url`, each to answer one episode and nothing else.

    Without a `url` there are none. Raises InputError where there is one and no `password`, of which
    the key is made, at such a cost that a link does not give the password away:
    https://www.rfc-editor.org/rfc/rfc7914, 2, names these numbers for logins.
    """

    def __init__(self, url: str, password: str):
        if url and not password:
            raise missing("panel_password", "panel_url lets other machines in")
        self._url = url.rstrip("/")
        self._key = scrypt(password.encode(), salt=b"answers", n=2**14, r=8, p=1) if url else b""

    def put_into(self, alert: Alert) -> Alert:
        """The alert, with a line that says where it can be answered, if it can."""
        if not self._key or alert.state not in GOING_ON:
            return alert
        known = {"cook": alert.cook, "probe": alert.probe, "kind": alert.kind, "began": alert.began}
        query = urlencode(known | {"sign": self._sign(*known.values())})
        return replace(alert, text=f"{alert.text}I have heard it: {self._url}/heard?{query}\n")

    def is_signed(self, sign: str, *known: str) -> bool:
        """Whether this signs the cook, the probe, the kind and the beginning of an episode."""
        return bool(self._key) and hmac.compare_digest(sign.encode(), self._sign(*known).encode())

    def _sign(self, *known: str) -> str:
        return hmac.new(self._key, json.dumps(known).encode(), "sha256").hexdigest()[:32]
