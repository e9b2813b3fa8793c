// Puts the frozen mail of a letter into frames once its part of the page is opened; on a page of
// many letters each part has its links alone, and what is around the frames stands there once.
"use strict";

(() => {
  const frameOf = (link) => {
    const frame = document.createElement("iframe");
    frame.setAttribute("sandbox", "");
    frame.title = link.textContent;
    frame.width = link.dataset.width;
    frame.height = 640;
    frame.src = link.href;
    return frame;
  };

  const frames = document.getElementById("mail-frames");

  const lay = (part) => {
    const row = frames.content.cloneNode(true);
    for (const link of row.querySelectorAll("a")) {
      link.href = part.querySelector(`a[href$="/${link.dataset.form}/"]`).href;
    }
    part.replaceChildren(part.querySelector("summary"), row);
  };

  // The event does not bubble.
  document.addEventListener("toggle", (event) => {
    const part = event.target;
    if (!part.open || !part.matches(".mail-frames")) return;
    if (!part.querySelector("figure")) lay(part);
    for (const figure of part.querySelectorAll("figure:not(:has(iframe))")) {
      figure.append(frameOf(figure.querySelector("a")));
    }
  }, true);
})();
