"""Routes that take a form: it is read as it arrives, however large."""

from __future__ import annotations

from collections.abc import Callable

from starlette.types import Receive, Scope, Send

from claudeflare.simulator.delivery import Channel, Delivery, deliver
from claudeflare.simulator.errors import ApiError, TooLarge
from claudeflare.simulator.resources.multipart import FormPart, FormReader
from claudeflare.simulator.visit import Visit
from claudeflare.simulator.world import World

FormHandler = Callable[[Visit, list[FormPart]], Delivery]


class Upload:
    """A route as an ASGI application: reads the form, answers, and notes what became of the request."""

    def __init__(self, world: World, handler: FormHandler, max_bytes: int, keep_bytes: int = 0) -> None:
        """`keep_bytes`: how much of the files' content the handler is given."""
        self._world = world
        self._handler = handler
        self._max_bytes = max_bytes
        self._keep_bytes = keep_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        visit = Visit(self._world, scope)
        form = _Form(visit.headers.get("content-type", ""), self._max_bytes, self._keep_bytes)
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                visit.witness.client_gone()
                return
            form.feed(message.get("body", b""))
            if not message.get("more_body", False):
                break
        visit.witness.uploaded(form.size)
        delivery = self._answer(visit, form)
        await deliver(delivery, visit.faults, Channel(scope, receive, send), self._world.clock, visit.witness)

    def _answer(self, visit: Visit, form: _Form) -> Delivery:
        try:
            if form.size > self._max_bytes:
                raise TooLarge
            visit.admit(b"")
            return self._handler(visit, form.parts())
        except ApiError as error:
            return visit.error(error)


class _Form:
    """A form whose faults are told when it is asked for, after the caller's own: the API looks at the key first."""

    def __init__(self, content_type: str, max_bytes: int, keep_bytes: int) -> None:
        self.size = 0
        self._max_bytes = max_bytes
        self._fault: ApiError | None = None
        try:
            self._reader = FormReader(content_type, keep_bytes)
        except ApiError as error:
            self._fault = error

    def feed(self, data: bytes) -> None:
        self.size += len(data)
        if self._fault is None and self.size <= self._max_bytes:
            try:
                self._reader.feed(data)
            except ApiError as error:
                self._fault = error

    def parts(self) -> list[FormPart]:
        if self._fault is not None:
            raise self._fault
        return self._reader.finish()
