// The preview follows the text. Without this file its buttons still fill the frame.
document.addEventListener("DOMContentLoaded", () => {
  const panel = document.querySelector("[data-preview]");
  const holder = panel?.querySelector(".desk-frame");
  const form = panel?.closest("form");
  if (form) form.classList.add("desk-scripted");
  if (form) helpWithPlaceholders(form);
  if (!holder) return;

  const PAUSE = 700;
  const status = panel.querySelector("[data-status]");
  const tabs = [...panel.querySelectorAll("[data-show]")];
  let tab = tabs[0];
  let timer = 0;
  let asked = null;

  function press(button) {
    tab = button;
    for (const one of tabs) one.setAttribute("aria-pressed", String(one === tab));
  }

  function frame(blob) {
    const url = URL.createObjectURL(blob);
    const fresh = document.createElement("iframe");
    const typingIn = document.activeElement;
    fresh.title = holder.firstElementChild.title;
    // A reader of PDF takes the focus when it opens: whoever is typing keeps it.
    const keepFocus = () => {
      if (document.activeElement === fresh) typingIn?.focus({ preventScroll: true });
    };
    fresh.addEventListener("load", () => {
      while (holder.firstElementChild !== fresh) holder.firstElementChild.remove();
      keepFocus();
      window.setTimeout(keepFocus, 300);
      window.setTimeout(() => URL.revokeObjectURL(url), 60000);
    });
    fresh.src = blob.type === "application/pdf" ? `${url}#toolbar=0&navpanes=0&view=FitH` : url;
    while (holder.children.length > 1) holder.lastElementChild.remove();
    holder.append(fresh);
  }

  async function show(button) {
    window.clearTimeout(timer);
    asked?.abort();
    const mine = (asked = new AbortController());
    status.classList.remove("is-lost");
    status.textContent = status.dataset.working;
    try {
      const answer = await fetch(button.formAction, {
        method: "POST",
        body: new FormData(form, button),
        signal: mine.signal,
      });
      if (answer.redirected || !(answer.ok || answer.status === 422)) throw new Error(answer.status);
      frame(await answer.blob());
      status.textContent = status.dataset.idle;
    } catch (fault) {
      if (mine.signal.aborted) return;
      status.classList.add("is-lost");
      status.textContent = status.dataset.lost;
    }
  }

  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (button?.formTarget !== "preview") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (tabs.includes(button)) press(button);
    show(button);
  }, true);

  form.addEventListener("input", (event) => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => show(tab), event.target.tagName === "SELECT" ? 0 : PAUSE);
  });

  press(tab);
  if (form.elements.language?.value === "") status.textContent = status.dataset.empty;
  else show(tab);
});

function helpWithPlaceholders(form) {
  const list = form.querySelector("[data-placeholders]");
  const kind = form.elements.kind;
  const language = form.elements.language;
  const texts = ["subject", "paper", "mail"].map((name) => form.elements[name]).filter(Boolean);
  let last = texts[texts.length - 1];

  function suit() {
    for (const one of list.querySelectorAll("[data-kinds]")) {
      one.hidden = Boolean(kind?.value) && !one.dataset.kinds.split(" ").includes(kind.value);
    }
    if (language) for (const text of texts) text.dir = language.value === "ar" ? "rtl" : "ltr";
  }

  for (const text of texts) text.addEventListener("focus", () => { last = text; });
  list.addEventListener("click", (event) => {
    const word = event.target.dataset.insert;
    if (!word || !last) return;
    last.focus();
    last.setRangeText(word, last.selectionStart, last.selectionEnd, "end");
    last.dispatchEvent(new Event("input", { bubbles: true }));
  });
  form.addEventListener("change", suit);
  suit();
}
