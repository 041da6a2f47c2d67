"""What the page calls as a user's phone: everything a person can send."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field, ValidationError

from simulator import messages
from simulator.media import MAX_VOICE_S, silent_voice
from simulator.messages import Deed
from simulator.platform_api import USER_COOKIE, platform_of
from simulator.uploads import is_form, uploaded_file

router = APIRouter(prefix="/simulator/users")


class Follow(BaseModel):
    scene: str | None = None


class Text(BaseModel):
    text: str = Field(min_length=1, max_length=20_000)
    menu_id: str | None = None


class Voice(BaseModel):
    seconds: int = Field(ge=1, le=MAX_VOICE_S)


class Location(BaseModel):
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
    label: str = ""


class Link(BaseModel):
    title: str
    description: str = ""
    url: str


class MenuPress(BaseModel):
    key: str | None = None
    url: str | None = None


class Scan(BaseModel):
    scene: str = Field(min_length=1)


class RawEvent(BaseModel):
    event: str = Field(min_length=1, pattern=r"^[\w.-]+$")
    fields: dict[str, str | int] = {}


@router.post("", status_code=201)
async def create_user(request: Request, response: Response) -> dict[str, Any]:
    user = platform_of(request).create_user()
    response.set_cookie(USER_COOKIE, user.openid, samesite="lax")
    return user.as_json()


@router.post("/{openid}/select")
async def select_user(request: Request, response: Response, openid: str) -> dict[str, Any]:
    user = platform_of(request).users.named(openid)
    response.set_cookie(USER_COOKIE, user.openid, samesite="lax")
    return user.as_json()


@router.post("/{openid}/follow", status_code=202)
async def follow(request: Request, openid: str, given: Follow) -> dict[str, Any]:
    return _start(request, openid, platform_of(request).following(openid, given.scene))


@router.post("/{openid}/unfollow", status_code=202)
async def unfollow(request: Request, openid: str) -> dict[str, Any]:
    return _start(request, openid, platform_of(request).leaving(openid))


@router.post("/{openid}/text", status_code=202)
async def text(request: Request, openid: str, given: Text) -> dict[str, Any]:
    return _start(request, openid, messages.text(given.text, given.menu_id))


@router.post("/{openid}/image", status_code=202)
async def image(request: Request, openid: str) -> dict[str, Any]:
    return _start(request, openid, platform_of(request).image(await uploaded_file(request)))


@router.post("/{openid}/voice", status_code=202)
async def voice(request: Request, openid: str) -> dict[str, Any]:
    content = await uploaded_file(request) if is_form(request) else silent_voice(await _seconds(request))
    return _start(request, openid, messages.voice(platform_of(request).media.put(content)))


@router.post("/{openid}/video", status_code=202)
async def video(request: Request, openid: str) -> dict[str, Any]:
    return _start(request, openid, messages.video(platform_of(request).media.put(await uploaded_file(request))))


@router.post("/{openid}/location", status_code=202)
async def location(request: Request, openid: str, given: Location) -> dict[str, Any]:
    return _start(request, openid, messages.location(given.latitude, given.longitude, given.label))


@router.post("/{openid}/link", status_code=202)
async def link(request: Request, openid: str, given: Link) -> dict[str, Any]:
    return _start(request, openid, messages.link(given.title, given.description, given.url))


@router.post("/{openid}/menu", status_code=202)
async def press_menu(request: Request, openid: str, given: MenuPress) -> dict[str, Any]:
    return _start(request, openid, messages.view(given.url) if given.url else messages.click(given.key or ""))


@router.post("/{openid}/scan", status_code=202)
async def scan(request: Request, openid: str, given: Scan) -> dict[str, Any]:
    return _start(request, openid, platform_of(request).scanning(openid, given.scene))


@router.post("/{openid}/event", status_code=202)
async def raw_event(request: Request, openid: str, given: RawEvent) -> dict[str, Any]:
    return _start(request, openid, messages.event(given.event, given.fields))


def _start(request: Request, openid: str, deed: Deed) -> dict[str, Any]:
    bubble = platform_of(request).start(openid, deed).bubble
    return {"bubble_id": bubble.id if bubble else None}


async def _seconds(request: Request) -> int:
    try:
        return Voice.model_validate_json(await request.body()).seconds
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from None
