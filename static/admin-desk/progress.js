// Asks how far the letters are, every two seconds, and writes it into the page.
"use strict";

(() => {
  const page = document.getElementById("progress");
  const pause = 2000;
  let working = page.dataset.working === "yes";

  const write = (name, number) => {
    for (const place of page.querySelectorAll(`[data-number="${name}"]`)) {
      if (place.tagName === "PROGRESS") {
        place.value = number;
      } else {
        place.textContent = number;
      }
    }
  };

  const link = (url, name) => {
    const found = document.createElement("a");
    found.className = "text-link";
    found.href = url;
    found.textContent = name;
    return found;
  };

  const list = (waiting) => {
    const box = page.querySelector("[data-waiting]");
    box.hidden = waiting.length === 0;
    box.querySelector("ul").replaceChildren(
      ...waiting.map(({ words, links }) => {
        const item = document.createElement("li");
        item.append(words, ...links.flatMap(([url, name]) => [" · ", link(url, name)]));
        return item;
      }),
    );
  };

  const show = (told) => {
    for (const [name, number] of Object.entries(told)) {
      if (typeof number === "number") write(name, number);
    }
    for (const bar of page.querySelectorAll("progress")) bar.max = Math.max(told.total, 1);
    list(told.waiting);
    if (working && told.planned === 0) location.reload();
    working = told.planned > 0;
  };

  const ask = async () => {
    const lost = page.querySelector("[data-lost]");
    try {
      const answer = await fetch(page.dataset.url, { headers: { Accept: "application/json" } });
      if (answer.ok && !answer.redirected) {
        show(await answer.json());
        lost.hidden = true;
      } else {
        lost.hidden = false;
      }
    } catch {
      lost.hidden = false;
    }
    setTimeout(ask, document.hidden ? 5 * pause : pause);
  };

  setTimeout(ask, pause);
})();
