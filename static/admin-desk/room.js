// Looks every ten seconds whether the list of the room is another one by now. Who only reads has the
// new one at once; who marks is told, and no row slips away under the pointer.
"use strict";

(() => {
  const pause = 10000;
  // Nobody need be there when a page asks by itself: it keeps no session awake.
  const address = new URL(location.href);
  address.searchParams.set("unattended", "");
  const place = document.querySelector("[data-told]");
  let told = "";

  const tell = (what) => {
    if (what === told) return;
    told = what;
    const words = what ? [document.getElementById(what).content.cloneNode(true)] : [];
    place.replaceChildren(...words);
  };

  const compare = (fresh) => {
    const room = document.getElementById("room");
    const isAnother = fresh.dataset.seen !== room.dataset.seen;
    if (room.dataset.marks !== "yes") room.replaceWith(fresh);
    else if (isAnother) return "room-changed";
    return "";
  };

  const ask = async () => {
    try {
      const answer = await fetch(address, { cache: "no-store" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = answer.ok && page.getElementById("room");
      tell(fresh ? compare(fresh) : "room-lost");
    } catch {
      tell("room-lost");
    }
    setTimeout(ask, document.hidden ? 6 * pause : pause);
  };

  setTimeout(ask, pause);
})();
