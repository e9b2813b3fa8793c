// Puts the frozen mail of a letter into frames once its part of the page is opened.
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

  // The event does not bubble.
  document.addEventListener("toggle", (event) => {
    const part = event.target;
    if (!part.open || !part.matches(".mail-frames")) return;
    for (const figure of part.querySelectorAll("figure:not(:has(iframe))")) {
      figure.append(frameOf(figure.querySelector("a")));
    }
  }, true);
})();
