"""The WeChat platform and client, for trying and testing without an account. Facts: the vendor's documentation, read 2026-11."""
