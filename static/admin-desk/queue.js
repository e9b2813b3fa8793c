// Fetches the page again every ten seconds and puts its figures in place of the old ones.
"use strict";

(() => {
  const pause = 10000;
  // Nobody need be there when a page asks by itself: it keeps no session awake.
  const address = new URL(location.href);
  address.searchParams.set("unattended", "");
  const lost = document.querySelector("[data-lost]");

  const renew = (fresh) => {
    const figures = document.getElementById("queue");
    const focused = figures.contains(document.activeElement) ? document.activeElement.href : "";
    figures.replaceWith(fresh);
    if (focused) {
      const same = [...fresh.querySelectorAll("a")].find((link) => link.href === focused);
      if (same) same.focus({ preventScroll: true });
    }
  };

  const ask = async () => {
    try {
      const answer = await fetch(address, { cache: "no-store" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = answer.ok && page.getElementById("queue");
      if (fresh) renew(fresh);
      lost.hidden = Boolean(fresh);
    } catch {
      lost.hidden = false;
    }
    setTimeout(ask, document.hidden ? 6 * pause : pause);
  };

  setTimeout(ask, pause);
})();
