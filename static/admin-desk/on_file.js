// Shows what stands of the invitation that is chosen, before another reply is recorded.
"use strict";

(() => {
  const place = document.querySelector("[data-on-file]");
  const field = document.querySelector("select[name=invitation]");
  if (!place || !field) return;

  let asked = "";
  const show = async () => {
    const chosen = (asked = field.value);
    const answer = await fetch(`${place.dataset.onFile}?invitation=${encodeURIComponent(chosen)}`);
    // Who chose another one meanwhile, or was signed out, is shown nothing of this one.
    if (!answer.ok || answer.redirected || chosen !== asked) return;
    place.innerHTML = await answer.text();
  };

  // Fields that complete what is typed tell it to jQuery alone.
  window.django?.jQuery?.(field).on("change", () => show().catch(() => {}));
})();
