"""Who may come in: a seat from a room's network or with its key, a proctor with key or password."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial
from ipaddress import IPv6Address, ip_address

import asyncssh
from attrs import field, frozen

from cact_tui.config.hall import Network
from cact_tui.ssh import passwords
from cact_tui.ssh.accounts import Proctor, SeatAccount, seat_account
from cact_tui.ssh.attempts import Attempts

Account = SeatAccount | Proctor


@frozen(kw_only=True, eq=False)
class Access:
    """The rules of the door. `seat_keys` is by seat, `proctors` by name."""

    attempts: Attempts
    networks: tuple[Network, ...] = ()
    seat_keys: Mapping[str, asyncssh.SSHAuthorizedKeys] = field(factory=dict, repr=False)
    proctors: Mapping[str, Proctor] = field(factory=dict, repr=False)
    _hashing: asyncio.Semaphore = field(factory=partial(asyncio.Semaphore, 1), repr=False)

    def account(self, username: str) -> Account | None:
        """Return whose name it is; None for nobody's, which then cannot sign in either."""
        return seat_account(username) or self.proctors.get(username)

    def welcome(self, username: str, address: str) -> bool:
        """Return whether a name needs no proof at an address: a seat's, from a room's network."""
        return seat_account(username) is not None and self._in_a_room(address)

    def knows_key(self, username: str, address: str, key: asyncssh.SSHKey) -> bool:
        """Return whether a public key is one of the account's."""
        account = self.account(username)
        if isinstance(account, SeatAccount):
            keys = self.seat_keys.get(account.seat)
            return keys is not None and keys.validate(key, address, address) is not None
        if account is None:
            return False
        return any(asyncssh.import_public_key(text) == key for text in account.keys)

    async def knows_password(self, username: str, password: str) -> bool:
        """Return whether a password is the account's.

        It is hashed beside the event loop, one at a time, also for a name that nobody has.
        """
        proctor = self.proctors.get(username)
        async with self._hashing:
            check = partial(passwords.matches, password, proctor.password if proctor else "")
            return await asyncio.to_thread(check)

    def _in_a_room(self, address: str) -> bool:
        try:
            found = ip_address(address.partition("%")[0])
        except ValueError:
            return False
        if isinstance(found, IPv6Address) and found.ipv4_mapped:
            found = found.ipv4_mapped
        return any(found in network for network in self.networks)
