"""Handing out files that users sent."""

from __future__ import annotations

from fastapi import Response

from bot.services.attachments import Media


def file_response(media: Media) -> Response:
    """Return the file. Nothing of it may run in a page: whatever is no picture, sound or film is a download."""
    is_shown = media.content_type.startswith(("image/", "audio/", "video/")) and "svg" not in media.content_type
    return Response(
        media.content,
        media_type=media.content_type if is_shown else "application/octet-stream",
        headers={
            "Content-Disposition": "inline" if is_shown else "attachment",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, max-age=3600",
        },
    )
