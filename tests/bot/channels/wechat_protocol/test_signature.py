"""Signatures, beside wechatpy's and those of a command line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.utils import WeChatSigner  # type: ignore[import-untyped]

from bot.channels.wechat_protocol.signature import check_signature, sign
from bot.errors import BadSignature

KNOWN = "3f9fefd014f0050a26562e64c4bd47383f2b03fd"
"""Of `printf '1795312800\\nnonce77\\ntoken-for-tests\\n' | LC_ALL=C sort | tr -d '\\n' | sha1sum`."""
PARTS = ("token-for-tests", "1795312800", "nonce77")


def test_a_signature_is_what_the_command_line_computes() -> None:
    assert sign(*PARTS) == KNOWN
    assert sign(*reversed(PARTS)) == KNOWN


@given(st.lists(st.text(), max_size=5))
def test_a_signature_is_what_wechatpy_computes(parts: list[str]) -> None:
    signer = WeChatSigner()
    signer.add_data(*parts)

    assert sign(*parts) == signer.signature


def test_the_right_signature_passes() -> None:
    check_signature(KNOWN, *PARTS)


@pytest.mark.parametrize(
    "given_signature", ["", KNOWN[:-1], KNOWN[:-1] + "0", KNOWN.upper(), KNOWN + "0", "签名", "\ud800", "\x00"]
)
def test_any_other_signature_is_refused(given_signature: str) -> None:
    with pytest.raises(BadSignature) as refusal:
        check_signature(given_signature, *PARTS)

    assert refusal.value.channel == "wechat"
