"""Who may do what at the desk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.errors import PermissionDenied


class Permission(StrEnum):
    CASES = "cases"
    """See cases: all, or those of one's own department."""
    READ = "read"
    """See conversations and figures."""
    TALK = "talk"
    """Take conversations and speak in them."""
    SUPERVISE = "supervise"
    """Give conversations to others, and decide what all share."""
    ADMINISTER = "administer"
    """Create and change accounts."""


class Role(StrEnum):
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"
    DEPARTMENT = "department"
    """Somebody of the department that answers cases; sees and answers its cases, and nothing else."""
    READONLY = "readonly"


_PERMISSIONS: Mapping[Role, tuple[Permission, ...]] = {
    Role.DEPARTMENT: (Permission.CASES,),
    Role.READONLY: (Permission.CASES, Permission.READ),
    Role.AGENT: (Permission.CASES, Permission.READ, Permission.TALK),
    Role.SUPERVISOR: (Permission.CASES, Permission.READ, Permission.TALK, Permission.SUPERVISE),
    Role.ADMIN: tuple(Permission),
}


TALKING_ROLES = tuple(role for role in Role if Permission.TALK in _PERMISSIONS[role])
"""Roles of those who can take chats."""


def permissions_of(role: Role) -> tuple[Permission, ...]:
    """Return what the role allows, the weakest first."""
    return _PERMISSIONS[role]


@dataclass(frozen=True)
class Principal:
    """Who is asking: an enabled account whose owner has signed in."""

    username: str
    display_name: str
    """What users and colleagues see; never empty."""
    role: Role
    teams: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    """Subjects they know best; none = all alike."""
    languages: tuple[str, ...] = ()
    capacity: int = 5
    """How many chats at a time."""
    must_change_password: bool = False
    department: str | None = None
    """Whose cases somebody of the role department sees and answers."""

    def may(self, permission: Permission) -> bool:
        return permission in permissions_of(self.role)

    def require(self, permission: Permission) -> None:
        """Raise PermissionDenied unless the role allows it."""
        if not self.may(permission):
            raise PermissionDenied(permission)
