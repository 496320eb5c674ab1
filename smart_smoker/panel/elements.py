"""The elements that a page is made of. This is the only module that knows NiceGUI."""

from collections.abc import Callable, Sequence
from functools import partial

from nicegui import Client, run, ui
from nicegui import app as pages

from ..cli.settings import is_loopback
from ..core.errors import SmartSmokerError
from ..core.text import printable_lines
from .access import Handler, host_of
from .crowd import network_of, who_gives_way


class Tag(ui.label):
    """An HTML element whose text is never taken for markup, and turns no other text around."""

    def __init__(self, tag: str, text: str = "", classes: str = "", **attributes: object) -> None:
        super().__init__()
        self.tag = tag
        self.put(text, classes, **attributes)

    def put(self, text: str = "", classes: str = "", **attributes: object) -> None:
        """Show this; only what has changed goes to the browser."""
        if (shown := printable_lines(text)) != self.text:
            self.text = shown
        self.classes(replace=classes)
        for name, value in attributes.items():
            name = name.strip("_").replace("_", "-")
            if self.props.get(name) != value:
                self.props[name] = value

    def listen(self, event: str, do: Callable[[str], object], script: str) -> "Tag":
        """Have something done with what a function in JavaScript emits at an event."""
        return self.on(event, lambda happened: do(str(happened.args)), js_handler=script)


def press(button: Tag, do: Callable[[], None], say: Callable[[str], None]) -> None:
    """Have something done by another thread when a button is pressed.

    `say` is given "" as it begins, and the reason where it could not be done.
    """
    _press(button, lambda _: do(), say, "emit('')")


def press_with(
    fields: Sequence[str], button: Tag, do: Callable[[str], None], say: Callable[[str], None]
) -> None:
    """The same with what stands in the fields of these ids, a line each; they are emptied."""
    found = f"{list(fields)}.map((id) => document.getElementById(id))"
    said = "fields.map((field) => field.value).join('\\n')"
    script = f"const fields = {found}; emit({said}); for (const field of fields) field.value = '';"
    _press(button, do, say, script)


def _press(button: Tag, do: Callable[[str], None], say: Callable[[str], None], script: str) -> None:
    async def pressed(said: str) -> None:
        say("")
        try:
            await run.io_bound(do, said)
        except SmartSmokerError as error:
            say(str(error))

    button.listen("click", pressed, f"() => {{ {script} }}")


def section(id: str, heading: str) -> Tag:
    """A part of the page with its heading."""
    with Tag("section", aria_labelledby=id) as section:
        Tag("h2", heading, id=id)
    return section


def yes(truth: bool) -> str:
    """A truth as an HTML attribute has it."""
    return "true" if truth else "false"


class Marked(Tag):
    """Words behind a shape, so that the colour of the two says nothing new."""

    def __init__(self, tag: str, classes: str = "") -> None:
        super().__init__(tag, classes=classes)
        with self:
            Tag("span", classes="shape", aria_hidden="true")
            self._words = Tag("span")

    def put(self, text: str = "", classes: str = "", **attributes: object) -> None:
        super().put("", classes, **attributes)
        if text:
            self._words.put(text)


class Browser:
    """The browser that a page is being made for, with an element in it that charts are drawn in."""

    def __init__(self) -> None:
        self._client = ui.context.client
        self._frame: ui.echart

    @property
    def address(self) -> str:
        """Where it is."""
        return self._client.ip

    @property
    def is_here(self) -> bool:
        """Whether it runs on this machine, as far as its address and the name it asked for tell."""
        name = host_of(self._client.request.headers.get("host", ""))
        return is_loopback(self._client.ip) and is_loopback(name)

    def make_frame(self) -> None:
        """Put the frame of the chart here."""
        self._frame = ui.echart({})

    def look(self, unit: str) -> None:
        """Have it fetch the chart's points and draw them, in this unit until it is switched."""
        self.run(f"panel.look({self._frame.id}, '{unit}')")

    def run(self, script: str) -> None:
        """Have it run some JavaScript."""
        self._client.run_javascript(script)


def every(seconds: float, do: Callable[[], None]) -> None:
    """Have something done again and again, while the page is open."""
    ui.timer(seconds, do)


def _make_room(new: Client, proxy: str) -> None:
    """Where there are too many pages, forget the oldest of who has most.

    A page that a browser shows goes after all that were only asked for: those are kept a minute.
    """
    there = Client.instances.values()
    network = who_gives_way((client.ip for client in there), proxy)
    others = (each for each in there if each is not new and network_of(each.ip) == network)
    oldest = min(others, key=lambda each: (each.has_socket_connection, each.created), default=None)
    if oldest:
        oldest.delete()


def mount(
    head: str, proxy: str, build: Callable[[str, str], object], missing: Handler
) -> "partial[None]":
    """What has an application answer at `/` with a page that is built for each browser.

    `head` is HTML for its head, `proxy` the address behind which many can be; `build` is told the
    cook and the unit that are asked for, and `missing` answers a request for what is not there.
    """
    pages.add_exception_handler(404, missing)

    @ui.page("/", title="Smart Smoker", language="en-US")
    def page(cook: str = "") -> None:
        _make_room(ui.context.client, proxy)
        ui.add_head_html(head)
        build(cook, ui.context.client.request.cookies.get("unit", ""))

    return partial(
        ui.run_with,
        binding_refresh_interval=None,
        message_history_length=50,
        gzip_middleware_factory=None,
        tailwind=False,
        show_welcome_message=False,
    )
