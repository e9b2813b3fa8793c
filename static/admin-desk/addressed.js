// Shows how a letter would address the minister, as the form is filled in.
document.addEventListener("DOMContentLoaded", () => {
  const shown = document.querySelector("[data-addressed]");
  const form = shown?.closest("form");
  if (!form) return;

  const PAUSE = 400;
  let timer = 0;
  let asked = null;

  async function show() {
    asked?.abort();
    const mine = (asked = new AbortController());
    const body = new FormData(form);
    body.set("minister", shown.dataset.minister);
    try {
      const answer = await fetch(shown.dataset.addressed, { method: "POST", body, signal: mine.signal });
      if (answer.ok && !answer.redirected) shown.innerHTML = await answer.text();
    } catch (fault) {
      if (!mine.signal.aborted) console.warn(fault);
    }
  }

  function soon() {
    window.clearTimeout(timer);
    timer = window.setTimeout(show, PAUSE);
  }

  form.addEventListener("input", soon);
  shown.addEventListener("click", ({ target }) => {
    const field = document.getElementById(target.dataset.takesOver);
    if (!field) return;
    field.value = target.dataset.words;
    field.focus();
    soon();
  });
  // Fields that complete what is typed tell it to jQuery alone.
  window.django?.jQuery?.(form).on("change", "select", soon);
});
