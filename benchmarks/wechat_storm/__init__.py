"""A storm of WeChat messages: delivered twice and three times, out of order, while the processes that answer are killed.

Every message must be answered exactly once on its user's screen, in order, and each call must be answered in time.
"""
