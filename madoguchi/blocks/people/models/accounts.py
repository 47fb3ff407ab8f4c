from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    """Makes accounts; whose they are stands at the staff member."""

    def create_user(self, username: str, password: str | None = None) -> User:
        """Make an account; without a password nobody can sign in with it."""
        user = self.model(username=self.model.normalize_username(username))
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """An account to sign in with. What it may do comes from the posts its staff member holds."""

    username = models.CharField(_("職員番号"), max_length=60)
    is_active = models.BooleanField(_("使える"), default=True)

    objects = UserManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("アカウント")
        constraints = [models.UniqueConstraint(fields=["username"], name="account_once")]

    def __str__(self) -> str:
        return self.username
