// Shows the PDF of a letter beside its mail, and turns to the next one by the arrow keys.
"use strict";

(() => {
  const holder = document.querySelector("[data-pdf]");
  const seen = document.querySelector(".flip-through [autofocus]");
  const isRightToLeft = document.documentElement.dir === "rtl";

  const show = async () => {
    const answer = await fetch(holder.dataset.pdf);
    if (!answer.ok || answer.redirected) return;
    const frame = document.createElement("iframe");
    frame.title = holder.querySelector("a").textContent;
    frame.src = `${URL.createObjectURL(await answer.blob())}#toolbar=0&navpanes=0&view=FitH`;
    // A reader of PDF takes the focus when it opens, however late: the keys stay with the page
    // until somebody points at the frame, or tabs to it.
    frame.inert = true;
    const release = () => (frame.inert = false);
    holder.addEventListener("pointerenter", release);
    addEventListener("keydown", (event) => event.key === "Tab" && release());
    holder.append(frame);
  };

  addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.target.matches("input:not([type=hidden]), textarea, select")) return;
    // Where nothing has the focus, Enter is that of the page's first button.
    if (event.key === "Enter" && event.target === document.body) seen.click();
    const keys = { ArrowLeft: isRightToLeft ? "next" : "prev", ArrowRight: isRightToLeft ? "prev" : "next" };
    if (!(event.key in keys)) return;
    document.querySelector(`.flip-through a[rel=${keys[event.key]}]`)?.click();
  });
  // Who turns the page before the PDF is there needs it no more; the link to it stays.
  show().catch(() => {});
})();
