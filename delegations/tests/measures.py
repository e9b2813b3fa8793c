"""What is measured on a page as it stands in the browser; each finding is one line of words."""

from contextlib import contextmanager
from itertools import product

from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings

from delegations.tests.browser import PHONE

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOUR_RULES = ["color-contrast", "link-in-text-block"]
RUN_AXE = """
async (rules) => {
    const { violations } = await axe.run({ resultTypes: ["violations"], runOnly: rules });
    return violations.flatMap(({ id, nodes }) =>
        nodes.map(({ html }) => `${id}: ${html.slice(0, 120)}`));
}
"""
# Our part of a page of the desk: the frame around it is the interface's own.
RUN_AXE_WITHIN = """
async ([part, more]) => {
    const { violations } = await axe.run(part, { iframes: false, ...more });
    return violations.flatMap(({ id, nodes }) =>
        nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
}
"""
SMALL_TARGETS = """
() => [...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
    .filter((target) => {
        const box = target.getBoundingClientRect();
        const hidden = target.closest(".visually-hidden, .visually-hidden-focusable");
        if (hidden || !target.checkVisibility()) return false;
        const block = target.closest("p, li, dd, div, body");
        const isInline = getComputedStyle(target).display === "inline";
        const around = block.innerText.replace(target.innerText, "");
        const inSentence = isInline && /\\p{L}/u.test(around);
        return !inSentence && (box.width < 24 || box.height < 24);
    })
    .map((target) => `small: ${target.outerHTML.slice(0, 120)}`)
"""
# Words that leave the page or their box, and words that stand on other words.
NOT_LEGIBLE = """
() => {
    const found = [];
    const root = document.documentElement;
    if (root.scrollWidth > root.clientWidth) found.push(`the page is ${root.scrollWidth} wide`);
    const lines = [];
    for (const element of document.querySelectorAll("body *")) {
        const style = getComputedStyle(element);
        const box = element.getBoundingClientRect();
        const hidden = element.closest(".visually-hidden, .visually-hidden-focusable");
        if (hidden || !element.checkVisibility()) continue;
        const typed = element.matches("input, textarea, select");
        if (!typed && style.display !== "inline" && style.overflow !== "visible"
            && (element.scrollWidth > element.clientWidth + 1
                || element.scrollHeight > element.clientHeight + 1))
            found.push(`cut off: ${element.outerHTML.slice(0, 120)}`);
        for (const node of typed ? [] : element.childNodes) {
            if (node.nodeType !== Node.TEXT_NODE || !node.data.trim()) continue;
            const range = document.createRange();
            range.selectNodeContents(node);
            for (const rect of range.getClientRects()) lines.push([rect, node.data.trim()]);
        }
        if (typed) lines.push([box, element.name]);
    }
    const width = root.clientWidth;
    lines.forEach(([a, words], place) => {
        if (a.left < -1 || a.right > width + 1) found.push(`off the page: ${words}`);
        for (const [b, others] of lines.slice(place + 1)) {
            const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
            const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
            const touch = Math.min(a.height, b.height) * 0.3;
            if (across > 1 && down > touch) found.push(`${words} stands on ${others}`);
        }
    });
    return found;
}
"""
# A form that comes back: the summary has the focus and leads to each field that is wrong, and the
# field, or its group, says what is wrong with it.
UNANNOUNCED = """
async () => {
    const summaries = [...document.querySelectorAll("[role=alert]")];
    // What has the focus by itself gets it with the first frames.
    for (const _frame of summaries.length ? [1, 2] : []) await new Promise(requestAnimationFrame);
    const wrong = [...document.querySelectorAll("[aria-invalid=true]")];
    if (wrong.length && !summaries.length) return ["no summary of what is wrong"];
    if (summaries.length && !summaries.includes(document.activeElement))
        return ["the summary has no focus"];
    const links = summaries.flatMap((summary) => [...summary.querySelectorAll("a[href^='#']")]);
    const led = links.map((link) => document.getElementById(link.hash.slice(1)));
    const said = (element) => (element.getAttribute("aria-describedby") ?? "").split(" ")
        .map((id) => document.getElementById(id)?.innerText ?? "").join(" ");
    return [
        ...links.filter((link, place) => !led[place]?.checkVisibility())
            .map((link) => `leads nowhere: ${link.hash}`),
        ...wrong.filter((field) => field.type !== "radio" && !led.includes(field))
            .map((field) => `not in the summary: ${field.name}`),
        ...led.filter((field, place) => field?.matches("input, select, textarea") && ![
            field, field.closest("fieldset"),
        ].some((one) => one && said(one) && links[place].innerText.includes(said(one).trim())
            || said(one ?? field).includes(links[place].innerText.split(" – ").pop())))
            .map((field) => `says not what is wrong: ${field.name}`),
    ];
}
"""
# Each stop of the Tab key in the order of the document; of radio buttons, one.
STOPS = """
async () => {
    // What has the focus by itself gets it with the first frames.
    for (const _frame of [1, 2, 3]) await new Promise(requestAnimationFrame);
    const chosen = (radio) => [...radio.form.elements[radio.name]].find((one) => one.checked)
        ?? radio.form.elements[radio.name][0];
    const focusable = "a[href], button, input, select, textarea, summary";
    window.stops = [...document.querySelectorAll(focusable)]
        .filter((one) => one.checkVisibility() && one.tabIndex >= 0 && !one.matches(":disabled")
            && (one.type !== "radio" || one === chosen(one)));
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.removeAttribute("tabindex");
    return window.stops.map((one) => one.outerHTML.slice(0, 160));
}
"""
FOCUSED = """
() => {
    const one = document.activeElement;
    const style = getComputedStyle(one);
    const { top, bottom } = one.getBoundingClientRect();
    const ring = style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth);
    return [window.stops.indexOf(one), bottom > 0 && top < innerHeight ? ring : 0];
}
"""


@contextmanager
def watched(page):
    """Collect what comes from elsewhere, and pages whose policy would let a script in."""
    found = []

    def look(response):
        if not response.url.startswith((settings.SITE_URL, "data:")):
            found.append(f"from elsewhere: {response.url}")
        policy = response.headers.get("content-security-policy", "")
        is_page = response.headers.get("content-type", "").startswith("text/html")
        if is_page and ("default-src 'self'" not in policy or "unsafe" in policy):
            found.append(f"policy of {response.url}: {policy}")

    page.on("response", look)

    def refused(request):
        # What is still under way when the next page is asked for is given up, not refused.
        if request.failure != "net::ERR_ABORTED":
            found.append(f"refused: {request.url}")

    page.on("requestfailed", refused)
    yield found
    page.remove_listener("response", look)


def looks_in(language):
    """In which looks a page is measured: all for each direction of writing, else on a phone."""
    every = product(("light", "dark"), (1280, 390))
    return list(every) if language in ("en", "ar") else [("light", 390)]


def bring_axe(page):
    """Let every page that opens from now on hold axe, which the findings need."""
    page.add_init_script(AXE_SCRIPT)


def findings(page):
    """Everything that keeps somebody from reading the page or working with it."""
    page.wait_for_load_state()
    found = page.evaluate(UNANNOUNCED)
    return [*found, *axe_findings(page), *page.evaluate(SMALL_TARGETS), *enlarged_findings(page)]


def axe_findings(page):
    """What axe finds by all its rules; in the dark, by those that the colours decide."""
    light = page.evaluate(RUN_AXE, {"type": "tag", "values": RULES})
    page.emulate_media(color_scheme="dark")
    dark = page.evaluate(RUN_AXE, {"type": "rule", "values": COLOUR_RULES})
    page.emulate_media(color_scheme="light")
    return [*light, *(f"dark, {words}" for words in dark)]


def enlarged_findings(page):
    """What cannot be read with letters of twice the size, on a screen and on a phone."""
    screen = page.viewport_size
    devtools = page.context.new_cdp_session(page)
    devtools.send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})
    on_screen = page.evaluate(NOT_LEGIBLE)
    page.set_viewport_size(PHONE["viewport"])
    on_phone = page.evaluate(NOT_LEGIBLE)
    devtools.send("Page.setFontSizes", {"fontSizes": {"standard": 16, "fixed": 13}})
    page.set_viewport_size(screen)
    devtools.detach()
    return [f"200%: {words}" for words in on_screen] + [f"320 px, 200%: {w}" for w in on_phone]


def focus_findings(page):
    """Where the Tab key leads out of order, or to what does not show that it has the focus."""
    page.wait_for_load_state()
    stops, walked, found = page.evaluate(STOPS), [], []
    for _press in range(2 * len(stops)):
        page.keyboard.press("Tab")
        stop, ring = page.evaluate(FOCUSED)
        if stop == -1 or stop in walked[:-1]:
            break
        # A date has a stop for each of its parts.
        if stop not in walked[-1:]:
            walked.append(stop)
        if ring < 2:
            found.append(f"no ring: {stops[stop]}")
    if walked != list(range(len(stops))):
        found.append(f"out of order: {[stops[stop] for stop in walked]}")
    return found


def faults_within(page, part, **more):
    """What axe finds in a part of the page; more options narrow or widen its rules."""
    return page.evaluate(RUN_AXE_WITHIN, [part, more])
